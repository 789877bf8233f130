"""Seats: the last one is given once, who finds none waits in line, every end of a case gives its seat back, the books balance."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from tests.office import GROUNDS, Office
from tests.registration_office import ACTIVE, TERMS
from tests.seat_office import approve, books, make_decidable, place, quota, seat, with_seats
from verify.db import Database, _alembic
from verify.seat_keeping import open_years
from workflows import advance, casework, decision, desk, ledger, letters, outlook, registering, seat_years, seats
from workflows.actor import Actor
from workflows.errors import NotAllowed, RekomError, TransitionRefused
from workflows.records import Decision, Letter, Seat, WaitingEntry
from workflows.records.removal import Removal
from workflows.records.seat import Account, ReleaseReason, SeatQuota, SeatStatus
from workflows.rules.policy import Dated, Ruled
from workflows.seats import QuotaFull
from workflows.states import Role, State
from workflows.vocabulary import LetterType, RemovalReason, Urgency

RATE, YEAR = 37_800, 453_600
TWO_MONTHS = 2 * RATE
"""November and December: the office's clock stands on 23 November."""
NEW_YEAR = datetime(2026, 12, 31, 17, tzinfo=UTC)
"""Midnight in Serang."""
HOSPITAL = Actor(1, "Rumah Sakit Contoh", frozenset({Role.HOSPITAL}), "3673", "RS-CONTOH-1")
LOKET = Actor(1, "Loket Contoh", frozenset({Role.LOKET}), "3673")


def activate(office: Office, ticket: str, kadis: Actor) -> None:
    """BPJS's word that the person is active."""
    with office.write() as session:
        registering.answer(session, advance.lock(session, ticket, kadis), ACTIVE, TERMS, LOKET, now=office.clock())


def end(office: Office, ticket: str, how: ReleaseReason) -> None:
    """Bring a case with a letter, or one that waits, to an end."""
    kadis, loket = office.actor("kadis"), office.actor("loket")
    with office.write() as session:
        case = advance.lock(session, ticket, kadis)
        if how == ReleaseReason.EXPIRED:
            letters.expire(session, case, now=office.clock())
        elif how == ReleaseReason.REVOKED:
            letters.revoke(session, case, kadis, reason="Salah orang", now=office.clock())
        elif how == ReleaseReason.REJECTED:
            decision.reject(session, case, GROUNDS, "Tidak layak.", kadis, now=office.clock())
        else:
            casework.withdraw(session, case, "Tidak jadi.", loket, now=office.clock())


def test_an_approval_reserves_a_seat_and_binds_its_money(office: Office) -> None:
    (ticket,) = make_decidable(with_seats(office, 3), 1)
    assert isinstance(approve(office, ticket), Letter)
    assert (quota(office).used, quota(office).cap, seat(office, ticket).status) == (1, 3, SeatStatus.RESERVED)
    free = 3 * YEAR - TWO_MONTHS
    assert books(office) == {Account.TREASURY: -3 * YEAR, Account.BUDGET: free, Account.RESERVED: TWO_MONTHS, Account.COMMITTED: 0}


def test_with_the_quota_full_the_case_waits_and_nothing_is_decided(office: Office) -> None:
    first, second = make_decidable(with_seats(office, 1), 2)
    approve(office, first)
    assert isinstance(approve(office, second), WaitingEntry)
    assert (office.case(second).state, place(office, second), quota(office).used) == (State.WAITLISTED, 1, 1)
    assert (office.count(Letter), office.count(Decision), office.count(Seat)) == (1, 1, 1)
    assert [event.action for event in office.events(second)] == ["WAIT"]
    with pytest.raises(QuotaFull, match=r"^Kuota kursi masih penuh\. Berkas ini nomor 1 di daftar tunggu\.$"):
        approve(office, second)
    books(office)


