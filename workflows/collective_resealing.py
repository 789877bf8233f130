"""A new seal for letters E whose key was withdrawn, by the same proof as every letter's (``workflows.resealing``)."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import audit, collective, collective_paper, trust
from workflows.actor import Actor
from workflows.collective_paper import CollectiveQuestion
from workflows.collective_states import CollectiveStatus
from workflows.ports import PressedLetter
from workflows.records.collective import CollectiveLetter
from workflows.resealing import Hindrance, approved_before, check_believed, check_withdrawn
from workflows.rules.policy import SigningMode

USABLE = (CollectiveStatus.ISSUED, CollectiveStatus.PREPARED)


@dataclass(frozen=True, slots=True)
class CollectiveDue:
    """A letter to press again, with the token id it is to get and the one it has now."""

    number: str
    question: CollectiveQuestion
    token_id: str
    old_token_id: str
    hindrance: Hindrance | None


def waiting(session: Session, key_id: str, *, now: datetime) -> list[int]:
    """Ids of letters under a withdrawn key that could still be used."""
    check_withdrawn(session, key_id)
    alive = CollectiveLetter.key_id == key_id, col(CollectiveLetter.status).in_(USABLE), col(CollectiveLetter.valid_until) > now
    return [one for one in session.exec(select(CollectiveLetter.id).where(*alive).order_by(col(CollectiveLetter.id))) if one]


def due(session: Session, letter_id: int) -> CollectiveDue:
    """What to press for one letter, and what stands in the way of it."""
    letter = session.get_one(CollectiveLetter, letter_id)
    assert letter.number and letter.token_id, "what has a paper has a number"
    question = collective_paper.question_of(session, letter)
    return CollectiveDue(letter.number, question, secrets.token_hex(16), letter.token_id, _hindrance(session, letter))


def reseal(session: Session, one: CollectiveDue, pressed: PressedLetter, actor: Actor, *, now: datetime) -> bool:
    """Give the letter its new token and paper; False where it ended or was sealed by somebody else meanwhile."""
    letter = collective.lock_by_id(session, one.question.letter.id or 0)
    check_believed(session, pressed.key_id)
    if letter.token_id != one.old_token_id or letter.status not in USABLE:
        return False
    trust.replace_seal(session, letter, now=now)
    letter.token_id, letter.token, letter.key_id = one.token_id, pressed.token, pressed.key_id
    if letter.status == CollectiveStatus.ISSUED:
        letter.pdf, letter.pdf_sha256 = pressed.pdf, pressed.sha256
    else:
        letter.draft = pressed.pdf
    session.add(letter)
    session.flush()
    audit.record(session, collective.subject(letter), "RESEAL", actor=actor, now=now, letter=letter.number, key=pressed.key_id)
    return True


def _hindrance(session: Session, letter: CollectiveLetter) -> Hindrance | None:
    if not approved_before(session, collective.subject(letter), letter.key_id, letter.number):
        return Hindrance.NOT_IN_TRAIL
    signed = letter.status == CollectiveStatus.ISSUED and letter.signing_mode != SigningMode.SEAL
    return Hindrance.SIGNED_BY_HAND if signed else None
