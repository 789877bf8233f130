"""Delegation: the head lets somebody sign until a day; it ends by itself that evening, or at once when taken back.

Only who holds the office or acts for a time (Plt.) delegates; a delegate does not delegate on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import audit, staffing
from workflows.actor import Actor
from workflows.appointments import Appointment
from workflows.authority import authorities_of, barred
from workflows.errors import Conflict, InvalidInput, NotAllowed, NotFound
from workflows.permissions import Permission, check
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff, StaffRole
from workflows.rules.letter_terms import NAMES
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.states import Role
from workflows.vocabulary import Capacity, LetterType

CAPACITIES = (Capacity.PLH, Capacity.AN)
GIVERS = (Capacity.DEFINITIF, Capacity.PLT)


@dataclass(frozen=True, slots=True)
class Delegation:
    """Whom, in which capacity, from the first day to the last; no letter type means all."""

    username: str
    capacity: Capacity
    first: date
    last: date
    position: str | None = None
    letter_types: frozenset[LetterType] = frozenset()


def delegate(session: Session, given: Delegation, actor: Actor, policy: RegionPolicy, *, now: datetime) -> SigningAuthority:
    """Let a person of the office sign; ``NotAllowed`` where the giver's own authority does not reach that far."""
    own = _own(session, actor, policy.timezone, now=now)
    if given.capacity not in CAPACITIES:
        raise InvalidInput(say("Delegasi hanya sebagai Plh. atau a.n. Untuk Plt., hubungi admin kantor."))
    if given.first < now.astimezone(ZoneInfo(policy.timezone)).date():
        raise InvalidInput(say("Hari pertama sudah lewat. Mulai hari ini, atau sesudahnya."))
    if own.valid_to is not None and given.last > own.valid_to:
        raise NotAllowed(
            say("Kewenangan Anda sendiri berakhir pada {valid_to}. Pilih hari terakhir sebelum itu.", valid_to=f"{own.valid_to:%d-%m-%Y}")
        )
    person = staffing.find(session, given.username)
    if person.id == actor.id or person.region_code != actor.region_code:
        raise InvalidInput(say("Pilih petugas lain di kantor Anda sendiri."))
    new = Appointment(given.capacity, own.title, given.first, given.last, given.position, _types(given, own, policy))
    return staffing.give_authority(session, person, new, actor, now=now, delegated_by=actor.person_id)


def take_back(session: Session, number: int, actor: Actor, timezone: str, *, now: datetime) -> SigningAuthority:
    """End one's delegation at once; what was signed under it stands. One that never began goes altogether."""
    check(actor, Permission.DELEGATE)
    authority = session.exec(select(SigningAuthority).where(SigningAuthority.id == number).with_for_update(key_share=True)).first()
    if authority is None or authority.delegated_by != actor.id:
        raise NotFound(say("Delegasi ini tidak ada, atau bukan dari Anda. Muat ulang halaman."))
    start = datetime.combine(authority.valid_from, time(), ZoneInfo(timezone))
    if _is_over(authority, timezone, now):
        raise Conflict(say("Delegasi ini sudah berakhir. Muat ulang halaman."))
    if start >= now:
        session.delete(authority)
    else:
        authority.starts_at, authority.ends_at = start, now
        session.add(authority)
    session.flush()
    audit.record(session, f"staff:{authority.staff_id}", "TAKE_BACK", actor=actor, now=now, authority=number)
    return authority


def given_by(session: Session, actor: Actor, timezone: str, *, now: datetime) -> Sequence[tuple[SigningAuthority, Staff]]:
    """One's delegations that are not over, the next to end first."""
    query = select(SigningAuthority, Staff).join(Staff, col(Staff.id) == SigningAuthority.staff_id)
    found = session.exec(query.where(SigningAuthority.delegated_by == actor.id).order_by(col(SigningAuthority.valid_to))).all()
    return [(authority, person) for authority, person in found if not _is_over(authority, timezone, now)]


def candidates(session: Session, actor: Actor) -> Sequence[Staff]:
    """Who may be chosen: people of the own office, admins aside."""
    admins = select(StaffRole.staff_id).where(StaffRole.role == Role.ADMIN)
    query = select(Staff).where(
        Staff.region_code == actor.region_code, col(Staff.hospital_code).is_(None), col(Staff.disabled_at).is_(None), Staff.id != actor.id
    )
    return session.exec(query.where(col(Staff.id).not_in(admins)).order_by(Staff.name)).all()


def _own(session: Session, actor: Actor, timezone: str, *, now: datetime) -> SigningAuthority:
    check(actor, Permission.DELEGATE)
    for authority in authorities_of(session, actor.person_id, actor.region_code, timezone, now=now):
        if authority.capacity in GIVERS and authority.delegated_by is None:
            return authority
    raise NotAllowed(say("Hanya Kepala Dinas atau Plt. yang dapat mewakilkan. Mintalah mereka melakukannya."))


def _types(given: Delegation, own: SigningAuthority, policy: RegionPolicy) -> frozenset[LetterType]:
    """What the delegate may sign, never more than the giver; empty for every type."""
    every = frozenset(LetterType)
    may = (frozenset(map(LetterType, own.letter_types)) if own.letter_types else every) - barred(policy, own.capacity)
    wanted = given.letter_types or may
    if not wanted or not wanted <= may:
        told = ", ".join(sorted(NAMES[kind].lower() for kind in wanted - may)) or say("surat apa pun")
        raise NotAllowed(say("Anda sendiri tidak boleh menandatangani {told}. Pilih jenis surat lain.", told=told))
    return frozenset() if wanted == every else wanted


def _is_over(authority: SigningAuthority, timezone: str, now: datetime) -> bool:
    assert authority.valid_to is not None
    return authority.valid_to < now.astimezone(ZoneInfo(timezone)).date() or (authority.ends_at is not None and authority.ends_at <= now)
