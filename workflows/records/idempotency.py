"""Answers already given, so that a repeated request has one effect."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from workflows.records.base import sealed_check
from workflows.sealed import Sealed


class IdempotencyRecord(SQLModel, table=True):
    """Stored in the same transaction as the effect; ``request_hash`` tells a repeat from a reuse."""

    __tablename__ = "idempotency_record"
    __table_args__ = (sealed_check("body"),)

    staff_id: int = Field(foreign_key="staff.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=255)
    request_hash: str = Field(max_length=64)
    status: int
    body: str = Field(sa_type=Sealed("idempotency_record.body", ("staff_id", "key")))
    created_at: datetime
