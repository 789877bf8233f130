"""Doors to knock at: a village's likely eligible families without insurance, listed for whoever goes there, and what was answered.

Neither table names anybody. A door holds the keyed digest of its family; names and addresses are read from the residents' extract
that was counted, for as long as it stands.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.sealed import DIGEST_LENGTH, Digest

WAITS = text("waits")
MOST = 100
"""Doors on one list."""


class DoorReason(StrEnum):
    """Why a family stands on a list: its desil is within the region's limit, the region takes everybody, or it must be assessed first."""

    DESIL = "DESIL"
    UNIVERSAL = "UNIVERSAL"
    TO_ASSESS = "TO_ASSESS"


class DoorAnswer(StrEnum):
    """What came of a visit."""

    REGISTERED = "REGISTERED"
    MOVED = "MOVED"
    DIED = "DIED"
    REFUSES = "REFUSES"
    NOT_FOUND = "NOT_FOUND"


class DoorList(SQLModel, table=True):
    """One list of one village, given to somebody for a purpose; answers are taken before ``ends_at``."""

    __tablename__ = "door_list"
    __table_args__ = (
        CheckConstraint("length(village_code) = 10", name="village_length"),
        CheckConstraint("ends_at > made_at", name="ends_later"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    village_code: str = Field(max_length=10)
    snapshot_id: int = Field(foreign_key="coverage_snapshot.id")
    dtsen_id: int | None = Field(default=None, foreign_key="extract.id")
    purpose: str = Field(max_length=200)
    given_to: str = Field(max_length=200)
    made_at: datetime
    made_by: int = Field(foreign_key="staff.id")
    ends_at: datetime


class Door(SQLModel, table=True):
    """One family. ``code`` is random and stands on the list; ``desil`` is the one that was read when the list was made.

    While its list runs a door without an answer ``waits``, and no other door of that family does. An answer given by the code alone
    has no ``answered_by``.
    """

    __tablename__ = "door"
    __table_args__ = (
        UniqueConstraint("list_id", "position"),
        UniqueConstraint("list_id", "family_digest"),
        Index("uq_door_waiting_family", "family_digest", unique=True, sqlite_where=WAITS, postgresql_where=WAITS),
        CheckConstraint("length(code) = 9", name="code_length"),
        CheckConstraint(f"length(family_digest) = {DIGEST_LENGTH}", name="family_digested"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST}", name="position_on_the_list"),
        CheckConstraint("people > 0", name="somebody"),
        CheckConstraint("desil BETWEEN 0 AND 10", name="desil_range"),
        CheckConstraint("reason <> 'DESIL' OR desil IS NOT NULL", name="desil_told"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL) AND (answer IS NOT NULL OR answered_by IS NULL)", name="answer_whole"),
        CheckConstraint("answer IS NULL OR NOT waits", name="answered_waits_no_more"),
    )

    code: str = Field(primary_key=True, max_length=9)
    list_id: int = Field(foreign_key="door_list.id")
    position: int
    family_digest: str = Field(sa_type=Digest("kk"), index=True)
    people: int
    reason: DoorReason = Field(sa_type=text_enum(DoorReason))
    desil: int | None = None
    waits: bool = True
    answer: DoorAnswer | None = Field(default=None, sa_type=text_enum(DoorAnswer))
    answered_at: datetime | None = None
    answered_by: int | None = Field(default=None, foreign_key="staff.id")
