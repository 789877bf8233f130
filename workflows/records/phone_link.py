"""The short way by which an officer's telephone sends photographs into one case."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

MOST = 20
"""Photographs by one link."""
LIVE = text("ended_at IS NULL")


class PhoneLink(SQLModel, table=True):
    """``digest`` is the SHA-256 of the random token in the QR; the token is nowhere stored.

    It belongs to one case and one officer, who has one live link a case (partial unique index), and goes with the officer's
    session. ``device`` is the digest of the telephone that sent first: no other one may send after it, which a trigger holds.
    """

    __tablename__ = "phone_link"
    __table_args__ = (
        Index("uq_phone_link_live", "case_id", "staff_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint("ends_at > made_at", name="ends_later"),
        CheckConstraint(f"taken BETWEEN 0 AND {MOST}", name="taken_so_many"),
        CheckConstraint("(taken = 0) = (device IS NULL)", name="taken_from_a_device"),
    )

    digest: str = Field(primary_key=True, max_length=64)
    case_id: int = Field(foreign_key="case_file.id")
    staff_id: int = Field(foreign_key="staff.id")
    sign_in: str = Field(foreign_key="sign_in.digest", ondelete="CASCADE", max_length=64, index=True)
    made_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    device: str | None = Field(default=None, max_length=64)
    taken: int = 0
