"""Where a city wants to be and when it gets there: what is left, what is needed each month, and the UHC predicate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from workflows.population.tally import Definition, Share, Tally
from workflows.rules.policy import Ruled

LONGEST_FORECAST = 600
"""Months; a pace that needs longer reaches nothing."""
EARLY_MONTHS = 3
"""How far ahead the early warning looks."""
DAYS_A_MONTH = 365.25 / 12
PACE_OVER = timedelta(days=184)
"""Half a year: what was gained before says little about now."""


@dataclass(frozen=True, slots=True)
class Target:
    """So many percent of residents as members by a day, in force from ``valid_from``."""

    percent: int
    by: date
    valid_from: date
    reference: str
    document: str
    decided_on: date
    example: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """One target, held against a count. ``months`` at the present pace; None where it is never reached."""

    target: Target
    missing: int
    months_left: int
    needed_a_month: int
    months: int | None

    @property
    def reached(self) -> bool:
        """Whether enough people are in."""
        return self.missing == 0

    @property
    def late(self) -> bool:
        """Whether the present pace misses the day."""
        return not self.reached and (self.months is None or self.months > self.months_left)


@dataclass(frozen=True, slots=True)
class Pace:
    """Members gained a month between two counts."""

    a_month: float
    first: date
    last: date


class Verdict(StrEnum):
    """A predicate's answer; arrears stay open where no bill was entered."""

    MET = "MET"
    AT_RISK = "AT_RISK"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the predicate."""

    name: str
    verdict: Verdict
    share: Share | None
    threshold: int | None
    reference: str


def in_force(targets: Sequence[Target], on: date) -> tuple[Target, ...]:
    """The targets that hold on a day, lowest first."""
    return tuple(sorted((target for target in targets if target.valid_from <= on), key=lambda target: (target.percent, target.by)))


def progress(tally: Tally, target: Target, pace: float | None, on: date) -> Progress:
    """How far a region is from a target; ``pace`` is new members a month."""
    wanted = -(-target.percent * tally.people // 100)
    missing = max(wanted - tally.members, 0)
    left = max(_months_between(on, target.by), 0)
    return Progress(target, missing, left, -(-missing // max(left, 1)), _months_at(missing, pace))


def pace(points: Sequence[tuple[date, int]]) -> Pace | None:
    """What the counts of the last half year gained, up to the newest; by the one before it where they are rarer, None without two days."""
    if not points:
        return None
    last, after = points[-1]
    earlier = [point for point in points if point[0] < last]
    recent = [point for point in earlier if last - point[0] <= PACE_OVER] or earlier[-1:]
    if not recent:
        return None
    first, before = recent[0]
    return Pace((after - before) / ((last - first).days / DAYS_A_MONTH), first, last)


def predicate(
    tally: Tally, before: Tally | None, months: float, coverage: Ruled[int], activity: Ruled[int], arrears: Finding
) -> tuple[Finding, ...]:
    """UHC Prioritas: more than so many percent covered and active, no arrears of the region.

    ``before`` is the count ``months`` earlier. What holds today but would not in three months is at risk. ``arrears`` is what the
    ledger of premiums says.
    """
    return (
        _finding("coverage", tally, before, months, Definition.MEMBERS_OF_RESIDENTS, coverage),
        _finding("activity", tally, before, months, Definition.ACTIVE_OF_MEMBERS, activity),
        arrears,
    )


def _finding(name: str, tally: Tally, before: Tally | None, months: float, definition: Definition, rule: Ruled[int]) -> Finding:
    share = tally.share(definition)
    verdict = Verdict.MET if share.exceeds(rule.value) else Verdict.FAILED
    if verdict is Verdict.MET and before is not None and months > 0:
        drift = float(share.percent - before.share(definition).percent) / months
        if float(share.percent) + drift * EARLY_MONTHS <= rule.value:
            verdict = Verdict.AT_RISK
    return Finding(name, verdict, share, rule.value, rule.reference)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _months_at(missing: int, pace: float | None) -> int | None:
    if missing == 0:
        return 0
    if pace is None or pace <= 0:
        return None
    months = -(-missing // pace)
    return int(months) if months <= LONGEST_FORECAST else None
