"""Targets: what is left, what is needed each month, whether the pace is enough, and the early warning of UHC Prioritas."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from schemas.population.coverage_files import read_targets, targets_of
from workflows.errors import PolicyFileError
from workflows.population import targets
from workflows.population.tally import Tally
from workflows.population.targets import Target, Verdict
from workflows.records.coverage import CoverageSegment
from workflows.rules.policy import Ruled

ON = date(2026, 11, 22)
TARGET = Target(98, date(2027, 3, 31), date(2025, 8, 1), "Contoh", "tidak ada", date(2025, 8, 1))
COVERED = Ruled(98, "lebih dari 98 persen", "x", date(2025, 8, 1))
ACTIVE = Ruled(80, "lebih dari 80 persen", "x", date(2025, 8, 1))
Write = Callable[[str], Path]


def tally(people: int, members: int, active: int) -> Tally:
    return Tally(
        {CoverageSegment.NONE: people - members, CoverageSegment.PEMDA: members}, {CoverageSegment.PEMDA: active, CoverageSegment.NONE: 0}
    )


def test_what_is_missing_and_needed_each_month() -> None:
    found = targets.progress(tally(1_000, 900, 800), TARGET, 10.0, ON)
    assert (found.missing, found.months_left, found.needed_a_month, found.months) == (80, 4, 20, 8)
    assert found.late and not found.reached


def test_a_pace_that_is_enough_and_one_that_never_arrives() -> None:
    assert not targets.progress(tally(1_000, 900, 800), TARGET, 20.0, ON).late
    for pace in (None, 0.0, -5.0, 0.001):
        assert targets.progress(tally(1_000, 900, 800), TARGET, pace, ON).months is None


def test_a_target_that_is_reached_and_one_whose_day_has_passed() -> None:
    reached = targets.progress(tally(1_000, 980, 800), TARGET, None, ON)
    assert reached.reached and reached.months == 0 and reached.needed_a_month == 0
    passed = targets.progress(tally(1_000, 900, 800), TARGET, None, date(2027, 5, 1))
    assert (passed.months_left, passed.needed_a_month, passed.late) == (0, 80, True)


def test_part_of_a_person_is_a_person() -> None:
    assert targets.progress(tally(999, 0, 0), TARGET, None, ON).missing == 980  # 979.02


def test_the_pace_is_that_of_the_last_half_year_and_says_so() -> None:
    assert targets.pace([]) is None and targets.pace([(date(2026, 1, 1), 1_000), (date(2026, 1, 1), 1_200)]) is None
    steep, flat = (date(2022, 1, 1), 0), [(date(2026, 1, 1), 50_000), (date(2026, 4, 1), 50_150), (date(2026, 7, 1), 50_300)]
    found = targets.pace([steep, *flat])
    assert found and (found.first, found.last) == (date(2026, 1, 1), date(2026, 7, 1)) and 49 < found.a_month < 51
    rare = targets.pace([steep, (date(2024, 1, 1), 1_000), (date(2026, 1, 1), 3_400)])
    assert rare and rare.first == date(2024, 1, 1) and 99 < rare.a_month < 101


def test_only_targets_in_force_count_lowest_first() -> None:
    later = Target(95, date(2028, 1, 1), date(2027, 1, 1), "Contoh", "x", date(2027, 1, 1))
    assert targets.in_force([TARGET, later], ON) == (TARGET,)
    assert targets.in_force([TARGET, later], date(2027, 1, 1)) == (later, TARGET)


@pytest.mark.parametrize(
    ("now", "before", "verdicts"),
    [
        (tally(1_000, 990, 890), None, [Verdict.MET, Verdict.MET]),
        (tally(1_000, 980, 784), None, [Verdict.FAILED, Verdict.FAILED]),
        (tally(10_000, 9_810, 8_500), tally(10_000, 9_850, 8_500), [Verdict.AT_RISK, Verdict.MET]),
        (tally(10_000, 9_900, 7_950), tally(10_000, 9_900, 8_050), [Verdict.MET, Verdict.AT_RISK]),
        (tally(10_000, 9_810, 8_500), tally(10_000, 9_800, 8_500), [Verdict.MET, Verdict.MET]),
    ],
)
def test_the_predicate_warns_before_it_is_lost(now: Tally, before: Tally | None, verdicts: list[Verdict]) -> None:
    found = targets.predicate(now, before, 1.0, COVERED, ACTIVE, targets.Finding("arrears", Verdict.UNKNOWN, None, None, "Contoh"))
    assert [one.verdict for one in found] == [*verdicts, Verdict.UNKNOWN]


def test_every_target_that_comes_with_the_package_names_its_source() -> None:
    for region in ("3673", "3316", "3275", "3216", "1607"):
        known = targets_of(region)
        assert {one.percent for one in known} == {95, 97, 98, 99, 100}
        assert all(one.reference and one.document and one.decided_on for one in known)


@pytest.mark.parametrize(
    "row", ["percent = 101\nby = 2026-12-31", 'percent = 98\nby = "2026-12-31"', "percent = 98", "percent = 98\nby = 2026-12-31\nxxx = 1"]
)
def test_a_target_that_is_none_is_refused_with_its_file(tmp_path: Path, row: str) -> None:
    rest = (
        'region_code = "3673"\nvalid_from = 2025-01-01\ndecided_on = 2025-01-01\nreference = "Contoh saja"\ndocument = "tidak ada sumber"'
    )
    (tmp_path / "t.toml").write_text(f"[[targets]]\n{rest}\n{row}\n")
    with pytest.raises(PolicyFileError, match=r"t\.toml tidak dapat dipakai"):
        read_targets(tmp_path / "t.toml")
