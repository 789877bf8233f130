"""The ledger of premiums: one account per region, month and segment, and entries that only append."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.ports import Segment
from workflows.records.base import text_enum


class PremiumEntryKind(StrEnum):
    """What an entry is about. CORRECTED puts right what stood there before."""

    BILLED = "BILLED"
    DISPUTED = "DISPUTED"
    ACCEPTED = "ACCEPTED"
    PAID = "PAID"
    CORRECTED = "CORRECTED"


class PremiumAccount(SQLModel, table=True):
    """What a region owes for a segment's month, and the bill it rests on, which is of the same month."""

    __tablename__ = "premium_account"
    __table_args__ = (
        UniqueConstraint("region_code", "month", "segment"),
        ForeignKeyConstraint(["bill_id", "month"], ["premium_bill.id", "premium_bill.month"], name="fk_premium_account_bill"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    month: date
    segment: Segment = Field(default=Segment.PEMDA, sa_type=text_enum(Segment))
    bill_id: int


class PremiumEntry(SQLModel, table=True):
    """An account as it stands after one event, in rupiah; the newest position holds.

    Each entry follows the one before it (a foreign key to itself), so that none is left out and two cannot follow the same.
    A trigger refuses UPDATE and DELETE: what was wrong is corrected by a new entry that says why.
    """

    __tablename__ = "premium_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "previous"], ["premium_entry.account_id", "premium_entry.position"], name="fk_premium_entry_follows"
        ),
        CheckConstraint("position > 0", name="position_counts_from_one"),
        CheckConstraint("(position = 1) = (previous IS NULL) AND previous = position - 1", name="follows_the_last"),
        CheckConstraint("(position = 1) = (kind = 'BILLED')", name="begins_with_the_bill"),
        CheckConstraint("billed > 0", name="something_is_billed"),
        CheckConstraint("accepted >= 0 AND accepted <= disputed", name="accepted_was_disputed"),
        CheckConstraint("disputed <= billed", name="disputed_was_billed"),
        CheckConstraint("paid >= 0 AND paid <= billed - accepted", name="paid_was_owed"),
        CheckConstraint(
            "kind IN ('BILLED', 'DISPUTED') OR (reference IS NOT NULL AND length(reference) >= 3)", name="says_what_it_rests_on"
        ),
    )

    account_id: int = Field(foreign_key="premium_account.id", primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    previous: int | None = None
    kind: PremiumEntryKind = Field(sa_type=text_enum(PremiumEntryKind))
    billed: int = Field(sa_type=BigInteger)
    disputed: int = Field(sa_type=BigInteger)
    accepted: int = Field(sa_type=BigInteger)
    paid: int = Field(sa_type=BigInteger)
    due_on: date
    happened_on: date
    reference: str | None = Field(default=None, max_length=200)
    entered_at: datetime
    entered_by: int = Field(foreign_key="staff.id")

    @property
    def owed(self) -> int:
        """Rupiah that are neither paid nor taken back by BPJS."""
        return self.billed - self.accepted - self.paid

    @property
    def contested(self) -> int:
        """Rupiah disputed that BPJS has not taken back."""
        return self.disputed - self.accepted
