"""The list of refused rows for whoever has to correct the file: safe to open in Excel, and no NIK in it."""

import codecs
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from schemas.extract_cells import Cell
from schemas.spreadsheet import lines
from verify.imports.sieve import BadRow, Sieve

LONG_NUMBER = re.compile(r"\d(?:[ .\-]?\d){11,}")
"""A NIK, family-card or card number, however it is written; a date is shorter."""
OWNER_ONLY = 0o600
DIGIT = re.compile(r"\d")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def write_bad_rows(path: Path, titles: Sequence[str], nik_place: int, rows: Iterable[BadRow]) -> int:
    """Write the list with semicolons, as an Indonesian Excel expects; readable by its owner only. Returns how many."""
    number = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        os.fchmod(descriptor, OWNER_ONLY)
        file.write(lines([[*TITLES, *titles]]))
        told = ([row.line, row.fault, row.reason, *_masked_cells(row, nik_place)] for row in rows)
        while some := list(islice(told, LINES_AT_ONCE)):
            file.write(lines(some))
            number += len(some)
    return number


TITLES = ("BARIS", "KODE", "ALASAN")
LINES_AT_ONCE = 2_000


def pieces(sieve: Sieve) -> Iterator[bytes]:
    """The same list in pieces, with the row's number, code and reason alone: it says where to look, and nobody's data."""
    rows = ((row.line, row.fault, row.reason) for row in sieve.bad_rows())
    yield codecs.BOM_UTF8 + lines([TITLES]).encode()
    while some := list(islice(rows, LINES_AT_ONCE)):
        yield lines(some).encode()


def covered_head(sieve: Sieve) -> dict[str, Any]:
    """First rows as a page may show them: of a number the last digits, of a name or an address the first letters, of a birth the year."""
    ours = list(sieve.layout.columns)
    rows = [[line, *(_hidden(name, cell) for name, cell in zip(ours, cells, strict=True))] for line, cells in sieve.head]
    return {"titles": sieve.layout.wanted_titles, "rows": rows}


def _hidden(name: str, cell: Cell) -> str:
    text = masked(cell, is_nik=name == "nik")
    if name in ("name", "address"):
        return " ".join(word[0] + "•" * (len(word) - 1) for word in text.split())[:40]
    if name == "birth_date":
        year = YEAR.search(text)
        return f"•• •• {year[0]}" if year else "••••" * bool(text)
    return f"••••{text[-5:]}" if name in ("card", "family_card") and len(text) > 5 else text[:40]


def _masked_cells(row: BadRow, nik_place: int) -> list[str]:
    return [masked(cell, is_nik=place == nik_place) for place, cell in enumerate(row.cells)]


def masked(cell: Cell, *, is_nik: bool) -> str:
    """A cell as text: of a NIK only the last four digits are left, in whatever shape it came."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell)
    return _covered(text) if is_nik else LONG_NUMBER.sub(lambda found: _covered(found[0]), text)


def _covered(text: str) -> str:
    shown = len(DIGIT.findall(text)) - 4
    return DIGIT.sub("•", text, count=shown) if shown > 0 else text
