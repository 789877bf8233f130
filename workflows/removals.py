"""Taking a member off the region's list: a case of its own for letter D, decided by four eyes like any other.

The seat becomes free when the letter is issued; until then the member keeps it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workflows import advance, audit, extracts, intake, seats
from workflows.actor import Actor
from workflows.errors import InvalidInput, TransitionRefused
from workflows.intake import Intake
from workflows.permissions import Permission, check
from workflows.ports import Segment
from workflows.records.case import Case
from workflows.records.removal import Removal
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.vocabulary import LetterType, RemovalReason

NOT_LISTED = say("Berkas peserta terbaru tidak memuat orang ini. Tulis bukti bahwa ia peserta daerah, misalnya kartu atau jawaban BPJS.")


@dataclass(frozen=True, slots=True)
class OlderMember:
    """A member without a case here: who, the evidence for the reason, and what shows the membership where no file does."""

    intake: Intake
    evidence: str
    seen: str | None = None


def start(
    session: Session, member: Case, reason: RemovalReason, evidence: str, policy: RegionPolicy, actor: Actor, *, now: datetime
) -> Case:
    """Open the case; ``member`` is the closed case that brought the person onto the list and holds the seat.

    ``TransitionRefused`` where no seat is held, ``OpenCaseExists`` where the person has an open case.
    """
    check(actor, Permission.START_REMOVAL)
    if member.closed_at is None or seats.live_seat(session, member) is None:
        raise TransitionRefused(say("Orang ini tidak memegang kursi dari berkas ini. Buka berkas yang menjadikannya peserta."))
    case = _open(session, _as_intake(member), actor, policy, now=now)
    assert case.id is not None and member.id is not None
    removal = Removal(case_id=case.id, reason=reason, evidence=evidence, member_case_id=member.id)
    _begin(session, case, removal, actor, now=now, member=member.ticket)
    return case


def start_older(session: Session, older: OlderMember, reason: RemovalReason, policy: RegionPolicy, actor: Actor, *, now: datetime) -> Case:
    """Open the case of a member who has none here, for she is older than this system; the region's member file names her, or an
    officer says what was seen. No seat of ours hangs on it.

    ``TransitionRefused`` where a case of hers holds a seat, ``InvalidInput`` where neither file nor word says she is a member.
    """
    check(actor, Permission.START_REMOVAL)
    assert older.intake.nik is not None
    holding = seats.holder_of(session, older.intake.nik)
    if holding is not None:
        raise TransitionRefused(
            say("Orang ini menjadi peserta lewat berkas {holding}. Buka berkas itu, lalu cabut dari sana.", holding=holding)
        )
    listed = _listed_in(session, older.intake.nik)
    if listed is None and older.seen is None:
        raise InvalidInput(NOT_LISTED, field="member_seen")
    case = _open(session, older.intake, actor, policy, now=now)
    assert case.id is not None
    known = {"extract_id": listed} if listed is not None else {"member_seen": older.seen}
    removal = Removal(case_id=case.id, reason=reason, evidence=older.evidence, **known)
    _begin(session, case, removal, actor, now=now, **known)
    return case


def _open(session: Session, intake_: Intake, actor: Actor, policy: RegionPolicy, *, now: datetime) -> Case:
    case = intake.open_application(session, intake_, actor, policy, now=now)
    case.letter_type = LetterType.PENCABUTAN
    session.add(case)
    session.flush()
    return case


def _begin(session: Session, case: Case, removal: Removal, actor: Actor, *, now: datetime, **known: object) -> None:
    session.add(removal)
    session.flush()
    detail = {"kind": LetterType.PENCABUTAN.value, "removal": removal.reason.value, "evidence": removal.evidence, **known}
    audit.record(session, advance.subject(case), "START_REMOVAL", actor=actor, now=now, **detail)


def _listed_in(session: Session, nik: str) -> int | None:
    """The newest member file that knows the person, where it lists her in the region's own segment."""
    extract, row = extracts.newest_member(session, nik) or (None, None)
    ours = row is not None and row.fault is None and row.segment == Segment.PEMDA
    return extract.id if extract is not None and ours else None


def _as_intake(member: Case) -> Intake:
    known = {
        name: getattr(member, name) for name in ("nik", "name", "birth_date", "phone", "kk", "address", "domicile_code", "resident_since")
    }
    return Intake(**known)
