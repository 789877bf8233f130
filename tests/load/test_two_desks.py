"""The load of two desks at a hundredth: real server processes, letters at two hospitals at once, and late doubles."""

import pytest

from tests.load.two_desks import FLAGGED_WITHIN, Load, kind_of, run

BUSY = 4
"""How many times slower a machine may be that runs other tests beside this one."""


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_each_letter_is_one_hospitals_and_each_late_double_is_flagged(database: str) -> None:
    shown = run(Load(letters=40, late=10, database=database, pairs=2, workers=2, threads=4))
    assert shown.counts == {"accepted": 40, "refused by hospital and time": 40, "late taken": 10, "late conflict": 10}
    assert 0 < shown.slowest_flag <= BUSY * FLAGGED_WITHIN


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, {}, "server error"),
        (409, {"answer": "EXPIRED", "reason": "Masa berlaku habis."}, "refused without hospital and time"),
        (409, {"answer": "ALREADY_USED", "reason": "Sudah dipakai."}, "refused without hospital and time"),
    ],
)
def test_an_answer_that_should_not_be_has_a_name(status: int, body: dict[str, object], kind: str) -> None:
    assert kind_of(status, body) == kind
