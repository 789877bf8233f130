"""What a registry, an officer or an import said about a person, with source and time."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import sealed_check, text_enum
from workflows.sealed import SealedJson
from workflows.states import Job


class CheckResult(SQLModel, table=True):
    """The newest row of a kind counts. ``outcome`` None means undetermined: a person takes over, with a note.

    Either a task concluded it or a person recorded it, never both. ``input_hash`` says what a person's result is about, as a
    task's does for a registry's. A task answers once; that it has not answered
    yet may be noted before.
    """

    __tablename__ = "check_result"
    __table_args__ = (
        CheckConstraint("(task_id IS NULL) <> (recorded_by IS NULL)", name="task_or_person"),
        Index(
            "uq_check_result_task",
            "task_id",
            unique=True,
            sqlite_where=text("outcome IS NOT NULL"),
            postgresql_where=text("outcome IS NOT NULL"),
        ),
        sealed_check("details"),
        CheckConstraint("recorded_by IS NULL OR (outcome IS NOT NULL AND note IS NOT NULL)", name="person_says_why"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    kind: Job = Field(sa_type=text_enum(Job))
    outcome: str | None = Field(default=None, max_length=32)
    source: str = Field(max_length=100)
    as_of: datetime
    details: dict[str, Any] = Field(default_factory=dict, sa_type=SealedJson("check_result.details", ("case_id", "kind")))
    input_hash: str | None = Field(default=None, max_length=64)
    note: str | None = Field(default=None, max_length=500)
    task_id: int | None = Field(default=None, foreign_key="task.id")
    recorded_by: int | None = Field(default=None, foreign_key="staff.id")
    recorded_at: datetime
