"""What somebody still owes after a case: a date, an owner, and the word that it was done."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class DutyKind(StrEnum):
    """DTSEN_UPDATE: after a reactivation the family's data in DTSEN is to be brought up to date."""

    DTSEN_UPDATE = "DTSEN_UPDATE"


class Duty(SQLModel, table=True):
    """One duty of a case; its owner is reminded from ``remind_on``."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("case_id", "kind"),
        CheckConstraint("remind_on <= due_on", name="reminded_before_due"),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (note IS NULL)", name="done_by_somebody"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    kind: DutyKind = Field(sa_type=text_enum(DutyKind))
    due_on: date
    remind_on: date
    owner_id: int = Field(foreign_key="staff.id", index=True)
    opened_at: datetime
    done_at: datetime | None = None
    done_by: int | None = Field(default=None, foreign_key="staff.id")
    note: str | None = Field(default=None, max_length=500)
