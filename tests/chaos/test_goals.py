"""The goals that count for themselves, at the sizes of the suite; ``make chaos`` runs them whole."""

from collections.abc import Callable

import pytest

from tests.access_cells import PEOPLE
from tests.chaos import cells, doubles, edits, hostile, loads
from tests.chaos.__main__ import GOALS
from tests.chaos.results import Result
from workflows import checkpoints

pytestmark = pytest.mark.slow

SMALL: dict[str, Callable[[], Result]] = {
    "R5": lambda: doubles.run(100, 7),
    "R9": lambda: edits.run(100, 7, verified=20_000),
    "R11": lambda: loads.guesses(200, 7),
    "R12": lambda: cells.run(7, PEOPLE[:1]),
    "R14": lambda: hostile.run(60, 7),
    "R16": lambda: loads.restores(10, 7),
}


@pytest.mark.parametrize("goal", SMALL)
def test_nothing_is_found(goal: str) -> None:
    found = SMALL[goal]()
    assert (found.goal, found.failures, found.missed) == (goal, (), ())
    assert found.trials > 0 and found.bound
    assert found.replay.startswith(f"make chaos ARGS='{goal} ") and goal in GOALS


def test_an_edit_that_the_walk_does_not_see_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_holds", lambda *_: True)
    found = edits.run(len(edits.EDITS), 7, verified=0)
    assert any("actor_name of event" in failure for failure in found.failures)
    assert not any("deleted" in failure for failure in found.failures if failure.startswith("edit 10")), (
        "the witness sees a chain that is gone"
    )


def test_a_walk_that_takes_too_long_misses_its_bar_and_is_no_unseen_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "_timed", lambda _: (10.1, 1_000_000))
    found = edits.run(0, 7, verified=0)
    assert (found.failures, found.missed) == ((), ("1,000,000 events took 10.1 s to be walked, more than 10.0",))


def test_what_goes_beyond_a_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile, "LIMIT_MB", 1)
    assert any("MB" in bar for bar in hostile.run(0, 7, most=2).missed)
    monkeypatch.setattr(loads, "ANSWERED_AT_MOST", 10)
    assert loads.guesses(120, 7).failures
