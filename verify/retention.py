"""The sweep of what has been kept long enough: cases become tombstones, rows beside them and files on this disk go.

The relay looks once a day; ``rekom privacy retention`` does the same at once, or says what it would do.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from verify.backup import expiring
from verify.composition import Rekom
from workflows import advance, erasing, outdated, retention
from workflows.errors import RekomError
from workflows.retention import Over
from workflows.rules.retention import Kept, Term, term_on

log = logging.getLogger(__name__)

PAUSE = timedelta(days=1)
"""Between two looks; terms are days."""
MOST = 50
"""Cases and steps of rows in one look of the relay: emergencies are rung for in between."""


@dataclass(frozen=True, slots=True)
class Heap:
    """Rows or folders of one kind that are over, counted up to ``before``."""

    kind: Kept
    number: int
    before: datetime
    term: Term


@dataclass(frozen=True, slots=True)
class Swept:
    """What one look let go: cases, rows and folders; ``left`` where there is more."""

    cases: int
    rows: int
    folders: int
    left: bool


class Retention:
    """When one process looked last."""

    def __init__(self, rekom: Rekom) -> None:
        self._rekom = rekom
        self._next_look: datetime | None = None

    def sweep_when_due(self) -> Swept | None:
        """Look where the last look is a day ago, and again at the relay's next turn where something is left."""
        now = self._rekom.clock()
        if self._next_look is not None and now < self._next_look:
            return None
        self._next_look = now + PAUSE
        try:
            swept = sweep(self._rekom)
        except RekomError as error:
            # Rules that cannot be read are the admin's to mend; meanwhile cases must still be rung for.
            log.error("nothing was erased: %s", type(error).__name__)
            return None
        if swept.left:
            self._next_look = now
        return swept


def sweep(rekom: Rekom, most: int = MOST) -> Swept:
    """Let go at most so many cases and steps of rows; each in a transaction of its own."""
    cases, more = _erase_cases(rekom, most)
    rows, steps = 0, 0
    for heap in heaps(rekom):
        while steps < most and (gone := _clear(rekom, heap)):
            rows, steps = rows + gone, steps + 1
    folders = expiring.remove(old_backups(rekom))
    if cases or rows or folders:
        log.info("retention: %s cases, %s rows, %s backups", cases, rows, folders)
    return Swept(cases, rows, folders, more or steps >= most)


def overdue_cases(rekom: Rekom) -> Iterator[Over]:
    """Every case whose time is over, held ones included."""
    with rekom.database.read() as session:
        yield from retention.over(session, rekom.policies.national.retention, now=rekom.clock())


def heaps(rekom: Rekom) -> list[Heap]:
    """What is over beside cases, kind by kind; kinds with nothing are left out."""
    found = []
    with rekom.database.read() as session:
        for kind in outdated.OUTDATED:
            term, before = _term(rekom, kind)
            if number := outdated.count(session, kind, before):
                found.append(Heap(kind, number, before, term))
    return found


def old_backups(rekom: Rekom) -> list[Path]:
    """Folders of backups on this disk that are over."""
    return expiring.expired(rekom.settings, _term(rekom, Kept.BACKUPS)[1])


def _term(rekom: Rekom, kind: Kept) -> tuple[Term, datetime]:
    """The installation's term of a kind today, and the moment before which it is over."""
    region, now = rekom.settings.region, rekom.clock()
    today = now.astimezone(ZoneInfo(rekom.zone(region))).date()
    term = term_on(rekom.policies.national.retention, kind, region, today)
    return term, now - timedelta(days=term.days)


def _erase_cases(rekom: Rekom, most: int) -> tuple[int, bool]:
    done = 0
    for over in overdue_cases(rekom):
        if over.held:
            continue
        if done >= most:
            return done, True
        done += _erase(rekom, over)
    return done, False


def _erase(rekom: Rekom, over: Over) -> int:
    now = rekom.clock()
    try:
        with rekom.database.write() as session:
            case = advance.lock_by_id(session, over.case_id)
            still = retention.over_of(session, case, rekom.policies.national.retention, now=now)
            if still is None or still.held:
                return 0
            erasing.erase(session, case, still, now=now)
    except (RekomError, IntegrityError) as error:
        # One case must not keep all others; the next look finds it again.
        log.error("case %s not erased: %s", over.case_id, type(error).__name__)
        return 0
    (rekom.settings.folder / "demo" / f"surat-{over.ticket}.pdf").unlink(missing_ok=True)
    return 1


def _clear(rekom: Rekom, heap: Heap) -> int:
    try:
        with rekom.database.write() as session:
            return outdated.clear(session, heap.kind, heap.before, now=rekom.clock())
    except IntegrityError as error:
        log.error("rows of %s not cleared: %s", heap.kind.value, type(error).__name__)
        return 0
