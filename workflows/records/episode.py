"""The proof of one episode of care: BPJS's own number, typed by the hospital."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Episode(SQLModel, table=True):
    """One SEP number of one letter. The number is unique, and a letter has one: the hospital's that has the patient."""

    __tablename__ = "episode"

    letter_id: int = Field(foreign_key="letter.id", primary_key=True)
    hospital_code: str = Field(foreign_key="hospital.code", max_length=32, index=True)
    sep_number: str = Field(max_length=19, unique=True)
    recorded_at: datetime
    recorded_by: int = Field(foreign_key="staff.id")
