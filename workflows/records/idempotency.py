"""Answers already given, so that a repeated request has one effect."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class IdempotencyRecord(SQLModel, table=True):
    """Stored in the same transaction as the effect; ``request_hash`` tells a repeat from a reuse."""

    __tablename__ = "idempotency_record"

    staff_id: int = Field(foreign_key="staff.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=255)
    request_hash: str = Field(max_length=64)
    status: int
    body: str
    created_at: datetime
