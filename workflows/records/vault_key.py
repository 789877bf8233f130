"""The keys that personal data is sealed with, each wrapped by the office's master key, which is not here."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum

IS_INDEX = text("purpose = 'INDEX'")


class VaultPurpose(StrEnum):
    """DATA keys seal, the newest of them; the one INDEX key digests what is looked up, and never changes."""

    DATA = "DATA"
    INDEX = "INDEX"


class VaultKey(SQLModel, table=True):
    """One wrapped key; ``id`` stands in each value it sealed. ``emptied_at`` is when a rotation found nothing left under it."""

    __tablename__ = "vault_key"
    __table_args__ = (
        Index("uq_vault_key_index", "purpose", unique=True, sqlite_where=IS_INDEX, postgresql_where=IS_INDEX),
        CheckConstraint("id > 0", name="id_counts_from_one"),
        CheckConstraint("emptied_at IS NULL OR purpose = 'DATA'", name="only_data_is_emptied"),
    )

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    purpose: VaultPurpose = Field(sa_type=text_enum(VaultPurpose))
    wrapped: str = Field(max_length=120)
    made_at: datetime
    emptied_at: datetime | None = None
