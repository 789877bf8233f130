"""Letters, member file and bill held against each other: everybody in one cell, and the cells come to what was billed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from operator import eq

import pytest
from sqlalchemy import delete
from sqlmodel import select

from tests.office import Office, person
from tests.population.city import BY, JUNE, NOVEMBER, member, resident, store
from tests.retention_office import TEN_YEARS
from tests.verify.made_files import nik
from tests.workflows.test_jamkesda import SEPTEMBER, a_file, batched, taken
from tests.workflows.test_replacements import replaced
from verify import retention
from workflows.errors import Conflict
from workflows.extracts import MemberFact, undo
from workflows.population import premium, reconciliation
from workflows.population.premium import Bill, BillLine
from workflows.population.premium_lines import Sum
from workflows.population.reconciliation import Cell, Found, Sides
from workflows.ports import Segment
from workflows.records import AuditEvent, Case
from workflows.records.extract import ExtractKind, MemberRow
from workflows.records.premium import DisputeReason, PremiumBill, PremiumLine

RATE, MONTH = 37_800, date(2026, 11, 1)
SIDES = Sides(RATE, "Asia/Jakarta")
C = Cell


def known(number: int, **facts: object) -> MemberFact:
    """A member who is one of the office's applicants."""
    return replace(member(number), nik=str(person(number)["nik"]), **facts)


def billed(office: Office, niks: Sequence[str | None], month: date = MONTH, name: str = "a") -> PremiumBill:
    lines = [BillLine(at, one, None, None, None, RATE) for at, one in enumerate(niks, 2)]
    with office.write() as session:
        return premium.check(session, Bill(name * 64, "tagihan.csv", month, RATE, lines), eq, BY, now=office.clock())


def found(office: Office, bill: PremiumBill) -> dict[str, Found]:
    with office.read() as session:
        people = list(reconciliation.reconciled(session, bill, SIDES))
    assert len(people) == len({one.nik or one.billed for one in people})
    return {one.nik or f"line {one.billed.line if one.billed else 0}": one for one in people}


@pytest.fixture
def city(office: Office) -> Office:
    """1 to 4 have letters: 1 is a member and billed, 2 a member, 3 billed, 4 a member whose premium the state pays. 30 and 31 are in a
    batch. 20 to 22 have nothing of ours: a member who is billed, one who is not, one whose days of cover are over."""
    for number in (1, 2, 3, 4):
        office.to_letter(number)
    members = [
        known(1),
        known(2),
        known(4, segment=Segment.PBI_JK),
        member(20),
        member(21),
        member(22, until=date(2026, 10, 31)),
        member(30),
    ]
    store(office.rekom.database, ExtractKind.RESIDENTS, [resident(number) for number in (20, 21, 22, 23, 30, 31)], JUNE)
    taken(office, a_file([30, 31]))
    batched(office, 2, date(2026, 11, 30))
    store(office.rekom.database, ExtractKind.MEMBERS, members, NOVEMBER)
    return office


def lines() -> list[str | None]:
    one, three = str(person(1)["nik"]), str(person(3)["nik"])
    return [one, three, nik(20), nik(22), nik(30), nik(23), one, None]


def test_everybody_stands_in_one_cell_with_rupiah_and_evidence(city: Office) -> None:
    people = found(city, billed(city, lines()))
    cells = {who: one.cell for who, one in people.items()}
    assert cells == {
        **{str(person(number)["nik"]): cell for number, cell in ((1, C.ALL), (2, C.NOT_BILLED), (3, C.NOT_MEMBER), (4, C.LETTER_ONLY))},
        **{nik(20): C.NO_LETTER, nik(21): C.MEMBER_ONLY, nik(30): C.ALL, nik(31): C.LETTER_ONLY},
        **{"line 5": C.BILL_ONLY, "line 7": C.BILL_ONLY},
    }
    first, fourth = people[str(person(1)["nik"])], people[str(person(4)["nik"])]
    assert first.ground and first.ground.letter and first.ground.letter.endswith("/XI/2026") and first.billed == (2, RATE)
    assert fourth.member and (fourth.member.segment, fourth.member.active, fourth.rupiah) == (Segment.PBI_JK, True, 0)
    assert people[nik(31)].ground and people[nik(31)].ground.batch == 1 and people[nik(21)].rupiah == RATE


def test_the_cells_come_to_the_bill(city: Office) -> None:
    bill = billed(city, lines())
    with city.read() as session:
        counted = reconciliation.count(session, bill, SIDES)
    on_bill = [counted.cells[cell] for cell in (C.ALL, C.NOT_MEMBER, C.NO_LETTER, C.BILL_ONLY)]
    assert sum(on_bill, Sum()) + counted.beside == Sum(bill.lines, bill.billed) and counted.beside == Sum(2, 2 * RATE)
    assert sum(counted.cells.values(), Sum()).lines == 10 and counted.members_on == date(2026, 11, 1)


