"""The region's own scheme moving over to the national insurance: lists of its members, what became of each, and batches for BPJS."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.records.base import digested_check, sealed_check, text_enum
from workflows.sealed import Digest, Sealed, SealedBytes, SealedJson

STANDING = text("undone_at IS NULL")
COUNTS = text("outcome <> 'DOUBLE'")
MOST_IN_A_BATCH = 5_000


class JamkesdaOutcome(StrEnum):
    """Where a person of a list is: every line of every list is in exactly one of these. REMAINING waits for a batch."""

    REMAINING = "REMAINING"
    BATCHED = "BATCHED"
    DOUBLE = "DOUBLE"
    COVERED = "COVERED"
    DIED = "DIED"
    MOVED = "MOVED"


class JamkesdaList(SQLModel, table=True):
    """One list that was imported: ``people`` lines are kept, ``refused`` could not be read. The same file stands once."""

    __tablename__ = "jamkesda_list"
    __table_args__ = (
        CheckConstraint("people > 0 AND refused >= 0", name="counts"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_paired"),
        Index("uq_jamkesda_list_standing_file", "region_code", "sha256", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    sha256: str = Field(max_length=64)
    file_name: str = Field(max_length=255)
    people: int
    refused: int
    imported_at: datetime
    imported_by: str = Field(max_length=200)
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=200)


class JamkesdaBatch(SQLModel, table=True):
    """Some of the remaining people in one file for BPJS, byte for byte, to be sent before ``cut_off`` is over."""

    __tablename__ = "jamkesda_batch"
    __table_args__ = (
        UniqueConstraint("region_code", "number"),
        CheckConstraint(f"people BETWEEN 1 AND {MOST_IN_A_BATCH}", name="size"),
        CheckConstraint("(void_at IS NULL) = (void_by IS NULL)", name="void_paired"),
        sealed_check("file"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    number: int
    people: int
    cut_off: date
    sha256: str = Field(max_length=64)
    file: bytes = Field(sa_type=SealedBytes("jamkesda_batch.file", ("region_code", "number")))
    made_at: datetime
    made_by: str = Field(max_length=200)
    void_at: datetime | None = None
    void_by: str | None = Field(default=None, max_length=200)


class JamkesdaPerson(SQLModel, table=True):
    """One line of one list. Name, family card, address, village and old card lie sealed together in ``details``.

    A NIK counts once over all standing lists (partial unique index); its other lines are doubles. ``registered`` is set once the
    newest member file knows a batched person as active.
    """

    __tablename__ = "jamkesda_person"
    __table_args__ = (
        CheckConstraint("line > 0", name="line_counts_from_one"),
        CheckConstraint("(outcome = 'BATCHED') = (batch_id IS NOT NULL)", name="batched_has_batch"),
        CheckConstraint("outcome = 'BATCHED' OR NOT registered", name="registered_was_batched"),
        Index("uq_jamkesda_person_counts_once", "nik_digest", unique=True, sqlite_where=COUNTS, postgresql_where=COUNTS),
        sealed_check("nik"),
        sealed_check("details"),
        digested_check("nik"),
    )

    list_id: int = Field(foreign_key="jamkesda_list.id", primary_key=True)
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    nik: str = Field(sa_type=Sealed("jamkesda_person.nik", ("list_id", "line"), "nik"))
    nik_digest: str = Field(default="", sa_type=Digest("nik"), index=True)
    details: dict[str, Any] = Field(sa_type=SealedJson("jamkesda_person.details", ("list_id", "line")))
    outcome: JamkesdaOutcome = Field(sa_type=text_enum(JamkesdaOutcome))
    batch_id: int | None = Field(default=None, foreign_key="jamkesda_batch.id", index=True)
    registered: bool = False
