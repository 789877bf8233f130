"""How far a city is covered, counted once and kept: one snapshot a count, one cell a village and segment."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class CoverageSegment(StrEnum):
    """Who pays for a resident; ``NONE`` is nobody: not a member."""

    PBI_JK = "PBI_JK"
    PEMDA = "PEMDA"
    PPU = "PPU"
    PBPU_MANDIRI = "PBPU_MANDIRI"
    OTHER = "OTHER"
    NONE = "NONE"


class CoverageSnapshot(SQLModel, table=True):
    """One count of one region: from an extract of residents and a member file, or from a figure somebody published.

    ``members_elsewhere`` are members of the file who are no living residents; they stand in no village. ``members_matched`` are residents
    who are members under another NIK (``workflows.population.same_people``); they stand in the cells.
    """

    __tablename__ = "coverage_snapshot"
    __table_args__ = (
        CheckConstraint("(residents_id IS NULL) = (members_id IS NULL)", name="files_paired"),
        CheckConstraint("(residents_id IS NULL) = (reference IS NOT NULL)", name="files_or_reference"),
        CheckConstraint("members_elsewhere >= 0", name="elsewhere_counts_from_zero"),
        CheckConstraint("members_matched >= 0", name="matched_counts_from_zero"),
        UniqueConstraint("residents_id", "members_id", "region_code"),
        Index(
            "uq_coverage_snapshot_published",
            "region_code",
            "members_as_of",
            unique=True,
            sqlite_where=text("residents_id IS NULL"),
            postgresql_where=text("residents_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    residents_id: int | None = Field(default=None, foreign_key="extract.id")
    members_id: int | None = Field(default=None, foreign_key="extract.id")
    residents_as_of: datetime
    members_as_of: datetime
    members_elsewhere: int
    members_matched: int = 0
    reference: str | None = Field(default=None, max_length=300)
    made_at: datetime
    made_by: str = Field(max_length=200)


class CoverageCell(SQLModel, table=True):
    """The residents of one village in one segment, and how many of them are active members."""

    __tablename__ = "coverage_cell"
    __table_args__ = (
        CheckConstraint("length(village_code) = 10", name="village_length"),
        CheckConstraint("people > 0", name="somebody"),
        CheckConstraint("active >= 0 AND active <= people", name="active_are_people"),
        CheckConstraint("segment <> 'NONE' OR active = 0", name="uncovered_are_not_active"),
        {"sqlite_with_rowid": False},
    )

    snapshot_id: int = Field(foreign_key="coverage_snapshot.id", primary_key=True)
    village_code: str = Field(primary_key=True, max_length=10)
    segment: CoverageSegment = Field(sa_type=text_enum(CoverageSegment, "segment"), primary_key=True)
    people: int
    active: int
