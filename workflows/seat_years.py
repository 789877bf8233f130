"""A region's seats of one year: how many, at what premium, and how they follow the year before and a quota that was changed.

A year's row is made on its first use. Whoever still holds a seat, or waits for one, stands in the newest year's books.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from workflows import ledger
from workflows.ports import Segment
from workflows.records.seat import Seat, SeatQuota, SeatStatus, WaitingEntry
from workflows.rules.policy import Dated, PolicyBook

INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True, slots=True)
class SeatRules:
    """What holds for a region's seats today: the year's number, whether emergencies may go above it, premiums by date."""

    region_code: str
    timezone: str
    cap: int
    over_cap: bool
    premium: Dated

    def today(self, now: datetime) -> date:
        """The region's own day."""
        return now.astimezone(ZoneInfo(self.timezone)).date()


def rules_on(book: PolicyBook, region_code: str, *, now: datetime) -> SeatRules:
    """The seat rules of a region at a moment: not a case's pinned block, but the one in force."""
    zone = book.regions[region_code][-1].timezone if region_code in book.regions else "UTC"
    policy = book.at(region_code, now.astimezone(ZoneInfo(zone)).date())
    over = policy.emergency_over_quota is not None and policy.emergency_over_quota.value
    return SeatRules(region_code, policy.timezone, policy.quota_seats.value, over, book.national.premium_region_share)


def open_year(session: Session, rules: SeatRules, *, now: datetime) -> SeatQuota:
    """The region's row for the current year, made on first use with the seats of the year before in it; it follows a quota
    and a premium that were changed within the year."""
    today = rules.today(now)
    quota = year_of(session, rules.region_code, today.year)
    if quota is None:
        _make_year(session, rules, today.year, now=now)
        quota = year_of(session, rules.region_code, today.year)
        assert quota is not None
    prices = ledger.prices_of(rules.premium, today.year)
    if quota.monthly != prices:
        lock(session, quota)
        ledger.reprice(session, quota, prices, now=now)
    if quota.cap - quota.extra != rules.cap:
        _follow_cap(session, quota, rules, today.month, now=now)
    return quota


def year_of(session: Session, region_code: str, year: int) -> SeatQuota | None:
    """A region's row of a year as it is in the database now."""
    query = select(SeatQuota).where(SeatQuota.region_code == region_code, SeatQuota.year == year, SeatQuota.segment == Segment.PEMDA)
    return session.exec(query.execution_options(populate_existing=True)).first()


def unopened(rules: SeatRules, year: int, *, now: datetime) -> SeatQuota:
    """What a year's row would be, for looking before its first use."""
    monthly = ledger.prices_of(rules.premium, year)
    return SeatQuota(region_code=rules.region_code, year=year, segment=Segment.PEMDA, cap=rules.cap, monthly=monthly, opened_at=now)


def newest(session: Session, region_code: str, before: int | None = None) -> SeatQuota | None:
    """The books of the newest year, or of the newest one before a year, as they are in the database now."""
    query = select(SeatQuota).where(SeatQuota.region_code == region_code, SeatQuota.segment == Segment.PEMDA)
    query = query.where(SeatQuota.year < before) if before else query
    return session.exec(query.order_by(col(SeatQuota.year).desc()).limit(1).execution_options(populate_existing=True)).first()


def lock(session: Session, quota: SeatQuota) -> None:
    """Take a year's row lock, and read the row again under it."""
    session.exec(select(SeatQuota.id).where(SeatQuota.id == quota.id).with_for_update()).one()
    session.refresh(quota)


def _make_year(session: Session, rules: SeatRules, year: int, *, now: datetime) -> None:
    # Whoever gives a seat back meanwhile has the old year's row: the new year counts after them, or they find the new one.
    if old := newest(session, rules.region_code, before=year):
        lock(session, old)
    # Two first decisions of a year: the second waits for the first one's row and makes none.
    values = {"region_code": rules.region_code, "year": year, "segment": Segment.PEMDA, "cap": rules.cap}
    values |= {"used": 0, "extra": 0, "carried": 0, "monthly": ledger.prices_of(rules.premium, year), "opened_at": now}
    insert = INSERT[session.get_bind().dialect.name](SeatQuota).values(**values)
    made = insert.on_conflict_do_nothing(index_elements=["region_code", "year", "segment"]).returning(SeatQuota.id)
    if session.exec(made).first() is not None:
        quota = year_of(session, rules.region_code, year)
        assert quota is not None
        ledger.allot(session, quota, rules.cap, 1, now=now)
        _carry_over(session, quota, now=now)


def _carry_over(session: Session, quota: SeatQuota, *, now: datetime) -> None:
    """Who holds a seat at the year's end holds one in the new year, also above a lowered quota; who waits goes on waiting in line.

    What was only reserved costs the old year nothing: nobody was covered by it.
    """
    old = newest(session, quota.region_code, before=quota.year)
    if old is None:
        return
    years = select(SeatQuota.id).where(SeatQuota.region_code == quota.region_code, SeatQuota.segment == quota.segment)
    held = select(Seat).where(col(Seat.quota_id).in_(years), col(Seat.released_at).is_(None))
    for seat in session.exec(held.where(Seat.status == SeatStatus.RESERVED)).all():
        ledger.give_back(session, seat, old, date.min, now=now)
    counted = held.with_only_columns(col(Seat.status), func.count(col(Seat.id))).group_by(col(Seat.status))
    seats_held = {SeatStatus(status): int(number) for status, number in session.execute(counted)}
    carried = sum(seats_held.values())
    ledger.allot(session, quota, max(carried - quota.cap, 0), 1, now=now)
    quota.cap, quota.used, quota.carried = max(quota.cap, carried), carried, carried
    session.add(quota)
    session.flush()
    ledger.carry(session, quota, seats_held, now=now)
    in_line = update(WaitingEntry).where(col(WaitingEntry.quota_id).in_(years), col(WaitingEntry.left_at).is_(None))
    session.exec(in_line.values(quota_id=quota.id))


def _follow_cap(session: Session, quota: SeatQuota, rules: SeatRules, month: int, *, now: datetime) -> None:
    """A lowered quota takes no seat from anybody: the cap stays at what is in use."""
    lock(session, quota)
    wanted = max(rules.cap + quota.extra, quota.used)
    ledger.allot(session, quota, wanted - quota.cap, month, now=now)
    quota.cap = wanted
    session.add(quota)
    session.flush()
