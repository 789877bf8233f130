"""The audit trail: append-only, chained per subject."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class AuditEvent(SQLModel, table=True):
    """One thing that happened. No foreign keys: the log never interferes with live data and outlives it.

    ``subject`` is ``case:<id>`` or ``staff:<id>``; a trigger refuses UPDATE and DELETE.
    """

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("subject", "sequence"),)

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=64)
    sequence: int
    at: datetime
    actor_id: int | None = None
    actor_name: str = Field(max_length=200)
    action: str = Field(max_length=64)
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
