"""Each time a letter was handed out on paper: the original, and each copy after it."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class Reprint(SQLModel, table=True):
    """The ``ordinal``-th reprint of a letter, marked so on its face; 0 is the original, and there is one. All have the letter's
    number and token."""

    __tablename__ = "reprint"
    __table_args__ = (CheckConstraint("ordinal >= 0", name="counted"),)

    letter_id: int = Field(foreign_key="letter.id", primary_key=True)
    ordinal: int = Field(primary_key=True)
    printed_by: int = Field(foreign_key="staff.id")
    printed_at: datetime


class CollectiveReprint(SQLModel, table=True):
    """The same of a letter E."""

    __tablename__ = "collective_reprint"
    __table_args__ = (CheckConstraint("ordinal >= 0", name="counted"),)

    collective_id: int = Field(foreign_key="collective_letter.id", primary_key=True)
    ordinal: int = Field(primary_key=True)
    printed_by: int = Field(foreign_key="staff.id")
    printed_at: datetime
