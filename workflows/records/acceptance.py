"""The act everything leads to: one hospital accepts one letter, once."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Acceptance(SQLModel, table=True):
    """The letter's id is the key, so a second acceptance cannot exist."""

    __tablename__ = "acceptance"

    letter_id: int = Field(foreign_key="letter.id", primary_key=True)
    hospital_code: str = Field(foreign_key="hospital.code", max_length=32, index=True)
    accepted_by: int = Field(foreign_key="staff.id")
    accepted_at: datetime
    registration_number: str | None = Field(default=None, max_length=64)
