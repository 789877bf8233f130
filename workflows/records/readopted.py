"""Letters that were given after a backup and lost with its restore, as far as their own seal tells them."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import LetterType


class ReadoptedLetter(SQLModel, table=True):
    """What the seal of a lost letter says, taken in again. Its case is not known any more, so no desk accepts by it; triggers keep its
    number from every other letter, and the row as it is."""

    __tablename__ = "readopted_letter"
    __table_args__ = (CheckConstraint("valid_until > valid_from", name="validity_in_order"),)

    token_id: str = Field(primary_key=True, max_length=32)
    token_sha256: str = Field(max_length=64, unique=True)
    number: str = Field(max_length=120, unique=True)
    type: LetterType = Field(sa_type=text_enum(LetterType))
    nik_digest: str = Field(max_length=32, index=True)
    hospital_code: str | None = Field(default=None, max_length=32)
    key_id: str = Field(max_length=64)
    valid_from: datetime
    valid_until: datetime
    taken_in_at: datetime
    taken_in_by: str = Field(max_length=200)
