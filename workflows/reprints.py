"""Handing a letter out: the original once, then copies that are marked, counted and in the audit trail.

Number and token stay what they are, so that every desk takes a marked copy as it takes the original. That is why an original
whose download was lost comes again as a copy: nobody can tell a lost download from one that was kept, and no patient waits for it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from workflows import advance, audit, facts, letters
from workflows.actor import Actor
from workflows.erasing import is_erased
from workflows.errors import NotFound, TransitionRefused
from workflows.facts import LetterQuestion
from workflows.letter_states import LetterState
from workflows.permissions import Permission, check
from workflows.records.letter import Letter
from workflows.records.reprint import Reprint
from workflows.retention import Erased
from workflows.saying import say
from workflows.states import Job

PRINTABLE = frozenset({LetterState.ISSUED, LetterState.ACCEPTED})
ORIGINAL = 0
"""The ordinal of the paper as it was made."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One paper to hand out: the original as it is, or what the press needs for a marked copy."""

    question: LetterQuestion
    original: bytes
    token: str
    ordinal: int


def take(session: Session, ticket: str, actor: Actor, *, now: datetime) -> Copy:
    """Count one more paper of a case's letter; a marked one is set afterwards, outside the transaction.

    ``NotFound`` where there is no paper yet, ``TransitionRefused`` where the letter is good no more, ``Erased``
    where its time is over.
    """
    check(actor, Permission.READ_LETTER)
    case = advance.lock(session, ticket, actor)
    if is_erased(session, case):
        raise Erased
    letter = letters.live_letter(session, case)
    if letter.pdf is None or letter.token is None or letter.id is None:
        raise NotFound(say("Surat untuk berkas ini belum terbit."))
    if letter.state not in PRINTABLE:
        raise TransitionRefused(say("Hanya surat yang berlaku dapat dicetak. Muat ulang berkas."))
    ordinal = next_ordinal(session, letter)
    session.add(Reprint(letter_id=letter.id, ordinal=ordinal, printed_by=actor.person_id, printed_at=now))
    session.flush()
    action = "REPRINT" if ordinal else "PRINT"
    audit.record(session, advance.subject(case), action, actor=actor, now=now, letter=letter.number, ordinal=ordinal)
    question: LetterQuestion = facts.read(session, case, Job.LETTER)
    return Copy(question, letter.pdf, letter.token, ordinal)


def next_ordinal(session: Session, letter: Letter) -> int:
    """Which paper the next one is. A letter of which there are copies had its original, counted or not."""
    last = func.coalesce(func.max(col(Reprint.ordinal)), ORIGINAL - 1)
    return int(session.exec(select(last).where(Reprint.letter_id == letter.id)).one()) + 1
