"""Lists of the region's own scheme: which columns a file has, and what each line says. A NIK is never repaired."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.extract_cells import NIK_TITLES, REASONS, BadCell, Cell, Fault, check_nik, nik_digits, number_text, words
from schemas.extract_file import zeros_suspicious
from workflows.errors import InvalidInput
from workflows.population.jamkesda import JamkesdaLine

TITLES: Mapping[str, str] = {
    **dict.fromkeys(NIK_TITLES, "nik"),
    **dict.fromkeys(("nama", "namalengkap", "namapeserta"), "name"),
    **dict.fromkeys(("nokk", "nomorkk", "kk", "nomorkartukeluarga"), "kk"),
    **dict.fromkeys(("alamat", "alamatlengkap"), "address"),
    **dict.fromkeys(("desa", "kelurahan", "desakelurahan", "kelurahandesa", "kodedesa", "kodekelurahan"), "village"),
    **dict.fromkeys(("nokartu", "nomorkartu", "nokartulama", "nomorkartulama", "nokartujamkesda", "nojamkesda"), "old_card"),
}
"""A title, folded to letters, and what stands below it."""
ASKED = frozenset({"nik", "name"})
NUMBERS = frozenset({"kk", "old_card"})
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is not taken, and why."""

    line: int
    fault: Fault
    reason: str


def is_title_row(cells: Sequence[Cell]) -> bool:
    """Whether a row names the columns of a Jamkesda list."""
    return {TITLES.get(_folded(cell)) for cell in cells} >= ASKED


def read_lines(rows: Iterable[tuple[int, Sequence[Cell] | None]], *, practice: bool) -> tuple[list[JamkesdaLine], list[Refused]]:
    """The lines that can be used and those that cannot; ``InvalidInput`` where the file is no such list."""
    lines = iter(rows)
    places = next((_places(cells) for _, cells in lines if cells is not None and is_title_row(cells)), None)
    if places is None:
        raise InvalidInput("Baris judul tidak ditemukan. Daftar Jamkesda perlu kolom NIK dan NAMA.")
    good, bad = list[JamkesdaLine](), list[Refused]()
    for line, cells in lines:
        if cells is not None and not any(words(cell) for cell in cells):
            continue
        try:
            good.append(_read(line, cells, places, practice=practice))
        except BadCell as error:
            bad.append(Refused(line, error.fault, error.reason))
    lost = [one for one in good if one.nik.endswith("0")]
    if zeros_suspicious(len(lost), len(good)):
        bad += [Refused(one.line, Fault.NIK_ZEROS, REASONS[Fault.NIK_ZEROS]) for one in lost]
        good = [one for one in good if not one.nik.endswith("0")]
    return good, sorted(bad, key=lambda one: one.line)


def _read(line: int, cells: Sequence[Cell] | None, places: Mapping[str, int], *, practice: bool) -> JamkesdaLine:
    if cells is None:
        raise BadCell(Fault.BROKEN)
    named = {name: cells[at] if at < len(cells) else None for name, at in places.items()}
    digits = nik_digits(named["nik"])
    check_nik(digits, practice=practice)
    if words(named["name"]) is None:
        raise BadCell(Fault.NAME)
    told = {name: _told(name, cell) for name, cell in named.items() if name != "nik"}
    return JamkesdaLine(line, digits, {name: text for name, text in told.items() if text})


def _told(name: str, cell: Cell) -> str:
    """Numbers keep their digits, as far as the file still has them; other words lose long numbers."""
    return number_text(cell)[:LONGEST] if name in NUMBERS else (words(cell) or "")[:LONGEST]


def _places(cells: Sequence[Cell]) -> dict[str, int]:
    return {TITLES[_folded(cell)]: at for at, cell in reversed(list(enumerate(cells))) if _folded(cell) in TITLES}


def _folded(cell: Cell) -> str:
    return re.sub(r"[^a-z]", "", str(cell or "").casefold())
