"""The NIK (Nomor Induk Kependudukan): sixteen digits, always text, never a number.

Layout: ``PPKKCC DDMMYY SSSS``; women carry day + 40; serials run per district and birth date.
What is rejected and what is only a warning follows the design's table: people move and the NIK
stays, so a foreign or unknown region is never an error.
"""

import re
from dataclasses import dataclass
from datetime import date

from workflows.errors import InvalidNik
from workflows.saying import say

SEPARATORS = re.compile(r"[\s.\-]")
PRACTICE_PROVINCE = "99"
"""No such province exists: made-up people live there."""

PROVINCES = frozenset(
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96".split()
)
"""The 38 current codes (Kepmendagri 300.2.2-2430/2025)."""
FORMER_PROVINCES = frozenset({"54"})
"""Timor Timur: its NIKs live on."""

FEMALE_DAY_OFFSET = 40


@dataclass(frozen=True, slots=True)
class Nik:
    """A structurally sound NIK."""

    digits: str

    @property
    def province(self) -> str:
        """Two-digit province of first issue, not of today's address."""
        return self.digits[:2]

    @property
    def district(self) -> str:
        """Six-digit district (kecamatan) of first issue."""
        return self.digits[:6]

    @property
    def female(self) -> bool:
        """Whether the day part carries the offset for women."""
        return int(self.digits[6:8]) > FEMALE_DAY_OFFSET

    def possible_birth_dates(self) -> tuple[date, ...]:
        """The dates the six date digits can mean, one per century in which that day exists."""
        day = int(self.digits[6:8]) - (FEMALE_DAY_OFFSET if self.female else 0)
        found = (_date_or_none(century + int(self.digits[10:12]), int(self.digits[8:10]), day) for century in (1900, 2000))
        return tuple(date_ for date_ in found if date_)

    def __str__(self) -> str:
        return self.digits


def parse_nik(text: str, *, practice: bool = False) -> Nik:
    """Return the NIK in ``text`` with spaces, dots and dashes taken out.

    ``practice`` admits the made-up province 99 used in demos and tests.
    Raises ``InvalidNik`` with a sentence that says what to do; the sentence never repeats the NIK.
    """
    digits = SEPARATORS.sub("", text)
    if re.search(r"[^0-9]", digits):
        raise InvalidNik(say("NIK hanya berisi angka. Ketik ulang 16 angka seperti di KTP."))
    if len(digits) != 16:
        raise InvalidNik(say("Masukkan NIK 16 angka. Anda mengetik {count} angka.", count=len(digits)))
    nik = Nik(digits)
    allowed = PROVINCES | FORMER_PROVINCES | ({PRACTICE_PROVINCE} if practice else set())
    if nik.province not in allowed:
        raise InvalidNik(say("Dua angka pertama NIK bukan kode provinsi. Periksa lagi di KTP."))
    if not nik.possible_birth_dates():
        raise InvalidNik(say("Angka ke-7 sampai ke-12 NIK bukan tanggal lahir. Periksa lagi di KTP."))
    if digits.endswith("0000"):
        raise InvalidNik(say("NIK ini berakhiran 0000. Periksa lagi di KTP."))
    return nik


def warnings_for(nik: Nik, *, birth_date: date, known_districts: frozenset[str] | None = None) -> tuple[str, ...]:
    """Sentences worth a second look; none of them stops an application."""
    found = []
    if birth_date not in nik.possible_birth_dates():
        found.append(say("Tanggal lahir di NIK tidak sama dengan yang diketik. Periksa KTP; jawaban Dukcapil yang menentukan."))
    if known_districts is not None and nik.district not in known_districts:
        found.append(say("Enam angka pertama NIK tidak ada di daftar wilayah sekarang. Ini boleh: wilayah bisa berganti kode."))
    return tuple(found)


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
