"""Residents of a city, as one Dukcapil extract lists them: who lives where, who died or moved away."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class ResidentStatus(StrEnum):
    """Whether somebody counts among the residents."""

    LIVES = "LIVES"
    DIED = "DIED"
    MOVED = "MOVED"


class ResidentRow(SQLModel, table=True):
    """One person in one extract, under a village code of ten digits. With a ``fault`` nothing of the row is believed.

    Made for millions of rows: narrow, no other index than its key, read as a whole when a city is counted.
    """

    __tablename__ = "resident_row"
    __table_args__ = (
        CheckConstraint("length(nik) = 16", name="nik_length"),
        CheckConstraint("village_code IS NULL OR length(village_code) = 10", name="village_length"),
        CheckConstraint(
            "(fault IS NULL) = (name IS NOT NULL AND birth_date IS NOT NULL AND village_code IS NOT NULL AND status IS NOT NULL)",
            name="whole_or_faulty",
        ),
        {"sqlite_with_rowid": False},
    )

    extract_id: int = Field(foreign_key="extract.id", primary_key=True)
    nik: str = Field(primary_key=True, max_length=16)
    family_card: str | None = Field(default=None, max_length=16)
    name: str | None = Field(default=None, max_length=200)
    birth_date: date | None = None
    village_code: str | None = Field(default=None, max_length=10)
    address: str | None = Field(default=None, max_length=200)
    status: ResidentStatus | None = Field(default=None, sa_type=text_enum(ResidentStatus))
    status_on: date | None = None
    fault: str | None = Field(default=None, max_length=32)
