"""Two things against each other in interleaved rounds, and the second one against itself.

Machines are shared and clocks jump: a time says little, the ratio of two things done in turn says much. What the limit
differs from itself between two looks (the null ratio) is what the ratio may be wrong by.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Round = Callable[[], float]
"""Does some work and answers what one unit of it cost: seconds, or bytes of memory. Less is better."""

NULL_FROM, NULL_TO = 0.9, 1.1
TRIES = 3
"""A contest on a machine that was too noisy is held again; after these it is reported as void."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a ratio must reach, and what we would like. ``higher`` where ours shall be the faster one, as ``limit / ours``;
    otherwise the ratio is ``ours / limit`` and shall be small."""

    must: float
    aim: float
    higher: bool

    def reached(self, ratio: float) -> bool:
        """Whether a ratio is good enough."""
        return ratio >= self.must if self.higher else ratio <= self.must

    def told(self) -> str:
        """As in the goal's table: ``>= 0.8x``."""
        return f"{'>=' if self.higher else '<='} {self.must:g}x"


@dataclass(slots=True)
class Measure:
    """One contest's outcome. ``ours`` and ``limit`` are medians of what a unit cost; ``spread`` the lowest and highest ratio."""

    label: str
    ours: float
    limit: float
    ratio: float
    spread: tuple[float, float]
    null: float
    rounds: int
    bar: Bar
    unit: str = "s"
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def void(self) -> bool:
        """Whether the limit differed too much from itself for the ratio to mean anything."""
        return not NULL_FROM <= self.null <= NULL_TO

    @property
    def reached(self) -> bool:
        """Whether the bar is reached in a run that counts."""
        return not self.void and self.bar.reached(self.ratio)

    def plain(self) -> dict[str, Any]:
        """For one JSON line."""
        bar = {"must": self.bar.must, "aim": self.bar.aim, "higher": self.bar.higher}
        return {**asdict(self), "bar": bar, "void": self.void, "reached": self.reached}


def contest(label: str, ours: Round, limit: Round, bar: Bar, *, rounds: int, unit: str = "s") -> Measure:
    """Hold ``rounds`` rounds, each with ours once and the limit twice, in turning order."""
    for _ in range(TRIES if rounds > 1 else 1):
        measure = _held(label, ours, limit, bar, rounds, unit)
        if not measure.void:
            break
    return measure


def _held(label: str, ours: Round, limit: Round, bar: Bar, rounds: int, unit: str) -> Measure:
    own, first, second = [], [], []
    for number in range(rounds):
        # The limit is done before and after ours, in turns, so that a machine that grows busier favours neither.
        order = ((first, limit), (own, ours), (second, limit)) if number % 2 else ((second, limit), (own, ours), (first, limit))
        for kept, side in order:
            kept.append(side())
    ratios = [_ratio(mine, (one + other) / 2, bar) for mine, one, other in zip(own, first, second, strict=True)]
    nulls = [one / other for one, other in zip(first, second, strict=True)]
    return Measure(
        label, _median(own), _median([*first, *second]), _median(ratios), (min(ratios), max(ratios)), _median(nulls), rounds, bar, unit
    )


def _ratio(ours: float, limit: float, bar: Bar) -> float:
    return limit / ours if bar.higher else ours / limit


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def share(values: Sequence[float], part: float) -> float:
    """The value below which this part of them lies: ``share(times, 0.95)``."""
    return sorted(values)[max(0, round(len(values) * part) - 1)]
