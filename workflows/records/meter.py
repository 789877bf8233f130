"""What is counted against misuse: tries to sign in, look-ups, reveals."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class Purpose(StrEnum):
    """What a meter counts."""

    ACCOUNT = "ACCOUNT"
    ADDRESS = "ADDRESS"
    FACTOR = "FACTOR"
    REVEAL = "REVEAL"
    LOOKUP_ACCOUNT = "LOOKUP_ACCOUNT"
    LOOKUP_ADDRESS = "LOOKUP_ADDRESS"
    LOOKUP_PREFIX = "LOOKUP_PREFIX"


class Meter(SQLModel, table=True):
    """One count of one subject since a moment; ``locked_at`` stays until a person opens it.

    ``subject`` is a keyed digest or a staff id, never what was typed: a password may stand in the wrong field.
    """

    __tablename__ = "meter"
    __table_args__ = (CheckConstraint("counted >= 0", name="counted"),)

    purpose: Purpose = Field(sa_type=text_enum(Purpose), primary_key=True)
    subject: str = Field(primary_key=True, max_length=64)
    counted: int
    since: datetime
    closed_until: datetime | None = None
    locked_at: datetime | None = None
