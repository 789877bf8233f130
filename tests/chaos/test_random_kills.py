"""R1 at the suite's size: applicants from counter to hospital while processes, Redis and PostgreSQL are killed under them."""

import os

import pytest

from tests.chaos.random_kills import SHARES, run

CASES, KILLS = int(os.environ.get("REKOM_CHAOS_CASES", "40")), int(os.environ.get("REKOM_CHAOS_KILLS", "16"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # killed in mid-sentence
def test_nothing_is_lost_doubled_or_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(CASES, KILLS, seed=7)
    assert found.failures == ()
    assert found.figures["kills"] >= 0.8 * max(KILLS, len(SHARES))  # a blow at a job that just ended hurts nobody
    with capsys.disabled():
        print(f"\nchaos R1: {found.about}; {found.figures}")  # noqa: T201 -- the figures are what this test is for
