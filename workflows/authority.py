"""Who may sign now: in office, acting for a time (Plt.) or for days (Plh.), on behalf (a.n.), or on duty for some hours.

An authority ends by itself; no job takes it away. The region's policy may keep letter types from acting signers.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from workflows.actor import Actor
from workflows.errors import NotAllowed
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.signing_authority import SigningAuthority
from workflows.rules.policy import RegionPolicy
from workflows.rules.signing_titles import may_sign_as
from workflows.saying import say
from workflows.vocabulary import Capacity, LetterType

NO_AUTHORITY = say("Hari ini Anda tidak memegang kewenangan tanda tangan. Hubungi admin kantor.")
OTHER_TYPES = say("Kewenangan Anda tidak mencakup jenis surat ini. Mintalah Kepala Dinas memutuskannya.")
WORDS = {Capacity.DEFINITIF: "Pejabat definitif", Capacity.PLT: "Plt.", Capacity.PLH: "Plh.", Capacity.AN: "Penanda tangan a.n."}


@dataclass(frozen=True, slots=True)
class Signed:
    """What an authority must reach: a letter of this type, of this office, by its clock."""

    region_code: str
    timezone: str
    type: LetterType


def authorities_of(session: Session, staff_id: int, region_code: str, timezone: str, *, now: datetime) -> list[SigningAuthority]:
    """What a person holds at this moment, in office before acting; hours count where there are any, else whole days."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    query = select(SigningAuthority).where(
        SigningAuthority.staff_id == staff_id,
        SigningAuthority.region_code == region_code,
        SigningAuthority.valid_from <= today,
        or_(col(SigningAuthority.valid_to).is_(None), col(SigningAuthority.valid_to) >= today),
        or_(col(SigningAuthority.starts_at).is_(None), col(SigningAuthority.starts_at) <= now),
        or_(col(SigningAuthority.ends_at).is_(None), col(SigningAuthority.ends_at) > now),
    )
    return list(session.exec(query.order_by(col(SigningAuthority.capacity) != Capacity.DEFINITIF, col(SigningAuthority.id))))


def authority_of(session: Session, staff_id: int, region_code: str, timezone: str, *, now: datetime) -> SigningAuthority | None:
    """The first of them."""
    return next(iter(authorities_of(session, staff_id, region_code, timezone, now=now)), None)


def check_may_sign(session: Session, case: Case, actor: Actor, *, now: datetime) -> SigningAuthority:
    """The authority under which a person may decide this case; ``NotAllowed`` says which one is missing."""
    return check_covers(session, Signed(case.region_code, case.timezone, case.letter_type), actor, now=now)


def check_covers(session: Session, letter: Signed, actor: Actor, *, now: datetime) -> SigningAuthority:
    """The same for a letter that is about no single case."""
    check(actor, Permission.DECIDE)
    held = authorities_of(session, actor.person_id, letter.region_code, letter.timezone, now=now)
    if not held:
        raise NotAllowed(NO_AUTHORITY)
    covering = [one for one in held if one.letter_types is None or letter.type.value in one.letter_types]
    if not covering:
        raise NotAllowed(OTHER_TYPES)
    return covering[0]


def check_limits(policy: RegionPolicy, authority: SigningAuthority, letter_type: LetterType, *, now: datetime) -> None:
    """``NotAllowed`` where the region keeps this letter type from the signer's capacity, or lets nobody of this title sign."""
    if letter_type in barred(policy, authority.capacity):
        raise NotAllowed(say("{words} tidak boleh menandatangani jenis surat ini. Tunggu Kepala Dinas.", words=WORDS[authority.capacity]))
    in_force = policy.covers(now.astimezone(ZoneInfo(policy.timezone)).date())
    if in_force and not may_sign_as(policy, authority.title):  # under a later block the appointment itself was held to that one
        raise NotAllowed(say("Aturan daerah tidak mengenal jabatan {title}. Minta admin memperbarui penunjukan.", title=authority.title))


def barred(policy: RegionPolicy, capacity: Capacity) -> frozenset[LetterType]:
    """The letter types that the region keeps from a capacity."""
    limits = policy.acting_limits.value if policy.acting_limits else ()
    return frozenset().union(*(limit.letter_types for limit in limits if limit.capacity == capacity))
