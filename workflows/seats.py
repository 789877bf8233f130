"""Seats of the region's own segment: reserved by the decision, committed by activation, released when the case ends otherwise.

The number in use is raised by one conditional UPDATE in the transaction that decides, so that whatever runs side by side
the last seat is given once. Who finds none waits in a line, by urgency and then by time; while somebody waits in front,
a free seat is theirs. BPJS Kesehatan's answer that the person is active commits a seat; from then on the end of a letter or
a case no longer frees it, only what happens to the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, and_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, or_, select

from workflows import audit, ledger
from workflows.actor import SYSTEM, Actor
from workflows.errors import Conflict, TransitionRefused
from workflows.permissions import Permission, check
from workflows.ports import Segment
from workflows.records.case import Case
from workflows.records.removal import Removal
from workflows.records.seat import ReleaseReason, Seat, SeatQuota, SeatStatus, WaitingEntry
from workflows.rules.policy import Dated, PolicyBook
from workflows.saying import say
from workflows.states import State
from workflows.vocabulary import RemovalReason, Urgency


class QuotaFull(Conflict):
    """There is still no seat for a case that waits already."""

    slug = "kuota-penuh"
    sentence = "Kuota kursi masih penuh. Berkas tetap di daftar tunggu."


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


INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

RELEASES: Mapping[State, ReleaseReason] = {
    State.EXPIRED: ReleaseReason.EXPIRED,
    State.REVOKED: ReleaseReason.REVOKED,
    State.REJECTED: ReleaseReason.REJECTED,
    State.WITHDRAWN: ReleaseReason.WITHDRAWN,
    State.DIED: ReleaseReason.DIED,
    State.UNREGISTERED: ReleaseReason.REFUSED,
}
"""Ends of a case that set its reserved seat free; a death frees a member's seat too."""

REMOVALS: Mapping[RemovalReason, ReleaseReason] = {
    RemovalReason.DIED: ReleaseReason.DIED,
    RemovalReason.MOVED: ReleaseReason.MOVED,
    RemovalReason.ON_REQUEST: ReleaseReason.REMOVED,
}
"""Why letter D set a seat free; every other reason is cover in another segment."""

LATER = frozenset({ReleaseReason.DIED, ReleaseReason.MOVED, ReleaseReason.OTHER_SEGMENT})
"""What may happen to a person who holds a committed seat."""

RANKS = {urgency: rank for rank, urgency in enumerate(Urgency)}


def rules_on(book: PolicyBook, region_code: str, *, now: datetime) -> SeatRules:
    """The seat rules of a region at a moment: not a case's pinned block, but the one in force."""
    zone = book.regions[region_code][-1].timezone if region_code in book.regions else "UTC"
    policy = book.at(region_code, now.astimezone(ZoneInfo(zone)).date())
    over = policy.emergency_over_quota is not None and policy.emergency_over_quota.value
    return SeatRules(region_code, policy.timezone, policy.quota_seats.value, over, book.national.premium_region_share)


def reserve(session: Session, case: Case, rules: SeatRules, *, now: datetime) -> Seat | None:
    """A seat for an approved case, with its money bound; None where the year is full or others wait in front."""
    today = rules.today(now)
    quota = open_year(session, rules, now=now)
    above = not _take(session, quota, case)
    if above and not (_may_exceed(case, rules) and _take_above(session, quota, rules, now=now)):
        return None
    assert case.id is not None and quota.id is not None
    seat = Seat(case_id=case.id, quota_id=quota.id, status=SeatStatus.RESERVED, above_quota=above, reserved_at=now)
    session.add(seat)
    session.flush()
    ledger.reserve(session, seat, quota, today.month, now=now)
    return seat


def wait(session: Session, case: Case, rules: SeatRules, *, now: datetime) -> WaitingEntry:
    """Put a case in the line."""
    quota = open_year(session, rules, now=now)
    assert case.id is not None and quota.id is not None
    entry = WaitingEntry(case_id=case.id, quota_id=quota.id, rank=RANKS[case.urgency], since=now)
    session.add(entry)
    session.flush()
    return entry


