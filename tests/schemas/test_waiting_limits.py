"""Waiting limits as a lawyer writes them."""

import pytest
from marshmallow import ValidationError

from schemas.waiting_limits import SUBJECTS, WaitingRows
from workflows.rules.calendar import Counting
from workflows.rules.limits import Limit
from workflows.states import Role

FIELD = WaitingRows()
ROWS = [f"{subject} 2 jam: KADIS" for subject in sorted(SUBJECTS)]


def with_row(row: object, subject: str = "ASSESSMENT") -> list[object]:
    return [row, *(one for one in ROWS if not one.startswith(f"{subject} "))]


@pytest.mark.parametrize(
    ("row", "limit"),
    [
        ("ASSESSMENT 4 jam kerja: VALIDATOR, KADIS", Limit(4, Counting.WORKING, (Role.VALIDATOR, Role.KADIS))),
        ("ASSESSMENT 3 hari kerja: LOKET", Limit(72, Counting.WORKING_DAYS, (Role.LOKET,))),
        ("ASSESSMENT 48 jam: ADMIN", Limit(48, Counting.CLOCK, (Role.ADMIN,))),
    ],
)
def test_a_row_says_how_long_and_who_hears_of_it(row: str, limit: Limit) -> None:
    assert FIELD.deserialize(with_row(row))["ASSESSMENT"] == limit


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ASSESSMENT 0 jam: KADIS", "Tulis misalnya"),
        ("ASSESSMENT 4 menit: KADIS", "Tulis misalnya"),
        ("ASSESSMENT 4 jam:", "Tulis misalnya"),
        ("ASSESSMENT 4 jam: KADIS, KADIS", "Tulis misalnya"),
        (ROWS[0], "Tulis misalnya"),
        (4, "Tulis misalnya"),
        ("CLOSED 4 jam: KADIS", "Langkah CLOSED tidak dikenal"),
        ("ASSESSMENT 4 jam: CAMAT", "Peran CAMAT tidak dikenal"),
        ("ASSESSMENT 4 jam: HOSPITAL", "Peran HOSPITAL tidak dikenal"),
        ("ASSESSMENT 4 jam: SYSTEM", "Peran SYSTEM tidak dikenal"),
    ],
)
def test_a_row_that_means_nothing_is_refused(row: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FIELD.deserialize(with_row(row))


@pytest.mark.parametrize("rows", [[], "ASSESSMENT 4 jam: KADIS"])
def test_no_list_is_no_list(rows: object) -> None:
    with pytest.raises(ValidationError):
        FIELD.deserialize(rows)


def test_what_has_no_limit_is_named() -> None:
    with pytest.raises(ValidationError, match="Belum ada batas tunggu untuk MANUAL_CHECK"):
        FIELD.deserialize([row for row in ROWS if not row.startswith("MANUAL_CHECK")])
