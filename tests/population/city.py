"""A small city in Serang: residents and members as extracts, every kind of person at least once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

from tests.verify.made_files import nik
from verify.db import Database
from workflows import extracts
from workflows.actor import Actor
from workflows.extracts import Fact, MemberFact, Received, ResidentFact
from workflows.ports import Segment
from workflows.records.extract import ExtractKind
from workflows.records.resident import ResidentStatus
from workflows.states import Role

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
JUNE = datetime(2026, 6, 29, 17, tzinfo=UTC)
NOVEMBER = datetime(2026, 10, 31, 17, tzinfo=UTC)
BY = Actor(id=None, name="Tono Contoh", roles=frozenset({Role.ADMIN}), region_code="3673")
ONE, TWO, OTHER_CITY = "3673011001", "3673021001", "3604012001"
"""Two kelurahan of Kota Serang in two districts, and a village of the regency around it."""


def resident(number: int, village: str = ONE, status: ResidentStatus = ResidentStatus.LIVES, name: str = "SITI CONTOH") -> ResidentFact:
    return ResidentFact(
        nik(number), family_card=nik(900 + number // 4), name=name, birth_date=date(1980, 7, 12), village_code=village, status=status
    )


def member(number: int, segment: Segment | None = Segment.PEMDA, status: str = "0", until: date | None = None) -> MemberFact:
    return MemberFact(nik(number), card=f"{number:013d}", name="SITI CONTOH", segment=segment, status_code=status, cover_until=until)


def store(database: Database, kind: ExtractKind, facts: Iterable[Fact], as_of: datetime, name: str = "file", complete: bool = True) -> int:
    """Import made-up facts; ``name`` tells two files apart, and a member file is ``complete`` or holds some members."""
    rows = sorted(facts, key=lambda fact: fact.nik)
    received = Received(kind, sha256(f"{kind}{name}{as_of}".encode()).hexdigest(), f"{name}.csv", "X", as_of, "Asia/Jakarta", 0, 0, 0)
    good = sum(fact.fault is None for fact in rows)
    with database.write() as session:
        whole = complete and kind is ExtractKind.MEMBERS
        extract = extracts.apply(session, replace(received, rows_good=good, complete=whole), rows, BY, now=NOW)
    assert extract.id
    return extract.id


def small_city(database: Database) -> tuple[int, int]:
    """Ten living residents here (six members, four of them active), and four who do not count; returns both extracts."""
    living = [resident(number, ONE if number < 6 else TWO) for number in range(10)]
    gone = [resident(10, status=ResidentStatus.DIED), resident(11, status=ResidentStatus.MOVED), resident(12, OTHER_CITY)]
    residents = store(database, ExtractKind.RESIDENTS, [*living, *gone, ResidentFact(nik(13), fault="NIK_GANDA")], JUNE)
    members = [
        member(0),
        member(1, Segment.PBI_JK),
        member(2, Segment.PPU, status="2"),
        member(3, None),
        member(6, Segment.PBPU_MANDIRI, until=date(2026, 10, 31)),
        member(7),
        MemberFact(nik(8), fault="KARTU_SALAH"),
        member(10),
        member(12),
        member(50),
    ]
    return residents, store(database, ExtractKind.MEMBERS, members, NOVEMBER)