def test_a_seat_that_becomes_free_goes_to_the_first_in_line(office: Office) -> None:
    holder, routine, later = make_decidable(with_seats(office, 1), 3)
    (emergency,) = make_decidable(office, 1, Urgency.EMERGENCY, first=10)
    approve(office, holder)
    for ticket in (routine, later, emergency):
        approve(office, ticket)
        office.clock.pass_by(minutes=1)
    assert [place(office, ticket) for ticket in (emergency, routine, later)] == [1, 2, 3]
    office.drain()
    office.revoke(holder)
    (newcomer,) = make_decidable(office, 1, first=20)
    assert isinstance(approve(office, newcomer), WaitingEntry)  # the free seat is the first one's
    with pytest.raises(QuotaFull):
        approve(office, routine)
    assert isinstance(approve(office, emergency), Letter)
    assert [place(office, ticket) for ticket in (emergency, routine, later, newcomer)] == [None, 1, 2, 3]
    books(office)


@pytest.mark.parametrize("how", [ReleaseReason.EXPIRED, ReleaseReason.REVOKED])
def test_a_letter_that_ends_unused_gives_its_seat_back(office: Office, how: ReleaseReason) -> None:
    (ticket,) = make_decidable(with_seats(office, 1), 1)
    approve(office, ticket)
    office.drain()
    office.clock.pass_by(days=9)  # into December: nobody was covered, all of it comes back
    end(office, ticket, how)
    found = seat(office, ticket)
    assert (found.status, found.reason, found.released_at, quota(office).used) == (SeatStatus.RELEASED, how, office.clock(), 0)
    assert books(office)[Account.BUDGET] == YEAR


@pytest.mark.parametrize("how", [ReleaseReason.REJECTED, ReleaseReason.WITHDRAWN])
def test_who_leaves_the_line_is_no_longer_in_front(office: Office, how: ReleaseReason) -> None:
    holder, first, second = make_decidable(with_seats(office, 1), 3)
    for ticket in (holder, first, second):
        approve(office, ticket)
    end(office, first, how)
    assert (place(office, first), place(office, second), quota(office).used) == (None, 1, 1)
    books(office)


@pytest.mark.parametrize("how", [ReleaseReason.EXPIRED, ReleaseReason.REVOKED])
def test_the_end_of_a_letter_takes_no_seat_from_a_member(office: Office, how: ReleaseReason) -> None:
    (ticket,) = make_decidable(with_seats(office, 1), 1)
    approve(office, ticket)
    office.drain()
    activate(office, ticket, office.actor("kadis"))
    office.clock.pass_by(days=9)
    end(office, ticket, how)
    assert (seat(office, ticket).status, quota(office).used, books(office)[Account.COMMITTED]) == (SeatStatus.COMMITTED, 1, TWO_MONTHS)
    assert office.case(ticket).closed_at == office.clock()


@pytest.mark.parametrize("target", [State.REJECTED, State.WITHDRAWN, State.UNREGISTERED])
def test_whatever_row_leads_to_an_end_releases(office: Office, target: State) -> None:
    """No row leads there from a reservation today; one that is added needs nothing more."""
    (ticket,) = make_decidable(with_seats(office, 1), 1)
    approve(office, ticket)
    kadis = office.actor("kadis")
    with office.write() as session:
        case = advance.lock(session, ticket, kadis)
        seats.follow(session, case, State.APPROVED, target, now=office.clock())
    assert (seat(office, ticket).reason, quota(office).used) == (seats.RELEASES[target], 0)
    books(office)


