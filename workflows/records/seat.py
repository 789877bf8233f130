"""Seats in the region's own segment: how many a year, who holds one, who waits, and every rupiah they bind."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from workflows.ports import Segment
from workflows.records.base import text_enum

LIVE = text("released_at IS NULL")
WAITING = text("left_at IS NULL")


class SeatStatus(StrEnum):
    """A seat is held for an approved case, taken by a person whom BPJS Kesehatan made a member, or free again."""

    RESERVED = "RESERVED"
    COMMITTED = "COMMITTED"
    RELEASED = "RELEASED"


class ReleaseReason(StrEnum):
    """Why a seat became free: what happened to the case, or later to the person."""

    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    REFUSED = "REFUSED"
    DIED = "DIED"
    MOVED = "MOVED"
    OTHER_SEGMENT = "OTHER_SEGMENT"
    REMOVED = "REMOVED"


class LedgerKind(StrEnum):
    """What moved the money; ALLOT opens a year or follows a changed quota, CARRY brings the seats of the year before along,
    ADJUST follows a premium that changed within the year."""

    ALLOT = "ALLOT"
    CARRY = "CARRY"
    ADJUST = "ADJUST"
    RESERVE = "RESERVE"
    COMMIT = "COMMIT"
    RELEASE = "RELEASE"


class Account(StrEnum):
    """TREASURY gives the year's money, BUDGET is what is still free of it, the others are bound."""

    TREASURY = "TREASURY"
    BUDGET = "BUDGET"
    RESERVED = "RESERVED"
    COMMITTED = "COMMITTED"


class SeatQuota(SQLModel, table=True):
    """A region's seats of one calendar year. ``cap`` includes ``extra``, the seats given above the policy's number to emergencies.

    ``carried`` of ``used`` came along when the year was opened: whoever was a member in December is one in January.
    ``monthly`` is what a seat costs in each month, January first, as these books are kept.
    """

    __tablename__ = "seat_quota"
    __table_args__ = (
        UniqueConstraint("region_code", "year", "segment"),
        CheckConstraint("used >= 0 AND used <= cap", name="within_cap"),
        CheckConstraint("extra >= 0 AND extra <= cap", name="extra_in_cap"),
        CheckConstraint("carried >= 0 AND carried <= cap", name="carried_in_cap"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    year: int
    segment: Segment = Field(sa_type=text_enum(Segment))
    cap: int
    used: int = 0
    extra: int = 0
    carried: int = 0
    monthly: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    opened_at: datetime


class Seat(SQLModel, table=True):
    """One seat of a case. A case holds one at most (partial unique index on those not released).

    ``quota_id`` is the year it was given in, ``released_from`` the year whose seat became free.
    """

    __tablename__ = "seat"
    __table_args__ = (
        Index("uq_seat_live_case", "case_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_seat_quota_reserved", "quota_id", "reserved_at"),
        CheckConstraint("(status = 'RELEASED') = (released_at IS NOT NULL)", name="released_has_time"),
        CheckConstraint("(released_at IS NULL) = (reason IS NULL)", name="release_says_why"),
        CheckConstraint("(released_at IS NULL) = (released_from IS NULL)", name="release_says_where"),
        CheckConstraint("status <> 'COMMITTED' OR committed_at IS NOT NULL", name="committed_has_time"),
        CheckConstraint("status <> 'RESERVED' OR committed_at IS NULL", name="reserved_is_not_taken"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    quota_id: int = Field(foreign_key="seat_quota.id")
    status: SeatStatus = Field(sa_type=text_enum(SeatStatus))
    reason: ReleaseReason | None = Field(default=None, sa_type=text_enum(ReleaseReason))
    above_quota: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    reserved_at: datetime
    committed_at: datetime | None = None
    released_at: datetime | None = None
    released_from: int | None = Field(default=None, foreign_key="seat_quota.id")


class WaitingEntry(SQLModel, table=True):
    """A place in the line: ``rank`` 0 is the most urgent; among equals the one who has waited longest comes first."""

    __tablename__ = "waiting_entry"
    __table_args__ = (
        Index("uq_waiting_entry_live_case", "case_id", unique=True, sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_waiting_entry_line", "quota_id", "rank", "since"),
        CheckConstraint("rank >= 0", name="rank_counts_from_zero"),
        CheckConstraint("left_at IS NULL OR left_at >= since", name="times_in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    quota_id: int = Field(foreign_key="seat_quota.id")
    rank: int
    since: datetime
    left_at: datetime | None = None


class LedgerEntry(SQLModel, table=True):
    """One movement of whole rupiah: ``debit`` gains what ``credit`` loses, so that all accounts together are always zero.

    ``months`` are seat months at ``monthly`` rupiah each, the region's dated premium, the first of them ``first_month``.
    A trigger refuses UPDATE and DELETE: what was wrong is moved back.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("seat_id", "kind", "first_month"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        CheckConstraint("months > 0 AND monthly > 0", name="something_moves"),
        CheckConstraint("amount = months * monthly", name="months_times_premium"),
        CheckConstraint("(kind IN ('ALLOT', 'CARRY', 'ADJUST')) = (seat_id IS NULL)", name="allotment_has_no_seat"),
    )

    id: int | None = Field(default=None, primary_key=True)
    quota_id: int = Field(foreign_key="seat_quota.id", index=True)
    seat_id: int | None = Field(default=None, foreign_key="seat.id")
    kind: LedgerKind = Field(sa_type=text_enum(LedgerKind))
    debit: Account = Field(sa_type=text_enum(Account, "debit"))
    credit: Account = Field(sa_type=text_enum(Account, "credit"))
    first_month: date
    months: int = Field(sa_type=BigInteger)
    monthly: int = Field(sa_type=BigInteger)
    amount: int = Field(sa_type=BigInteger)
    at: datetime
