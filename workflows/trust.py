"""What verifiers without network are told: letters not good any more and keys not believed any more, under one counter.

Each entry takes the next number in the transaction of what it tells, so no bundle can be newer than another and know less.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from workflows import audit
from workflows.actor import Actor
from workflows.letter_states import LetterState
from workflows.records.collective import CollectiveLetter
from workflows.records.letter import Letter
from workflows.records.trust import TrustCounter, TrustEntry, TrustKind

COUNTER = "bundle"
RAN_OUT = "RAN_OUT"
TOLD_AFTER_THE_END = timedelta(days=1)
"""How long a letter that ran out stays in the list: some clocks at desks are slow."""


@dataclass(frozen=True, slots=True)
class Told:
    """The list as a bundle carries it. ``gone`` were revoked or got a new seal."""

    counter: int
    gone: frozenset[str]
    used: frozenset[str]
    withdrawn: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the list needs of a letter that is about no single case."""

    token_id: str
    valid_until: datetime


def revoke(session: Session, letter: Letter | Sealed, *, now: datetime) -> None:
    """The letter was revoked."""
    _tell_of(session, letter, TrustKind.REVOKED, now=now)


def use(session: Session, letter: Letter, *, now: datetime) -> None:
    """The letter was accepted by a hospital."""
    _tell_of(session, letter, TrustKind.USED, now=now)


def replace_seal(session: Session, letter: Letter | CollectiveLetter, *, now: datetime) -> None:
    """The letter is about to get another token; the one it has is kept as a digest, to be recognised."""
    assert letter.token and letter.token_id and letter.valid_until
    _tell_of(session, Sealed(letter.token_id, letter.valid_until), TrustKind.REPLACED, now=now, token_sha256=_digest(letter.token))


def withdraw_key(session: Session, key_id: str, actor: Actor, *, now: datetime, **detail: int) -> bool:
    """Stop believing a key, for every check from this transaction on; False where it was withdrawn before."""
    counter = _next(session)  # first, so that two who withdraw the same key come one after the other
    if is_withdrawn(session, key_id):
        return False
    session.add(TrustEntry(counter=counter, kind=TrustKind.KEY_WITHDRAWN, key_id=key_id, at=now))
    session.flush()
    audit.record(session, f"key:{key_id}", "WITHDRAW_KEY", actor=actor, now=now, **detail)
    return True


def withdrawn_at(session: Session, key_id: str) -> datetime | None:
    """Since when a key is not believed."""
    return session.exec(select(TrustEntry.at).where(TrustEntry.key_id == key_id)).first()


def is_withdrawn(session: Session, key_id: str | None) -> bool:
    """Whether a key is not believed any more."""
    return key_id is not None and withdrawn_at(session, key_id) is not None


def withdrawn_keys(session: Session) -> frozenset[str]:
    """Ids of all keys not believed any more."""
    return frozenset(key_id for key_id in session.exec(select(TrustEntry.key_id).where(col(TrustEntry.key_id).is_not(None))) if key_id)


def was_replaced(session: Session, token: str) -> bool:
    """Whether exactly this token was on a letter of ours that has another one now."""
    return session.exec(select(TrustEntry.counter).where(TrustEntry.token_sha256 == _digest(token))).first() is not None


def counter(session: Session) -> int:
    """The newest bundle's counter."""
    return session.exec(select(TrustCounter.last).where(TrustCounter.name == COUNTER)).one()


def raise_counter(session: Session, least: int, actor: Actor, *, now: datetime) -> int:
    """After a restored backup: go on above a bundle that verifiers already hold."""
    higher = update(TrustCounter).where(col(TrustCounter.name) == COUNTER, col(TrustCounter.last) < least).values(last=least)
    if session.exec(higher).rowcount:
        audit.record(session, "bundle", "RAISE_COUNTER", actor=actor, now=now, counter=least)
    return counter(session)


def told(session: Session, *, now: datetime) -> Told:
    """Everything a bundle of this moment tells; letters that ran out long ago are left to their own date."""
    last = counter(session)
    current = (col(TrustEntry.valid_until) > now - TOLD_AFTER_THE_END) & (col(TrustEntry.counter) <= last)
    used: set[str] = set()
    gone: set[str] = set()
    for kind, token_id in session.exec(select(TrustEntry.kind, TrustEntry.token_id).where(current)):
        (used if kind == TrustKind.USED else gone).add(str(token_id))
    return Told(last, frozenset(gone), frozenset(used), withdrawn_keys(session))


def letters_under(session: Session, key_id: str, *, now: datetime) -> dict[str, int]:
    """How many letters a key sealed, by state; ``RAN_OUT`` are those whose time is over, swept or not."""
    counts: dict[str, int] = {}
    for table, state in ((Letter, col(Letter.state)), (CollectiveLetter, col(CollectiveLetter.status))):
        ran_out = (col(table.valid_until) <= now).label("ran_out")
        query = select(state, ran_out, func.count()).where(table.key_id == key_id).group_by(state, ran_out)
        for name, over, number in session.exec(query):
            ended = name == LetterState.EXPIRED or (over and name in (LetterState.ISSUED, LetterState.PREPARED))
            told = RAN_OUT if ended else name.value
            counts[told] = counts.get(told, 0) + number
    return counts


def _tell_of(session: Session, letter: Letter | Sealed, kind: TrustKind, *, now: datetime, token_sha256: str | None = None) -> None:
    if session.exec(select(TrustEntry.counter).where(TrustEntry.token_id == letter.token_id)).first() is None:
        entry = TrustEntry(counter=_next(session), kind=kind, token_id=letter.token_id, valid_until=letter.valid_until, at=now)
        entry.token_sha256 = token_sha256
        session.add(entry)
        session.flush()


def _next(session: Session) -> int:
    # The row stays locked until the commit: entries become visible in the order of their numbers.
    raised = update(TrustCounter).where(col(TrustCounter.name) == COUNTER).values(last=TrustCounter.last + 1)
    return int(session.exec(raised.returning(col(TrustCounter.last))).scalar_one())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
