"""The rows of imported files become frozen facts: which columns a file has, and what each row says.

DTSEN extracts have no published form, so their titles are matched by meaning. BPJS member files have two layouts: the
six columns a region gets each month, and the full file of thirty (domain 5.5). Residents come with a village code or
with SIAK's four numbers (``schemas.resident_file``).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from schemas.extract_cells import (
    NIK_TITLES,
    REASONS,
    BadCell,
    Cell,
    Fault,
    card_number,
    check_nik,
    day,
    decile,
    exclusion,
    month,
    nik_digits,
    segment,
    words,
    year,
)
from schemas.resident_file import TITLES as RESIDENT_TITLES
from schemas.resident_file import read_resident
from workflows.errors import InvalidInput
from workflows.extracts import DtsenFact, Fact, MemberFact
from workflows.records.extract import ExtractKind

ZEROS_SUSPICIOUS = 0.30
"""Serials mostly run 0001 to 0009, so well under a tenth of all NIKs end in 0 (domain 1.4)."""

DTSEN, FULL, MONTHLY = "DTSEN", "ANGGOTA_LENGKAP", "ANGGOTA_BULANAN"
RESIDENTS, RESIDENTS_SIAK = "PENDUDUK", "PENDUDUK_SIAK"
"""Names of the layouts, as they are stored."""

BIRTH_TITLES = tuple("tgllhr tgllahir tanggallahir".split())
DTSEN_TITLES: Mapping[str, tuple[str, ...]] = {
    "nik": NIK_TITLES,
    "name": tuple("nama namalengkap namaanggota namaart".split()),
    "desil": tuple("desil desilnasional desilkesejahteraan desilkeluarga desildtsen peringkatdesil kelompokdesil decile".split()),
    "exclusion_reason": tuple(
        "exclusionreason alasanpengecualian alasanexclude alasanexclusion keteranganexclude alasandikecualikan pengecualian exclude".split()
    ),
    "as_of": tuple("asof pertanggal tanggaldata tanggalekstrak tanggalpemutakhiran".split()),
    "birth_date": BIRTH_TITLES,
}
MEMBER_TITLES: Mapping[str, tuple[str, ...]] = {
    "card": tuple("psnoka nokartu nomorkartu".split()),
    "nik": NIK_TITLES,
    "name": tuple("nama namapeserta".split()),
    "segment_text": ("segmen", "segmenpeserta", "jenispeserta"),
    "month": ("bulan",),
    "year": ("tahun",),
    "status_code": ("kdstatuspst",),
    "status_text": ("nmstatuspst", "statuspst", "statuspeserta"),
    "cover_from": ("tmt",),
    "cover_until": ("tat",),
    "birth_date": BIRTH_TITLES,
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One known layout: its name, the titles it may have and the columns it must have."""

    name: str
    titles: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...]
    described: str


