"""What proves a person besides the password: a code that changes, a passkey, or a recovery code on paper."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel


class TotpSecret(SQLModel, table=True):
    """The secret of an authenticator app, sealed; it counts from ``confirmed_at`` on.

    ``last_step`` is the newest code's half minute: no code counts twice.
    """

    __tablename__ = "totp_secret"
    __table_args__ = (CheckConstraint("last_step >= 0", name="last_step"),)

    staff_id: int = Field(foreign_key="staff.id", primary_key=True)
    sealed: str = Field(max_length=200)
    last_step: int = 0
    created_at: datetime
    confirmed_at: datetime | None = None


class Passkey(SQLModel, table=True):
    """The public half of a passkey; ``credential_id`` and ``public_key`` in base64url."""

    __tablename__ = "passkey"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="sign_count"),)

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    credential_id: str = Field(max_length=1400, unique=True)
    public_key: str = Field(max_length=2000)
    sign_count: int = Field(default=0, sa_type=BigInteger)
    name: str = Field(max_length=60)
    created_at: datetime
    used_at: datetime | None = None


class RecoveryCode(SQLModel, table=True):
    """A keyed digest of one code that counts once, for whoever lost the telephone."""

    __tablename__ = "recovery_code"

    staff_id: int = Field(foreign_key="staff.id", primary_key=True)
    digest: str = Field(primary_key=True, max_length=64)
    created_at: datetime
    used_at: datetime | None = None
