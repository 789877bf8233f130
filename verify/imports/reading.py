"""From a file to a settled sieve: which layout, every row once, and since when the content is true."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, time
from zoneinfo import ZoneInfo

from schemas.extract_cells import Cell
from schemas.extract_file import Layout, find_layout, missing_titles, read_row
from verify.imports.csv_reader import HEAD_LINES, CsvReader
from verify.imports.progress import Step
from verify.imports.sieve import HEAD_ROWS, Sieve
from verify.imports.source import UNDIVIDED, Format, ImportRefused, Row, Source, check_unchanged
from verify.imports.xlsx_reader import XlsxReader
from workflows.records.extract import ExtractKind
from workflows.saying import joined, say

TELL_EVERY = 1_000
MOST_ROWS = 5_000_000
TOO_MANY = say("Berkas ini lebih dari 5.000.000 baris. Minta berkas untuk daerah Anda saja.")


ANY = (ExtractKind.DTSEN, ExtractKind.MEMBERS, ExtractKind.RESIDENTS)
"""In this order: residents with a decile are a DTSEN extract, and nothing else has one."""


def _unheard(_: Sieve) -> None:
    """Nobody waits for the first rows."""


@contextmanager
def sieved(
    source: Source, kind: ExtractKind | None, *, practice: bool, step: Step, seen: Callable[[Sieve], None] = _unheard
) -> Iterator[Sieve]:
    """The whole file through a sieve, which lives as long as the block; its kind is known by its titles where nobody says it.

    ``seen`` is called once, when the first rows are in.
    """
    kinds = ANY if kind is None else (kind,)
    reader = _reader(source, kinds)
    with closing(reader.rows()) as rows, closing(Sieve(*_layout(kinds, rows))) as sieve:
        _fill(sieve, reader, rows, practice, step, seen)
        check_unchanged(source)
        sieve.settle()
        yield sieve


def named_day(sieve: Sieve, zone: ZoneInfo) -> datetime | None:
    """The one day all rows name as theirs, at its beginning; None where they name none or several."""
    return datetime.combine(next(iter(sieve.dates)), time(), zone) if len(sieve.dates) == 1 else None


def stated_as_of(sieve: Sieve, zone: ZoneInfo) -> datetime:
    """The same; ``ImportRefused`` where there is none."""
    if day := named_day(sieve, zone):
        return day
    if sieve.dates:
        raise ImportRefused("Berkas ini menyebut lebih dari satu tanggal atau bulan. Tambahkan --as-of, atau bagi berkasnya.")
    raise ImportRefused("Berkas ini tidak menyebut tanggal datanya. Tambahkan --as-of, misalnya --as-of 2026-11-01T02:00.")


def _reader(source: Source, kinds: Sequence[ExtractKind]) -> CsvReader | XlsxReader:
    def is_title_row(cells: Sequence[Cell]) -> bool:
        return any(find_layout(kind, cells) is not None for kind in kinds)

    return CsvReader(source, is_title_row) if source.format is Format.CSV else XlsxReader(source)


def _layout(kinds: Sequence[ExtractKind], rows: Iterator[Row]) -> tuple[ExtractKind, Layout]:
    for _, cells in zip(range(HEAD_LINES), (cells for _, cells in rows), strict=False):
        for kind in kinds if cells is not None else ():
            if (layout := find_layout(kind, cells or ())) is not None:
                return kind, layout
    if len(kinds) == 1:
        raise ImportRefused(missing_titles(kinds[0]))
    raise ImportRefused(say("Baris judul tidak dikenali. Pilih jenis berkasnya, atau lihat kolom yang diminta di halaman Data."))


def _fill(
    sieve: Sieve, reader: CsvReader | XlsxReader, rows: Iterator[Row], practice: bool, step: Step, seen: Callable[[Sieve], None]
) -> None:
    number = 0
    for line, cells in rows:
        reading = read_row(sieve.kind, sieve.layout, cells, practice=practice)
        if reading is None:
            continue
        number += 1
        if number > MOST_ROWS:
            raise ImportRefused(joined((TOO_MANY, UNDIVIDED)))
        sieve.take(line, reading, sieve.layout.wanted(cells or ()))
        if number == HEAD_ROWS:
            seen(sieve)
        if number % TELL_EVERY == 0:
            step(reader.done, reader.total, number)
    step(reader.done, reader.total, number)
    if number == 0:
        raise ImportRefused("Berkas ini tidak berisi baris data. Minta berkas baru.")
