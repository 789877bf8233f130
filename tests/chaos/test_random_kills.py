"""R1 where it is asked for: applicants from counter to hospital while processes, Redis and PostgreSQL are killed under them."""

import os

import pytest

from tests.chaos.random_kills import run

CASES, KILLS = int(os.environ.get("REKOM_CHAOS_CASES", "60")), int(os.environ.get("REKOM_CHAOS_KILLS", "20"))


@pytest.mark.slow
@pytest.mark.skipif(
    "REKOM_CHAOS_CASES" not in os.environ,
    reason="some minutes of two processors: set REKOM_CHAOS_CASES=60, or make chaos",
)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # killed in mid-sentence
def test_nothing_is_lost_doubled_or_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(CASES, KILLS, seed=7)
    assert found.failures == ()
    assert found.figures["kills"] >= KILLS // 2
    with capsys.disabled():
        print(f"\nchaos R1: {found.about}; {found.figures}")  # noqa: T201 -- the figures are what this test is for
