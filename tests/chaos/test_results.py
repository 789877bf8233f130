"""The table of a run: what zero failures in so many trials is worth, and the README shows the latest one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos import results
from tests.chaos.results import Result, table, told, with_table

GOOD = Result("R1", "200 cases", 200, (), 7, "make chaos ARGS='R1 --seed 7'", 1.0, {"kills": 40})
BAD = Result("R9", "edits", 3, ("one was not found",), 7, "make chaos ARGS=R9", 1.0)


def test_zero_failures_are_worth_three_in_n_and_a_failure_has_no_bound() -> None:
    assert (GOOD.bound, BAD.bound) == (0.015, None)
    assert "| 200 | 0 | 1.5 % | 7 | `make chaos ARGS='R1 --seed 7'` |" in table([GOOD])
    assert told([GOOD, BAD]).splitlines()[-1] == "R9: one was not found"


def test_a_bar_that_was_missed_is_told_beside_the_trials_and_is_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FILE", tmp_path / "results.json")
    monkeypatch.setattr(results, "README", tmp_path / "README.md")
    results.README.write_text(f"{results.BEGIN}\n{results.END}")
    results.keep([replace(GOOD, missed=("11 s, more than 10",))])
    assert "| 200 cases; missed: 11 s, more than 10 | 200 | 0 | 1.5 % |" in results.README.read_text()


def test_each_goal_is_kept_in_the_place_of_its_last_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FILE", tmp_path / "chaos" / "results.json")
    monkeypatch.setattr(results, "README", tmp_path / "README.md")
    (tmp_path / "README.md").write_text(f"before\n{results.BEGIN}\nold\n{results.END}\nafter\n")
    results.keep([BAD, GOOD])
    results.keep([GOOD])
    assert [one["goal"] for one in json.loads(results.FILE.read_text())["goals"]] == ["R1", "R9"]
    readme = (tmp_path / "README.md").read_text()
    assert readme.startswith("before\n") and readme.endswith("after\n") and "old" not in readme and "| R9 |" in readme


def test_the_readme_shows_the_runs_that_are_kept() -> None:
    readme = results.README.read_text(encoding="utf-8")
    assert with_table(readme) == readme, "run `make chaos ARGS=--keep`"
    assert results.kept()["goals"]