@pytest.mark.parametrize("why", sorted(seats.LATER))
def test_after_activation_a_death_or_a_move_returns_the_months_from_then_on(office: Office, why: ReleaseReason) -> None:
    (ticket,) = make_decidable(with_seats(office, 1), 1)
    approve(office, ticket)
    office.drain()
    activate(office, ticket, office.actor("kadis"))
    assert (seat(office, ticket).status, books(office)[Account.COMMITTED]) == (SeatStatus.COMMITTED, TWO_MONTHS)
    office.clock.now = datetime(2026, 12, 3, tzinfo=UTC)
    kadis, loket = office.actor("kadis"), office.actor("loket")
    with office.write() as session:
        case = advance.lock(session, ticket, kadis)
        with pytest.raises(NotAllowed):
            seats.set_free(session, case, why, loket, now=office.clock())
        seats.set_free(session, case, why, kadis, now=office.clock())
        with pytest.raises(TransitionRefused, match="tidak memegang kursi"):
            seats.set_free(session, case, why, kadis, now=office.clock())
    assert (seat(office, ticket).reason, quota(office).used) == (why, 0)
    assert (books(office)[Account.COMMITTED], books(office)[Account.BUDGET]) == (RATE, YEAR - RATE)
    assert office.events(ticket)[-1].action == "SEAT_FREE"


def test_an_emergency_waits_first_in_line_unless_the_policy_lets_it_exceed(office: Office) -> None:
    (holder,) = make_decidable(with_seats(office, 1), 1)
    emergencies = make_decidable(office, 2, Urgency.EMERGENCY, first=10)
    approve(office, holder)
    assert isinstance(approve(office, emergencies[0]), WaitingEntry)
    with_seats(office, 1, over_cap=True)
    assert isinstance(approve(office, emergencies[1]), Letter)
    assert (quota(office).used, quota(office).cap, quota(office).extra) == (2, 2, 1)
    books(office)


def test_a_quota_that_is_changed_within_the_year_is_followed(office: Office) -> None:
    first, second, third = make_decidable(with_seats(office, 2), 3)
    approve(office, first)
    approve(office, with_seats(office, 5) and second)
    assert (quota(office).cap, books(office)[Account.TREASURY]) == (5, -2 * YEAR - 3 * TWO_MONTHS)
    with_seats(office, 1)
    assert isinstance(approve(office, third), WaitingEntry)  # nobody loses a seat, nobody gets one
    assert (quota(office).cap, quota(office).used) == (2, 2)
    books(office)


def test_the_years_seat_costs_what_the_regions_pay() -> None:
    rates: Dated = tuple((day, Ruled(value, "uji", "uji", day)) for day, value in ((date(2021, 1, 1), RATE), (date(2026, 7, 1), 40_000)))
    assert ledger.cost_of(rates[:1], 2026) == YEAR == 12 * (35_000 + 2_800)
    assert ledger.cost_of(rates, 2026) == 6 * RATE + 6 * 40_000
    assert [(one.months, one.monthly) for one in ledger.stretches(rates, 2026, 5)] == [(2, RATE), (6, 40_000)]


def test_the_outlook_says_when_the_last_seat_goes(office: Office) -> None:
    tickets = make_decidable(with_seats(office, 20), 11)
    with office.read() as session:
        assert outlook.burn_down(session, office.seat_rules, now=office.clock()).paces == ()
    for ticket in tickets[:1]:
        approve(office, ticket)
    office.clock.pass_by(days=9)
    for ticket in tickets[1:]:
        approve(office, ticket)
    with office.read() as session:
        found = outlook.burn_down(session, office.seat_rules, now=office.clock())
    assert (found.used, found.left, found.cap, found.reserved, found.waiting) == (11, 9, 20, 11, 0)
    assert [(pace.days, pace.measured, pace.given) for pace in found.paces] == [(30, 10, 11), (90, 10, 11)]
    assert found.paces[0].out_on == date(2026, 12, 11)  # nine seats at 1.1 a day: nine days
    assert (found.per_seat_year, found.monthly) == (YEAR, RATE)
    office.clock.pass_by(days=5)
    with office.read() as session:
        assert outlook.burn_down(session, office.seat_rules, now=office.clock()).paces[0].out_on == date(2026, 12, 20)


