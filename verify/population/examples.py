"""Published figures as stored counts: the totals are those that were published, how they spread over villages is made up.

No people are made for them. The spread follows from the village's code alone, so it is the same on every machine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schemas.population.coverage_files import Figure
from schemas.population.region_file import shipped_regions
from workflows.actor import Actor
from workflows.population import coverage
from workflows.population.coverage import Cell, Published
from workflows.population.regions import Level
from workflows.records.coverage import CoverageSegment, CoverageSnapshot

Stored = tuple[Figure, CoverageSnapshot | None]

PAID_BY: Mapping[CoverageSegment, int] = {
    CoverageSegment.PBI_JK: 36,
    CoverageSegment.PEMDA: 16,
    CoverageSegment.PPU: 20,
    CoverageSegment.PBPU_MANDIRI: 26,
    CoverageSegment.OTHER: 2,
}
"""Shares of the segments in percent, near the country's of March 2024."""
LAPSES: Mapping[CoverageSegment, int] = {
    CoverageSegment.PBI_JK: 1,
    CoverageSegment.PEMDA: 2,
    CoverageSegment.PPU: 2,
    CoverageSegment.PBPU_MANDIRI: 6,
    CoverageSegment.OTHER: 1,
}
"""How much more often one segment's members are inactive than another's."""


def publish(session: Session, figures: Iterable[Figure], zone_of: Callable[[str], str], by: Actor, *, now: datetime) -> Iterator[Stored]:
    """Store figures as counts of their days; beside each its count, None where it stands already."""
    for figure in figures:
        try:
            told_by = told(figure, ZoneInfo(zone_of(figure.region_code)))
            yield figure, coverage.publish(session, told_by, cells(figure), by, now=now)
        except coverage.AlreadyCounted:
            yield figure, None


def told(figure: Figure, zone: ZoneInfo) -> Published:
    """Whose figure, of which day."""
    return Published(figure.region_code, datetime.combine(figure.as_of, time(), zone), figure.reference)


def cells(figure: Figure) -> Iterator[Cell]:
    """The figure, spread over the region's villages of today; the totals are the figure's to the last person."""
    book = shipped_regions()
    inside = book.inside(figure.region_code, book.editions[-1].decided_on)
    villages = [region.code for region in inside if region.level is Level.VILLAGE]
    people = spread(figure.residents, [_weight(code, "people") for code in villages])
    outside = spread(
        figure.residents - figure.members, [number * _weight(code, "left") for code, number in zip(villages, people, strict=True)]
    )
    covered = [_by_payer(number - left) for number, left in zip(people, outside, strict=True)]
    flat = [(place, segment) for place in range(len(villages)) for segment in PAID_BY]
    lapsed = spread(figure.members - figure.active, [covered[place][segment] * LAPSES[segment] for place, segment in flat])
    inactive = dict(zip(flat, lapsed, strict=True))
    for place, code in enumerate(villages):
        if outside[place]:
            yield code, CoverageSegment.NONE, outside[place], 0
        for segment, number in covered[place].items():
            if number:
                yield code, segment, number, number - inactive[place, segment]


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to ``weights`` that add up to ``total`` exactly (largest remainder)."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    nearest = sorted(range(len(weights)), key=lambda place: total * weights[place] % whole, reverse=True)
    for place in nearest[: total - sum(parts)]:
        parts[place] += 1
    return parts


def _by_payer(number: int) -> dict[CoverageSegment, int]:
    return dict(zip(PAID_BY, spread(number, list(PAID_BY.values())), strict=True))


def _weight(code: str, about: str) -> int:
    """Between 500 and 1,500, by the code alone."""
    return 500 + int.from_bytes(sha256(f"{about} {code}".encode()).digest()[:4], "big") % 1001
