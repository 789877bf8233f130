"""Taking a member off the region's list: a case of its own for letter D, decided by four eyes like any other.

The seat becomes free when the letter is issued; until then the member keeps it.
"""

from datetime import datetime

from sqlmodel import Session

from workflows import advance, audit, intake, seats
from workflows.actor import Actor
from workflows.errors import TransitionRefused
from workflows.intake import Intake
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.removal import Removal
from workflows.rules.policy import RegionPolicy
from workflows.vocabulary import LetterType, RemovalReason


def start(
    session: Session, member: Case, reason: RemovalReason, evidence: str, policy: RegionPolicy, actor: Actor, *, now: datetime
) -> Case:
    """Open the case; ``member`` is the closed case that brought the person onto the list and holds the seat.

    ``TransitionRefused`` where no seat is held, ``OpenCaseExists`` where the person has an open case.
    """
    check(actor, Permission.START_REMOVAL)
    if member.closed_at is None or seats.live_seat(session, member) is None:
        raise TransitionRefused("Orang ini tidak memegang kursi dari berkas ini. Buka berkas yang menjadikannya peserta.")
    case = intake.open_application(session, _as_intake(member), actor, policy, now=now)
    case.letter_type = LetterType.PENCABUTAN
    session.add(case)
    session.flush()
    assert case.id is not None and member.id is not None
    session.add(Removal(case_id=case.id, reason=reason, evidence=evidence, member_case_id=member.id))
    session.flush()
    detail = {"kind": LetterType.PENCABUTAN.value, "removal": reason.value, "evidence": evidence, "member": member.ticket}
    audit.record(session, advance.subject(case), "START_REMOVAL", actor=actor, now=now, **detail)
    return case


def _as_intake(member: Case) -> Intake:
    known = {
        name: getattr(member, name) for name in ("nik", "name", "birth_date", "phone", "kk", "address", "domicile_code", "resident_since")
    }
    return Intake(**known)
