"""How a region's year of seats stands, and when it runs out at the pace of the last weeks. Nothing here writes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil

from sqlmodel import Session, col, func, select

from workflows import ledger, seat_years
from workflows.records.seat import Account, Seat, SeatQuota, SeatStatus, WaitingEntry
from workflows.seat_years import SeatRules

WINDOWS = (30, 90)
"""Days a pace is measured over."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seats given and kept in the last ``days``, over ``measured`` of them: a younger year has fewer.

    ``out_on`` is the day the last seat goes at this pace; None where none would this year.
    """

    days: int
    measured: int
    given: int
    out_on: date | None

    @property
    def per_day(self) -> float:
        """Seats a day."""
        return self.given / self.measured


@dataclass(frozen=True, slots=True)
class Outlook:
    """A region's year: seats by where they stand, rupiah by account, and the pace. ``extra`` of ``cap`` are emergencies' own."""

    region_code: str
    year: int
    as_of: date
    cap: int
    extra: int
    used: int
    reserved: int
    committed: int
    waiting: int
    monthly: int
    per_seat_year: int
    balances: dict[Account, int]
    paces: tuple[Pace, ...]

    @property
    def left(self) -> int:
        """Seats nobody holds."""
        return self.cap - self.used


def burn_down(session: Session, rules: SeatRules, *, now: datetime) -> Outlook:
    """The current year, also before its first seat was given."""
    today = rules.today(now)
    quota = seat_years.year_of(session, rules.region_code, today.year) or seat_years.unopened(rules, today.year, now=now)
    by_status = _by_status(session, quota)
    return Outlook(
        region_code=rules.region_code,
        year=today.year,
        as_of=today,
        cap=quota.cap,
        extra=quota.extra,
        used=quota.used,
        reserved=by_status.get(SeatStatus.RESERVED, 0),
        committed=by_status.get(SeatStatus.COMMITTED, 0),
        waiting=_waiting(session, quota),
        monthly=ledger.cost_of(rules.premium, today.year, ledger.DECEMBER),
        per_seat_year=ledger.cost_of(rules.premium, today.year),
        balances=ledger.balances(session, quota.id) if quota.id else _untouched(rules, quota),
        paces=tuple(_pace(session, quota, days, rules, now) for days in WINDOWS) if quota.id else (),
    )


def _untouched(rules: SeatRules, quota: SeatQuota) -> dict[Account, int]:
    """What the books of a year will open with: nothing is tied yet."""
    budget = quota.cap * ledger.cost_of(rules.premium, quota.year)
    return {**dict.fromkeys(Account, 0), Account.TREASURY: -budget, Account.BUDGET: budget}


def _by_status(session: Session, quota: SeatQuota) -> dict[SeatStatus, int]:
    """Of the live seats, those that came along among them."""
    query = select(col(Seat.status), func.count(col(Seat.id))).join(SeatQuota, col(SeatQuota.id) == Seat.quota_id)
    query = query.where(SeatQuota.region_code == quota.region_code, SeatQuota.segment == quota.segment, col(Seat.released_at).is_(None))
    return dict(session.exec(query.group_by(col(Seat.status))).all())


def _waiting(session: Session, quota: SeatQuota) -> int:
    query = select(func.count(col(WaitingEntry.id))).where(WaitingEntry.quota_id == quota.id, col(WaitingEntry.left_at).is_(None))
    return int(session.exec(query).one())


def _pace(session: Session, quota: SeatQuota, days: int, rules: SeatRules, now: datetime) -> Pace:
    kept = select(func.count(col(Seat.id))).where(Seat.quota_id == quota.id, col(Seat.released_at).is_(None))
    given = int(session.exec(kept.where(col(Seat.reserved_at) > now - timedelta(days=days))).one())
    measured = max(1, min(days, (rules.today(now) - rules.today(quota.opened_at)).days + 1))
    return Pace(days, measured, given, _out_on(rules.today(now), quota, Fraction(given, measured)))


def _out_on(today: date, quota: SeatQuota, per_day: Fraction) -> date | None:
    if quota.used >= quota.cap:
        return today
    last = today + timedelta(days=ceil((quota.cap - quota.used) / per_day)) if per_day else date.max
    return last if last.year == quota.year else None
