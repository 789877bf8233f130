"""A patient who moves on: one hospital asks for another's letter, the office says yes or no."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class TransferOutcome(StrEnum):
    """What the office said; None as long as it has not."""

    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"


class Transfer(SQLModel, table=True):
    """A letter from the hospital that has it, or that it names, to the one that asks. One request at a time is open.

    Whoever asks does not answer. The newest confirmed one says whose the letter is; the first acceptance stays as it was.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        Index(
            "uq_transfer_open_letter",
            "letter_id",
            unique=True,
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
        CheckConstraint("from_hospital <> to_hospital", name="moves"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)", name="decided_whole"),
        CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="two_people"),
        CheckConstraint("outcome IS NULL OR outcome <> 'REFUSED' OR note IS NOT NULL", name="refusal_says_why"),
    )

    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    from_hospital: str = Field(foreign_key="hospital.code", max_length=32)
    to_hospital: str = Field(foreign_key="hospital.code", max_length=32, index=True)
    reason: str = Field(max_length=300)
    registration_number: str | None = Field(default=None, max_length=64)
    requested_by: int = Field(foreign_key="staff.id")
    requested_at: datetime
    outcome: TransferOutcome | None = Field(default=None, sa_type=text_enum(TransferOutcome))
    decided_by: int | None = Field(default=None, foreign_key="staff.id")
    decided_at: datetime | None = None
    note: str | None = Field(default=None, max_length=300)
