"""Files that were imported: DTSEN extracts and BPJS member files, with the rows a look-up by NIK needs.

Residents' rows are in ``workflows.records.resident``.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.ports import Segment
from workflows.records.base import text_enum

STANDING = text("undone_at IS NULL")


class ExtractKind(StrEnum):
    """What a file is about."""

    DTSEN = "DTSEN"
    MEMBERS = "MEMBERS"
    RESIDENTS = "RESIDENTS"


class ExtractState(StrEnum):
    """Whether look-ups may use an extract."""

    STORING = "STORING"
    APPLIED = "APPLIED"
    UNDONE = "UNDONE"


class Extract(SQLModel, table=True):
    """One imported file. ``as_of`` is when its content was true, ``timezone`` the office's, in which that is told.

    ``rows_bad`` were refused; of those, ``rows_unreadable`` do not even say whom they are about. The same file may
    stand once per kind: after it was undone it may come again. While ``storing`` only some of its rows are there, and nobody uses it.
    ``complete`` is the importer's word that a member file holds every member of the region: only then is whoever is missing uncovered.
    """

    __tablename__ = "extract"
    __table_args__ = (
        CheckConstraint("rows_good >= 0 AND rows_unreadable >= 0 AND rows_bad >= rows_unreadable", name="counts"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_paired"),
        CheckConstraint("undone_at IS NULL OR NOT storing", name="undone_was_stored"),
        CheckConstraint("NOT complete OR kind = 'MEMBERS'", name="members_are_complete"),
        Index("uq_extract_standing_file", "kind", "sha256", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: ExtractKind = Field(sa_type=text_enum(ExtractKind))
    sha256: str = Field(max_length=64)
    file_name: str = Field(max_length=255)
    layout: str = Field(max_length=32)
    as_of: datetime
    timezone: str = Field(max_length=64)
    imported_at: datetime
    imported_by: str = Field(max_length=200)
    rows_good: int
    rows_bad: int
    rows_unreadable: int
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=200)
    storing: bool = False
    complete: bool = False

    @property
    def state(self) -> ExtractState:
        """Follows from ``undone_at`` and ``storing`` alone, so that they can never disagree."""
        if self.storing:
            return ExtractState.STORING
        return ExtractState.APPLIED if self.undone_at is None else ExtractState.UNDONE


class DtsenRow(SQLModel, table=True):
    """What one extract says of one person's family. With a ``fault`` the person is in the file, but nothing is believed."""

    __tablename__ = "dtsen_row"
    __table_args__ = (
        CheckConstraint("length(nik) = 16", name="nik_length"),
        CheckConstraint("desil BETWEEN 0 AND 10", name="desil_range"),
        CheckConstraint("fault IS NULL OR (name IS NULL AND desil IS NULL AND exclusion_reason IS NULL)", name="faulty_is_empty"),
        {"sqlite_with_rowid": False},
    )

    extract_id: int = Field(foreign_key="extract.id", primary_key=True)
    nik: str = Field(primary_key=True, max_length=16)
    name: str | None = Field(default=None, max_length=200)
    desil: int | None = None
    exclusion_reason: str | None = Field(default=None, max_length=200)
    birth_date: date | None = None
    fault: str | None = Field(default=None, max_length=32)


class MemberRow(SQLModel, table=True):
    """One member in one file: either listed for a month, or with a status and the days of cover (TMT, TAT)."""

    __tablename__ = "member_row"
    __table_args__ = (
        CheckConstraint("length(nik) = 16", name="nik_length"),
        CheckConstraint("(month IS NULL) = (year IS NULL)", name="month_paired"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month_range"),
        CheckConstraint("(fault IS NULL) = (month IS NOT NULL OR status_code IS NOT NULL)", name="says_something_or_is_faulty"),
        {"sqlite_with_rowid": False},
    )

    extract_id: int = Field(foreign_key="extract.id", primary_key=True)
    nik: str = Field(primary_key=True, max_length=16)
    card: str | None = Field(default=None, max_length=13)
    name: str | None = Field(default=None, max_length=200)
    segment_text: str | None = Field(default=None, max_length=200)
    segment: Segment | None = Field(default=None, sa_type=text_enum(Segment))
    status_code: str | None = Field(default=None, max_length=32)
    status_text: str | None = Field(default=None, max_length=200)
    month: int | None = None
    year: int | None = None
    cover_from: date | None = None
    cover_until: date | None = None
    birth_date: date | None = None
    fault: str | None = Field(default=None, max_length=32)
