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
    device: str | None = Field(default=None, max_length=80)
    """With what, in words a person knows again: ``Firefox di Android``."""

    factor_at: datetime | None = None
    """When a second factor was last shown; None until it was."""

    challenge: str | None = Field(default=None, max_length=128)
    """What a passkey is asked to sign, until it is answered."""

    @property
    def handle(self) -> str:
        """What names this session to its owner; nobody gets a token from it."""
        return self.digest[:12]
