"""What the rules said about a case, on which facts and under which policy."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import sealed_check
from workflows.sealed import SealedJson


class FindingSet(SQLModel, table=True):
    """``facts_hash`` names the facts weighed; a decision asks that they still be the case's. ``findings`` quote them, and lie sealed."""

    __tablename__ = "finding_set"
    __table_args__ = (UniqueConstraint("case_id", "facts_hash"), sealed_check("findings"))

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    facts_hash: str = Field(max_length=64)
    policy_region: str = Field(max_length=4)
    policy_valid_from: date
    policy_sha256: str = Field(max_length=64)
    findings: list[dict[str, Any]] = Field(sa_column=Column(SealedJson("finding_set.findings", ("case_id",)), nullable=False))
    weighed_at: datetime
