"""A witness of the audit trail at one moment."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Checkpoint(SQLModel, table=True):
    """The Merkle root over the head of every chain, counting events up to ``last_event``; a trigger refuses UPDATE and DELETE.

    It leaves the building in the trust bundle: whoever rewrites the trail afterwards cannot rewrite what hospitals hold.
    """

    __tablename__ = "checkpoint"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    last_event: int = Field(unique=True)
    chains: int
    root: str = Field(max_length=64)
