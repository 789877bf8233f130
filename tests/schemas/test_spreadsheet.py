"""What a spreadsheet would run as a formula is text in every list that leaves: every function that writes one, every beginning."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from schemas import spreadsheet
from schemas.spreadsheet import FORMULA_STARTS
from schemas.workbook import workbook
from verify.commands import bill
from verify.imports.bad_rows import write_bad_rows
from verify.imports.sieve import BadRow
from verify.population import tables
from workflows.records.premium import DisputeReason, PremiumDispute

PLAIN = ("SITI CONTOH", "9901014101900001", "a=1", "")
Rows = list[list[str]]


def read_csv(content: bytes) -> Rows:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def read_workbook(content: bytes) -> Rows:
    return [list(map(str, row)) for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()]


def bad_rows(folder: Path, cells: list[str]) -> Rows:
    write_bad_rows(folder / "bad.csv", cells, 9, [BadRow(1, cells[0], cells[0], cells)])
    rows = read_csv((folder / "bad.csv").read_bytes())
    return [rows[0][3:], rows[1][3:], rows[1][1:2]]


def disputes(folder: Path, cells: list[str]) -> Rows:
    given = [PremiumDispute(line=1, reason=DisputeReason.DOUBLE, name=cell, amount=1, evidence=cell) for cell in cells]
    bill._write(folder / "bill.csv", given)
    rows = read_csv((folder / "bill.csv").read_bytes())[1:]
    return [[row[3] for row in rows], [row[5] for row in rows]]


WRITERS: dict[str, Callable[[Path, list[str]], Rows]] = {
    "as_csv": lambda _, cells: read_csv(spreadsheet.as_csv(cells, [cells])),
    "workbook": lambda _, cells: read_workbook(workbook(cells, [cells])),
    "tables.as_csv": lambda _, cells: read_csv(tables.as_csv([cells, cells])),
    "tables.as_xlsx": lambda _, cells: read_workbook(tables.as_xlsx([cells, cells])),
    "bad rows": bad_rows,
    "disputes": disputes,
}


@pytest.mark.parametrize("start", FORMULA_STARTS)
@pytest.mark.parametrize("writer", WRITERS)
def test_no_cell_that_somebody_typed_begins_like_a_formula(writer: str, start: str, tmp_path: Path) -> None:
    rows = WRITERS[writer](tmp_path, [f"{start}HYPERLINK(A1)", *PLAIN])
    assert rows and all(cell.startswith("'") for row in rows for cell in row if "HYPERLINK" in cell)
    assert sum("HYPERLINK" in cell for row in rows for cell in row) == len(rows)


def test_what_begins_like_none_stays_as_it_is() -> None:
    assert read_csv(spreadsheet.as_csv(["a"], [PLAIN])) == [["a"], list(PLAIN)]


def test_numbers_are_numbers_and_need_no_sign_in_front() -> None:
    assert spreadsheet.lines([[-1.5, -2, "-2"]]) == "-1,5;-2;'-2\r\n"
