"""Two rows of two files that may be one person: what was found, and what a person decided about it, once and for all."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.records.extract import ExtractKind


class MatchTier(StrEnum):
    """How sure the comparison was."""

    CERTAIN = "CERTAIN"
    DOUBTFUL = "DOUBTFUL"


class MatchPair(SQLModel, table=True):
    """A resident of one extract and somebody in another file who may be the same. ``probability`` in millionths."""

    __tablename__ = "match_pair"
    __table_args__ = (
        CheckConstraint("probability BETWEEN 0 AND 1000000", name="probability_in_millionths"),
        UniqueConstraint("residents_id", "other_id", "resident_nik", "other_nik"),
    )

    id: int | None = Field(default=None, primary_key=True)
    residents_id: int = Field(foreign_key="extract.id")
    other_id: int = Field(foreign_key="extract.id")
    resident_nik: str = Field(max_length=16)
    other_nik: str = Field(max_length=16)
    tier: MatchTier = Field(sa_type=text_enum(MatchTier))
    probability: int


class MatchDecision(SQLModel, table=True):
    """Whether two NIKs are one person; it outlives the files that raised the question, so nobody is asked twice."""

    __tablename__ = "match_decision"
    __table_args__ = (
        CheckConstraint("resident_nik <> other_nik", name="two_niks"),
        UniqueConstraint("kind", "resident_nik", "other_nik"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: ExtractKind = Field(sa_type=text_enum(ExtractKind))
    resident_nik: str = Field(max_length=16)
    other_nik: str = Field(max_length=16)
    same: bool
    reason: str = Field(max_length=200)
    decided_at: datetime
    decided_by: str = Field(max_length=200)
