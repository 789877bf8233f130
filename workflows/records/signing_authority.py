"""Who may sign letters, in which capacity, from when until when."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import Capacity


class SigningAuthority(SQLModel, table=True):
    """An acting signer (Plt., Plh., a.n.) always has a last day."""

    __tablename__ = "signing_authority"
    __table_args__ = (
        CheckConstraint("capacity = 'DEFINITIF' OR valid_to IS NOT NULL", name="acting_is_dated"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    region_code: str = Field(max_length=4)
    capacity: Capacity = Field(sa_type=text_enum(Capacity))
    title: str = Field(max_length=200)
    valid_from: date
    valid_to: date | None = None
