"""Time as an office counts it: opening hours, holidays, pauses, and cut-offs in a region's own time zone.

Holidays come in as data (``verify.holidays`` reads them from a library); nothing here reads a clock. Moments go in and
come out in UTC. Indonesia's zones (WIB, WITA, WIT) have no summer time, so a local day always has 24 hours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
FOREVER = datetime.max.replace(tzinfo=UTC)
LONGEST_CLOSURE = 60
"""Days in a row; an office that stays closed longer has a mistake in its calendar."""


class Counting(StrEnum):
    """Which hours count: all of them, the 24 hours of each working day ("hari kerja"), or opening hours alone."""

    CLOCK = "CLOCK"
    WORKING_DAYS = "WORKING_DAYS"
    WORKING = "WORKING"


Opening = tuple[time, time]
"""From when until when an office is open."""
OfficeHours = tuple[tuple[Opening, ...], ...]
"""The openings of the seven days, Monday first, each day's in order; a day without any is no working day."""
Interval = tuple[datetime, datetime]
"""From one moment until another."""


class NeverOpen(ValueError):
    """A calendar by which no hour ever counts."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One office's calendar. ``holidays`` are days off by name: national ones, cuti bersama, and the region's own."""

    zone: str
    hours: OfficeHours
    holidays: Mapping[date, str] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether the office opens on a day."""
        return day not in self.holidays and bool(self.hours[day.weekday()])

    def day_of(self, moment: datetime) -> date:
        """The local day of a moment."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def at(self, day: date, clock: time) -> datetime:
        """A local time on a day."""
        return datetime.combine(day, clock, ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """In by ``until`` is ready at ``ready`` of the same working day."""

    until: time
    ready: time


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """A day's cut-offs in order; what comes in later is ready within ``later_days`` working days, at closing time."""

    rows: tuple[Cutoff, ...] = ()
    later_days: int = 1


def deadline(
    start: datetime, hours: float, calendar: Calendar, counting: Counting = Counting.CLOCK, pauses: Iterable[Interval] = ()
) -> datetime:
    """When ``hours`` counted hours after ``start`` are over; what falls into a pause does not count."""
    remaining, stretches = timedelta(hours=hours), _counted(start, calendar, counting, merged(pauses))
    begin, end = next(stretches)
    while end - begin < remaining:
        remaining -= end - begin
        begin, end = next(stretches)
    return begin + remaining


def counted_between(
    start: datetime, end: datetime, calendar: Calendar, counting: Counting = Counting.CLOCK, pauses: Iterable[Interval] = ()
) -> timedelta:
    """How much time counts from ``start`` until ``end``; nothing where the end is not later."""
    stretches = takewhile(lambda stretch: stretch[0] < end, _counted(start, calendar, counting, merged(pauses)))
    return sum((min(until, end) - begin for begin, until in stretches), timedelta())


def working_hours_between(start: datetime, end: datetime, calendar: Calendar) -> float:
    """How many opening hours lie between two moments."""
    return counted_between(start, end, calendar, Counting.WORKING) / timedelta(hours=1)


def paused_between(start: datetime, end: datetime, pauses: Iterable[Interval]) -> timedelta:
    """How long the pauses took between two moments, by the wall clock."""
    spans = ((max(begin, start), min(until, end)) for begin, until in merged(pauses))
    return sum((until - begin for begin, until in spans if until > begin), timedelta())


def promise(received: datetime, cutoffs: Cutoffs, calendar: Calendar) -> datetime:
    """Until when what came in is ready; what comes in on a day off counts as in when the office next opens.

    As in Sidoarjo's published service: in by 12.00 is ready at 13.00, by 15.00 at 15.30, later takes one working day.
    A file that comes a little later can therefore be ready earlier: the rule says so.
    """
    day = calendar.day_of(received)
    if not calendar.is_working(day):
        day = working_day_after(day, calendar)
        received = calendar.at(day, calendar.hours[day.weekday()][0][0])
    for row in cutoffs.rows:
        if received <= calendar.at(day, row.until):
            return calendar.at(day, row.ready)
    last = working_day_after(day, calendar, cutoffs.later_days)
    return calendar.at(last, calendar.hours[last.weekday()][-1][1])


def working_day_after(day: date, calendar: Calendar, count: int = 1) -> date:
    """The ``count``-th working day after a day."""
    closed = 0
    while count:
        day += DAY
        open_today = calendar.is_working(day)
        closed = 0 if open_today else closed + 1
        count -= open_today
        if closed > LONGEST_CLOSURE:
            raise NeverOpen("the office never opens")
    return day


def merged(pauses: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same pauses in order, without overlaps and without those that end before they begin."""
    found: list[Interval] = []
    for begin, end in sorted(pause for pause in pauses if pause[0] < pause[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def _counted(start: datetime, calendar: Calendar, counting: Counting, pauses: Sequence[Interval]) -> Iterator[Interval]:
    """The stretches that count from ``start`` on, in order and without end."""
    start = start.astimezone(UTC)
    stretches = iter([(start, FOREVER)]) if counting is Counting.CLOCK else _openings(calendar, calendar.day_of(start), counting)
    for begin, end in stretches:
        if end > start:
            yield from _without(pauses, max(begin, start), end)


def _openings(calendar: Calendar, day: date, counting: Counting) -> Iterator[Interval]:
    if not calendar.is_working(day):
        day = working_day_after(day, calendar)
    while True:
        if counting is Counting.WORKING_DAYS:
            yield calendar.at(day, time()), calendar.at(day + DAY, time())
        else:
            yield from ((calendar.at(day, begin), calendar.at(day, end)) for begin, end in calendar.hours[day.weekday()])
        day = working_day_after(day, calendar)


def _without(pauses: Sequence[Interval], begin: datetime, end: datetime) -> Iterator[Interval]:
    """One stretch without the pauses in it."""
    for since, until in pauses:
        if until > begin and since < end:
            if since > begin:
                yield begin, since
            begin = until
    if begin < end:
        yield begin, end
