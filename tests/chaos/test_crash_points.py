"""R2 at the suite's size: a share of all crash points, chosen by a seed, and all of a step that is not the one last run whole."""

import random

import pytest

from tests.chaos import results
from tests.chaos.crash_points import Choice, fingerprint, run

SHARE, MOST = 0.05, 150
PLACES = {"open": [("before INSERT case_file", 1), ("commit", 1)], "ring": [(f"before {name}", 1) for name in "abcdefghij"]}


def last_whole_run() -> dict[str, str]:
    """The fingerprints of the steps as they were when every place of them was tried; none where the last run tried a share."""
    found = [one for one in results.kept()["goals"] if one["goal"] == "R2"]
    return dict(found[0]["figures"]["steps"]) if found and found[0]["trials"] == found[0]["figures"]["places"] else {}


@pytest.mark.slow
def test_a_process_killed_anywhere_leaves_what_an_undisturbed_one_leaves() -> None:
    found = run(Choice(SHARE, last_whole_run(), MOST), seed=7)
    assert found.failures == ()
    assert found.trials >= len(found.figures["steps"])


def test_a_run_of_a_share_makes_no_step_known(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"goal": "R2", "trials": 12, "figures": {"places": 12, "steps": {"open": "fe29786128ed"}}}
    monkeypatch.setattr(results, "kept", lambda: {"goals": [kept]})
    assert last_whole_run() == {"open": "fe29786128ed"}
    kept["trials"] = 3
    assert last_whole_run() == {}


def test_a_step_that_changed_is_tried_whole_and_others_in_part() -> None:
    known = {"open": fingerprint(PLACES["open"]), "ring": "another"}
    chosen = Choice(0.5, known).among(PLACES, random.Random(1))
    assert [name for name, _ in chosen] == ["open", *["ring"] * 10]
    assert len(Choice(0.5, known, most=4).among(PLACES, random.Random(1))) == 4
    assert len(Choice(1.0).among(PLACES, random.Random(1))) == 12


def test_the_seed_makes_the_choice() -> None:
    first, again, other = (Choice(0.3).among(PLACES, random.Random(seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_another_place_is_another_step() -> None:
    assert fingerprint(PLACES["open"]) == fingerprint(reversed(PLACES["open"])) != fingerprint(PLACES["open"][:1])
