"""A made-up bill with the mix auditors found in one region, and what the city knows of the people on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from tests.population.city import JUNE, NOVEMBER, ONE, member, store
from tests.verify.made_files import nik
from verify.db import Database
from workflows.extracts import MemberFact, ResidentFact
from workflows.ports import Segment
from workflows.records.extract import ExtractKind
from workflows.records.premium import DisputeReason
from workflows.records.resident import ResidentStatus

PLANTED = {
    DisputeReason.NIK_INVALID: 1_000,
    DisputeReason.NOT_FOUND: 2_210,
    DisputeReason.DOUBLE: 181,
    DisputeReason.MOVED: 30,
    DisputeReason.MISMATCH: 447,
    DisputeReason.DIED: 120,
    DisputeReason.EMPLOYEE: 60,
    DisputeReason.PBI_JK: 40,
    DisputeReason.RATE: 5,
}
"""Invalid and unknown NIKs together are 3,210."""
INNOCENT = 6_000
RATE = 37_800
TITLES = ("PSNOKA", "NIK", "NAMA", "TGLLHR", "IURAN")
BORN = date(1980, 7, 12)
SPELLINGS = ("MUHAMMAD YUSUF WIJAYA", "H. MOH. JUSUF WIDJAJA, S.Pd", "Muh. Yusuf Wijaya", "WIJAYA MUHAMMAD YUSUF")
"""One name, four clerks: no line of these may be disputed."""

Line = tuple[str, str, str, str, str]


class City:
    """Numbers its people, so that each planted line knows whose it is."""

    def __init__(self) -> None:
        self.residents: list[ResidentFact] = []
        self.members: list[MemberFact] = []
        self.lines: list[tuple[Line, DisputeReason | None]] = []

    def bill(
        self, number: int, why: DisputeReason | None, *, name: str = "SITI CONTOH", amount: str = "37800", wrong: bool = False
    ) -> None:
        """A line about one person."""
        digits = "9901010000000001" if wrong else nik(number)
        self.lines.append(((f"{number:013d}", digits, name, BORN.isoformat(), amount), why))

    def person(self, number: int, status: ResidentStatus = ResidentStatus.LIVES, on: date | None = None, name: str = "SITI CONTOH") -> None:
        """Somebody the civil registry knows."""
        self.residents.append(ResidentFact(nik(number), None, name, BORN, ONE, None, status, on))

    def store(self, database: Database) -> None:
        """Import both files."""
        store(database, ExtractKind.RESIDENTS, self.residents, JUNE)
        store(database, ExtractKind.MEMBERS, self.members, NOVEMBER)


def planted() -> City:
    """Every kind of fault as often as ``PLANTED`` says, among people about whom nothing is wrong."""
    city, numbers = City(), iter(range(1, 100_000))
    for _ in range(INNOCENT):
        _innocent(city, next(numbers))
    for why, count in PLANTED.items():
        for number in (next(numbers) for _ in range(count)):
            _guilty(city, why, number)
    return city


def _innocent(city: City, number: int) -> None:
    """Some look guilty and are not: dead or moved within the month, inactive elsewhere, a name spelt otherwise."""
    kind = number % 6
    status = {1: ResidentStatus.DIED, 2: ResidentStatus.MOVED}.get(kind, ResidentStatus.LIVES)
    name, spelt = (SPELLINGS[0], SPELLINGS[number % 4]) if kind == 3 else ("SITI CONTOH", "SITI CONTOH")
    city.person(number, status, date(2026, 11, 1) if kind in (1, 2) else None, name)
    segment, code = (Segment.PPU, "2") if kind == 4 else (Segment.PEMDA, "0")
    city.members.append(replace(member(number, segment, code), name=name))
    city.bill(number, None, name=spelt, amount=("37800", "37.800", "Rp 37.800,00")[number % 3])


def _guilty(city: City, why: DisputeReason, number: int) -> None:
    gone = {DisputeReason.DIED: ResidentStatus.DIED, DisputeReason.MOVED: ResidentStatus.MOVED}
    if why not in (DisputeReason.NIK_INVALID, DisputeReason.NOT_FOUND):
        city.person(number, gone.get(why, ResidentStatus.LIVES), date(2026, 10, 31) if why in gone else None)
    if why in (DisputeReason.EMPLOYEE, DisputeReason.PBI_JK):
        city.members.append(member(number, Segment.PPU if why is DisputeReason.EMPLOYEE else Segment.PBI_JK))
    if why is DisputeReason.DOUBLE:
        city.bill(number, None)
    name = "BAMBANG PRASETYO" if why is DisputeReason.MISMATCH else "SITI CONTOH"
    amount = "42000" if why is DisputeReason.RATE else "37800"
    city.bill(number, why, name=name, amount=amount, wrong=why is DisputeReason.NIK_INVALID)


def rows(city: City) -> Iterator[Line]:
    """The bill's lines as they stand in the file."""
    yield TITLES
    yield from (line for line, _ in city.lines)
