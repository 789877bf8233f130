"""A hospital's accepted letters: today's, and the number its own system gave the stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import advance, audit
from workflows.actor import Actor
from workflows.errors import NotFound
from workflows.permissions import Permission, check
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.letter import Letter

NOT_HERE = "Rumah sakit Anda tidak menerima surat ini. Periksa letter_id, atau periksa suratnya lagi."


@dataclass(frozen=True, slots=True)
class Accepted:
    """One letter a hospital accepted."""

    letter: Letter
    case: Case
    acceptance: Acceptance


def accepted_on(session: Session, actor: Actor, day: date, timezone: str) -> Sequence[Accepted]:
    """What the actor's hospital accepted on a day of its own calendar, in order."""
    check(actor, Permission.ACCEPT_LETTER)
    begins = datetime.combine(day, time(), ZoneInfo(timezone))
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone))
    query = _accepted().where(Acceptance.hospital_code == actor.hospital_code)
    query = query.where(Acceptance.accepted_at >= begins, Acceptance.accepted_at < ends)
    return [Accepted(*row) for row in session.exec(query.order_by(col(Acceptance.accepted_at), col(Letter.id)))]


def note_registration(session: Session, token_id: str, number: str, actor: Actor, *, now: datetime) -> Accepted:
    """Keep or mend the hospital's own number of the stay; only the hospital that accepted the letter may."""
    check(actor, Permission.ACCEPT_LETTER)
    case_id = session.exec(select(Letter.case_id).where(Letter.token_id == token_id)).first()
    if case_id is None:
        raise NotFound(NOT_HERE)
    case = advance.lock_by_id(session, case_id)
    row = session.exec(_accepted().where(Letter.token_id == token_id, Acceptance.hospital_code == actor.hospital_code)).first()
    if row is None:
        raise NotFound(NOT_HERE)
    found = Accepted(*row)
    if found.acceptance.registration_number != number:
        found.acceptance.registration_number = number
        session.add(found.acceptance)
        audit.record(session, advance.subject(case), "NOTE_REGISTRATION", actor=actor, now=now, letter=found.letter.number)
    return found


def _accepted() -> Any:
    query = select(Letter, Case, Acceptance).join(Case, col(Case.id) == Letter.case_id)
    return query.join(Acceptance, col(Acceptance.letter_id) == Letter.id)
