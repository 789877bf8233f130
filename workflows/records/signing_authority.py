"""Who may sign letters, in which capacity, from when until when."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import Capacity


class SigningAuthority(SQLModel, table=True):
    """An acting signer (Plt., Plh., a.n.) always has a last day. ``letter_types`` None means all; ``position`` is the own post
    of who signs a.n.; between ``starts_at`` and ``ends_at`` a duty signer holds it, within the days.

    ``delegated_by`` names the head who gave it: to somebody else, and never the office itself.
    """

    __tablename__ = "signing_authority"
    __table_args__ = (
        CheckConstraint("capacity = 'DEFINITIF' OR valid_to IS NOT NULL", name="acting_is_dated"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL) AND (ends_at IS NULL OR ends_at > starts_at)", name="hours_paired"),
        CheckConstraint("delegated_by IS NULL OR (delegated_by <> staff_id AND capacity <> 'DEFINITIF')", name="delegate_acts"),
    )

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    region_code: str = Field(max_length=4)
    capacity: Capacity = Field(sa_type=text_enum(Capacity))
    title: str = Field(max_length=200)
    valid_from: date
    valid_to: date | None = None
    position: str | None = Field(default=None, max_length=200)
    letter_types: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    delegated_by: int | None = Field(default=None, foreign_key="staff.id")
