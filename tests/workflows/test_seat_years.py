"""Seats over the years: who is a member in December is one in January, and a premium that changes is followed in the books."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.office import Office
from tests.seat_office import approve, books, make_decidable, place, quota, seat, with_seats
from tests.workflows.test_removals import answer_and_validate, member, start
from tests.workflows.test_seats import NEW_YEAR, RATE, TWO_MONTHS, YEAR, activate, with_premium
from verify.seat_keeping import SeatKeeping, open_years, tell_next
from workflows import advance, outlook, seat_years, seats
from workflows.records import Letter, WaitingEntry
from workflows.records.seat import Account, ReleaseReason
from workflows.rules.policy import Ruled


def test_each_year_has_its_own_row(office: Office) -> None:
    first, second = make_decidable(with_seats(office, 2), 2)
    approve(office, first)
    office.clock.now = NEW_YEAR
    assert isinstance(approve(office, second), Letter)
    assert (quota(office, 2026).used, quota(office, 2027).used, quota(office, 2027).carried) == (1, 2, 1)
    assert (books(office)[Account.RESERVED], books(office, 2027)[Account.RESERVED]) == (0, 2 * YEAR)


def test_a_member_holds_a_seat_in_the_new_year_too(office: Office) -> None:
    member, reserved, waits = make_decidable(with_seats(office, 2), 3)
    kadis = office.actor("kadis")
    for ticket in (member, reserved):
        approve(office, ticket)
    office.drain()
    activate(office, member, kadis)
    office.clock.now = NEW_YEAR
    assert isinstance(approve(office, with_seats(office, 1) and waits), WaitingEntry)  # a lowered quota takes no seat from anybody
    assert (quota(office, 2027).cap, quota(office, 2027).used, quota(office, 2027).carried) == (2, 2, 2)
    assert books(office, 2027) == {
        Account.TREASURY: -2 * YEAR,
        Account.BUDGET: 0,
        Account.RESERVED: YEAR,
        Account.COMMITTED: YEAR,
    }
    assert (books(office)[Account.COMMITTED], books(office)[Account.RESERVED]) == (TWO_MONTHS, 0)
    activate(office, reserved, kadis)
    assert (books(office, 2027)[Account.COMMITTED], books(office)[Account.COMMITTED]) == (2 * YEAR, TWO_MONTHS)
    office.clock.now = datetime(2027, 3, 10, tzinfo=UTC)
    with office.write() as session:
        seats.set_free(session, advance.lock(session, member, kadis), ReleaseReason.MOVED, kadis, now=office.clock())
    assert (quota(office, 2026).used, quota(office, 2027).used) == (2, 1)
    assert (books(office, 2027)[Account.COMMITTED], books(office)[Account.COMMITTED]) == (YEAR + 2 * RATE, TWO_MONTHS)
    with office.read() as session:
        shown = outlook.burn_down(session, office.seat_rules, now=office.clock())
    assert (shown.used, shown.committed, shown.reserved) == (1, 1, 0)


def test_who_waits_keeps_the_place_in_line_in_the_new_year(office: Office) -> None:
    member, first, second, newcomer = make_decidable(with_seats(office, 1), 4)
    for ticket in (member, first, second):
        approve(office, ticket)
        office.clock.pass_by(minutes=1)
    office.clock.now = NEW_YEAR
    assert open_years(with_seats(office, 2).rekom) == 1
    assert [place(office, ticket) for ticket in (first, second)] == [1, 2]
    assert isinstance(approve(office, newcomer), WaitingEntry)  # the free seat is of whoever waits in front
    assert isinstance(approve(office, first), Letter)
    assert (quota(office, 2027).used, place(office, second), place(office, newcomer)) == (2, 1, 2)


def test_the_relay_opens_the_year_before_anybody_asks(sqlite_office: Office) -> None:
    office = sqlite_office
    approve(office, make_decidable(with_seats(office, 2), 1)[0])
    looking = SeatKeeping(office.rekom)
    assert looking.look_when_due() == 0
    office.clock.now = NEW_YEAR - timedelta(seconds=1)
    assert looking.look_when_due() == 0
    office.clock.now = NEW_YEAR + timedelta(minutes=10)
    assert [looking.look_when_due(), looking.look_when_due()] == [1, 0]
    assert (quota(office, 2027).carried, quota(office, 2027).used) == (1, 1)


def test_a_region_without_rules_today_stops_neither_other_regions_nor_the_relay(
    sqlite_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office = with_seats(sqlite_office, 5)
    office.to_letter()
    book = office.rekom.policies
    ended = tuple(replace(block, valid_to=block.valid_to or date(2027, 1, 1)) for block in book.regions["3673"])
    vars(office.rekom)["policies"] = replace(book, regions={**book.regions, "3673": ended})
    office.clock.now = NEW_YEAR
    assert SeatKeeping(office.rekom).look_when_due() == 0
    assert "seats of region 3673 not opened" in caplog.text


def test_letter_d_frees_the_seat_in_the_year_it_is_written_in(sqlite_office: Office) -> None:
    office = with_seats(sqlite_office, 2)
    held = member(office)
    office.clock.now = datetime(2027, 3, 10, 2, tzinfo=UTC)
    open_years(office.rekom)
    paper = start(office, held)
    answer_and_validate(office, paper)
    office.approve(paper)
    office.drain()
    assert (quota(office, 2026).used, quota(office, 2027).used, seat(office, held).released_from) == (1, 0, quota(office, 2027).id)
    assert (books(office)[Account.COMMITTED], books(office, 2027)[Account.COMMITTED]) == (TWO_MONTHS, 2 * RATE)


def test_a_year_opened_while_a_member_leaves_counts_each_seat_once(office: Office) -> None:
    """Whichever comes first: the row of the old year is held by one of the two."""
    tickets, kadis = make_decidable(with_seats(office, 6), 6), office.actor("kadis")
    for ticket in tickets:
        approve(office, ticket)
    office.drain()
    for ticket in tickets:
        activate(office, ticket, kadis)
    office.clock.now = NEW_YEAR
    ready = threading.Barrier(4, timeout=20)

    def leave(ticket: str) -> None:
        ready.wait()
        with office.write() as session:
            seats.set_free(session, advance.lock(session, ticket, kadis), ReleaseReason.MOVED, kadis, now=office.clock())

    def opens() -> None:
        ready.wait()
        open_years(office.rekom)

    with ThreadPoolExecutor(4) as pool:
        for done in [*(pool.submit(leave, ticket) for ticket in tickets[:3]), pool.submit(opens)]:
            done.result(timeout=60)
    books(office)
    books(office, 2027)
    assert quota(office, 2027).used == 3


@pytest.mark.parametrize(("price", "change"), [(40_000, 2_200), (30_000, -7_800)], ids=["rise", "fall"])
def test_a_premium_that_changes_within_the_year_is_followed(office: Office, price: int, change: int) -> None:
    office.clock.now = datetime(2026, 3, 2, 2, tzinfo=UTC)
    member, reserved, later = make_decidable(with_seats(office, 4), 3)
    kadis = office.actor("kadis")
    for ticket in (member, reserved):
        approve(office, ticket)
    office.drain()
    activate(office, member, kadis)
    book = office.rekom.policies
    premium = (*book.national.premium_region_share, (date(2026, 7, 1), Ruled(price, "uji", "uji", date(2026, 5, 1))))
    vars(office.rekom)["policies"] = replace(book, national=replace(book.national, premium_region_share=premium))
    approve(office, later)
    found = books(office)
    assert found[Account.COMMITTED] == 4 * RATE + 6 * price
    assert found[Account.RESERVED] == 2 * (4 * RATE + 6 * price)
    assert found[Account.TREASURY] == -4 * (YEAR + 6 * change)
    assert quota(office).monthly == [RATE] * 6 + [price] * 6
    office.revoke(reserved)
    assert books(office)[Account.RESERVED] == 4 * RATE + 6 * price


def test_a_premium_that_is_told_late_is_followed_for_whoever_left_since(sqlite_office: Office) -> None:
    """The price of July, told in September: a member who left in August held July."""
    office = with_seats(sqlite_office, 1)
    office.clock.now = datetime(2026, 3, 2, 2, tzinfo=UTC)
    (ticket,) = make_decidable(office, 1)
    kadis = office.actor("kadis")
    approve(office, ticket)
    office.drain()
    activate(office, ticket, kadis)
    office.clock.now = datetime(2026, 8, 10, 2, tzinfo=UTC)
    with office.write() as session:
        seats.set_free(session, advance.lock(session, ticket, kadis), ReleaseReason.MOVED, kadis, now=office.clock())
    with_premium(office, date(2026, 7, 1), 30_000)
    office.clock.now = datetime(2026, 9, 1, 2, tzinfo=UTC)
    with office.write() as session:
        seat_years.open_year(session, office.seat_rules, now=office.clock())
    found = books(office)
    assert found[Account.COMMITTED] == 4 * RATE + 30_000
    assert found[Account.BUDGET] == 2 * RATE + 5 * 30_000
    assert found[Account.TREASURY] == -(6 * RATE + 6 * 30_000)


def test_a_freed_seat_is_told_to_the_next_in_line_once(office: Office) -> None:
    holder, first, second = make_decidable(with_seats(office, 1), 3)
    for ticket in (holder, first, second):
        approve(office, ticket)
        office.drain()
        office.clock.pass_by(minutes=1)
    assert tell_next(office.rekom) == 0
    office.revoke(holder)
    assert [tell_next(office.rekom), tell_next(office.rekom)] == [1, 0]
    assert [(event.action, event.detail) for event in office.events(first)][-1] == ("SEAT_TURN", {"place": 1})
    assert "SEAT_TURN" not in [event.action for event in office.events(second)]
    office.clock.pass_by(hours=1)
    approve(office, first)
    office.drain()
    office.revoke(first)
    assert SeatKeeping(office.rekom).look_when_due() == 0
    assert office.events(second)[-1].action == "SEAT_TURN"
