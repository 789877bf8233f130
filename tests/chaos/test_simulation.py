"""R3 at the suite's size: a day drawn by a seed keeps every promise and is the same each time; one that does not is found."""

import os
from typing import Any

import pytest
from sqlalchemy import text

from tests.chaos import simulation
from tests.chaos.simulation import Day, run

EVENTS, SEED = 120, 7


@pytest.mark.slow
def test_a_simulated_day_keeps_every_promise_and_is_the_same_each_time() -> None:
    found = run(EVENTS, SEED)
    assert (found.goal, found.failures, found.trials) == ("R3", (), EVENTS)
    assert found.replay == f"make chaos ARGS='R3 --size {EVENTS} --seed {SEED}'"


def loses_a_job(day: Day) -> None:
    """Somebody comes, and what was promised to run for the case is gone."""
    simulation.comes(day)
    with day.on.office.write() as session:
        session.execute(text("DELETE FROM task"))


def throws_dice(_: Day) -> Any:
    """Something that no seed decides."""
    return os.urandom(8).hex()


@pytest.mark.slow
@pytest.mark.parametrize(("event", "said"), [(loses_a_job, ": 12: "), (throws_dice, "came out differently")])
def test_a_day_that_breaks_a_promise_or_its_seed_is_found(monkeypatch: pytest.MonkeyPatch, event: Any, said: str) -> None:
    monkeypatch.setattr(simulation, "EVENTS", {event: 1})
    assert any(said in failure for failure in run(1, SEED).failures)
