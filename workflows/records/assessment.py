"""The assessment of need: a caseworker answers the criteria, somebody else confirms."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import sealed_check
from workflows.sealed import Sealed, SealedJson


class Assessment(SQLModel, table=True):
    """One round of assessment; answers and note lie sealed. Four eyes are a constraint: the validator is not the assessor.

    ``(id, case_id, assessed_by, validated_by)`` is unique so that a decision can point at all four.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("case_id", "round"),
        UniqueConstraint("id", "case_id", "assessed_by", "validated_by"),
        CheckConstraint("validated_by IS NULL OR validated_by <> assessed_by", name="four_eyes"),
        sealed_check("answers"),
        sealed_check("note"),
        CheckConstraint("(validated_by IS NULL) = (validated_at IS NULL)", name="validation_paired"),
        CheckConstraint("(returned_at IS NULL) = (returned_reason IS NULL)", name="return_paired"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    round: int
    criteria_set: str = Field(max_length=64)
    answers: dict[str, Any] = Field(sa_type=SealedJson("assessment.answers", ("case_id", "round")))
    note: str | None = Field(default=None, sa_type=Sealed("assessment.note", ("case_id", "round")))
    assessed_by: int = Field(foreign_key="staff.id")
    assessed_at: datetime
    validated_by: int | None = Field(default=None, foreign_key="staff.id")
    validated_at: datetime | None = None
    validation_note: str | None = Field(default=None, max_length=1000)
    returned_at: datetime | None = None
    returned_reason: str | None = Field(default=None, max_length=1000)
