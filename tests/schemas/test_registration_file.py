"""The files between a region and BPJS: texts that stay texts, the same bytes each time, and answers read whole or not at all."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from schemas.registration_file import COLUMNS, read_answers, render
from schemas.spreadsheet import FORMULA_STARTS
from schemas.workbook import harmless, workbook
from workflows.batches import ExportRow
from workflows.errors import InvalidInput
from workflows.registering import Answer
from workflows.registration_states import RefusalCode

NIK = "9901014101900001"
TITLES = ["NIK", "STATUS", "NO KARTU", "TMT", "ALASAN", "KETERANGAN"]
EMPTY = dict.fromkeys(COLUMNS, "")


def opened(file: bytes) -> list[list[Any]]:
    """As a spreadsheet reads it."""
    return CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def read(*rows: list[Any]) -> Any:
    return read_answers(enumerate([TITLES, *rows], 1), practice=True)


def test_a_nik_stays_sixteen_digits_in_a_spreadsheet() -> None:
    rows = opened(render([ExportRow({**EMPTY, "nik": NIK, "rt": "001", "no_hp": "+6281200000001", "nama": "SITI CONTOH"})]))
    assert rows[0] == COLUMNS
    found = dict(zip(COLUMNS, rows[1], strict=True))
    assert (found["nik"], found["rt"], found["no_hp"], found["nama"]) == (NIK, "001", "081200000001", "SITI CONTOH")


def test_the_columns_are_those_of_the_minimum_record() -> None:
    assert (len(COLUMNS), COLUMNS[0], COLUMNS[-1]) == (21, "nik", "tgl_masuk_rs")


@pytest.mark.parametrize("evil", ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)", "+62 812", "-5", "\t=1", "|cmd"])
def test_nothing_in_a_cell_is_a_formula(evil: str) -> None:
    file = workbook(["nama"], [[evil]])
    assert opened(file)[1] == [f"'{evil}"]
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in sheet
    assert sheet.count('t="inlineStr"') == 2


@given(cells=st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_any_text_comes_back_and_gives_the_same_bytes(cells: list[str]) -> None:
    file = workbook([f"k{at}" for at in range(len(cells))], [cells])
    assert file == workbook([f"k{at}" for at in range(len(cells))], [cells])
    assert not any(harmless(cell).startswith(FORMULA_STARTS) for cell in cells)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert archive.testzip() is None


def test_answers_are_read_with_day_card_and_code() -> None:
    first, second = read(
        [NIK, "Aktif", "1234567890", "23-11-2026", "", ""], ["9901014101900002", "DITOLAK", None, None, "kk mismatch", "KK lain"]
    )
    assert (first.line, first.nik, first.answer) == (2, NIK, Answer(date(2026, 11, 23), "0001234567890"))
    assert second.answer == Answer(refusal=RefusalCode.KK_MISMATCH, note="KK lain")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([9.901014101900001e15, "AKTIF", "", "2026-11-23"], "angka ke-16 sudah hilang"),
        (["990101410190000", "AKTIF", "", "2026-11-23"], "hanya 15 angka"),
        ([NIK, "MUNGKIN", "", "2026-11-23"], "STATUS harus AKTIF atau DITOLAK"),
        ([NIK, "AKTIF", "", ""], r"tanggal aktif \(TMT\) kosong"),
        ([NIK, "AKTIF", "12345678901234", "2026-11-23"], "Nomor kartu"),
        ([NIK, "DITOLAK", "", "", "TIDAK SUKA"], "kode alasan tidak dikenal"),
    ],
)
def test_one_bad_row_refuses_the_whole_file_and_is_named(row: list[Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^Tidak ada yang disimpan\. .*baris 3: .*{reason}") as refused:
        read(["9901014101900002", "AKTIF", "", "2026-11-23"], row)
    assert NIK not in str(refused.value)


def test_a_person_twice_no_titles_and_no_rows_are_refused() -> None:
    row = [NIK, "AKTIF", "", "2026-11-23"]
    with pytest.raises(InvalidInput, match="baris 3: NIK ini sudah ada di baris lain"):
        read(row, row)
    with pytest.raises(InvalidInput, match="Baris judul tidak ditemukan"):
        read_answers(enumerate([row], 1), practice=True)
    with pytest.raises(InvalidInput, match="tidak berisi baris data"):
        read(["", "", "", ""])
