"""Charts as numbers: where each line and bar of an SVG stands. The template draws them, so nothing is run in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, LEFT, RIGHT = 640, 170, 70
ROW, BAR = 30, 18
HEIGHT, TOP, BOTTOM = 220, 28, 28
MOST_POINTS = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """One region's percent."""

    name: str
    percent: Decimal
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Percents of regions beside each other, with the target as a line."""

    bars: tuple[Bar, ...]
    height: int
    target: int | None
    target_x: float


@dataclass(frozen=True, slots=True)
class Point:
    """How many people were uncovered on a day."""

    day: date
    left: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class BurnDown:
    """The gap as it shrinks; ``path`` is the line through all points."""

    points: tuple[Point, ...]
    path: str
    most: int


def bars(rows: Sequence[tuple[str, Decimal]], target: int | None) -> Bars:
    """A bar a region, in the order given; a percent beyond 100 is drawn as 100."""
    room = WIDTH - LEFT - RIGHT
    drawn = [Bar(name, percent, number * ROW, room * min(float(percent), 100) / 100) for number, (name, percent) in enumerate(rows)]
    return Bars(tuple(drawn), len(drawn) * ROW + ROW // 2, target, LEFT + room * (target or 0) / 100)


def burn_down(gaps: Sequence[tuple[date, int]]) -> BurnDown | None:
    """The last counts of a region; None with fewer than two days, which are no line."""
    shown = gaps[-MOST_POINTS:]
    if len({day for day, _ in shown}) < 2:
        return None
    first, days, most = shown[0][0], (shown[-1][0] - shown[0][0]).days, max(left for _, left in shown) or 1
    points = tuple(Point(day, left, _x((day - first).days / days), _y(left / most)) for day, left in shown)
    path = " ".join(f"{'L' if number else 'M'}{point.x:.1f},{point.y:.1f}" for number, point in enumerate(points))
    return BurnDown(points, path, most)


def _x(share: float) -> float:
    return round(RIGHT + (WIDTH - 2 * RIGHT) * share, 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)
