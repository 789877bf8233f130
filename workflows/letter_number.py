"""The letter number (``nomor surat``): a region's template filled with the office's running number.

Classification codes are those of Permendagri 83/2022; the shape differs from office to office, for example
``{klasifikasi}/{urut:03d}/{unit}/{bulan_romawi}/{tahun}`` gives ``400.9/007/Dinsos/XI/2026``.
"""

import re
from collections.abc import Iterator
from datetime import date
from string import Formatter

from workflows.errors import PolicyFileError

TOKENS = frozenset({"klasifikasi", "jenis", "urut", "unit", "bulan_romawi", "tahun"})
REQUIRED = ("urut", "tahun")
"""Without the running number letters share a number, without the year they do from January on."""
WIDTH = re.compile(r"0[1-9]d")
ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def check_template(template: str) -> None:
    """Raise ``PolicyFileError``, naming what to mend, unless ``template`` gives every letter of a year its own number."""
    tokens = list(_tokens(template))
    for name, width in tokens:
        _check_token(name, width)
    for name in REQUIRED:
        if [token for token, _ in tokens].count(name) != 1:
            raise PolicyFileError(f"Format nomor surat harus memuat {{{name}}} tepat satu kali.")


def names_type(template: str) -> bool:
    """Whether numbers say which type of letter they are: a type may then count for itself."""
    return any(name == "jenis" for name, _ in _tokens(template))


def render_number(template: str, *, klasifikasi: str, urut: int, unit: str, day: date, jenis: str = "") -> str:
    """The number of the letter signed on ``day`` (the region's local date) as number ``urut`` of its year, from 1."""
    check_template(template)
    if urut < 1:
        raise ValueError(f"running numbers start at 1, not {urut}")
    month = ROMAN_MONTHS[day.month - 1]
    return template.format(klasifikasi=klasifikasi, urut=urut, unit=unit, jenis=jenis, bulan_romawi=month, tahun=f"{day.year:04d}")


def _tokens(template: str) -> Iterator[tuple[str, str]]:
    """Name and width of each token; a conversion such as ``!r`` is taken as part of the name."""
    try:
        for _, name, width, conversion in Formatter().parse(template):
            if name is not None:
                yield name + (f"!{conversion}" if conversion else ""), width or ""
    except ValueError:
        raise PolicyFileError("Kurung kurawal dalam format nomor surat tidak berpasangan.") from None


def _check_token(name: str, width: str) -> None:
    if name not in TOKENS:
        known = ", ".join(f"{{{token}}}" for token in sorted(TOKENS))
        raise PolicyFileError(f"Format nomor surat memuat {{{name}}} yang tidak dikenal. Pilihannya: {known}.")
    if width and not (name == "urut" and WIDTH.fullmatch(width)):
        raise PolicyFileError(f"Lebar {{{name}:{width}}} dalam format nomor surat tidak dikenal. Contoh yang benar: {{urut:03d}}.")
