"""R9: the audit trail is edited behind the program's back, each time in another way; the walk and a witness kept outside must see it.

The walk alone sees a broken link; a chain that is cut, left out or rewritten from a link on is whole again and only contradicts
the root that somebody else holds.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from tests.chaos.loads import again
from tests.chaos.results import Result
from tests.load.alone import an_office
from tests.office import Office
from workflows import checkpoints
from workflows.actor import Actor
from workflows.audit import GENESIS, event_hash, link_hash
from workflows.records.audit_event import AuditEvent, canonical

CASES, CHAIN = 40, 20
FILLED_AT_ONCE = 20_000
LIMIT = 10.0
"""Seconds of one processor that a million events may take to be walked; fewer take their share of it, and a second more."""
MILLION = 1_000_000
COLUMNS = ("subject", "sequence", "at", "actor_id", "actor_name", "action", "detail", "previous_hash", "hash")
Edit = Callable[[Session, random.Random], str]


def run(size: int, seed: int, *, verified: int = MILLION) -> Result:
    """So many edits, each taken back before the next; then the time that ``verified`` events take to be walked."""
    began, dice, wrong = time.monotonic(), random.Random(seed), []
    with an_office() as office:
        _fill(office, CASES * CHAIN)
        _open_the_table(office)
        whole = _walked(office)
        for number in range(size):
            edit = EDITS[number % len(EDITS)]
            done, seen = _tried(office, edit, dice, whole)
            if not seen:
                wrong.append(f"edit {number}: {done}")
        _fill(office, verified)
        seconds, events = _timed(office)
    allowed = LIMIT * min(events / MILLION, 1) + (events < MILLION)
    missed = (f"{events:,} events took {seconds:.1f} s to be walked, more than {allowed:.1f}",) if seconds > allowed else ()
    figures = {"kinds of edits": len(EDITS), "events verified": events, "seconds of one processor": round(seconds, 1)}
    about = f"{size:,} edits of the audit trail behind its back: each found by the walk or by a witness outside"
    about += f"; {events:,} events walked in {seconds:.1f} s"
    return Result("R9", about, size, tuple(wrong), seed, again("R9", size, seed), time.monotonic() - began, figures, missed)


def _fill(office: Office, count: int) -> None:
    """Good chains of ``CHAIN`` events, written in bulk."""
    actor, now = office.actor("rs"), office.clock()
    with office.write() as session:
        rows = _rows(actor, now, checkpoints.newest_event(session), count)
        while some := list(islice(rows, FILLED_AT_ONCE)):
            session.execute(AuditEvent.__table__.insert(), some)


def _rows(actor: Actor, now: datetime, first: int, count: int) -> Iterator[dict[str, Any]]:
    last = GENESIS
    for number in range(count):
        chain, sequence = divmod(number, CHAIN)
        previous = last if sequence else GENESIS
        subject, detail = f"uji:{first}-{chain}", {"answer": "VALID", "hospital": "RS-CONTOH-1", "turn": number}
        last = link_hash(previous, subject, sequence + 1, now, actor.id, actor.name, "DESK_CHECK", canonical(detail))
        values = (subject, sequence + 1, now, actor.id, actor.name, "DESK_CHECK", detail, previous, last)
        yield dict(zip(COLUMNS, values, strict=True))


def _open_the_table(office: Office) -> None:
    """The database as its owner can have it: nothing refuses an edit."""
    with office.write() as session:
        triggers = session.connection().execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'"))
        for name in triggers.scalars().all():
            session.connection().execute(text(f"DROP TRIGGER {name}"))


def _walked(office: Office) -> checkpoints.Walk:
    with office.read() as session:
        return checkpoints.walk(session, checkpoints.newest_event(session))


def _tried(office: Office, edit: Edit, dice: random.Random, whole: checkpoints.Walk) -> tuple[str, bool]:
    """What was done, and whether it was seen; nothing of it stays."""
    with office.read() as session:
        last = checkpoints.newest_event(session)
        done = edit(session, dice)
        session.flush()
        found = checkpoints.walk(session, last)
        session.rollback()
    return done, found.broken is not None or (found.chains, found.root) != (whole.chains, whole.root)


def _timed(office: Office) -> tuple[float, int]:
    with office.read() as session:
        last, began = checkpoints.newest_event(session), time.process_time()
        found = checkpoints.walk(session, last)
        seconds = time.process_time() - began
    assert found.broken is None, found.broken
    return seconds, last


# --- edits


def _any(session: Session, dice: random.Random) -> AuditEvent:
    ids = session.exec(select(AuditEvent.id).order_by(col(AuditEvent.id))).all()
    return session.get_one(AuditEvent, dice.choice(ids))


def _set(session: Session, event: AuditEvent, **values: Any) -> None:
    names = ", ".join(f"{name} = :{name}" for name in values)
    session.connection().execute(text(f"UPDATE audit_event SET {names} WHERE id = :id"), {"id": event.id, **values})


def _other_letter(column: str) -> Edit:
    def edit(session: Session, dice: random.Random) -> str:
        event = _any(session, dice)
        raw = session.connection().execute(text(f"SELECT CAST({column} AS TEXT) FROM audit_event WHERE id = :id"), {"id": event.id})
        old = str(raw.scalar_one())
        place = dice.randrange(len(old))
        new = old[:place] + ("x" if old[place] != "x" else "y") + old[place + 1 :]
        _set(session, event, **{column: new})
        return f"{column} of event {event.id} from {old!r} to {new!r}"

    return edit


def _other_number(column: str) -> Edit:
    def edit(session: Session, dice: random.Random) -> str:
        event = _any(session, dice)
        new = (getattr(event, column) or 0) + 1_000 + dice.randrange(1_000)
        _set(session, event, **{column: new})
        return f"{column} of event {event.id} to {new}"

    return edit


def _later(session: Session, dice: random.Random) -> str:
    event = _any(session, dice)
    session.connection().execute(text("UPDATE audit_event SET at = datetime(at, '+1 second') WHERE id = :id"), {"id": event.id})
    return f"event {event.id} a second later"


def _gone(session: Session, dice: random.Random) -> str:
    event = _any(session, dice)
    session.connection().execute(text("DELETE FROM audit_event WHERE id = :id"), {"id": event.id})
    return f"event {event.id} deleted"


def _chain_gone(session: Session, dice: random.Random) -> str:
    event = _any(session, dice)
    session.connection().execute(text("DELETE FROM audit_event WHERE subject = :subject"), {"subject": event.subject})
    return f"chain {event.subject} deleted"


def _swapped(session: Session, dice: random.Random) -> str:
    """Two events tell each other's story, hashes and all."""
    one, other = _any(session, dice), _any(session, dice)
    while other.id == one.id or other.detail == one.detail:
        other = _any(session, dice)
    first, second = canonical(one.detail), canonical(other.detail)
    _set(session, one, detail=second)
    _set(session, other, detail=first)
    return f"details of events {one.id} and {other.id} exchanged"


def _rewritten(session: Session, dice: random.Random) -> str:
    """One link changed and every hash after it made anew, as a careful insider would."""
    event = _any(session, dice)
    chain = col(AuditEvent.subject) == event.subject, col(AuditEvent.sequence) >= event.sequence
    previous = event.previous_hash
    for link in session.exec(select(AuditEvent).where(*chain).order_by(col(AuditEvent.sequence))).all():
        session.expunge(link)
        link.actor_name, link.previous_hash = "Orang Lain", previous
        link.hash = previous = event_hash(link)
        _set(session, link, actor_name=link.actor_name, previous_hash=link.previous_hash, hash=link.hash)
    return f"chain {event.subject} rewritten from {event.sequence} on"


EDITS: tuple[Edit, ...] = (
    *map(_other_letter, ("subject", "actor_name", "action", "detail", "previous_hash", "hash")),
    *map(_other_number, ("sequence", "actor_id")),
    _later,
    _gone,
    _chain_gone,
    _swapped,
    _rewritten,
)
