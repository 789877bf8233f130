"""Rows of a CSV file, one line a row, so that a forgotten quotation mark costs one row and not the rest of the file."""

import csv
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from schemas.extract_cells import Cell
from verify.imports.source import ImportRefused, Row, Source

LONGEST_LINE = 64 << 10
SEPARATORS = ";,\t"
HEAD_LINES = 20
"""Titles stand in one of the first lines; offices like to put a heading above them."""


class CsvReader:
    """The rows of a text file; ``done`` of ``total`` bytes."""

    def __init__(self, source: Source, is_title_row: Callable[[Sequence[Cell]], bool]) -> None:
        self._source = source
        self._is_title_row = is_title_row
        self.total = source.size
        self.done = 0

    def rows(self) -> Generator[Row]:
        """Line numbers with cells."""
        with self._source.path.open("rb") as file:
            separator = self._separator(list(islice(self._lines(file), HEAD_LINES)))
            file.seek(0)
            self.done = 0
            for number, line in enumerate(self._lines(file), 1):
                yield number, _split(line, separator)

    def _lines(self, file: BinaryIO) -> Iterator[str]:
        while raw := file.readline(LONGEST_LINE + 1):
            if len(raw) > LONGEST_LINE:
                raise ImportRefused("Satu baris berkas ini lebih dari 64 KB. Pastikan ini berkas CSV dengan satu orang per baris.")
            text = raw.decode(self._source.encoding, "replace").rstrip("\r\n")
            yield text.removeprefix("\ufeff") if self.done == 0 else text
            self.done += len(raw)

    def _separator(self, lines: Sequence[str]) -> str:
        """The one under which a row of titles appears; any other where none does."""
        for separator in SEPARATORS:
            split = (_split(line, separator) for line in lines)
            if any(cells is not None and self._is_title_row(cells) for cells in split):
                return separator
        return SEPARATORS[0]


def _split(line: str, separator: str) -> Sequence[Cell] | None:
    if not line.strip():
        return []
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return None
