"""What a bench is: a goal of the table, what it takes to try it, and what came out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.contest import Measure


class WrongAnswer(Exception):
    """What was measured did not do its work right: a fast wrong answer scores nothing."""


class Missing(Exception):
    """Something this machine lacks, in one sentence that says how to get it; the goal is skipped with it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much work: the whole figure, a tenth of it, or (``smoke``) as little as shows that the answers are right."""

    full: bool = False
    smoke: bool = False
    rounds: int = 5

    def of(self, whole: int, least: int = 1) -> int:
        """So many of what the whole figure has ``whole`` of."""
        return max(least, whole // (1 if self.full else 1_000 if self.smoke else 10))


@dataclass(slots=True)
class Outcome:
    """What a bench found: its measures, how many answers were held against the truth, and what else is worth telling."""

    measures: list[Measure]
    checked: int
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the table. ``run`` raises ``WrongAnswer`` or ``Missing``."""

    number: int
    name: str
    what: str
    against: str
    run: Callable[[Size], Outcome]


def demand(truth: object, sentence: str) -> None:
    """The correctness condition of a goal."""
    if not truth:
        raise WrongAnswer(sentence)
