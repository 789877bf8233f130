"""A bill's file as a bill: every line, or a refusal, because a sum of some lines is no sum."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

from schemas.extract_cells import Cell
from schemas.foreign import quotable
from schemas.population.bill_file import BillLayout, find_layout, read_line
from verify.imports.csv_reader import HEAD_LINES, CsvReader
from verify.imports.source import Format, ImportRefused, Row, check_unchanged, inspect
from verify.imports.xlsx_reader import XlsxReader
from workflows.population.premium import Bill, BillLine


def read_bill(path: Path, month: date, rate: int, *, practice: bool) -> Bill:
    """Read the whole file; ``month`` is any day of the month billed."""
    source = inspect(path)
    reader = CsvReader(source, lambda cells: find_layout(cells) is not None) if source.format is Format.CSV else XlsxReader(source)
    with closing(reader.rows()) as rows:
        lines = list(_lines(_layout(rows), rows, practice))
    check_unchanged(source)
    if not lines:
        raise ImportRefused("Tagihan ini tidak berisi baris. Minta berkas baru.")
    return Bill(source.sha256, quotable(path.name) or "", month.replace(day=1), rate, lines)


def _layout(rows: Iterator[Row]) -> BillLayout:
    for _, cells in zip(range(HEAD_LINES), (cells for _, cells in rows), strict=False):
        if cells is not None and (layout := find_layout(cells)) is not None:
            return layout
    raise ImportRefused("Baris judul tidak ditemukan. Tagihan perlu kolom NIK, NAMA dan IURAN.")


def _lines(layout: BillLayout, rows: Iterator[Row], practice: bool) -> Iterator[BillLine]:
    for number, cells in rows:
        if cells is None:
            raise ImportRefused(f"Tanda petik di baris {number} tidak ditutup. Perbaiki di berkas tagihan, lalu ulangi.")
        if not _empty(cells):
            yield read_line(layout, number, cells, practice=practice)


def _empty(cells: Sequence[Cell]) -> bool:
    return not any(cell is not None and str(cell).strip() for cell in cells)