def follow(session: Session, case: Case, source: State, target: State, *, now: datetime) -> None:
    """What a case's move means for its seat and its place in the line; every move comes through here."""
    if source == State.WAITLISTED:
        _leave_line(session, case, now=now)
    if target == State.DIED:
        _release(session, case, ReleaseReason.DIED, now=now)
    elif target in RELEASES:
        _release_reserved(session, case, RELEASES[target], now=now)
    elif target == State.REMOVED:
        _release_member(session, case, now=now)


def commit(session: Session, case: Case, *, now: datetime) -> None:
    """The seat is a member's from now on: BPJS says so."""
    seat = live_seat(session, case)
    if seat is None or seat.status != SeatStatus.RESERVED:
        return  # a letter from before seats were counted
    ledger.commit(session, seat, _books(session, seat), now=now)
    seat.status, seat.committed_at = SeatStatus.COMMITTED, now
    session.add(seat)
    session.flush()


def set_free(session: Session, case: Case, reason: ReleaseReason, actor: Actor, *, now: datetime) -> None:
    """Take back the seat of a member who died, moved away or came into another segment after activation."""
    check(actor, Permission.DECIDE)
    seat = live_seat(session, case)
    if seat is None or seat.status != SeatStatus.COMMITTED or reason not in LATER:
        raise TransitionRefused(say("Berkas ini tidak memegang kursi yang sudah terpakai. Cabut suratnya, atau batalkan berkasnya."))
    _release(session, case, reason, now=now)
    audit.record(session, f"case:{case.id}", "SEAT_FREE", actor=actor, now=now, reason=reason.value)


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
        _lock(session, quota)
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


def holder_of(session: Session, nik: str) -> str | None:
    """The ticket of the case through which a person holds a seat."""
    query = select(Case.ticket).join(Seat, col(Seat.case_id) == Case.id).where(Case.nik == nik, Seat.status != SeatStatus.RELEASED)
    return session.exec(query).first()


def live_seat(session: Session, case: Case) -> Seat | None:
    """The seat a case holds."""
    return session.exec(select(Seat).where(Seat.case_id == case.id, col(Seat.released_at).is_(None))).first()


def place_of(session: Session, case: Case) -> int | None:
    """A case's place in the line, from 1; None where it does not wait."""
    entry = session.exec(select(WaitingEntry).where(WaitingEntry.case_id == case.id, col(WaitingEntry.left_at).is_(None))).first()
    return 1 + int(session.exec(select(_in_front(entry.quota_id, case))).one()) if entry else None


def line(session: Session, quota_id: int, limit: int = 50) -> list[tuple[WaitingEntry, Case]]:
    """Who waits, in order."""
    query = select(WaitingEntry, Case).join(Case, col(Case.id) == WaitingEntry.case_id)
    query = query.where(WaitingEntry.quota_id == quota_id, col(WaitingEntry.left_at).is_(None))
    ordered = query.order_by(col(WaitingEntry.rank), col(WaitingEntry.since), col(WaitingEntry.id))
    return list(session.exec(ordered.limit(limit)).all())


def _take(session: Session, quota: SeatQuota, case: Case) -> bool:
    free = SeatQuota.used + _in_front(quota.id, case) < SeatQuota.cap
    raised = update(SeatQuota).where(col(SeatQuota.id) == quota.id, free).values(used=SeatQuota.used + 1)
    return session.exec(raised.returning(col(SeatQuota.used))).first() is not None


def _take_above(session: Session, quota: SeatQuota, rules: SeatRules, *, now: datetime) -> bool:
    above = {"used": SeatQuota.used + 1, "cap": SeatQuota.cap + 1, "extra": SeatQuota.extra + 1}
    session.exec(update(SeatQuota).where(col(SeatQuota.id) == quota.id).values(**above))
    session.refresh(quota)
    ledger.allot(session, quota, 1, rules.today(now).month, now=now)
    return True


def _may_exceed(case: Case, rules: SeatRules) -> bool:
    return rules.over_cap and case.urgency == Urgency.EMERGENCY


