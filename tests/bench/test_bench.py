"""Every goal answers rightly at its smallest, and the page shows what was measured. Nothing here asks for speed."""

import json

import pytest

from bench.__main__ import PAGE, RESULTS, fine, keep, run
from bench.contest import Bar, contest
from bench.goal import Goal, Missing, Outcome, Size, WrongAnswer
from bench.goals import GOALS
from bench.report import page_with

SMOKE = Size(smoke=True, rounds=1)
UPWARDS, DOWNWARDS = Bar(0.8, 2.0, higher=True), Bar(2.0, 1.0, higher=False)


@pytest.mark.slow
@pytest.mark.parametrize("goal", GOALS, ids=[goal.name for goal in GOALS])
def test_every_goal_answers_rightly(goal: Goal) -> None:
    line = run(goal, SMOKE)
    assert fine(line, SMOKE), line
    assert "skipped" in line or (line["checked"] > 0 and line["measures"])


def test_the_page_shows_the_results() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with(RESULTS, page), "run python -m bench, or bench.report.tell, to renew docs/performance.md"
    names = {goal.name for goal in GOALS}
    assert {json.loads(line)["name"] for line in RESULTS.read_text(encoding="utf-8").splitlines()} <= names


def test_a_ratio_is_the_median_of_its_rounds() -> None:
    mine, limits = iter([1.0, 2.0, 4.0]), iter([2.0] * 6)
    measure = contest("", lambda: next(mine), lambda: next(limits), UPWARDS, rounds=3)
    assert (measure.ratio, measure.spread, measure.null, measure.reached) == (1.0, (0.5, 2.0), 1.0, True)


def test_a_limit_that_differs_from_itself_makes_a_round_void() -> None:
    limits = iter([1.0, 3.0] * 20)
    measure = contest("", lambda: 1.0, lambda: next(limits), DOWNWARDS, rounds=2)
    assert measure.void and not measure.reached, "the ratio alone would be good enough"


@pytest.mark.parametrize(("bar", "ratio", "reached"), [(UPWARDS, 0.8, True), (UPWARDS, 0.79, False), (DOWNWARDS, 2.1, False)])
def test_a_bar_has_a_direction(bar: Bar, ratio: float, reached: bool) -> None:
    assert bar.reached(ratio) is reached


def failing(error: Exception) -> Goal:
    def tried(_: Size) -> Outcome:
        raise error

    return Goal(99, "uji", "what", "against", tried)


def test_a_wrong_answer_scores_nothing_and_a_missing_peer_is_named() -> None:
    wrong, skipped = run(failing(WrongAnswer("salah")), SMOKE), run(failing(Missing("belum terpasang")), SMOKE)
    assert (wrong["wrong"], fine(wrong, SMOKE)) == ("salah", False)
    assert (skipped["skipped"], fine(skipped, Size())) == ("belum terpasang", True)


def test_a_skipped_goal_keeps_what_was_measured_before(tmp_path) -> None:
    file = tmp_path / "results.jsonl"
    keep([{"name": "b", "goal": 2, "measures": [1]}, {"name": "a", "goal": 1, "measures": []}], file)
    keep([{"name": "b", "goal": 2, "skipped": "belum terpasang"}], file)
    assert [json.loads(line) for line in file.read_text().splitlines()] == [
        {"name": "a", "goal": 1, "measures": []},
        {"name": "b", "goal": 2, "measures": [1]},
    ]


def measured(label: str, ratio: float, *, void: bool) -> dict[str, object]:
    return {"label": label, "ratio": ratio, "void": void}


def test_a_void_run_never_takes_the_place_of_a_good_one(tmp_path) -> None:
    file = tmp_path / "results.jsonl"

    def after(hour: str, *measures: dict[str, object]) -> dict[str, object]:
        keep([{"name": "a", "goal": 1, "at": hour, "measures": list(measures)}], file)
        (line,) = map(json.loads, file.read_text().splitlines())
        return {"at": line["at"], **{one["label"]: (one["ratio"], one["void"], one.get("at")) for one in line["measures"]}}

    assert after("1", measured("x", 1.0, void=True), measured("y", 2.0, void=False)) == {
        "at": "1",
        "x": (1.0, True, None),
        "y": (2.0, False, None),
    }
    assert after("2", measured("x", 1.5, void=True), measured("y", 9.0, void=True))["y"] == (2.0, False, "1")
    assert after("3", measured("x", 1.6, void=False), measured("y", 8.0, void=True)) == {
        "at": "3",
        "x": (1.6, False, None),
        "y": (2.0, False, "1"),
    }
    assert after("4", measured("x", 7.0, void=True), measured("y", 7.0, void=True))["at"] == "3", "nothing of it says anything"
    assert after("5", measured("x", 1.7, void=False), measured("y", 2.1, void=False))["y"] == (2.1, False, None)
