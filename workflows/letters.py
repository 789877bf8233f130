"""Letters: signed with a number in the transaction of the decision, issued when the paper is complete."""

import hashlib
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import advance, facts, letter_counter, registrations, trust, webhooks
from workflows.actor import SYSTEM, Actor
from workflows.errors import Conflict, NotFound
from workflows.letter_states import LetterState
from workflows.permissions import Permission, check
from workflows.ports import PressedLetter
from workflows.records.case import Case
from workflows.records.decision import Decision
from workflows.records.letter import Letter
from workflows.records.webhook import News
from workflows.rules.guarantee import is_in_ward
from workflows.rules.policy import RegionPolicy, SigningMode
from workflows.saying import say
from workflows.states import Action, State


class SealWithdrawn(Conflict):
    """The key was withdrawn while the paper was being made or waited for its signature: it is to be made again."""

    slug = "kunci-segel-ditarik"
    sentence = "Kunci segel surat ini ditarik. Tanda tangani lagi setelah admin menyegelnya ulang (rekom keys reseal)."


def sign(session: Session, case: Case, decision: Decision, policy: RegionPolicy, *, now: datetime) -> Letter:
    """Give the letter its number, inside the transaction that decides: no gap, no reuse, no number without a letter."""
    rule = policy.letter(decision.letter_type, facts.opened_on(case))
    until = now + timedelta(hours=rule.hours(in_ward=is_in_ward(case.urgency)))
    assert decision.id is not None
    return _numbered(session, case, policy, {"decision_id": decision.id, "type": decision.letter_type, "valid_until": until}, now=now)


def renew(session: Session, case: Case, old: Letter, policy: RegionPolicy, *, now: datetime) -> Letter:
    """A letter with its own number in the place of another: same type, and good for no longer than that one."""
    return _numbered(session, case, policy, {"replaces_id": old.id, "type": old.type, "valid_until": old.valid_until}, now=now)


def _numbered(session: Session, case: Case, policy: RegionPolicy, basis: dict[str, Any], *, now: datetime) -> Letter:
    day = now.astimezone(ZoneInfo(policy.timezone)).date()
    rule = policy.letter(basis["type"], facts.opened_on(case))
    taken = letter_counter.take(session, policy, rule, day)
    assert case.id is not None
    letter = Letter(
        **basis,
        case_id=case.id,
        state=LetterState.SIGNED,
        **asdict(taken),
        signing_mode=policy.signing_mode.value,
        token_id=secrets.token_hex(16),
        hospital_code=case.hospital_code,
        valid_from=now,
        signed_at=now,
    )
    session.add(letter)
    session.flush()
    return letter


def press(session: Session, case: Case, letter_id: int, pressed: PressedLetter, *, now: datetime) -> None:
    """Store the paper. A sealed letter is complete with it and issued; others wait for a signature on it."""
    letter = session.get_one(Letter, letter_id)
    _check_key(session, pressed.key_id)
    letter.token, letter.key_id = pressed.token, pressed.key_id
    if letter.signing_mode == SigningMode.SEAL:
        complete(session, letter, pressed.pdf, now=now)
    else:
        letter.draft = pressed.pdf
        advance.move_letter(letter, LetterState.PREPARED)
    session.add(letter)
    session.flush()
    advance.settle(session, case, now=now)


def complete(session: Session, letter: Letter, pdf: bytes, *, now: datetime) -> None:
    """Make the paper final: from here on not a byte of it changes, and a desk can check it."""
    _check_key(session, letter.key_id)
    letter.pdf, letter.pdf_sha256, letter.draft = pdf, hashlib.sha256(pdf).hexdigest(), None
    letter.issued_at = now
    advance.move_letter(letter, LetterState.ISSUED)
    session.add(letter)
    session.flush()
    webhooks.tell(session, session.get_one(Case, letter.case_id), letter, News.LETTER_ISSUED, now=now)


def revoke(session: Session, case: Case, actor: Actor, *, reason: str, now: datetime) -> Letter:
    """Withdraw the case's issued letter with a reason; the number stays used."""
    check(actor, Permission.REVOKE_LETTER)
    letter = live_letter(session, case)
    advance.move_letter(letter, LetterState.REVOKED)
    letter.revoked_at, letter.revoked_by, letter.revoked_reason = now, actor.id, reason
    session.add(letter)
    advance.advance(session, case, Action.REVOKE, actor, now=now, letter=letter.number, reason=reason)
    trust.revoke(session, letter, now=now)
    webhooks.tell(session, case, letter, News.LETTER_REVOKED, now=now)
    return letter


ON_TO_BPJS = frozenset({State.REGISTERING, State.ACTIVE})
"""States that a letter's end does not touch: the case goes on with its registration."""


def expire(session: Session, case: Case, *, now: datetime) -> None:
    """Close a letter whose time is over and that nobody used; a case whose registration is on its way goes on with that."""
    letter = live_letter(session, case)
    if letter.state == LetterState.ISSUED and letter.valid_until <= now:
        advance.move_letter(letter, LetterState.EXPIRED)
        session.add(letter)
        if case.closed_at is None and case.state not in ON_TO_BPJS:
            way = Action.AWAIT if registrations.on_its_way(session, case) else Action.EXPIRE
            advance.advance(session, case, way, SYSTEM, now=now, letter=letter.number)
        webhooks.tell(session, case, letter, News.LETTER_EXPIRED, now=now)


def overdue(session: Session, *, now: datetime, limit: int = 100) -> list[int]:
    """Ids of cases whose issued letter ran out."""
    query = select(Letter.case_id).where(Letter.state == LetterState.ISSUED, Letter.valid_until <= now)
    return list(session.exec(query.order_by(col(Letter.valid_until)).limit(limit)))


def live_letter(session: Session, case: Case) -> Letter:
    """The case's newest letter; ``NotFound`` where it has none."""
    letter = newest_letter(session, case)
    if letter is None:
        raise NotFound(say("Berkas ini belum mempunyai surat."))
    return letter


def newest_letter(session: Session, case: Case) -> Letter | None:
    """The case's newest letter, if any."""
    return session.exec(select(Letter).where(Letter.case_id == case.id).order_by(col(Letter.id).desc()).limit(1)).first()


def _check_key(session: Session, key_id: str | None) -> None:
    if trust.is_withdrawn(session, key_id):
        raise SealWithdrawn
