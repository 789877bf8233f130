"""The ledger of premiums: the database keeps its sums, what is entered stays, and arrears are told in time."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.office import Office
from workflows.population.premium_ledger import Move, Standing, arrears, due_on, enter, lock, standings
from workflows.population.premium_lines import say_of
from workflows.population.targets import Verdict
from workflows.ports import Segment
from workflows.records.premium import LineWord, PremiumBill
from workflows.records.premium_ledger import PremiumAccount, PremiumEntry, PremiumEntryKind

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
FIRST: dict[str, Any] = {
    "account_id": 1, "position": 1, "previous": None, "kind": "BILLED", "billed": 100, "disputed": 0, "accepted": 0, "paid": 0,
    "due_on": "2026-11-10", "happened_on": "2026-11-01", "reference": None, "entered_at": "2026-11-22 03:00:00", "entered_by": 1,
}  # fmt: skip
SECOND = {**FIRST, "position": 2, "previous": 1, "kind": "PAID", "paid": 40, "reference": "SP2D 1"}
ACCOUNT = "INSERT INTO premium_account (region_code, month, segment, bill_id) VALUES (:region, :month, :segment, :bill)"


@pytest.fixture
def held(office: Office) -> Office:
    """A bill of November with a disputed line, an account with its first entry."""
    with office.write() as session:
        session.execute(
            text(
                "INSERT INTO extract (kind, sha256, file_name, layout, as_of, timezone, imported_at, imported_by, rows_good, rows_bad,"
                " rows_unreadable) VALUES ('RESIDENTS', 'a', 'a', 'X', :at, 'UTC', :at, 'x', 0, 0, 0)"
            ),
            {"at": AT},
        )
        session.execute(
            text(
                "INSERT INTO premium_bill (sha256, file_name, month, residents_id, members_id, lines, billed, disputed_lines, disputed,"
                " checked_at, checked_by, region_code) SELECT 'b', 'b', '2026-11-01', id, id, 2, 100, 1, 50, :at, 'x', '3673' FROM extract"
            ),
            {"at": AT},
        )
        session.execute(text("INSERT INTO premium_dispute (bill_id, line, reason, amount, evidence) VALUES (1, 2, 'DIED', 50, 'x')"))
        session.execute(text(ACCOUNT), {"region": "3673", "month": date(2026, 11, 1), "segment": "PEMDA", "bill": 1})
        put(session, FIRST)
    return office


def put(session: Any, row: dict[str, Any]) -> None:
    session.execute(text(f"INSERT INTO premium_entry ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"), row)


def test_an_entry_that_follows_is_taken(held: Office) -> None:
    with held.write() as session:
        put(session, SECOND)
    assert held.count(PremiumEntry) == 2


IMPOSSIBLE: list[dict[str, Any]] = [
    {"paid": 101},
    {"paid": -1},
    {"disputed": 101},
    {"disputed": 30, "accepted": 31},
    {"disputed": 70, "accepted": 70, "paid": 40},
    {"accepted": -1},
    {"billed": 0, "paid": 0},
    {"kind": "BILLED"},
    {"kind": "GIFT"},
    {"reference": None},
    {"reference": "x"},
    {"previous": None},
    {"position": 3, "previous": 1},
    {"position": 3, "previous": 2},
    {"position": 1, "previous": None, "kind": "BILLED"},
    {"account_id": 2},
    {"entered_by": 9_999},
]


def test_the_database_refuses_figures_that_cannot_be(held: Office) -> None:
    for change in IMPOSSIBLE:
        with pytest.raises(DatabaseError), held.write() as session:
            put(session, {**SECOND, **change})
    assert held.count(PremiumEntry) == 1


def test_one_bill_a_month_and_segment_and_of_that_month(held: Office) -> None:
    good = {"region": "3316", "month": date(2026, 11, 1), "segment": "PEMDA", "bill": 1}
    for change in ({"bill": 2}, {"month": date(2026, 12, 1)}, {"region": "3673"}, {"segment": "FREE"}):
        with pytest.raises(IntegrityError), held.write() as session:
            session.execute(text(ACCOUNT), {**good, **change})
    assert held.count(PremiumAccount) == 1


def test_what_was_entered_stays(held: Office) -> None:
    for statement in ("UPDATE premium_entry SET paid = 1", "DELETE FROM premium_entry", "UPDATE premium_entry SET paid = 0"):
        with pytest.raises(DatabaseError, match="append-only"), held.write() as session:
            session.execute(text(statement))


def test_what_was_said_of_a_line_stays_and_rests_on_a_disputed_one(held: Office) -> None:
    said = (
        "INSERT INTO premium_line_word (bill_id, line, position, word, reason, said_at, said_by)"
        " VALUES (1, :line, :at, 'WITHDRAWN', :why, :now, 1)"
    )
    good = {"line": 2, "at": 1, "why": "Uji saja", "now": AT}
    with held.write() as session:
        session.execute(text(said), good)
    for change in ({}, {"line": 3}, {"at": 0}, {"at": 2, "why": "x"}):
        with pytest.raises(DatabaseError), held.write() as session:
            session.execute(text(said), {**good, **change})
    for statement in ("UPDATE premium_line_word SET reason = 'lain'", "DELETE FROM premium_line_word"):
        with pytest.raises(DatabaseError, match="append-only"), held.write() as session:
            session.execute(text(statement))


def standing(month: int, due: date, *, disputed: int = 0, accepted: int = 0, paid: int = 0) -> Standing:
    account = PremiumAccount(region_code="3673", month=date(2026, month, 1), segment=Segment.PEMDA, bill_id=1)
    entry = PremiumEntry(
        account_id=1, position=1, kind=PremiumEntryKind.BILLED, billed=100, disputed=disputed, accepted=accepted, paid=paid,
        due_on=due, happened_on=account.month, entered_at=AT, entered_by=1,
    )  # fmt: skip
    return Standing(account, entry)


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        ([], Verdict.UNKNOWN),
        ([standing(11, date(2026, 12, 10))], Verdict.MET),
        ([standing(11, date(2026, 11, 29))], Verdict.AT_RISK),
        ([standing(11, date(2026, 11, 30))], Verdict.MET),
        ([standing(11, TODAY)], Verdict.AT_RISK),
        ([standing(11, date(2026, 11, 21))], Verdict.FAILED),
        ([standing(11, date(2026, 11, 21), paid=100)], Verdict.MET),
        ([standing(11, date(2026, 11, 21), disputed=30, paid=70)], Verdict.AT_RISK),
        ([standing(11, date(2026, 11, 21), disputed=30, paid=69)], Verdict.FAILED),
        ([standing(11, date(2026, 11, 21), disputed=30, accepted=30, paid=70)], Verdict.MET),
        ([standing(9, date(2026, 9, 10), paid=100)], Verdict.UNKNOWN),
        ([standing(9, date(2026, 9, 10)), standing(11, date(2026, 12, 10), paid=100)], Verdict.FAILED),
    ],
)
def test_whether_the_region_is_in_arrears(held: list[Standing], verdict: Verdict) -> None:
    found = arrears(held, TODAY, 7)
    assert found.verdict is verdict and found.name == "arrears" and found.reference


def test_what_bpjs_refused_is_contested_no_more_but_owed(held: Office) -> None:
    by = held.actor("peksos")
    paper = Move(PremiumEntryKind.DISPUTED, 0, TODAY, "Surat 1")

    def found() -> Verdict:
        with held.read() as session:
            return arrears(standings(session, by.region_code), TODAY, 7).verdict

    with held.write() as session:
        bill = session.get_one(PremiumBill, 1)
        account = lock(session, bill, by)
        enter(session, account, Move(PremiumEntryKind.PAID, 50, TODAY, "SP2D 1"), by, now=AT)
        assert enter(session, account, paper, by, now=AT).disputed == 50
    assert found() is Verdict.AT_RISK
    with held.write() as session:
        say_of(session, bill, frozenset({2}), LineWord.REFUSED, "Surat BPJS 1", by, now=AT)
        assert enter(session, lock(session, bill, by), paper, by, now=AT).disputed == 0
    assert found() is Verdict.FAILED


def test_a_credit_note_stays_disputed_whatever_was_said_of_the_lines(held: Office) -> None:
    by = held.actor("peksos")
    with held.write() as session:
        bill = session.get_one(PremiumBill, 1)
        account = lock(session, bill, by)
        enter(session, account, Move(PremiumEntryKind.DISPUTED, 0, TODAY, "Surat 1"), by, now=AT)
        enter(session, account, Move(PremiumEntryKind.ACCEPTED, 20, TODAY, "Nota 1"), by, now=AT)
        say_of(session, bill, frozenset({2}), LineWord.REFUSED, "Surat BPJS 1", by, now=AT)
        assert enter(session, account, Move(PremiumEntryKind.DISPUTED, 0, TODAY, "Surat 2"), by, now=AT).disputed == 20


def test_the_day_of_the_month_billed() -> None:
    assert due_on(date(2026, 2, 1), 10) == date(2026, 2, 10)
