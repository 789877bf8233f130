"""What a verifier without network must know of letters and keys: an append-only list and the counter it is numbered by."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class TrustKind(StrEnum):
    """Why a token or a key is not good any more; REPLACED is the old seal of a letter that got a new one."""

    REVOKED = "REVOKED"
    USED = "USED"
    REPLACED = "REPLACED"
    KEY_WITHDRAWN = "KEY_WITHDRAWN"


class TrustEntry(SQLModel, table=True):
    """One thing a bundle tells. ``counter`` is the bundle's counter from here on; a trigger refuses UPDATE and DELETE.

    Random ids only, nothing of a person.
    """

    __tablename__ = "trust_entry"
    __table_args__ = (
        CheckConstraint("(kind = 'KEY_WITHDRAWN') = (key_id IS NOT NULL)", name="key_of_a_key"),
        CheckConstraint("(kind = 'KEY_WITHDRAWN') = (token_id IS NULL)", name="token_of_a_letter"),
        CheckConstraint("(token_id IS NULL) = (valid_until IS NULL)", name="letter_ends"),
        CheckConstraint("(kind = 'REPLACED') = (token_sha256 IS NOT NULL)", name="replaced_is_recognised"),
        CheckConstraint("counter > 0", name="counter_positive"),
    )

    counter: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: TrustKind = Field(sa_type=text_enum(TrustKind))
    token_id: str | None = Field(default=None, max_length=32, unique=True)
    token_sha256: str | None = Field(default=None, max_length=64, unique=True)
    key_id: str | None = Field(default=None, max_length=64, unique=True)
    valid_until: datetime | None = Field(default=None, index=True)
    at: datetime


class TrustCounter(SQLModel, table=True):
    """One row: the newest bundle's counter. A trigger refuses to lower or to remove it."""

    __tablename__ = "trust_counter"

    name: str = Field(primary_key=True, max_length=16)
    last: int
