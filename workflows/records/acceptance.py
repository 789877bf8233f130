"""The act everything leads to: one hospital accepts one letter, once."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Acceptance(SQLModel, table=True):
    """The letter's id is the key, so a second acceptance cannot exist. It never changes: a patient who moves on has a transfer."""

    __tablename__ = "acceptance"
    __table_args__ = (Index("uq_acceptance_holder", "letter_id", "hospital_code", unique=True),)

    letter_id: int = Field(foreign_key="letter.id", primary_key=True)
    hospital_code: str = Field(foreign_key="hospital.code", max_length=32, index=True)
    accepted_by: int = Field(foreign_key="staff.id")
    accepted_at: datetime
    registration_number: str | None = Field(default=None, max_length=64)
