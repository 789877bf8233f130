"""When a patient dies: everything stops, the seat is free, a letter nobody used is taken back. Nobody has to ask for it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from workflows import advance, letters, trust, webhooks
from workflows.actor import Actor
from workflows.errors import InvalidInput
from workflows.letter_states import LetterState
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.records.objection import DeathNotice
from workflows.records.webhook import News
from workflows.saying import say
from workflows.states import Action

REASON = "Pasien wafat"
UNUSED = frozenset({LetterState.SIGNED, LetterState.PREPARED, LetterState.ISSUED})


@dataclass(frozen=True, slots=True)
class Death:
    """When, and who told the office; ``note`` names a paper seen, if any."""

    died_on: date
    told_by: str
    note: str | None = None


def record_death(session: Session, case: Case, death: Death, actor: Actor, *, now: datetime) -> DeathNotice:
    """Close the case and free its seat, a member's too. Of a case that is closed already the seat is freed by ``seats.set_free``."""
    check(actor, Permission.RECORD_DEATH)
    advance.find(case.state, Action.RECORD_DEATH)
    if death.died_on < case.birth_date and not case.birth_estimated:
        raise InvalidInput(say("Tanggal wafat sebelum tanggal lahir. Periksa lagi."), field="died_on")
    assert case.id is not None
    notice = DeathNotice(
        case_id=case.id, died_on=death.died_on, told_by=death.told_by, note=death.note, recorded_by=actor.person_id, recorded_at=now
    )
    session.add(notice)
    session.flush()
    letter = letters.newest_letter(session, case)
    taken_back = letter if letter and letter.state in UNUSED else None
    if taken_back:
        _take_back(session, case, taken_back, actor, now=now)
    number = {"letter": taken_back.number} if taken_back else {}
    advance.advance(session, case, Action.RECORD_DEATH, actor, now=now, told_by=death.told_by, **number)
    return notice


def _take_back(session: Session, case: Case, letter: Letter, actor: Actor, *, now: datetime) -> None:
    was_out = letter.state is LetterState.ISSUED
    advance.move_letter(letter, LetterState.REVOKED)
    letter.revoked_at, letter.revoked_by, letter.revoked_reason = now, actor.id, REASON
    session.add(letter)
    session.flush()
    if was_out:
        trust.revoke(session, letter, now=now)
        webhooks.tell(session, case, letter, News.LETTER_REVOKED, now=now)
