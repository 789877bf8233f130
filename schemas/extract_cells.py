"""Single cells of imported files: what may be believed of them, and the reason in Indonesian where nothing may.

A NIK is never repaired. Excel keeps 15 digits, so a NIK that was ever a number has lost its last one for good.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from schemas.foreign import quotable
from workflows.errors import InvalidNik
from workflows.long_date import MONTHS
from workflows.nik import parse_nik
from workflows.ports import Segment

Cell = str | int | float | bool | date | datetime | None
"""A CSV file has texts only; a workbook tells numbers and dates from texts."""


NIK_TITLES = tuple("nik nonik nomornik nomorindukkependudukan nikktp noktp nomorktp".split())
"""What a column of NIKs may be called, folded."""


class Fault(StrEnum):
    """Why a row is not taken."""

    NIK_EMPTY = "NIK_KOSONG"
    NIK_NUMBER = "NIK_BILANGAN"
    NIK_SCIENTIFIC = "NIK_ILMIAH"
    NIK_15_DIGITS = "NIK_15_ANGKA"
    NIK_SHAPE = "NIK_BENTUK"
    NIK_INVALID = "NIK_TIDAK_SAH"
    NIK_ZEROS = "NIK_NOL"
    NIK_CONTRADICTED = "NIK_GANDA"
    REPEATED = "BARIS_GANDA"
    BROKEN = "BARIS_RUSAK"
    WIDTH = "JUMLAH_KOLOM"
    DESIL = "DESIL_SALAH"
    CARD = "KARTU_SALAH"
    SEGMENT = "SEGMEN_KOSONG"
    MONTH = "BULAN_SALAH"
    YEAR = "TAHUN_SALAH"
    DAY = "TANGGAL_SALAH"
    STATUS = "STATUS_KOSONG"
    NAME = "NAMA_KOSONG"
    VILLAGE = "WILAYAH_SALAH"
    RESIDENT_STATUS = "STATUS_SALAH"


AS_TEXT = "Minta berkas baru dengan kolom NIK sebagai teks."
REASONS: Mapping[Fault, str] = {
    Fault.NIK_EMPTY: "Sel NIK kosong. Lengkapi NIK di berkas asal.",
    Fault.NIK_NUMBER: f"Sel NIK berisi bilangan, bukan teks: angka ke-16 sudah hilang di Excel. {AS_TEXT}",
    Fault.NIK_SCIENTIFIC: f"NIK ditulis seperti 9,9E+15: angkanya sudah hilang di Excel. {AS_TEXT}",
    Fault.NIK_15_DIGITS: f"NIK hanya 15 angka: satu angka hilang. {AS_TEXT}",
    Fault.NIK_SHAPE: "NIK bukan 16 angka. Periksa sel ini di berkas asal.",
    Fault.NIK_INVALID: "NIK tidak mungkin benar. Periksa sel ini di berkas asal.",
    Fault.NIK_ZEROS: f"Lebih dari 30 % NIK di kolom ini berakhiran 0: angka terakhirnya diduga hilang di Excel. {AS_TEXT}",
    Fault.NIK_CONTRADICTED: "NIK ini ada di lebih dari satu baris dengan isi berbeda. Pastikan mana yang benar di berkas asal.",
    Fault.REPEATED: "Baris ini sama dengan baris lain untuk NIK yang sama. Baris pertama sudah dipakai.",
    Fault.BROKEN: "Tanda petik di baris ini tidak ditutup. Perbaiki baris ini di berkas asal.",
    Fault.WIDTH: "Jumlah sel di baris ini tidak sama dengan baris judul. Perbaiki baris ini di berkas asal.",
    Fault.DESIL: "Desil harus 0 sampai 10, atau kosong. Periksa sel ini di berkas asal.",
    Fault.CARD: "Nomor kartu harus paling banyak 13 angka. Periksa sel ini di berkas asal.",
    Fault.SEGMENT: "Segmen kosong. Lengkapi di berkas asal.",
    Fault.MONTH: "Bulan harus 1 sampai 12 atau nama bulan. Periksa sel ini di berkas asal.",
    Fault.YEAR: "Tahun harus empat angka sejak 2014. Periksa sel ini di berkas asal.",
    Fault.DAY: "Tanggal tidak terbaca. Tulis seperti 2026-11-01 atau 01-11-2026.",
    Fault.STATUS: "Status kepesertaan kosong. Lengkapi di berkas asal.",
    Fault.NAME: "Nama kosong. Lengkapi di berkas asal.",
    Fault.VILLAGE: "Kode desa atau kelurahan tidak ada di edisi mana pun. Periksa dengan rekom regions check.",
    Fault.RESIDENT_STATUS: "Status penduduk harus hidup, meninggal atau pindah. Periksa sel ini di berkas asal.",
}


class BadCell(Exception):
    """This cell spoils its row."""

    def __init__(self, fault: Fault, reason: str | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.reason = reason or REASONS[fault]


SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
SEPARATORS = re.compile(r"[\s\-]")
"""Dots are none: in a file they are the thousands of a number that was a NIK once."""
DIGITS = re.compile(r"[0-9]+")
NOTHING = frozenset({"", "-", "--", "null", "none", "nan", "n/a", "#n/a"})
NOT_EXCLUDED = NOTHING | {"tidak", "tidak ada", "n", "no", "0", "false"}
JKN_SINCE = 2014


def nik_digits(cell: Cell) -> str:
    """The sixteen digits of a NIK cell, whoever they may belong to. Text guards (``'99...``, ``="99..."``) lose nothing."""
    if cell is None:
        raise BadCell(Fault.NIK_EMPTY)
    if not isinstance(cell, str):
        raise BadCell(Fault.NIK_NUMBER)
    text = cell.strip().removeprefix('="').removeprefix("'").removesuffix('"')
    if text.casefold() in NOTHING:
        raise BadCell(Fault.NIK_EMPTY)
    if SCIENTIFIC.fullmatch(text):
        raise BadCell(Fault.NIK_SCIENTIFIC)
    digits = SEPARATORS.sub("", text)
    if len(digits) != 16 or not DIGITS.fullmatch(digits):
        raise BadCell(Fault.NIK_15_DIGITS if len(digits) == 15 and DIGITS.fullmatch(digits) else Fault.NIK_SHAPE)
    return digits


def check_nik(digits: str, *, practice: bool) -> None:
    """A NIK that can be; ``practice`` admits made-up people."""
    try:
        parse_nik(digits, practice=practice)
    except InvalidNik as error:
        raise BadCell(Fault.NIK_INVALID, str(error)) from None


def words(cell: Cell) -> str | None:
    """A text fit to be stored, None where there is none; long numbers in it are taken out."""
    text = _spoken(cell)
    return None if text.casefold() in NOTHING else quotable(text)


def card_number(cell: Cell) -> str | None:
    """Thirteen digits; zeros lost in front come back, because fewer than fifteen digits lose nothing else."""
    text = SEPARATORS.sub("", _spoken(cell).removeprefix("'"))
    if text.casefold() in NOTHING:
        return None
    if len(text) > 13 or not DIGITS.fullmatch(text):
        raise BadCell(Fault.CARD)
    return text.zfill(13)


def decile(cell: Cell) -> int | None:
    """``3``, ``03``, ``Desil 3``; None where the file gives none."""
    text = _spoken(cell).casefold().removeprefix("desil").strip()
    if text in NOTHING:
        return None
    if not DIGITS.fullmatch(text) or len(text) > 2 or int(text) > 10:
        raise BadCell(Fault.DESIL)
    return int(text)


def exclusion(cell: Cell) -> str | None:
    """The reason for an exclusion; a plain no is none."""
    return None if _spoken(cell).casefold() in NOT_EXCLUDED else words(cell)


SEGMENTS: Mapping[str, Segment] = {
    **dict.fromkeys(("apbn", "pbi apbn", "pbi jk", "pbi", "21"), Segment.PBI_JK),
    **dict.fromkeys(("apbd", "pbi apbd", "pbpu bp pemda", "pbpu dan bp pemda", "pbpu pemda", "pydopd", "22"), Segment.PEMDA),
    **dict.fromkeys(("jamkesda", "jamkesda integrasi", "penduduk yang didaftarkan oleh pemerintah daerah"), Segment.PEMDA),
    **dict.fromkeys(("ppu", "ppu bu", "ppu pn", "pekerja penerima upah", "pegawai swasta", "13"), Segment.PPU),
    **dict.fromkeys(("pbpu", "pbpu mandiri", "mandiri", "pekerja mandiri", "14"), Segment.PBPU_MANDIRI),
}
"""Words seen (domain 4.1), folded; anything else is OTHER."""


def segment(text: str) -> Segment:
    """Our segment for a file's words."""
    return SEGMENTS.get(" ".join(re.findall(r"[a-z0-9]+", text.casefold())), Segment.OTHER)


MONTH_NUMBERS: Mapping[str, int] = {
    **{name.casefold(): number for number, name in enumerate(MONTHS, 1)},
    **{name.casefold()[:3]: number for number, name in enumerate(MONTHS, 1)},
    **{"pebruari": 2, "peb": 2, "agt": 8, "ags": 8, "sept": 9, "nopember": 11, "nop": 11},
}


def month(cell: Cell) -> int:
    """A month as number or as an Indonesian name, in full or short."""
    text = _spoken(cell).casefold().rstrip(".")
    number = int(text) if DIGITS.fullmatch(text) and len(text) <= 2 else MONTH_NUMBERS.get(text, 0)
    if not 1 <= number <= 12:
        raise BadCell(Fault.MONTH)
    return number


def year(cell: Cell) -> int:
    """A year of the insurance, which began in 2014."""
    text = _spoken(cell)
    if not DIGITS.fullmatch(text) or len(text) != 4 or int(text) < JKN_SINCE:
        raise BadCell(Fault.YEAR)
    return int(text)


DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
YEAR_FIRST = re.compile(r"(\d{4})[-/]?(\d{2})[-/]?(\d{2})")
CLOCK = re.compile(r"[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\Z")


def day(cell: Cell) -> date | None:
    """A date cell, or a day as people and databases write it; day before month, as everywhere in Indonesia."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cell.strip() if isinstance(cell, str) else "" if cell is None else "?"
    text = CLOCK.sub("", text)
    if text.casefold() in NOTHING:
        return None
    try:
        if found := YEAR_FIRST.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := DAY_FIRST.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    raise BadCell(Fault.DAY)


def number_text(cell: Cell) -> str:
    """A short number or word as text; ``36.0`` of a workbook is ``36``."""
    return _spoken(cell).removeprefix("'")


def _spoken(cell: Cell) -> str:
    """A cell as one line of printable text; whole numbers without a fraction."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell)
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())
