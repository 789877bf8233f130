"""What waits too long, and for whom: everything that waits, measured by the limits of the day.

While the office waits for the applicant's papers the time of a case stands still; once those are late, the counter asks after them.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session

from workflows import clocks, waiting
from workflows.clocks import ClockKind, OfficeOf, OfficeTime, Seen
from workflows.errors import RekomError
from workflows.intake import AMENDABLE_STATES
from workflows.records.case import Case
from workflows.rules.calendar import deadline
from workflows.rules.limits import Limit, Limits, Waiting
from workflows.states import OWNER, Role
from workflows.waiting import About, Pending, Unknown

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
BROKEN = {ClockKind.HOSPITAL: Waiting.HOSPITAL_CLOCK, ClockKind.PROMISE: Waiting.PROMISE_CLOCK}
"""What waits on when a clock of a case ran out, however quickly it is worked on now."""


@dataclass(frozen=True, slots=True)
class Offices:
    """By which office time a thing is waited for: by the rules it is pinned to, or else by a region's on a day, None where it had none."""

    of: OfficeOf
    on: Callable[[str, date], OfficeTime | None]

    def for_thing(self, pending: Pending) -> OfficeTime | None:
        """Of what waits."""
        thing = pending.thing
        return self.on(pending.region_code, thing.day) if isinstance(thing, Unknown) else self.of(thing)


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that waits, with its clock: ``level`` steps of the ladder are over, ``due`` is when the first was or will be, told in
    ``timezone``."""

    pending: Pending
    timezone: str
    due: datetime
    level: int
    ladder: tuple[Role, ...]

    @property
    def heard(self) -> tuple[Role, ...]:
        """Whom the steps that are over told, the last of them last."""
        return self.ladder[: self.level]

    @property
    def told(self) -> Role | None:
        """Whom the last step told; nobody yet where it is in time."""
        return self.ladder[self.level - 1] if self.level else None

    @property
    def next(self) -> Role | None:
        """Whom the coming step will tell; nobody above the last."""
        return self.ladder[self.level] if self.level < len(self.ladder) else None


def stuck(session: Session, offices: Offices, limits: Limits, *, now: datetime, region_code: str | None = None) -> list[Wait]:
    """Everything that waits too long, the longest overdue first."""
    found = (wait for wait in waits(session, offices, limits, now=now, region_code=region_code) if wait.level)
    return sorted(found, key=lambda wait: (wait.due, wait.pending.title, wait.pending.subject))


def waits(session: Session, offices: Offices, limits: Limits, *, now: datetime, region_code: str | None = None) -> Iterator[Wait]:
    """Everything that waits and has a limit; what cannot be measured, its row or its rules unreadable, is left out and logged."""
    cases = waiting.open_cases(session, region_code)
    seen, given = clocks.papers_seen(session, cases), clocks.with_letter(session, cases)
    for case in cases:
        measure = partial(_of_case, case, seen.get(case.id or 0, {}), offices, limits, now, replacing=case.id in given)
        yield from _alone(About(case_id=case.id), measure)
    for pending in waiting.beside(session, region_code):
        yield from _alone(pending.about, partial(_beside, pending, offices, limits, now))


def _alone(about: About, measure: Callable[[], Iterator[Wait]]) -> list[Wait]:
    """One thing's waits: what is wrong with it must not keep all others from being looked at."""
    try:
        return list(measure())
    except RekomError as error:
        log.error("wait of %s not measured: %s", about, type(error).__name__)
        return []


def _of_case(case: Case, papers: Seen, offices: Offices, limits: Limits, now: datetime, *, replacing: bool) -> Iterator[Wait]:
    office = offices.of(case)
    yield from _measured(waiting.in_state(case), limits, papers, office, now)
    if (late_since := clocks.papers_late_since(case, papers, office, now)) is not None:
        late = waiting.of_case(case, Waiting.PAPERS, Waiting.PAPERS, late_since, Role.LOKET)
        yield from _measured(late, limits, papers, office, now)
    for kind, since in clocks.run_out(case, papers, office, now, replacing=replacing):
        over = waiting.of_case(case, BROKEN[kind], BROKEN[kind], since, OWNER[case.state])
        yield from _measured(over, limits, papers, office, now)


def _beside(pending: Pending, offices: Offices, limits: Limits, now: datetime) -> Iterator[Wait]:
    if (known := offices.for_thing(pending)) is not None:
        yield from _measured(pending, limits, {}, known, now)


def _measured(pending: Pending, limits: Limits, seen: Seen, office: OfficeTime, now: datetime) -> Iterator[Wait]:
    limit = limits.get(pending.kind)
    if limit is not None:
        ends = _ends(pending, limit, seen, office, now)
        level = sum(1 for end in ends if end <= now)
        yield Wait(pending, office.policy.timezone, ends[0], level, limit.ladder)


def _ends(pending: Pending, limit: Limit, seen: Seen, office: OfficeTime, now: datetime) -> list[datetime]:
    """When each step of the ladder is over. Hours that count are never more than the wall clock's: what lies ahead is left out."""
    case = pending.case
    held = case is not None and pending.kind == case.state and case.state in AMENDABLE_STATES
    pauses = clocks.paused(case, seen, office, now) if case and held else ()
    passed = (now - pending.since) // (HOUR * limit.hours)
    steps = range(1, max(1, min(passed, len(limit.ladder))) + 1)
    return [deadline(pending.since, limit.hours * step, office.calendar, limit.counting, pauses) for step in steps]
