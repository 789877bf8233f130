"""Who looked at a case."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class Seen(StrEnum):
    """What was looked at: the case, its letter, the numbers behind the masks, or the picture of a paper."""

    CASE = "CASE"
    LETTER = "LETTER"
    REVEALED = "REVEALED"
    PAPER = "PAPER"


class CaseReading(SQLModel, table=True):
    """One person's looks at one thing of one case on one day (UTC): a page that renews itself adds to ``times``, not a row."""

    __tablename__ = "case_reading"
    __table_args__ = (CheckConstraint("times > 0", name="times"), CheckConstraint("last_at >= first_at", name="in_order"))

    case_id: int = Field(foreign_key="case_file.id", primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", primary_key=True)
    seen: Seen = Field(sa_type=text_enum(Seen), primary_key=True)
    day: date = Field(primary_key=True)
    first_at: datetime
    last_at: datetime
    times: int
