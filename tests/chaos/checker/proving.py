"""All twelve promises, one after the other, on one look at the tables."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from tests.chaos.checker.answers import accepted_once, good_only_when_good, repeats_alike, told_is_so
from tests.chaos.checker.history import History
from tests.chaos.checker.letters import no_number_twice, one_letter_each, seats_exact
from tests.chaos.checker.proof import Proof
from tests.chaos.checker.store import Store, opened
from tests.chaos.checker.trail import four_eyes, looks_written_down, paths_allowed, trail_whole
from tests.chaos.checker.waiting import nothing_left_lying

PROMISES: tuple[Callable[[Store, History], Proof], ...] = (
    one_letter_each,
    no_number_twice,
    seats_exact,
    paths_allowed,
    four_eyes,
    trail_whole,
    told_is_so,
    repeats_alike,
    accepted_once,
    good_only_when_good,
    looks_written_down,
)


def prove(url: str, history: History | None = None, *, now: datetime | None = None) -> list[Proof]:
    """Every promise held against the tables; ``now`` is the service's own time where its clock is not the machine's."""
    with opened(url) as store:
        promises = (*PROMISES, partial(nothing_left_lying, now=now))
        return [promise(store, history or History()) for promise in promises]
