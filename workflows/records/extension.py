"""A desk that holds a letter whose days are over asks for a new one; the office opens a case for it, or says why not."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class ExtensionOutcome(StrEnum):
    """What the office did; None as long as it has not."""

    OPENED = "OPENED"
    REFUSED = "REFUSED"


class Extension(SQLModel, table=True):
    """One hospital's wish for a letter in the place of an expired one. A letter has one that is open or was followed.

    Nothing is prolonged by itself: ``case_id`` is a case like any other, weighed, validated and decided anew.
    """

    __tablename__ = "extension"
    __table_args__ = (
        Index(
            "uq_extension_letter",
            "letter_id",
            unique=True,
            sqlite_where=text("outcome IS NULL OR outcome = 'OPENED'"),
            postgresql_where=text("outcome IS NULL OR outcome = 'OPENED'"),
        ),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)", name="decided_whole"),
        CheckConstraint("(outcome IS NOT NULL AND outcome = 'OPENED') = (case_id IS NOT NULL)", name="opened_names_case"),
        CheckConstraint("outcome IS NULL OR outcome <> 'REFUSED' OR note IS NOT NULL", name="refusal_says_why"),
    )

    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    hospital_code: str = Field(foreign_key="hospital.code", max_length=32, index=True)
    requested_by: int = Field(foreign_key="staff.id")
    requested_at: datetime
    outcome: ExtensionOutcome | None = Field(default=None, sa_type=text_enum(ExtensionOutcome))
    decided_by: int | None = Field(default=None, foreign_key="staff.id")
    decided_at: datetime | None = None
    case_id: int | None = Field(default=None, foreign_key="case_file.id", unique=True)
    note: str | None = Field(default=None, max_length=300)
