"""The seats' money: double entry in whole rupiah, append-only, seat months times the region's dated premium.

A month counts for whoever holds the seat in it last: a seat given back in March returns March to December, and its next
holder takes March on. So no seat costs more than its twelve months, and the budget never falls below zero. Where the premium
changes within a year the difference is allotted for every seat and bound for every live one. A new year binds the seats
that come along from the year before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from workflows.records.seat import Account, LedgerEntry, LedgerKind, Seat, SeatQuota, SeatStatus
from workflows.rules.policy import Dated, in_force

DECEMBER = 12
PURSE = {SeatStatus.RESERVED: Account.RESERVED, SeatStatus.COMMITTED: Account.COMMITTED}
"""Where the money of a live seat lies."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Months in a row at one premium, rupiah a month."""

    first_month: date
    months: int
    monthly: int


@dataclass(frozen=True, slots=True)
class _Span:
    """So many seats that hold the months from ``first`` to before ``until``, their money in one purse."""

    purse: Account
    first: int
    until: int
    number: int

    def months_in(self, part: Stretch) -> int:
        """How many of a stretch's seat months they hold."""
        begin, end = part.first_month.month, part.first_month.month + part.months
        return self.number * max(0, min(self.until, end) - max(self.first, begin))


def prices_of(premium: Dated, year: int) -> list[int]:
    """Rupiah a seat in each month of a year, by the premium in force on its first day."""
    return [in_force(premium, date(year, month, 1)).value for month in range(1, DECEMBER + 1)]


def stretches(premium: Dated, year: int, first: int = 1) -> list[Stretch]:
    """The months of a year from ``first`` to December, in rows of one premium."""
    return _rows(prices_of(premium, year), year, first)


def cost_of(premium: Dated, year: int, first: int = 1) -> int:
    """Rupiah of one seat from a month to the year's end; a whole year is 453,600 at 37,800 a month."""
    return sum(one.months * one.monthly for one in stretches(premium, year, first))


def allot(session: Session, quota: SeatQuota, seats: int, first: int, *, now: datetime) -> None:
    """Give the budget the money of so many seats, or take it back where ``seats`` is negative."""
    for one in _rows(quota.monthly, quota.year, first) if seats else ():
        _move(session, quota.id, None, LedgerKind.ALLOT, _from_treasury(seats), one, abs(seats), now)


def reserve(session: Session, seat: Seat, quota: SeatQuota, first: int, *, now: datetime) -> None:
    """Bind the money of a seat from a month to the year's end."""
    for one in _rows(quota.monthly, quota.year, first):
        _move(session, quota.id, seat.id, LedgerKind.RESERVE, (Account.RESERVED, Account.BUDGET), one, 1, now)


def carry(session: Session, quota: SeatQuota, seats: dict[SeatStatus, int], *, now: datetime) -> None:
    """Bind a new year's money of the seats that come along."""
    for status, number in seats.items():
        for one in _rows(quota.monthly, quota.year, 1) if number else ():
            _move(session, quota.id, None, LedgerKind.CARRY, (PURSE[status], Account.BUDGET), one, number, now)


def commit(session: Session, seat: Seat, quota: SeatQuota, *, now: datetime) -> None:
    """What was reserved is spent."""
    for one in _bound(session, seat, quota):
        _move(session, quota.id, seat.id, LedgerKind.COMMIT, (Account.COMMITTED, Account.RESERVED), one, 1, now)


def give_back(session: Session, seat: Seat, quota: SeatQuota, since: date, *, now: datetime) -> None:
    """Return the months from ``since`` on to the budget; nobody was covered by a reserved seat, so all of it."""
    first = date.min if seat.status == SeatStatus.RESERVED else since.replace(day=1)
    for bound in _bound(session, seat, quota):
        if rest := _from(bound, first):
            _move(session, quota.id, seat.id, LedgerKind.RELEASE, (Account.BUDGET, PURSE[seat.status]), rest, 1, now)


def reprice(session: Session, quota: SeatQuota, prices: list[int], *, now: datetime) -> None:
    """Follow a premium that changed: the treasury gives, or takes back, the difference for every seat, and whoever holds a month
    binds it, also who left since."""
    spans = [*_live_spans(session, quota), *_left_spans(session, quota)]
    for part in _differences(quota.monthly or prices, prices, quota.year):
        change, size = part.monthly, replace(part, monthly=abs(part.monthly))
        _move(session, quota.id, None, LedgerKind.ADJUST, _from_treasury(change), size, quota.cap, now)
        for purse in PURSE.values():
            bound = sum(span.months_in(part) for span in spans if span.purse == purse)
            sides = (purse, Account.BUDGET) if change > 0 else (Account.BUDGET, purse)
            _move(session, quota.id, None, LedgerKind.ADJUST, sides, replace(size, months=bound), 1, now)
    quota.monthly = prices
    session.add(quota)
    session.flush()


def balances(session: Session, quota_id: int) -> dict[Account, int]:
    """Rupiah on each account of a year."""
    found = dict.fromkeys(Account, 0)
    for side, sign in ((LedgerEntry.debit, 1), (LedgerEntry.credit, -1)):
        query = select(side, func.sum(col(LedgerEntry.amount))).where(LedgerEntry.quota_id == quota_id).group_by(col(side))
        for account, amount in session.exec(query):
            found[Account(account)] += sign * int(amount)
    return found


