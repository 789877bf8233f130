"""A case that a hospital opened at the bedside: provisional cover until the papers come."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class Provisional(SQLModel, table=True):
    """The provisional token of one case. It runs until the case is decided; when its papers are late a person may end it.

    ``token_id`` is random and opens the public status page. ``papers_due`` is when the region wants the papers; nothing
    happens by itself then: a lapse has a name and a reason, or there is none.
    """

    __tablename__ = "provisional"
    __table_args__ = (
        CheckConstraint("papers_due > given_at", name="due_later"),
        CheckConstraint("(lapsed_at IS NULL) = (lapsed_by IS NULL) AND (lapsed_at IS NULL) = (lapse_reason IS NULL)", name="lapse_named"),
        CheckConstraint("lapsed_at IS NULL OR lapsed_at >= papers_due", name="lapse_after_due"),
    )

    case_id: int = Field(foreign_key="case_file.id", primary_key=True)
    token_id: str = Field(max_length=32, unique=True)
    hospital_code: str = Field(foreign_key="hospital.code", max_length=32, index=True)
    given_by: int = Field(foreign_key="staff.id")
    given_at: datetime
    papers_due: datetime = Field(index=True)
    reminded_at: datetime | None = None
    lapsed_at: datetime | None = None
    lapsed_by: int | None = Field(default=None, foreign_key="staff.id")
    lapse_reason: str | None = Field(default=None, max_length=300)
