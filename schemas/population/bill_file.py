"""Lines of a monthly premium bill: titles matched by meaning, rupiah as people write them, nothing repaired."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.extract_cells import NIK_TITLES, BadCell, Cell, card_number, check_nik, day, nik_digits, words
from workflows.errors import InvalidInput
from workflows.population.premium import BillLine

TITLES: Mapping[str, tuple[str, ...]] = {
    "nik": NIK_TITLES,
    "card": ("psnoka", "nokartu", "nomorkartu"),
    "name": ("nama", "namapeserta"),
    "birth_date": ("tgllhr", "tgllahir", "tanggallahir"),
    "amount": ("iuran", "premi", "jumlahiuran", "nominal", "tagihan"),
}
NEEDED = ("nik", "name", "amount")
RUPIAH = re.compile(r"(?:rp)?\.?\s*(\d{1,3}(?:[.,]\d{3})*|\d+)(?:[.,]\d{2})?-?", re.IGNORECASE)
LARGEST = 10_000_000
"""Rupiah of one person's month; more is no premium."""


@dataclass(frozen=True, slots=True)
class BillLayout:
    """Our names to the places of a bill's columns."""

    columns: Mapping[str, int]

    def cell(self, cells: Sequence[Cell], name: str) -> Cell:
        """One cell, None where the row or the bill has none."""
        place = self.columns.get(name)
        return cells[place] if place is not None and place < len(cells) else None


def find_layout(cells: Sequence[Cell]) -> BillLayout | None:
    """The layout whose titles stand in this row; None where it is no row of titles."""
    titles = [re.sub(r"[^a-z0-9]", "", cell.casefold()) if isinstance(cell, str) else "" for cell in cells]
    found = {ours: titles.index(name) for ours, names in TITLES.items() for name in reversed(names) if name in titles}
    return BillLayout(found) if set(NEEDED) <= set(found) else None


def read_line(layout: BillLayout, number: int, cells: Sequence[Cell], *, practice: bool) -> BillLine:
    """One line; a NIK that can be nobody's is None. ``InvalidInput`` where the amount cannot be read: then no sum is right."""
    return BillLine(
        line=number,
        nik=_nik(layout.cell(cells, "nik"), practice),
        card=_card(layout.cell(cells, "card")),
        name=words(layout.cell(cells, "name")),
        birth_date=_birth(layout.cell(cells, "birth_date")),
        amount=_rupiah(layout.cell(cells, "amount"), number),
    )


def _nik(cell: Cell, practice: bool) -> str | None:
    try:
        digits = nik_digits(cell)
        check_nik(digits, practice=practice)
    except BadCell:
        return None
    return digits


def _card(cell: Cell) -> str | None:
    try:
        return card_number(cell)
    except BadCell:
        return None


def _birth(cell: Cell) -> date | None:
    try:
        return day(cell)
    except BadCell:
        return None


def _rupiah(cell: Cell, number: int) -> int:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == int(cell):
        amount = int(cell)
    elif isinstance(cell, str) and (found := RUPIAH.fullmatch(cell.strip())):
        amount = int(re.sub(r"[.,]", "", found[1]))
    else:
        amount = -1
    if not 0 <= amount <= LARGEST:
        raise InvalidInput(f"Iuran di baris {number} tidak terbaca. Perbaiki sel itu di berkas tagihan, lalu ulangi.")
    return amount
