"""Sign-ins: sessions live in the database, so that they can be ended and outlive Redis."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class SignIn(SQLModel, table=True):
    """``digest`` is the SHA-256 of the bearer's random token; the token itself is nowhere stored."""

    __tablename__ = "sign_in"

    digest: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
