"""The assessment of need: a caseworker answers the criteria, somebody else confirms."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Assessment(SQLModel, table=True):
    """One round of assessment. Four eyes are a constraint: the validator is not the assessor.

    ``(id, case_id, assessed_by, validated_by)`` is unique so that a decision can point at all four.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("case_id", "round"),
        UniqueConstraint("id", "case_id", "assessed_by", "validated_by"),
        CheckConstraint("validated_by IS NULL OR validated_by <> assessed_by", name="four_eyes"),
        CheckConstraint("(validated_by IS NULL) = (validated_at IS NULL)", name="validation_paired"),
        CheckConstraint("(returned_at IS NULL) = (returned_reason IS NULL)", name="return_paired"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    round: int
    criteria_set: str = Field(max_length=64)
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    note: str | None = Field(default=None, max_length=1000)
    assessed_by: int = Field(foreign_key="staff.id")
    assessed_at: datetime
    validated_by: int | None = Field(default=None, foreign_key="staff.id")
    validated_at: datetime | None = None
    validation_note: str | None = Field(default=None, max_length=1000)
    returned_at: datetime | None = None
    returned_reason: str | None = Field(default=None, max_length=1000)
