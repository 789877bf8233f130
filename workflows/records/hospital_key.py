"""Keys of hospital systems: a program signs in with one where a person signs in with a password."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import Scope


class HospitalKey(SQLModel, table=True):
    """One key and the account it acts as, so that permissions, sign-ins and the audit trail are those of any account.

    The secret is nowhere stored: it follows from ``client_id`` by the office's own key file, and its SHA-256 here says
    whether that is still the file it was made with. A key is revoked by closing its account.
    """

    __tablename__ = "hospital_key"
    __table_args__ = (CheckConstraint("length(secret_sha256) = 64", name="secret_is_a_digest"),)

    client_id: str = Field(primary_key=True, max_length=32)
    staff_id: int = Field(foreign_key="staff.id", unique=True)
    secret_sha256: str = Field(max_length=64)
    last_used_at: datetime | None = None


class HospitalKeyScope(SQLModel, table=True):
    """One thing a key is for."""

    __tablename__ = "hospital_key_scope"

    client_id: str = Field(foreign_key="hospital_key.client_id", primary_key=True, max_length=32)
    scope: Scope = Field(sa_type=text_enum(Scope), primary_key=True)


class UsedSignature(SQLModel, table=True):
    """A signed request that was answered: its key refuses the same one again until the clock does."""

    __tablename__ = "used_signature"

    digest: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = Field(index=True)
