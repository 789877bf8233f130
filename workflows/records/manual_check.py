"""What a registry did not tell becomes a task with a name on it, and what it tells later may need a correction."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.states import Job


class ManualCheck(SQLModel, table=True):
    """A check that a named person has to do; one open per case and kind.

    It ends with a result: the person's, or the registry's when it answers after all.
    """

    __tablename__ = "manual_check"
    __table_args__ = (
        Index(
            "uq_manual_check_open",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        CheckConstraint("(done_at IS NULL) = (result_id IS NULL)", name="done_with_result"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    kind: Job = Field(sa_type=text_enum(Job))
    reason: str = Field(max_length=300)
    owner_id: int = Field(foreign_key="staff.id", index=True)
    opened_at: datetime
    done_at: datetime | None = None
    result_id: int | None = Field(default=None, foreign_key="check_result.id")


class Correction(SQLModel, table=True):
    """A registry's late answer that differs from what was decided on; a named person says what follows from it."""

    __tablename__ = "correction"
    __table_args__ = (
        CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name="resolved_by_somebody"),
        CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved_with_words"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    kind: Job = Field(sa_type=text_enum(Job))
    result_id: int = Field(foreign_key="check_result.id", unique=True)
    believed_id: int = Field(foreign_key="check_result.id")
    owner_id: int = Field(foreign_key="staff.id", index=True)
    opened_at: datetime
    resolved_at: datetime | None = None
    resolved_by: int | None = Field(default=None, foreign_key="staff.id")
    resolution: str | None = Field(default=None, max_length=1000)
