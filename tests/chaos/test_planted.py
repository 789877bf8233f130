"""R18: the harness finds planted bugs, and nothing where there are none. Five of them here, all by ``make chaos ARGS=R18``."""

import os

import pytest

from tests.chaos.hunting import choose, run
from tests.chaos.planted import BUGS

NUMBER, SEED = int(os.environ.get("REKOM_CHAOS_BUGS", "5")), 7


@pytest.mark.slow
def test_planted_bugs_are_found() -> None:
    found = run(choose(NUMBER, SEED), SEED)
    assert found.failures == ()
    assert "not found" not in found.figures.values()


@pytest.mark.slow
def test_a_trail_whose_batches_are_not_chained_is_found() -> None:
    bugs = [bug for bug in BUGS if "batch" in bug.name]
    found = run(bugs, SEED)
    assert (len(bugs), found.failures) == (2, ())
    assert all(said.startswith("6:") for said in found.figures.values()), "by the promise about the trail, not by chance"


def test_a_bug_is_named_once_and_there_are_twenty_or_more() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 20
    assert choose(99, SEED) == list(BUGS)
    assert choose(5, 1) == choose(5, 1) != choose(5, 2)


def test_a_harness_that_finds_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.chaos.hunting.find", lambda *_: [])
    blind = run(BUGS[:2], SEED)
    assert blind.failures == tuple(f"not found: {bug.name}" for bug in BUGS[:2])


def test_a_harness_that_cries_without_reason_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.chaos.hunting.find", lambda *_: ["1: something"])
    assert run(BUGS[:1], SEED).failures == ("without any bug: 1: something",)
