"""A month's premium bill as it was checked, its lines to dispute with rupiah and evidence, and what was said of each since."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.sealed import DIGEST_LENGTH, Digest


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


class LineWord(StrEnum):
    """What was last said of a disputed line: left out by the office, taken up again, or answered by BPJS."""

    WITHDRAWN = "WITHDRAWN"
    DISPUTED = "DISPUTED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


STANDING = text("withdrawn_at IS NULL")
WITHOUT_NEWER = text("withdrawn_at IS NULL AND newer_members_id IS NULL")
"""NULLs are never alike, so bills without a newer member file have an index of their own."""


class PremiumBill(SQLModel, table=True):
    """One bill, checked against one extract of residents and one member file. Amounts in rupiah.

    ``newer_members_id`` is a newer file of some of the members, if there was one: it told of those it lists.
    ``region_code`` is None only where a bill was checked before regions were written and no office was there to be asked. A bill
    filed wrongly is withdrawn with a reason; its file may then be checked anew, under another month too.
    """

    __tablename__ = "premium_bill"
    __table_args__ = (
        CheckConstraint("lines > 0 AND disputed_lines >= 0 AND disputed_lines <= lines", name="disputed_are_lines"),
        CheckConstraint("disputed >= 0 AND disputed <= billed", name="disputed_is_billed"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL) "
            "AND (withdrawn_reason IS NULL OR length(withdrawn_reason) >= 3)",
            name="withdrawn_says_why",
        ),
        Index(
            "uq_premium_bill_standing_file",
            "sha256",
            "residents_id",
            "members_id",
            unique=True,
            sqlite_where=WITHOUT_NEWER,
            postgresql_where=WITHOUT_NEWER,
        ),
        Index(
            "uq_premium_bill_standing_file_and_newer",
            "sha256",
            "residents_id",
            "members_id",
            "newer_members_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        Index("uq_premium_bill_month", "id", "month", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(max_length=64)
    file_name: str = Field(max_length=255)
    month: date
    residents_id: int = Field(foreign_key="extract.id")
    members_id: int = Field(foreign_key="extract.id")
    newer_members_id: int | None = Field(default=None, foreign_key="extract.id")
    lines: int
    billed: int = Field(sa_type=BigInteger)
    disputed_lines: int
    disputed: int = Field(sa_type=BigInteger)
    checked_at: datetime
    checked_by: str = Field(max_length=200)
    region_code: str | None = Field(default=None, max_length=4)
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = Field(default=None, max_length=200)
    withdrawn_reason: str | None = Field(default=None, max_length=300)


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


class PremiumLine(SQLModel, table=True):
    """Who is on a line, as a keyed digest only, so that a bill can be held against letters and members; None where it is nobody."""

    __tablename__ = "premium_line"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_counts_from_zero"),
        CheckConstraint(f"length(nik_digest) = {DIGEST_LENGTH}", name="nik_digested"),
    )

    bill_id: int = Field(foreign_key="premium_bill.id", primary_key=True)
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    nik_digest: str | None = Field(default=None, sa_type=Digest("nik"))
    amount: int = Field(sa_type=BigInteger)


class PremiumLineWord(SQLModel, table=True):
    """One word about a disputed line and why; the newest holds. A trigger refuses UPDATE and DELETE."""

    __tablename__ = "premium_line_word"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bill_id", "line"], ["premium_dispute.bill_id", "premium_dispute.line"], name="fk_premium_line_word_disputed"
        ),
        CheckConstraint("position > 0", name="position_counts_from_one"),
        CheckConstraint("length(reason) >= 3", name="says_why"),
    )

    bill_id: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    word: LineWord = Field(sa_type=text_enum(LineWord))
    reason: str = Field(max_length=300)
    said_at: datetime
    said_by: int = Field(foreign_key="staff.id")
