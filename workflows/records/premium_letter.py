"""The letter to BPJS about a bill: who proposed and who signed it, its number, and the lines it disputes."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.records.premium import DisputeReason

COUNTS = text("counts")
DECIDED = ("decided_by", "decided_at", "authority_id", "office", "year", "sequence", "policy_valid_from", "policy_sha256")
"""What comes with the number, and not before."""


class PremiumLetter(SQLModel, table=True):
    """One letter: ``lines`` lines that come to ``rupiah``. It gets its number from whoever signs, who is not whoever proposed it.

    A proposal that is sent back and a letter that is withdrawn end with a reason; a number stays used.
    """

    __tablename__ = "premium_letter"
    __table_args__ = (
        UniqueConstraint("id", "bill_id"),
        UniqueConstraint("office", "year", "sequence"),
        CheckConstraint("lines > 0 AND rupiah > 0", name="disputes_something"),
        CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint(" AND ".join(f"(number IS NULL) = ({name} IS NULL)" for name in DECIDED), name="decided_whole"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL) "
            "AND (ended_reason IS NULL OR length(ended_reason) >= 3)",
            name="end_says_why",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    bill_id: int = Field(foreign_key="premium_bill.id", index=True)
    lines: int
    rupiah: int = Field(sa_type=BigInteger)
    proposed_by: int = Field(foreign_key="staff.id")
    proposed_at: datetime
    decided_by: int | None = Field(default=None, foreign_key="staff.id")
    decided_at: datetime | None = None
    authority_id: int | None = Field(default=None, foreign_key="signing_authority.id")
    office: str | None = Field(default=None, max_length=64)
    year: int | None = None
    sequence: int | None = None
    number: str | None = Field(default=None, max_length=120, unique=True)
    policy_valid_from: date | None = None
    policy_sha256: str | None = Field(default=None, max_length=64)
    ended_at: datetime | None = None
    ended_by: int | None = Field(default=None, foreign_key="staff.id")
    ended_reason: str | None = Field(default=None, max_length=300)


class PremiumLetterLine(SQLModel, table=True):
    """One disputed line on one letter. A line is on one letter that counts (partial unique index); it counts until the letter ends."""

    __tablename__ = "premium_letter_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["letter_id", "bill_id"], ["premium_letter.id", "premium_letter.bill_id"], name="fk_premium_letter_line_letter"
        ),
        ForeignKeyConstraint(
            ["bill_id", "line"], ["premium_dispute.bill_id", "premium_dispute.line"], name="fk_premium_letter_line_disputed"
        ),
        CheckConstraint("amount >= 0", name="amount_counts_from_zero"),
        Index("uq_premium_letter_line_counts", "bill_id", "line", unique=True, sqlite_where=COUNTS, postgresql_where=COUNTS),
    )

    letter_id: int = Field(primary_key=True)
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    bill_id: int
    reason: DisputeReason = Field(sa_type=text_enum(DisputeReason))
    amount: int = Field(sa_type=BigInteger)
    counts: bool = True
