"""The household: a family card at one office, and who of it came or is covered already."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.ports import Segment
from workflows.records.base import digested_check, sealed_check, text_enum
from workflows.sealed import Digest, Sealed


class Household(SQLModel, table=True):
    """A family card (KK) at an office. ``code`` stands for it in addresses: the KK's own number never does."""

    __tablename__ = "household"
    __table_args__ = (UniqueConstraint("region_code", "kk_digest"), sealed_check("kk"), digested_check("kk"))

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=9, unique=True)
    region_code: str = Field(max_length=4)
    kk: str = Field(sa_type=Sealed("household.kk", ("code",), "kk"))
    kk_digest: str = Field(default="", sa_type=Digest("kk"))
    opened_by: int = Field(foreign_key="staff.id")
    opened_at: datetime


class HouseholdMember(SQLModel, table=True):
    """One of the family: with a case of their own, or with the segment that covers them already."""

    __tablename__ = "household_member"
    __table_args__ = (
        CheckConstraint("(case_id IS NULL) = (segment IS NOT NULL)", name="case_or_segment"),
        UniqueConstraint("case_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    household_id: int = Field(foreign_key="household.id", index=True)
    case_id: int | None = Field(default=None, foreign_key="case_file.id")
    name: str = Field(max_length=200)
    relation: str = Field(max_length=50)
    segment: Segment | None = Field(default=None, sa_type=text_enum(Segment))
    noted_at: datetime
