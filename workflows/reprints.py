"""Printing a letter again: marked, counted and in the audit trail; number and token stay what they are."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import advance, audit, facts, letters
from workflows.actor import Actor
from workflows.errors import TransitionRefused
from workflows.facts import LetterQuestion
from workflows.letter_states import LetterState
from workflows.permissions import Permission, check
from workflows.records.letter import Letter
from workflows.records.reprint import Reprint
from workflows.states import Job

PRINTABLE = frozenset({LetterState.ISSUED, LetterState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Copy:
    """What the press needs for one marked copy."""

    question: LetterQuestion
    token: str
    ordinal: int


def take(session: Session, ticket: str, actor: Actor, *, now: datetime) -> Copy:
    """Count one more copy of a case's letter; the paper is set afterwards, outside the transaction."""
    check(actor, Permission.READ_LETTER)
    case = advance.lock(session, ticket, actor)
    letter = letters.live_letter(session, case)
    if letter.state not in PRINTABLE or letter.token is None or letter.id is None:
        raise TransitionRefused("Hanya surat yang berlaku dapat dicetak ulang. Muat ulang berkas.")
    ordinal = len(of_letter(session, letter)) + 1
    session.add(Reprint(letter_id=letter.id, ordinal=ordinal, printed_by=actor.person_id, printed_at=now))
    session.flush()
    audit.record(session, advance.subject(case), "REPRINT", actor=actor, now=now, letter=letter.number, ordinal=ordinal)
    question: LetterQuestion = facts.read(session, case, Job.LETTER)
    return Copy(question, letter.token, ordinal)


def of_letter(session: Session, letter: Letter) -> list[Reprint]:
    """Every copy so far, oldest first."""
    return list(session.exec(select(Reprint).where(Reprint.letter_id == letter.id).order_by(col(Reprint.ordinal))))