SHAPES: Mapping[ExtractKind, tuple[Shape, ...]] = {
    ExtractKind.DTSEN: (Shape(DTSEN, DTSEN_TITLES, ("nik", "desil"), "NIK dan DESIL"),),
    ExtractKind.MEMBERS: (
        Shape(
            FULL,
            MEMBER_TITLES,
            ("card", "nik", "name", "cover_from", "cover_until", "status_code"),
            "PSNOKA, NIK, NAMA, TMT, TAT, KDSTATUSPST",
        ),
        Shape(
            MONTHLY,
            MEMBER_TITLES,
            ("card", "nik", "name", "segment_text", "month", "year"),
            "PSNOKA, NIK, NAMA, SEGMEN, BULAN, TAHUN",
        ),
    ),
    ExtractKind.RESIDENTS: (
        Shape(
            RESIDENTS,
            {"nik": NIK_TITLES, **RESIDENT_TITLES},
            ("nik", "name", "birth_date", "village_code"),
            "NIK, NAMA, TGL_LHR, KODE_WILAYAH",
        ),
        Shape(
            RESIDENTS_SIAK,
            {"nik": NIK_TITLES, **RESIDENT_TITLES},
            ("nik", "name", "birth_date", "province", "regency", "district", "village"),
            "NIK, NAMA_LGKP, TGL_LHR, NO_PROP, NO_KAB, NO_KEC, NO_KEL",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's own columns: ``columns`` maps our names to places, ``width`` is the number of titles."""

    name: str
    columns: Mapping[str, int]
    titles: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.titles)

    def wanted(self, cells: Sequence[Cell]) -> list[Cell]:
        """The cells we read, in the order of ``columns``."""
        return [cells[place] if place < len(cells) else None for place in self.columns.values()]

    @property
    def wanted_titles(self) -> list[str]:
        """The file's own titles of those."""
        return [self.titles[place] for place in self.columns.values()]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one row came to: a ``fact``, or a ``fault`` with its reason.

    ``digits`` are the sixteen of the NIK cell, also where they are nobody's NIK; ``nik`` is set once they can be one.
    ``as_of`` is a day the row itself names as the one it was true.
    """

    digits: str | None = None
    nik: str | None = None
    fact: Fact | None = None
    fault: Fault | None = None
    reason: str = ""
    as_of: date | None = None


Reader = Callable[[str, Mapping[str, Cell]], tuple[Fact, date | None]]
"""From a NIK and the row's cells by our names to the fact, and the day the row names as its own."""


def find_layout(kind: ExtractKind, cells: Sequence[Cell]) -> Layout | None:
    """The layout whose titles stand in this row, None where it is no row of titles; ``InvalidInput`` where one stands twice."""
    titles = [_folded_title(cell) for cell in cells]
    while titles and not titles[-1]:
        titles.pop()
    for shape in SHAPES[kind]:
        found = {ours: place for ours, names in shape.titles.items() if (place := _place(titles, names)) is not None}
        if set(shape.needs) <= set(found):
            return Layout(shape.name, found, tuple(str(cell or "").strip() for cell in cells[: len(titles)]))
    return None


def missing_titles(kind: ExtractKind) -> str:
    """What to tell where no row of titles was found."""
    wanted = ", atau ".join(shape.described for shape in SHAPES[kind])
    return f"Baris judul tidak ditemukan. Berkas ini perlu kolom {wanted}."


def read_row(kind: ExtractKind, layout: Layout, cells: Sequence[Cell] | None, *, practice: bool) -> Reading | None:
    """One row; None where it is empty. ``cells`` None is a line that could not be split."""
    if cells is None:
        return _bad(Fault.BROKEN)
    if not any(cell is not None and cell != "" and str(cell).strip() for cell in cells):
        return None
    named = dict(zip(layout.columns, layout.wanted(cells), strict=True))
    reading = _whom(named["nik"], practice)
    if reading.fault:
        return reading
    if len(cells) < layout.width or any(str(cell or "").strip() for cell in cells[layout.width :]):
        return replace(reading, fault=Fault.WIDTH, reason=REASONS[Fault.WIDTH], nik=None)
    return _what(READERS[kind], named, reading)


def zeros_suspicious(zeros: int, niks: int) -> bool:
    """Whether a column has lost last digits, by the share of NIKs that end in 0."""
    return zeros > ZEROS_SUSPICIOUS * niks


def _whom(cell: Cell, practice: bool) -> Reading:
    digits = None
    try:
        digits = nik_digits(cell)
        check_nik(digits, practice=practice)
    except BadCell as error:
        return Reading(digits=digits, fault=error.fault, reason=error.reason)
    return Reading(digits=digits, nik=digits)


def _what(reader: Reader, named: Mapping[str, Cell], reading: Reading) -> Reading:
    assert reading.nik is not None
    try:
        fact, as_of = reader(reading.nik, named)
    except BadCell as error:
        return replace(reading, fault=error.fault, reason=error.reason)
    return replace(reading, fact=fact, as_of=as_of)


def _dtsen(nik: str, named: Mapping[str, Cell]) -> tuple[Fact, date | None]:
    fact = DtsenFact(
        nik,
        name=words(named.get("name")),
        desil=decile(named["desil"]),
        exclusion_reason=exclusion(named.get("exclusion_reason")),
        birth_date=_birth(named.get("birth_date")),
    )
    try:
        return fact, day(named.get("as_of"))
    except BadCell:  # "Triwulan III 2026" is no day; then the operator says when
        return fact, None


def _member(nik: str, named: Mapping[str, Cell]) -> tuple[Fact, date | None]:
    said = words(named.get("segment_text"))
    known = MemberFact(
        nik,
        card=card_number(named["card"]),
        name=words(named["name"]),
        segment_text=said,
        segment=segment(said) if said else None,
        birth_date=_birth(named.get("birth_date")),
    )
    return _listed(known, named) if "status_code" not in named else _described(known, named)


def _listed(known: MemberFact, named: Mapping[str, Cell]) -> tuple[Fact, date | None]:
    if known.segment is None:
        raise BadCell(Fault.SEGMENT)
    fact = replace(known, month=month(named["month"]), year=year(named["year"]))
    assert fact.month and fact.year
    return fact, date(fact.year, fact.month, 1)


def _described(known: MemberFact, named: Mapping[str, Cell]) -> tuple[Fact, date | None]:
    code = words(named["status_code"])
    if code is None or len(code) > 32:
        raise BadCell(Fault.STATUS)
    first, last = day(named["cover_from"]), day(named["cover_until"])
    return replace(known, status_code=code, status_text=words(named.get("status_text")), cover_from=first, cover_until=last), None


def _birth(cell: Cell) -> date | None:
    """A birth date helps to tell people apart; one that cannot be read spoils nothing."""
    try:
        return day(cell)
    except BadCell:
        return None


READERS: Mapping[ExtractKind, Reader] = {ExtractKind.DTSEN: _dtsen, ExtractKind.MEMBERS: _member, ExtractKind.RESIDENTS: read_resident}


def _bad(fault: Fault) -> Reading:
    return Reading(fault=fault, reason=REASONS[fault])


def _folded_title(cell: Cell) -> str:
    return re.sub(r"[^a-z0-9]", "", cell.casefold()) if isinstance(cell, str) else ""


def _place(titles: Sequence[str], names: Iterable[str]) -> int | None:
    for name in names:
        if titles.count(name) > 1:
            raise InvalidInput(f"Kolom {name.upper()} ada lebih dari sekali. Sisakan satu.")
        if name in titles:
            return titles.index(name)
    return None
