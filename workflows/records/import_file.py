"""Files of people's data on their way in through the page: the receipt of each, and its bytes until it is stored or thrown away."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import sealed_check, sql_list, text_enum
from workflows.records.extract import ExtractKind
from workflows.sealed import SealedBytes, SealedJson


class ImportStatus(StrEnum):
    """How far a file is: tried by itself, stored by a second press."""

    TO_TRY = "TO_TRY"
    TRIED = "TRIED"
    TO_APPLY = "TO_APPLY"
    APPLIED = "APPLIED"
    KNOWN = "KNOWN"
    REFUSED = "REFUSED"
    DROPPED = "DROPPED"


class ImportPhase(StrEnum):
    """What a worker is doing with a file."""

    OPENING = "OPENING"
    READING = "READING"
    COMPARING = "COMPARING"
    STORING = "STORING"


class PartOf(StrEnum):
    """What a piece belongs to: the file as it came, or the list of its refused rows."""

    FILE = "FILE"
    BAD_ROWS = "BAD_ROWS"


MOVING = frozenset({ImportStatus.TO_TRY, ImportStatus.TO_APPLY})
"""A worker has something to do."""
OPEN = MOVING | {ImportStatus.TRIED}
"""Its bytes are still needed."""
ONE_OPEN = text(f"status IN ({sql_list(OPEN)})")
COUNTED = "rows_good IS NOT NULL AND rows_bad IS NOT NULL AND rows_unreadable IS NOT NULL"
COMPARED = "rows_new IS NOT NULL AND rows_changed IS NOT NULL AND rows_same IS NOT NULL AND rows_gone IS NOT NULL"
WHOLE = "(status <> 'APPLIED' OR ended_at IS NOT NULL) AND (status NOT IN ('APPLIED', 'KNOWN') OR extract_id IS NOT NULL)"
APPROVED = "status NOT IN ('APPLIED', 'TO_APPLY') OR (approved_at IS NOT NULL AND as_of IS NOT NULL)"
READ = frozenset({ImportStatus.TRIED, ImportStatus.TO_APPLY, ImportStatus.APPLIED})


class ImportFile(SQLModel, table=True):
    """One upload. The same bytes wait once (partial unique index); ``attempts`` numbers the runs, and only the newest may write.

    ``extract_id`` is what it became: from the first row stored, or for ``KNOWN`` the import that stands already. ``done`` of ``total``
    are bytes or rows of the ``phase``, which began at ``phase_at``; ``told_at`` is when a worker last said so.
    """

    __tablename__ = "import_file"
    __table_args__ = (
        Index("uq_import_file_open", "region_code", "sha256", unique=True, sqlite_where=ONE_OPEN, postgresql_where=ONE_OPEN),
        sealed_check("head"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("size > 0", name="holds_something"),
        CheckConstraint(f"status NOT IN ({sql_list(READ)}) OR ({COUNTED} AND {COMPARED} AND kind IS NOT NULL)", name="read_is_counted"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_paired"),
        CheckConstraint(APPROVED, name="applied_is_approved"),
        CheckConstraint(WHOLE, name="applied_has_extract"),
        CheckConstraint("(status = 'REFUSED') = (reason IS NOT NULL)", name="refused_says_why"),
        CheckConstraint("NOT complete OR kind = 'MEMBERS'", name="members_are_complete"),
        CheckConstraint("done >= 0 AND total >= 0 AND rows_read >= 0 AND attempts >= 0", name="progress_range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    handle: str = Field(max_length=16, unique=True)
    file_name: str = Field(max_length=255)
    size: int
    sha256: str = Field(max_length=64)
    status: ImportStatus = Field(sa_type=text_enum(ImportStatus))
    received_at: datetime
    received_by: int = Field(foreign_key="staff.id")
    kind: ExtractKind | None = Field(default=None, sa_type=text_enum(ExtractKind))
    layout: str | None = Field(default=None, max_length=32)
    as_of: datetime | None = None
    timezone: str = Field(max_length=64)
    head: dict[str, Any] | None = Field(default=None, sa_type=SealedJson("import_file.head", ("handle",)))
    faults: str = Field(default="", max_length=2000)
    rows_good: int | None = None
    rows_bad: int | None = None
    rows_unreadable: int | None = None
    rows_new: int | None = None
    rows_changed: int | None = None
    rows_same: int | None = None
    rows_gone: int | None = None
    compared_with: int | None = Field(default=None, foreign_key="extract.id")
    extract_id: int | None = Field(default=None, foreign_key="extract.id")
    reason: str | None = Field(default=None, max_length=500)
    approved_at: datetime | None = None
    approved_by: int | None = Field(default=None, foreign_key="staff.id")
    complete: bool = False
    ended_at: datetime | None = None
    leased_until: datetime | None = None
    attempts: int = 0
    phase: ImportPhase | None = Field(default=None, sa_type=text_enum(ImportPhase))
    phase_at: datetime | None = None
    told_at: datetime | None = None
    done: int = 0
    total: int = 0
    rows_read: int = 0


class ImportPart(SQLModel, table=True):
    """A piece of a file, packed and sealed; gone as soon as the file is stored, refused or thrown away."""

    __tablename__ = "import_part"
    __table_args__ = (sealed_check("content"), CheckConstraint("position >= 0", name="position_counts"))

    file_id: int = Field(foreign_key="import_file.id", primary_key=True)
    part_of: PartOf = Field(primary_key=True, sa_type=text_enum(PartOf))
    position: int = Field(primary_key=True)
    content: bytes = Field(sa_type=SealedBytes("import_part.content", ("file_id", "part_of", "position")))
