"""Numbers of people that add up, and the percents made of them. A percent is never kept: numerator and denominator are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from workflows.records.coverage import CoverageSegment

HUNDREDTH = Decimal("0.01")
MEMBERSHIPS = tuple(segment for segment in CoverageSegment if segment is not CoverageSegment.NONE)


class Definition(StrEnum):
    """What "coverage" means; regions publish both of the first two under the same word."""

    MEMBERS_OF_RESIDENTS = "MEMBERS_OF_RESIDENTS"
    ACTIVE_OF_RESIDENTS = "ACTIVE_OF_RESIDENTS"
    ACTIVE_OF_MEMBERS = "ACTIVE_OF_MEMBERS"


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole`` people."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal:
        """To two digits as it is published, half up; 0 of nobody."""
        exact = Decimal(100 * self.part) / self.whole if self.whole else Decimal(0)
        return exact.quantize(HUNDREDTH, ROUND_HALF_UP)

    def reaches(self, percent: int) -> bool:
        """At least so many percent, by the people and not by the rounded figure."""
        return 100 * self.part >= percent * self.whole

    def exceeds(self, percent: int) -> bool:
        """More than so many percent."""
        return 100 * self.part > percent * self.whole


@dataclass(frozen=True, slots=True)
class Tally:
    """The residents of one region by segment; ``active`` is by segment too."""

    people_in: Mapping[CoverageSegment, int]
    active_in: Mapping[CoverageSegment, int]

    @property
    def people(self) -> int:
        """Everybody."""
        return sum(self.people_in.values())

    @property
    def uncovered(self) -> int:
        """Residents who are no members."""
        return self.people_in.get(CoverageSegment.NONE, 0)

    @property
    def members(self) -> int:
        """Residents who are."""
        return self.people - self.uncovered

    @property
    def active(self) -> int:
        """Members who are covered now."""
        return sum(self.active_in.values())

    def share(self, definition: Definition) -> Share:
        """One of the definitions, with its numerator and denominator."""
        if definition is Definition.ACTIVE_OF_MEMBERS:
            return Share(self.active, self.members)
        return Share(self.members if definition is Definition.MEMBERS_OF_RESIDENTS else self.active, self.people)


def summed(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    people = dict.fromkeys(CoverageSegment, 0)
    active = dict.fromkeys(CoverageSegment, 0)
    for tally in tallies:
        for segment in CoverageSegment:
            people[segment] += tally.people_in.get(segment, 0)
            active[segment] += tally.active_in.get(segment, 0)
    return Tally(people, active)