def faults(session: Session, quota: SeatQuota) -> list[str]:
    """What is wrong with a year's books; empty where all is well."""
    assert quota.id is not None
    found = balances(session, quota.id)
    sentences = [f"Saldo {account} kurang dari nol: {found[account]}." for account in PURSE.values() if found[account] < 0]
    if sum(found.values()) != 0:
        sentences.append(f"Jumlah semua saldo bukan nol: {sum(found.values())}.")
    live = sum(span.number for span in _live_spans(session, quota))
    if live != quota.used:
        sentences.append(f"Kursi terpakai tercatat {quota.used}, padahal {live}.")
    return sentences


def _stretch(monthly: int, days: list[date]) -> Stretch:
    return Stretch(days[0], len(days), monthly)


def _from_treasury(amount: int) -> tuple[Account, Account]:
    return (Account.BUDGET, Account.TREASURY) if amount > 0 else (Account.TREASURY, Account.BUDGET)


def _rows(prices: Sequence[int], year: int, first: int) -> list[Stretch]:
    dated = [(prices[month - 1], date(year, month, 1)) for month in range(first, DECEMBER + 1)]
    return [_stretch(monthly, [day for _, day in rows]) for monthly, rows in groupby(dated, key=lambda row: row[0])]


def _differences(before: Sequence[int], after: Sequence[int], year: int) -> list[Stretch]:
    changes = [new - old for old, new in zip(before, after, strict=True)]
    return [part for part in _rows(changes, year, 1) if part.monthly]


def _bound(session: Session, seat: Seat, quota: SeatQuota) -> list[Stretch]:
    """What a seat binds in a year's books: from the month it was given, or from January where it came along."""
    return _rows(quota.monthly, quota.year, _first_month(session, seat) if seat.quota_id == quota.id else 1)


def _first_month(session: Session, seat: Seat) -> int:
    query = select(func.min(LedgerEntry.first_month)).where(LedgerEntry.seat_id == seat.id, LedgerEntry.kind == LedgerKind.RESERVE)
    return int(session.exec(query).one().month)


def _live_spans(session: Session, quota: SeatQuota) -> Iterator[_Span]:
    """The seats a year holds, or held at its end, by purse and the month they are bound from."""
    given, freed, first = aliased(SeatQuota), aliased(SeatQuota), _first_of(LedgerKind.RESERVE, quota)
    query = (
        select(Seat.status, first.c.month, func.count(col(Seat.id)))
        .join(given, col(given.id) == col(Seat.quota_id))
        .outerjoin(freed, col(freed.id) == col(Seat.released_from))
        .outerjoin(first, first.c.seat_id == Seat.id)
        .where(given.region_code == quota.region_code, given.segment == quota.segment, given.year <= quota.year)
        .where(or_(col(Seat.released_from).is_(None), freed.year > quota.year))
        .group_by(col(Seat.status), first.c.month)
    )
    for status, month, number in session.exec(query):
        yield _Span(PURSE.get(SeatStatus(status), Account.COMMITTED), month.month if month else 1, DECEMBER + 1, number)


def _left_spans(session: Session, quota: SeatQuota) -> Iterator[_Span]:
    """The months of members who left within the year, up to the one their seat was given back from."""
    first, back = _first_of(LedgerKind.RESERVE, quota), _first_of(LedgerKind.RELEASE, quota)
    query = (
        select(first.c.month, back.c.month, func.count(col(Seat.id)))
        .join(back, back.c.seat_id == Seat.id)
        .outerjoin(first, first.c.seat_id == Seat.id)
        .where(Seat.released_from == quota.id, col(Seat.committed_at).is_not(None))
        .group_by(first.c.month, back.c.month)
    )
    for month, left, number in session.exec(query):
        yield _Span(Account.COMMITTED, month.month if month else 1, left.month, number)


def _first_of(kind: LedgerKind, quota: SeatQuota) -> Any:
    """By seat, the first month that a year's entries of one kind are about."""
    entries = select(LedgerEntry.seat_id, func.min(LedgerEntry.first_month).label("month"))
    return entries.where(LedgerEntry.kind == kind, LedgerEntry.quota_id == quota.id).group_by(col(LedgerEntry.seat_id)).subquery()


def _from(bound: Stretch, first: date) -> Stretch | None:
    """The part of a stretch from a month on."""
    over = (first.year - bound.first_month.year) * DECEMBER + first.month - bound.first_month.month
    if over <= 0:
        return bound
    return Stretch(first, bound.months - over, bound.monthly) if over < bound.months else None


def _move(
    session: Session,
    quota_id: int | None,
    seat_id: int | None,
    kind: LedgerKind,
    accounts: tuple[Account, Account],
    part: Stretch,
    seats: int,
    now: datetime,
) -> None:
    assert quota_id is not None
    debit, credit = accounts
    months = part.months * seats
    if not months:
        return  # nobody's money moves
    entry = LedgerEntry(
        quota_id=quota_id,
        seat_id=seat_id,
        kind=kind,
        debit=debit,
        credit=credit,
        first_month=part.first_month,
        months=months,
        monthly=part.monthly,
        amount=months * part.monthly,
        at=now,
    )
    session.add(entry)
    session.flush()
