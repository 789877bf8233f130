"""From a file to a settled sieve: which layout, every row once, and since when the content is true."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, time
from zoneinfo import ZoneInfo

from schemas.extract_cells import Cell
from schemas.extract_file import Layout, find_layout, missing_titles, read_row
from verify.imports.csv_reader import HEAD_LINES, CsvReader
from verify.imports.progress import Step
from verify.imports.sieve import Sieve
from verify.imports.source import Format, ImportRefused, Row, Source, check_unchanged
from verify.imports.xlsx_reader import XlsxReader
from workflows.records.extract import ExtractKind

TELL_EVERY = 1_000
MOST_ROWS = 5_000_000


@contextmanager
def sieved(source: Source, kind: ExtractKind, *, practice: bool, step: Step) -> Iterator[Sieve]:
    """The whole file through a sieve, which lives as long as the block."""
    reader = _reader(source, kind)
    with closing(reader.rows()) as rows, closing(Sieve(kind, _layout(kind, rows))) as sieve:
        _fill(sieve, reader, rows, practice, step)
        check_unchanged(source)
        sieve.settle()
        yield sieve


def stated_as_of(sieve: Sieve, zone: ZoneInfo) -> datetime:
    """The one day all rows name as theirs, at its beginning; ``ImportRefused`` where there is none."""
    if len(sieve.dates) == 1:
        return datetime.combine(next(iter(sieve.dates)), time(), zone)
    if sieve.dates:
        raise ImportRefused("Berkas ini menyebut lebih dari satu tanggal atau bulan. Tambahkan --as-of, atau bagi berkasnya.")
    raise ImportRefused("Berkas ini tidak menyebut tanggal datanya. Tambahkan --as-of, misalnya --as-of 2026-11-01T02:00.")


def _reader(source: Source, kind: ExtractKind) -> CsvReader | XlsxReader:
    def is_title_row(cells: Sequence[Cell]) -> bool:
        return find_layout(kind, cells) is not None

    return CsvReader(source, is_title_row) if source.format is Format.CSV else XlsxReader(source)


def _layout(kind: ExtractKind, rows: Iterator[Row]) -> Layout:
    for _, cells in zip(range(HEAD_LINES), (cells for _, cells in rows), strict=False):
        if cells is not None and (layout := find_layout(kind, cells)) is not None:
            return layout
    raise ImportRefused(missing_titles(kind))


def _fill(sieve: Sieve, reader: CsvReader | XlsxReader, rows: Iterator[Row], practice: bool, step: Step) -> None:
    number = 0
    for line, cells in rows:
        reading = read_row(sieve.kind, sieve.layout, cells, practice=practice)
        if reading is None:
            continue
        number += 1
        if number > MOST_ROWS:
            raise ImportRefused("Berkas ini lebih dari 5.000.000 baris. Bagi per kecamatan, lalu ulangi.")
        sieve.take(line, reading, sieve.layout.wanted(cells or ()))
        if number % TELL_EVERY == 0:
            step(reader.done, reader.total, number)
    step(reader.done, reader.total, number)
    if number == 0:
        raise ImportRefused("Berkas ini tidak berisi baris data. Minta berkas baru.")
