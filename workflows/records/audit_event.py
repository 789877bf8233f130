"""The audit trail: append-only, chained per subject."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Dialect, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

canonical: Callable[[Any], str] = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""One way only to write a value: sorted keys, no spaces, no escapes that JSON does not ask for."""


class CanonicalJson(TypeDecorator[Any]):
    """JSON stored as it is hashed, so that whoever verifies millions of events need not read and write each anew."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, _: Dialect) -> Callable[[Any], str]:
        """What is stored: the canonical text."""
        return canonical


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
    detail: dict[str, Any] = Field(sa_column=Column(CanonicalJson, nullable=False))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