# --- what the database itself refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seat_quota SET used = cap + 1",
        "UPDATE seat_quota SET used = -1",
        "UPDATE seat_quota SET extra = cap + 1",
        "UPDATE seat SET status = 'RELEASED'",
        "UPDATE seat SET reason = 'DIED'",
        "UPDATE seat SET status = 'COMMITTED'",
        "UPDATE seat SET status = 'GIVEN'",
        "INSERT INTO seat (case_id, quota_id, status, reserved_at) SELECT case_id, quota_id, status, reserved_at FROM seat",
        "UPDATE waiting_entry SET rank = -1",
        "INSERT INTO waiting_entry (case_id, quota_id, rank, since) SELECT case_id, quota_id, rank, since FROM waiting_entry",
        "UPDATE ledger_entry SET amount = 1",
        "DELETE FROM ledger_entry",
        "UPDATE case_file SET state = 'QUEUEING'",
    ],
)
def test_raw_sql_cannot_break_it(office: Office, statement: str) -> None:
    first, second = make_decidable(with_seats(office, 1), 2)
    approve(office, first)
    approve(office, second)
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text(statement))
    books(office)


@pytest.mark.parametrize("amount", ["amount + 1", "-amount", "0"])
def test_an_entry_is_months_times_premium_between_two_accounts(office: Office, amount: str) -> None:
    (ticket,) = make_decidable(with_seats(office, 1), 1)
    approve(office, ticket)
    columns = "quota_id, kind, first_month, months, monthly, at"
    for debit, sum_of in (("'BUDGET'", amount), ("'TREASURY'", "amount")):
        planted = f"SELECT {columns}, {debit}, 'TREASURY', {sum_of} FROM ledger_entry WHERE kind = 'ALLOT'"
        with pytest.raises(DBAPIError), office.write() as session:
            session.execute(text(f"INSERT INTO ledger_entry ({columns}, debit, credit, amount) {planted}"))
    books(office)


def test_a_year_that_is_wrong_is_told(office: Office) -> None:
    (ticket,) = make_decidable(with_seats(office, 2), 1)
    approve(office, ticket)
    with office.write() as session:
        session.execute(text("UPDATE seat_quota SET used = 2"))
    with office.read() as session:
        assert ledger.faults(session, quota(office)) == ["Kursi terpakai tercatat 2, padahal 1."]


def test_the_migration_can_be_undone_with_cases_in_line(database_url: str, office: Office) -> None:
    first, second = make_decidable(with_seats(office, 1), 2)
    approve(office, first)
    approve(office, second)
    office.rekom.database.close()
    command.downgrade(_alembic(database_url, office.rekom.new_vault()), "0003")
    database = Database(database_url)
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(text("UPDATE case_file SET state = 'WAITLISTED'"))
    with database.read() as session:  # older tables know fewer columns than the code
        state = session.execute(text("SELECT state FROM case_file WHERE ticket = :ticket"), {"ticket": second}).scalar_one()
    assert state == State.DECISION
    database.close()
    command.upgrade(_alembic(database_url, office.rekom.new_vault()), "head")
    assert isinstance(approve(office, second), Letter)


# --- whatever happens in whatever order

CASES = 6
DEEDS = ("approve", "approve", "accept", "activate", "activate", "revoke", "expire", "withdraw", "reject", "die", "remove", "cap")
TIMES = ("later", "year", "price")
STEPS = st.lists(st.tuples(st.sampled_from(DEEDS + TIMES), st.integers(0, CASES - 1)), min_size=6, max_size=16)
YEARS = count(2027, 4)
"""Each example has years of its own; who is a member at the end of one is carried into the next."""


