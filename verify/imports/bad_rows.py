"""The list of refused rows for whoever has to correct the file: safe to open in Excel, and no NIK in it."""

import csv
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from schemas.extract_cells import Cell
from schemas.spreadsheet import safe
from verify.imports.sieve import BadRow

LONG_NUMBER = re.compile(r"\d(?:[ .\-]?\d){11,}")
"""A NIK, family-card or card number, however it is written; a date is shorter."""
OWNER_ONLY = 0o600
DIGIT = re.compile(r"\d")


def write_bad_rows(path: Path, titles: Sequence[str], nik_place: int, rows: Iterable[BadRow]) -> int:
    """Write the list with semicolons, as an Indonesian Excel expects; readable by its owner only. Returns how many."""
    number = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        os.fchmod(descriptor, OWNER_ONLY)
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["BARIS", "KODE", "ALASAN", *map(safe, titles)])
        for row in rows:
            cells = [masked(cell, is_nik=place == nik_place) for place, cell in enumerate(row.cells)]
            writer.writerow([row.line, row.fault, row.reason, *map(safe, cells)])
            number += 1
    return number


def masked(cell: Cell, *, is_nik: bool) -> str:
    """A cell as text: of a NIK only the last four digits are left, in whatever shape it came."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell)
    return _covered(text) if is_nik else LONG_NUMBER.sub(lambda found: _covered(found[0]), text)


def _covered(text: str) -> str:
    shown = len(DIGIT.findall(text)) - 4
    return DIGIT.sub("•", text, count=shown) if shown > 0 else text
