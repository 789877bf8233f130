"""Counting against misuse, in the database: what is tried too often has to wait, and in the end a person opens it.

A try is counted before it is answered, so that a hundred at once are no way around; who proves right is given it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select, update

from workflows.errors import TooMany
from workflows.records.meter import Meter, Purpose

INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
KEPT = timedelta(days=2)
"""How long a count that closes nothing any more is kept; longer than every window."""


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` tries in a ``window``; each further one closes for ``pause``, doubled each time, ``longest`` at most.

    Without ``pause`` the rest of the window is closed. From ``lock`` tries on only a person opens it again.
    """

    free: int
    window: timedelta
    pause: timedelta | None = None
    longest: timedelta = timedelta(minutes=15)
    lock: int | None = None

    def closes(self, counted: int, since: datetime, now: datetime) -> datetime | None:
        """Until when it is closed after so many tries."""
        if counted < self.free:
            return None
        if self.pause is None:
            return since + self.window
        doublings = min(counted - self.free, 20)
        return now + min(self.pause * (1 << doublings), self.longest)


def count(session: Session, purpose: Purpose, subject: str, limit: Limit, *, now: datetime) -> bool:
    """Count one try, under the lock of its row; ``TooMany`` where it is closed. Answers whether this try locked it."""
    meter = _row(session, purpose, subject, now=now)
    _check_open(meter, now=now)
    if now >= meter.since + limit.window:
        meter.counted, meter.since = 0, now
    meter.counted += 1
    meter.closed_until = limit.closes(meter.counted, meter.since, now)
    if limit.lock is not None and meter.counted >= limit.lock:
        meter.locked_at = now
    session.add(meter)
    session.flush()
    return meter.locked_at is not None


def check_open(session: Session, purpose: Purpose, subject: str, *, now: datetime) -> None:
    """Look without counting; ``TooMany`` where it is closed."""
    meter = session.get(Meter, (purpose, subject))
    if meter is not None:
        _check_open(meter, now=now)


def give_back(session: Session, purpose: Purpose, subject: str) -> None:
    """Take one count back: the try was right after all. A lock stays."""
    row = (col(Meter.purpose) == purpose, col(Meter.subject) == subject, col(Meter.locked_at).is_(None), col(Meter.counted) > 0)
    session.exec(update(Meter).where(*row).values(counted=Meter.counted - 1, closed_until=None))


def give_back_all(session: Session, purpose: Purpose, subject: str) -> None:
    """Start anew; a lock that fell meanwhile stays."""
    row = (col(Meter.purpose) == purpose, col(Meter.subject) == subject, col(Meter.locked_at).is_(None))
    session.exec(update(Meter).where(*row).values(counted=0, closed_until=None))


def clear(session: Session, purpose: Purpose, subject: str) -> bool:
    """Forget a count altogether, a lock with it; answers whether it was locked."""
    query = select(Meter).where(Meter.purpose == purpose, Meter.subject == subject).with_for_update()
    meter = session.exec(query.execution_options(populate_existing=True)).first()
    if meter is None:
        return False
    session.delete(meter)
    session.flush()
    return meter.locked_at is not None


def left(session: Session, purpose: Purpose, subject: str, limit: Limit, *, now: datetime) -> int:
    """How many free tries are left in the window."""
    meter = session.get(Meter, (purpose, subject))
    if meter is None or now >= meter.since + limit.window:
        return limit.free
    return max(limit.free - meter.counted, 0)


def sweep(session: Session, *, now: datetime) -> None:
    """Forget what has closed nothing for long; strangers' names would fill the table."""
    session.exec(delete(Meter).where(col(Meter.since) < now - KEPT, col(Meter.locked_at).is_(None)))


def _row(session: Session, purpose: Purpose, subject: str, *, now: datetime) -> Meter:
    """The row under its lock, made on first use: of two first tries the second waits for the first one's row."""
    insert = INSERT[session.get_bind().dialect.name](Meter).values(purpose=purpose, subject=subject, counted=0, since=now)
    first = insert.on_conflict_do_nothing(index_elements=["purpose", "subject"])
    query = select(Meter).where(Meter.purpose == purpose, Meter.subject == subject).with_for_update()
    while True:  # a row that was there for the insert may be forgotten before the lock is had
        session.exec(first)
        meter = session.exec(query.execution_options(populate_existing=True)).first()
        if meter is not None:
            return meter


def _check_open(meter: Meter, *, now: datetime) -> None:
    if meter.locked_at is not None:
        raise TooMany.locked()
    if meter.closed_until is not None and meter.closed_until > now:
        raise TooMany.closed(meter.closed_until - now)