def act(office: Office, ticket: str, what: str, number: int, kadis: Actor) -> None:
    if what == "later":
        office.clock.pass_by(days=9)
    elif what == "year":
        office.clock.now = datetime(office.clock().year + 1, 1, 5, 2, tzinfo=UTC)
        open_years(office.rekom)
    elif what == "price":
        with_premium(office, office.clock().date().replace(month=1 + (number * 5) % 12, day=1), 30_000 + 5_000 * number)
        with office.write() as session:
            seat_years.open_year(session, office.seat_rules, now=office.clock())
    elif what == "remove":
        remove(office, ticket)
    elif what == "cap":
        with_seats(office, number)
    elif what == "approve":
        approve(office, ticket, kadis)
        office.drain()
    elif what == "accept":
        letter_id = office.letter(ticket).id
        with office.write() as session:
            desk.accept(session, session.get(Letter, letter_id), None, HOSPITAL, now=office.clock())
    elif what == "activate":
        activate(office, ticket, kadis)
    elif what == "die":
        with office.write() as session:
            seats.set_free(session, advance.lock(session, ticket, kadis), ReleaseReason.DIED, kadis, now=office.clock())
    else:
        end(office, ticket, ReleaseReason(ENDS[what]))


def remove(office: Office, held: str) -> None:
    """Letter D for a member, as far as the seat hears of it."""
    (paper,) = make_decidable(office, 1, first=next(PAPERS_D))
    with office.write() as session:
        case, member = advance.lock_by_id(session, office.case(paper).id or 0), office.case(held)
        assert case.id is not None and member.id is not None
        case.letter_type = LetterType.PENCABUTAN
        session.add(case)
        session.flush()
        session.add(Removal(case_id=case.id, reason=RemovalReason.WORKS, evidence="Surat kerja contoh.", member_case_id=member.id))
        session.flush()
        seats.follow(session, case, State.APPROVED, State.REMOVED, now=office.clock())


def with_premium(office: Office, since: date, price: int) -> None:
    """Another price a month from a day on."""
    book = office.rekom.policies
    known = [row for row in book.national.premium_region_share if row[0] < since]
    premium = (*known, (since, Ruled(price, "uji", "uji", since)))
    vars(office.rekom)["policies"] = replace(book, national=replace(book.national, premium_region_share=premium))


PAPERS_D = count(500_000)
ENDS = {"revoke": "REVOKED", "expire": "EXPIRED", "withdraw": "WITHDRAWN", "reject": "REJECTED"}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_books_balance_and_no_seat_is_given_twice(sqlite_office: Office, steps: list[tuple[str, int]]) -> None:
    office, year = with_seats(sqlite_office, 3), next(YEARS)
    office.clock.now = datetime(year, 1, 5, 2, tzinfo=UTC)
    with_premium(office, date(2021, 1, 1), RATE)
    kadis = office.actor("kadis")
    tickets = make_decidable(office, CASES, first=CASES * (year - 2026))
    approve(office, tickets[0], kadis)
    for what, number in steps:
        with suppress(RekomError):
            act(office, tickets[number], what, number, kadis)
        for one in (known for known in years(office) if known >= year):
            row, found = quota(office, one), books(office, one)
            assert 0 <= row.used <= row.cap
            assert min(found[Account.BUDGET], found[Account.RESERVED], found[Account.COMMITTED]) >= 0
            assert sum(found.values()) == 0


def years(office: Office) -> list[int]:
    """Those with books."""
    with office.read() as session:
        return list(session.exec(select(SeatQuota.year).order_by(col(SeatQuota.year))))


@given(first=st.integers(1, 12), rates=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 1_000_000)), max_size=4))
def test_the_months_of_a_year_are_counted_once_at_the_premium_of_their_day(first: int, rates: list[tuple[int, int]]) -> None:
    rises = {date(2026, month, 1): value for month, value in rates} | {date(2021, 1, 1): RATE}
    dated: Dated = tuple((day, Ruled(value, "uji", "uji", day)) for day, value in sorted(rises.items()))
    parts = ledger.stretches(dated, 2026, first)
    assert sum(part.months for part in parts) == 13 - first
    by_month = [max((day, value) for day, value in rises.items() if day <= date(2026, month, 1))[1] for month in range(first, 13)]
    assert ledger.cost_of(dated, 2026, first) == sum(by_month)
