"""Region codes (kode wilayah Kemendagri) of all editions, dead ones included: a NIK keeps the code it was issued under.

``PP`` province, ``PPKK`` regency or city, ``PPKKCC`` district (kecamatan), ``PPKKCCVVVV`` village; digits only, the
dots of ``36.73.01.1001`` are taken out. BPS (statistics) codes are another system and are not here.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from workflows.errors import InvalidInput


class Level(StrEnum):
    """How large a region is."""

    PROVINCE = "PROVINCE"
    REGENCY = "REGENCY"
    DISTRICT = "DISTRICT"
    VILLAGE = "VILLAGE"


LEVELS: Mapping[int, Level] = {2: Level.PROVINCE, 4: Level.REGENCY, 6: Level.DISTRICT, 10: Level.VILLAGE}
"""Digits of a code to its level."""
FIRST_CITY = 71
"""Regency suffixes 01 to 69 are kabupaten, from 71 kota."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One published table of codes, in force from ``decided_on``; ``source`` is where we took it, with its licence."""

    document: str
    decided_on: date
    source: str
    licence: str


@dataclass(frozen=True, slots=True)
class Region:
    """One code under one name. ``valid_to`` is the first day it was no longer in force, None while it is."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None

    @property
    def level(self) -> Level:
        """How large it is."""
        return LEVELS[len(self.code)]

    def in_force(self, on: date) -> bool:
        """Whether the table of that day holds it."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class RegionBook:
    """All rows of all editions, ordered by code and time."""

    def __init__(self, editions: Sequence[Edition], regions: Iterable[Region]) -> None:
        self.editions = tuple(editions)
        self.regions = tuple(sorted(regions, key=lambda region: (region.code, region.valid_from)))

    @cached_property
    def _codes(self) -> list[str]:
        return [region.code for region in self.regions]

    def history(self, code: str) -> tuple[Region, ...]:
        """Every row of one code, oldest first; empty where no edition knows it."""
        start = bisect_left(self._codes, code)
        return tuple(self.regions[start : bisect_left(self._codes, code + " ", start)])

    def find(self, code: str, on: date) -> Region | None:
        """The row in force on a day."""
        return next((region for region in self.history(code) if region.in_force(on)), None)

    def last(self, code: str) -> Region | None:
        """The newest row of a code, dead or alive."""
        found = self.history(code)
        return found[-1] if found else None

    def inside(self, code: str, on: date) -> Iterator[Region]:
        """Everything in force below a code, in order."""
        start, end = bisect_left(self._codes, code), bisect_left(self._codes, code + ":")
        return (region for region in self.regions[start:end] if region.code != code and region.in_force(on))

    def counts(self, on: date) -> dict[Level, int]:
        """How many codes of each level are in force on a day."""
        counted = dict.fromkeys(Level, 0)
        for region in self.regions:
            counted[region.level] += region.in_force(on)
        return counted

    def title(self, code: str) -> str:
        """A region's newest name, or its code with dots where no edition has one."""
        known = self.last(code)
        return known.name if known else dotted(code)


def parse_code(text: str) -> str:
    """The digits of a code typed with or without dots; ``InvalidInput`` where it cannot be one."""
    digits = text.strip().replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) not in LEVELS:
        raise InvalidInput("Kode wilayah harus 2, 4, 6 atau 10 angka. Tulis seperti 36.73.01.1001.")
    return digits


def dotted(code: str) -> str:
    """``36.73.01.1001``."""
    return ".".join(part for part in (code[:2], code[2:4], code[4:6], code[6:]) if part)


def kind(code: str) -> str:
    """What people call a region of this code, by its digits."""
    if len(code) == 2:
        return "provinsi"
    if len(code) == 4:
        return "kota" if int(code[2:]) >= FIRST_CITY else "kabupaten"
    if len(code) == 6:
        return "kecamatan"
    return {"1": "kelurahan", "2": "desa", "3": "desa adat"}.get(code[6], "desa atau kelurahan")