def test_a_letter_counts_from_its_month_on_and_while_it_stands(city: Office) -> None:
    mine = str(person(1)["nik"])
    assert found(city, billed(city, [mine], date(2026, 10, 1)))[mine].cell is C.NO_LETTER
    november = billed(city, [mine], name="b")
    assert found(city, november)[mine].cell is C.ALL
    with city.read() as session:
        ticket = session.exec(select(Case.ticket).where(Case.nik_digest == mine)).one()
    city.revoke(ticket)
    assert found(city, november)[mine].cell is C.NO_LETTER


def few(office: Office) -> None:
    """One resident who is a member, so that there are files."""
    store(office.rekom.database, ExtractKind.RESIDENTS, [resident(20)], JUNE)
    store(office.rekom.database, ExtractKind.MEMBERS, [member(20)], NOVEMBER)


def test_a_letter_that_ended_after_the_month_was_a_ground_in_it(sqlite_office: Office) -> None:
    office, one, two = sqlite_office, str(person(1)["nik"]), str(person(2)["nik"])
    office.clock.pass_by(days=6)
    tickets = [office.to_letter(number) for number in (1, 2)]
    old = [office.letter(ticket).number for ticket in tickets]
    few(office)
    office.clock.pass_by(days=2)  # December
    new = replaced(office, tickets[0])
    office.revoke(tickets[1])
    november = found(office, billed(office, [one, two]))
    assert [november[who].ground and november[who].ground.letter for who in (one, two)] == old  # type: ignore[union-attr]
    december = found(office, billed(office, [one, two], date(2026, 12, 1), "b"))
    assert december[one].ground and december[one].ground.letter == new and december[two].cell is C.BILL_ONLY


def test_without_the_rows_of_a_side_nothing_is_said_of_anybody(sqlite_office: Office) -> None:
    office = sqlite_office
    few(office)
    bill = billed(office, [nik(20)])
    for table, what in ((MemberRow, "Baris berkas peserta #2 sudah dihapus"), (PremiumLine, "Isi tagihan ini sudah dihapus")):
        with office.write() as session, pytest.raises(Conflict, match=what), session.begin_nested():
            session.exec(delete(table))
            reconciliation.count(session, bill, SIDES)
    assert found(office, bill)[nik(20)].cell is C.NO_LETTER
    with office.write() as session:
        undo(session, bill.members_id, BY, now=office.clock())
    with pytest.raises(Conflict, match="Baris berkas peserta #2 sudah dihapus"):
        found(office, bill)


def test_whoever_is_past_the_term_is_no_ghost_but_counted(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.to_letter(1)
    taken(office, a_file([30, 31]))
    batched(office, 2, date(2026, 11, 30))
    office.clock.pass_by(days=9)
    office.revoke(ticket)
    office.clock.pass_by(days=TEN_YEARS)
    retention.sweep(office.rekom)
    few(office)
    bill = billed(office, [nik(20)])
    assert {who: one.cell for who, one in found(office, bill).items()} == {nik(20): C.NO_LETTER}
    with office.read() as session:
        assert reconciliation.count(session, bill, SIDES).forgotten == 3


def test_who_takes_the_list_out_is_in_the_trail(city: Office) -> None:
    bill = billed(city, lines())
    with city.read() as session:
        apart = reconciliation.count(session, bill, SIDES, listing=True).apart
    with city.write() as session:
        reconciliation.take_out(session, bill, "Rekonsiliasi November", len(apart), BY, now=city.clock())
    assert len(apart) == 8 and all(one.cell is not C.ALL for one in apart)
    with city.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "EXPORT_RECONCILIATION")).one()
    assert event.detail == {"purpose": "Rekonsiliasi November", "people": 8}


def test_who_pays_is_told_by_the_file_of_everybody_and_by_newer_ones_of_whom_they_list(sqlite_office: Office) -> None:
    database = sqlite_office.rekom.database
    store(database, ExtractKind.RESIDENTS, [resident(number) for number in (1, 2, 3)], JUNE)
    some = store(database, ExtractKind.MEMBERS, [member(1)], JUNE, complete=False)
    niks = [nik(number) for number in (1, 2, 3)]
    assert billed(sqlite_office, niks).members_id == some, "where there is no file of everybody"
    paid = [member(1, Segment.PPU), member(2, Segment.PPU), member(3)]
    whole = store(database, ExtractKind.MEMBERS, paid, SEPTEMBER)
    store(database, ExtractKind.MEMBERS, [member(1), member(3, Segment.PBI_JK)], NOVEMBER, complete=False)
    bill = billed(sqlite_office, niks, name="b")
    with sqlite_office.read() as session:
        assert [(one.nik, one.reason) for one in premium.disputes_of(session, bill)] == [
            (nik(2), DisputeReason.EMPLOYEE),
            (nik(3), DisputeReason.PBI_JK),
        ]
    assert bill.members_id == whole
