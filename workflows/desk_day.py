"""The letters a hospital has: a day's, accepted or moved here, and the number its own system gave the stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import advance, audit
from workflows.actor import Actor
from workflows.desk import PAPERS
from workflows.errors import NotFound
from workflows.permissions import Permission, check
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.records.transfer import Transfer, TransferOutcome
from workflows.saying import say

NOT_HERE = say("Rumah sakit Anda tidak menerima surat ini. Periksa letter_id, atau periksa suratnya lagi.")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One letter a hospital has: accepted here, or moved here from the hospital that accepted it. ``at`` is when it came."""

    letter: Letter
    case: Case
    at: datetime
    registration_number: str | None


def accepted_on(session: Session, actor: Actor, day: date, timezone: str) -> Sequence[Accepted]:
    """What the actor's hospital accepted or took over on a day of its own calendar, in order."""
    check(actor, Permission.ACCEPT_LETTER)
    begins = datetime.combine(day, time(), ZoneInfo(timezone))
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone))
    here, there = Acceptance.hospital_code == actor.hospital_code, Acceptance.hospital_code != actor.hospital_code
    accepted = _accepted().where(here, Acceptance.accepted_at >= begins, Acceptance.accepted_at < ends)
    taken = _taken(actor).where(there, col(Transfer.decided_at) >= begins, col(Transfer.decided_at) < ends)
    found = [_here(*row) for row in session.exec(accepted)] + [_moved(*row) for row in session.exec(taken)]
    return sorted(found, key=lambda one: (one.at, one.letter.id or 0))


def note_registration(session: Session, token_id: str, number: str, actor: Actor, *, now: datetime) -> Accepted:
    """Keep or mend the number a hospital gave the stay there: the one that accepted the letter, or one it was moved to."""
    check(actor, Permission.ACCEPT_LETTER)
    case_id = session.exec(select(Letter.case_id).where(Letter.token_id == token_id)).first()
    if case_id is None:
        raise NotFound(NOT_HERE)
    case = advance.lock_by_id(session, case_id)
    accepted = session.exec(_accepted().where(Letter.token_id == token_id, Acceptance.hospital_code == actor.hospital_code)).first()
    newest = _taken(actor).where(Letter.token_id == token_id).order_by(col(Transfer.id).desc())
    moved = None if accepted else session.exec(newest).first()
    row = accepted or moved
    if row is None:
        raise NotFound(NOT_HERE)
    letter, _, stay = row
    if stay.registration_number != number:
        stay.registration_number = number
        session.add(stay)
        audit.record(session, advance.subject(case), "NOTE_REGISTRATION", actor=actor, now=now, letter=letter.number)
    return _here(*row) if accepted else _moved(*row)


def _here(letter: Letter, case: Case, acceptance: Acceptance) -> Accepted:
    return Accepted(letter, case, acceptance.accepted_at, acceptance.registration_number)


def _moved(letter: Letter, case: Case, moved: Transfer) -> Accepted:
    return Accepted(letter, case, moved.decided_at or moved.requested_at, moved.registration_number)


def _accepted() -> Any:
    query = select(Letter, Case, Acceptance).options(*PAPERS).join(Case, col(Case.id) == Letter.case_id)
    return query.join(Acceptance, col(Acceptance.letter_id) == Letter.id)


def _taken(actor: Actor) -> Any:
    """Letters in use that the office moved to the actor's hospital."""
    query = select(Letter, Case, Transfer).options(*PAPERS).join(Case, col(Case.id) == Letter.case_id)
    query = query.join(Acceptance, col(Acceptance.letter_id) == Letter.id).join(Transfer, col(Transfer.letter_id) == Letter.id)
    return query.where(Transfer.to_hospital == actor.hospital_code, Transfer.outcome == TransferOutcome.CONFIRMED)
