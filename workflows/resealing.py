"""A new seal for letters whose key was withdrawn: same letter, same number, other token and other paper.

A date that was signed with a stolen key proves nothing: the thief writes any date. What counts is the audit trail: the
letter's approval must stand in an unbroken chain, before the entry that withdrew the key.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from workflows import advance, audit, facts, trust
from workflows.actor import Actor
from workflows.errors import TransitionRefused
from workflows.facts import LetterQuestion
from workflows.letter_states import LetterState
from workflows.ports import PressedLetter
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.rules.policy import SigningMode
from workflows.states import Action, Job


class Hindrance(StrEnum):
    """Why a letter gets no new seal by itself."""

    NOT_IN_TRAIL = "NOT_IN_TRAIL"
    SIGNED_BY_HAND = "SIGNED_BY_HAND"


@dataclass(frozen=True, slots=True)
class Due:
    """A letter to press again, with the token id it is to get and the one it has now."""

    number: str
    question: LetterQuestion
    old_token_id: str
    hindrance: Hindrance | None


def waiting(session: Session, key_id: str, *, now: datetime) -> list[int]:
    """Ids of letters under a withdrawn key that could still be used."""
    check_withdrawn(session, key_id)
    alive = Letter.key_id == key_id, col(Letter.state).in_((LetterState.ISSUED, LetterState.PREPARED)), Letter.valid_until > now
    return [letter_id for letter_id in session.exec(select(Letter.id).where(*alive).order_by(col(Letter.id))) if letter_id]


def due(session: Session, letter_id: int) -> Due:
    """What to press for one letter, and what stands in the way of it."""
    letter = session.get_one(Letter, letter_id)
    case = session.get_one(Case, letter.case_id)
    question: LetterQuestion = facts.read(session, case, Job.LETTER)
    assert question.letter_id == letter_id, "a case's live letter is its newest"
    fresh = replace(question, token_id=secrets.token_hex(16))
    return Due(letter.number, fresh, letter.token_id, _hindrance(session, case, letter))


def reseal(session: Session, one: Due, pressed: PressedLetter, actor: Actor, *, now: datetime) -> bool:
    """Give the letter its new token and paper; False where it was used, revoked or sealed by somebody else meanwhile."""
    letter = session.get_one(Letter, one.question.letter_id)
    case = advance.lock_by_id(session, letter.case_id)
    session.refresh(letter)
    check_believed(session, pressed.key_id)
    if letter.token_id != one.old_token_id or letter.state not in (LetterState.ISSUED, LetterState.PREPARED):
        return False
    trust.replace_seal(session, letter, now=now)
    letter.token_id, letter.token, letter.key_id = one.question.token_id, pressed.token, pressed.key_id
    if letter.state == LetterState.ISSUED:
        letter.pdf, letter.pdf_sha256 = pressed.pdf, pressed.sha256
    else:
        letter.draft = pressed.pdf
    session.add(letter)
    session.flush()
    audit.record(session, advance.subject(case), "RESEAL", actor=actor, now=now, letter=letter.number, key=pressed.key_id)
    return True


def check_withdrawn(session: Session, key_id: str) -> None:
    """``TransitionRefused`` where a key is believed: what it sealed needs no other seal."""
    if not trust.is_withdrawn(session, key_id):
        raise TransitionRefused(f"Kunci {key_id} tidak ditarik. Surat di bawahnya berlaku dan tidak perlu segel baru.")


def check_believed(session: Session, key_id: str) -> None:
    """``TransitionRefused`` where the new seal would be worth as little as the old one."""
    if trust.is_withdrawn(session, key_id):
        raise TransitionRefused(f"Kunci {key_id} di server ini sudah ditarik. Salin folder kunci yang baru ke sini, lalu ulangi.")


def _hindrance(session: Session, case: Case, letter: Letter) -> Hindrance | None:
    if not approved_before(session, advance.subject(case), letter.key_id, letter.number):
        return Hindrance.NOT_IN_TRAIL
    signed = letter.state == LetterState.ISSUED and letter.signing_mode != SigningMode.SEAL
    return Hindrance.SIGNED_BY_HAND if signed else None


def approved_before(session: Session, trail: str, key_id: str | None, number: str | None) -> bool:
    """Whether a trail knew of this letter when the key was withdrawn: by its time and by its place in the table."""
    query = select(AuditEvent).where(AuditEvent.subject == f"key:{key_id}", AuditEvent.action == "WITHDRAW_KEY")
    withdrawal = session.exec(query).one()
    events = audit.events_of(session, trail)
    approvals = [event for event in events if event.action in (Action.APPROVE, Action.REPLACE) and event.detail.get("letter") == number]
    known = [one for one in approvals if one.at < withdrawal.at and (one.id or 0) < (withdrawal.id or 0)]
    return bool(known) and audit.verify_chain(events) is None
