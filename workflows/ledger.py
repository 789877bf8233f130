"""The seats' money: double entry in whole rupiah, append-only, seat months times the region's dated premium.

A month counts for whoever holds the seat in it last: a seat given back in March returns March to December, and its next
holder takes March on. So no seat costs more than its twelve months, and the budget never falls below zero. A premium that
rises within a year is the exception: the difference must be allotted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlmodel import Session, col, func, select

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


def stretches(premium: Dated, year: int, first: int = 1) -> list[Stretch]:
    """The months of a year from ``first`` to December, by the premium in force on the first of each."""
    days = [date(year, month, 1) for month in range(first, DECEMBER + 1)]
    dated = [(in_force(premium, day).value, day) for day in days]
    return [_stretch(monthly, [day for _, day in rows]) for monthly, rows in groupby(dated, key=lambda row: row[0])]


def cost_of(premium: Dated, year: int, first: int = 1) -> int:
    """Rupiah of one seat from a month to the year's end; a whole year is 453,600 at 37,800 a month."""
    return sum(one.months * one.monthly for one in stretches(premium, year, first))


def allot(session: Session, quota: SeatQuota, seats: int, premium: Dated, first: int, *, now: datetime) -> None:
    """Give the budget the money of so many seats, or take it back where ``seats`` is negative."""
    debit, credit = (Account.BUDGET, Account.TREASURY) if seats > 0 else (Account.TREASURY, Account.BUDGET)
    for one in stretches(premium, quota.year, first) if seats else ():
        _move(session, quota.id, None, LedgerKind.ALLOT, (debit, credit), one, abs(seats), now)


def reserve(session: Session, seat: Seat, year: int, premium: Dated, first: int, *, now: datetime) -> None:
    """Bind the money of a seat from a month to the year's end."""
    for one in stretches(premium, year, first):
        _move(session, seat.quota_id, seat.id, LedgerKind.RESERVE, (Account.RESERVED, Account.BUDGET), one, 1, now)


def commit(session: Session, seat: Seat, *, now: datetime) -> None:
    """What was reserved is spent."""
    for one in _bound(session, seat):
        _move(session, seat.quota_id, seat.id, LedgerKind.COMMIT, (Account.COMMITTED, Account.RESERVED), one, 1, now)


def give_back(session: Session, seat: Seat, since: date, *, now: datetime) -> None:
    """Return the months from ``since`` on to the budget; nobody was covered by a reserved seat, so all of it."""
    first = date.min if seat.status == SeatStatus.RESERVED else since.replace(day=1)
    for bound in _bound(session, seat):
        if rest := _from(bound, first):
            _move(session, seat.quota_id, seat.id, LedgerKind.RELEASE, (Account.BUDGET, PURSE[seat.status]), rest, 1, now)


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
    live = session.exec(select(func.count(col(Seat.id))).where(Seat.quota_id == quota.id, col(Seat.released_at).is_(None))).one()
    if live != quota.used:
        sentences.append(f"Kursi terpakai tercatat {quota.used}, padahal {live}.")
    return sentences


def _stretch(monthly: int, days: list[date]) -> Stretch:
    return Stretch(days[0], len(days), monthly)


def _bound(session: Session, seat: Seat) -> Iterator[Stretch]:
    query = select(LedgerEntry).where(LedgerEntry.seat_id == seat.id, LedgerEntry.kind == LedgerKind.RESERVE)
    for entry in session.exec(query.order_by(col(LedgerEntry.first_month))).all():
        yield Stretch(entry.first_month, entry.months, entry.monthly)


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
