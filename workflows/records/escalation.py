"""What waited too long and was told to the next person, once for each step of the ladder."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.states import Role


class Escalation(SQLModel, table=True):
    """One step for one wait, about a case, a cover letter, or an acceptance that names no letter of ours: exactly one of them.

    ``since`` tells this wait from the next one of the same kind. It ends when the wait does.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("case_id", "subject", "since", "level"),
        UniqueConstraint("collective_id", "subject", "since", "level"),
        UniqueConstraint("late_nonce", "subject", "since", "level"),
        CheckConstraint(
            "CASE WHEN case_id IS NULL THEN 0 ELSE 1 END + CASE WHEN collective_id IS NULL THEN 0 ELSE 1 END "
            "+ CASE WHEN late_nonce IS NULL THEN 0 ELSE 1 END = 1",
            name="about_one_thing",
        ),
        CheckConstraint("level > 0", name="level_counts_from_one"),
        CheckConstraint("ended_at IS NULL OR ended_at >= at", name="times_in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int | None = Field(default=None, foreign_key="case_file.id")
    collective_id: int | None = Field(default=None, foreign_key="collective_letter.id")
    late_nonce: str | None = Field(default=None, foreign_key="late_acceptance.nonce", max_length=36)
    region_code: str = Field(max_length=4, index=True)
    subject: str = Field(max_length=64)
    since: datetime
    level: int
    role: Role = Field(sa_type=text_enum(Role))
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    at: datetime
    ended_at: datetime | None = None
