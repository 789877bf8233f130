"""Growth is measured on right answers only, and its plot and table show what was measured."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import growth
from bench.goal import Size
from bench.growth import PAGE, Curve, against_first, by_cases, by_rows, by_workers, page_with, told
from bench.growth_plot import drawn

CURVES = [
    Curve("cases", "a <check>", (50, 100, 200), (1.0, 1.1, 3.2)),
    Curve("cases", "a list", (50, 100, 200), (1.0, 0.9, 1.0)),
    Curve("rows", "a row", (1_000, 2_000, 4_000), (1.0, 1.0, 1.0)),
]


@pytest.mark.slow
def test_three_sizes_of_cases_and_of_workers_are_measured() -> None:
    size = Size(smoke=True, rounds=1)
    curves = [*by_cases(size), by_workers(size)]
    assert {one.of for one in curves} == {"cases", "workers"}
    assert all(len(one.sizes) == len(one.costs) == 3 and one.costs[0] == 1 and min(one.costs) > 0 for one in curves)


@pytest.mark.slow
def test_rows_are_imported_counted_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """One size: each costs six starts of the command."""
    monkeypatch.setattr(growth, "DOUBLED", (1,))
    assert [(one.of, one.sizes, one.costs) for one in by_rows(Size(smoke=True, rounds=1))] == [("rows", (250,), (1.0,))] * 2


def test_the_plot_is_one_panel_a_subject_and_a_line_a_curve() -> None:
    plot = ElementTree.fromstring(drawn(CURVES))
    texts = [element.text for element in plot.iter("{http://www.w3.org/2000/svg}text")]
    assert {"cases", "rows", "a <check>", "a list", "a row", "1,000", "3"} <= set(texts)
    lines = [element for element in plot.iter("{http://www.w3.org/2000/svg}path") if element.get("stroke")]
    heights = [[float(point.split()[1]) for point in line.get("d", "")[1:].split("L")] for line in lines]
    assert len(lines) == 3 and heights[0][0] > heights[0][2], "what costs more stands higher"


def test_the_table_stands_between_its_marks_and_changes_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "growth.json"
    file.write_text(json.dumps({"curves": [{"of": "rows", "what": "a row", "sizes": [1_000, 2_000, 4_000], "costs": [1, 1.5, 2]}]}))
    page = "before\n<!-- growth: begin -->\nold\n<!-- growth: end -->\nafter"
    once = page_with(file, page)
    assert "| a row | 1,000 / 2,000 / 4,000 rows | 1.00 / 1.50 / 2.00 |" in once and "old" not in once
    assert once == page_with(file, once) and once.startswith("before") and once.endswith("after")
    assert page_with(file, PAGE.read_text(encoding="utf-8")).count("growth: begin") == 1


def test_costs_are_told_against_the_smallest_size() -> None:
    assert against_first([2.0, 3.0, 1.0]) == (1.0, 1.5, 0.5)
    assert told(CURVES[0]) == "1.00 / 1.10 / 3.20"
