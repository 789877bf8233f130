"""How often a desk asked by NIK in an hour: by account, by address and by the beginning of the NIK."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class LookupScope(StrEnum):
    """What is counted."""

    ACCOUNT = "ACCOUNT"
    ADDRESS = "ADDRESS"
    PREFIX = "PREFIX"


class LookupCount(SQLModel, table=True):
    """One count of one hour. ``key`` is a staff id, an address, or a keyed digest: never a part of a NIK."""

    __tablename__ = "lookup_count"
    __table_args__ = (CheckConstraint("count > 0", name="counted"),)

    scope: LookupScope = Field(sa_type=text_enum(LookupScope), primary_key=True)
    key: str = Field(primary_key=True, max_length=64)
    hour: datetime = Field(primary_key=True)
    count: int
