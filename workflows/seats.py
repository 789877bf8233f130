"""Seats of the region's own segment: reserved by the decision, committed by activation, released when the case ends otherwise.

The number in use is raised by one conditional UPDATE in the transaction that decides, so that whatever runs side by side
the last seat is given once. Who finds none waits in a line, by urgency and then by time; while somebody waits in front,
a free seat is theirs. BPJS Kesehatan's answer that the person is active commits a seat; from then on the end of a letter or
a case no longer frees it, only what happens to the person.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, and_, update
from sqlmodel import Session, col, func, or_, select

from workflows import audit, ledger, seat_years
from workflows.actor import SYSTEM, Actor
from workflows.errors import Conflict, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.records.removal import Removal
from workflows.records.seat import ReleaseReason, Seat, SeatQuota, SeatStatus, WaitingEntry
from workflows.saying import say
from workflows.seat_years import SeatRules
from workflows.states import State
from workflows.urgency_order import RANKS
from workflows.vocabulary import RemovalReason, Urgency


class QuotaFull(Conflict):
    """There is still no seat for a case that waits already."""

    slug = "kuota-penuh"
    sentence = "Kuota kursi masih penuh. Berkas tetap di daftar tunggu."


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


def reserve(session: Session, case: Case, rules: SeatRules, *, now: datetime) -> Seat | None:
    """A seat for an approved case, with its money bound; None where the year is full or others wait in front."""
    today = rules.today(now)
    quota = seat_years.open_year(session, rules, now=now)
    above = not _take(session, quota, case)
    if above and not (may_exceed(case, rules) and _take_above(session, quota, rules, now=now)):
        return None
    assert case.id is not None and quota.id is not None
    seat = Seat(case_id=case.id, quota_id=quota.id, status=SeatStatus.RESERVED, above_quota=above, reserved_at=now)
    session.add(seat)
    session.flush()
    ledger.reserve(session, seat, quota, today.month, now=now)
    return seat


def wait(session: Session, case: Case, rules: SeatRules, *, now: datetime) -> WaitingEntry:
    """Put a case in the line."""
    quota = seat_years.open_year(session, rules, now=now)
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


def in_reach(session: Session, region_code: str, limit: int) -> list[Case]:
    """Those in line for whom there is a seat now, in the order of the line."""
    quota = seat_years.newest(session, region_code)
    free = min(quota.cap - quota.used, limit) if quota else 0
    return [case for _, case in line(session, quota.id, free)] if quota and quota.id and free > 0 else []


def untold(session: Session, region_code: str, limit: int) -> list[Case]:
    """Those of them in whose trail it does not stand yet that their turn has come since they came into the line."""
    return [case for case in in_reach(session, region_code, limit) if not _is_told(session, case)]


def tell_turn(session: Session, case: Case, *, now: datetime) -> bool:
    """Write into the trail of a locked case that there is a seat for it; not where it has left the line or was told already."""
    if case.state != State.WAITLISTED or _is_told(session, case):
        return False
    audit.record(session, f"case:{case.id}", "SEAT_TURN", actor=SYSTEM, now=now, place=place_of(session, case))
    return True


def _is_told(session: Session, case: Case) -> bool:
    event = select(AuditEvent.id).where(AuditEvent.subject == f"case:{case.id}", AuditEvent.action == "SEAT_TURN")
    return session.exec(event.where(col(AuditEvent.at) >= case.state_since).limit(1)).first() is not None


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


def may_exceed(case: Case, rules: SeatRules) -> bool:
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
    found = seat_years.newest(session, region_code)
    while found is not None:
        seat_years.lock(session, found)
        newest = seat_years.newest(session, region_code)
        if newest is None or newest.id == found.id:
            return found
        found = newest
    raise AssertionError("a seat is given in a year")


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
