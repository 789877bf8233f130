"""A month's premium bill as it was checked, and the lines of it to dispute, each with its rupiah and its evidence."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class DisputeReason(StrEnum):
    """Why a line is not to be paid before BPJS has answered."""

    NIK_INVALID = "NIK_INVALID"
    NOT_FOUND = "NOT_FOUND"
    DOUBLE = "DOUBLE"
    DIED = "DIED"
    MOVED = "MOVED"
    EMPLOYEE = "EMPLOYEE"
    PBI_JK = "PBI_JK"
    MISMATCH = "MISMATCH"
    RATE = "RATE"


class PremiumBill(SQLModel, table=True):
    """One bill, checked against one extract of residents and one member file. Amounts in rupiah."""

    __tablename__ = "premium_bill"
    __table_args__ = (
        CheckConstraint("lines > 0 AND disputed_lines >= 0 AND disputed_lines <= lines", name="disputed_are_lines"),
        CheckConstraint("disputed >= 0 AND disputed <= billed", name="disputed_is_billed"),
        UniqueConstraint("sha256", "residents_id", "members_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(max_length=64)
    file_name: str = Field(max_length=255)
    month: date
    residents_id: int = Field(foreign_key="extract.id")
    members_id: int = Field(foreign_key="extract.id")
    lines: int
    billed: int = Field(sa_type=BigInteger)
    disputed_lines: int
    disputed: int = Field(sa_type=BigInteger)
    checked_at: datetime
    checked_by: str = Field(max_length=200)


class PremiumDispute(SQLModel, table=True):
    """One line of a bill that is disputed; a line has one reason, the gravest."""

    __tablename__ = "premium_dispute"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount_counts_from_zero"),)

    bill_id: int = Field(foreign_key="premium_bill.id", primary_key=True)
    line: int = Field(primary_key=True)
    reason: DisputeReason = Field(sa_type=text_enum(DisputeReason))
    nik: str | None = Field(default=None, max_length=16)
    card: str | None = Field(default=None, max_length=13)
    name: str | None = Field(default=None, max_length=200)
    amount: int = Field(sa_type=BigInteger)
    evidence: str = Field(max_length=300)