def _in_front(quota_id: int | None, case: Case) -> ScalarSelect[int]:
    """How many wait in front of a case; one that does not wait yet would come after its equals."""
    rank, entry = RANKS[case.urgency], WaitingEntry
    own = select(entry.since, entry.id).where(entry.case_id == case.id, col(entry.left_at).is_(None)).subquery()
    since, number = select(own.c.since).scalar_subquery(), select(own.c.id).scalar_subquery()
    earlier = or_(number.is_(None), col(entry.since) < since, and_(col(entry.since) == since, col(entry.id) < number))
    first = or_(col(entry.rank) < rank, and_(col(entry.rank) == rank, earlier))
    others = select(func.count(col(entry.id))).where(entry.quota_id == quota_id, col(entry.left_at).is_(None), entry.case_id != case.id)
    return others.where(first).scalar_subquery()


def _make_year(session: Session, rules: SeatRules, year: int, *, now: datetime) -> None:
    # Whoever gives a seat back meanwhile has the old year's row: the new year counts after them, or they find the new one.
    if old := _newest(session, rules.region_code, before=year):
        _lock(session, old)
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
    old = _newest(session, quota.region_code, before=quota.year)
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
    _lock(session, quota)
    wanted = max(rules.cap + quota.extra, quota.used)
    ledger.allot(session, quota, wanted - quota.cap, month, now=now)
    quota.cap = wanted
    session.add(quota)
    session.flush()


def _release_reserved(session: Session, case: Case, reason: ReleaseReason, *, now: datetime) -> None:
    seat = live_seat(session, case)
    if seat is not None and seat.status == SeatStatus.RESERVED:
        _release(session, case, reason, now=now)


def _release(session: Session, case: Case, reason: ReleaseReason, *, now: datetime) -> None:
    seat = live_seat(session, case)
    if seat is None:
        return
    books = _books(session, seat)
    ledger.give_back(session, seat, books, now.astimezone(ZoneInfo(case.timezone)).date(), now=now)
    seat.status, seat.reason, seat.released_at, seat.released_from = SeatStatus.RELEASED, reason, now, books.id
    session.add(seat)
    session.flush()
    session.exec(update(SeatQuota).where(col(SeatQuota.id) == books.id).values(used=SeatQuota.used - 1))


def _books(session: Session, seat: Seat) -> SeatQuota:
    """The newest year's books, those a live seat stands in, under their row's lock: a year that is being opened is waited for."""
    region_code = session.get_one(SeatQuota, seat.quota_id).region_code
    found = _newest(session, region_code)
    while found is not None:
        _lock(session, found)
        newest = _newest(session, region_code)
        if newest is None or newest.id == found.id:
            return found
        found = newest
    raise AssertionError("a seat is given in a year")


def _newest(session: Session, region_code: str, before: int | None = None) -> SeatQuota | None:
    query = select(SeatQuota).where(SeatQuota.region_code == region_code, SeatQuota.segment == Segment.PEMDA)
    query = query.where(SeatQuota.year < before) if before else query
    return session.exec(query.order_by(col(SeatQuota.year).desc()).limit(1).execution_options(populate_existing=True)).first()


def _lock(session: Session, quota: SeatQuota) -> None:
    session.exec(select(SeatQuota.id).where(SeatQuota.id == quota.id).with_for_update()).one()
    session.refresh(quota)


def _release_member(session: Session, case: Case, *, now: datetime) -> None:
    removal = session.get(Removal, case.id)
    if removal is None or removal.member_case_id is None:
        return  # nobody's seat hangs on this case
    member = session.get_one(Case, removal.member_case_id)
    _release(session, member, REMOVALS.get(removal.reason, ReleaseReason.OTHER_SEGMENT), now=now)
    audit.record(session, f"case:{member.id}", "SEAT_FREE", actor=SYSTEM, now=now, reason=removal.reason.value)


def _leave_line(session: Session, case: Case, *, now: datetime) -> None:
    waiting = update(WaitingEntry).where(col(WaitingEntry.case_id) == case.id, col(WaitingEntry.left_at).is_(None))
    session.exec(waiting.values(left_at=now))
