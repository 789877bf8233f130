"""Acceptances that a desk made without network and sent later: each kept, whatever became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class LateOutcome(StrEnum):
    """TAKEN made the letter this hospital's; OURS found it so already; CONFLICT found it another hospital's;
    REFUSED found no letter that could still be accepted."""

    TAKEN = "TAKEN"
    OURS = "OURS"
    CONFLICT = "CONFLICT"
    REFUSED = "REFUSED"


ADMITTED = (
    "admitted_to IS NULL OR (admitted_to = hospital_code AND letter_id IS NOT NULL AND outcome = 'REFUSED' AND answer = 'EXPIRED' "
    "AND settled_at IS NOT NULL)"
)
"""Only what the letter's end alone kept out becomes an acceptance later, the sending hospital's own, by a person who settles it."""


class LateAcceptance(SQLModel, table=True):
    """One acceptance as a desk sent it, under the desk's own random ``nonce``. A trigger refuses DELETE and any change but
    its settlement.

    ``claimed_at`` is what the desk's clock said and decides nothing. ``taken_by`` is who has the letter: by foreign key the
    hospital of its one acceptance, so a conflict without a first acceptance cannot be written, nor one with oneself.
    ``admitted_to`` is the same of one that a person made the letter's acceptance after its end.
    """

    __tablename__ = "late_acceptance"
    __table_args__ = (
        ForeignKeyConstraint(
            ["letter_id", "taken_by"], ["acceptance.letter_id", "acceptance.hospital_code"], name="fk_late_acceptance_taken_by"
        ),
        ForeignKeyConstraint(
            ["letter_id", "admitted_to"], ["acceptance.letter_id", "acceptance.hospital_code"], name="fk_late_acceptance_admitted_to"
        ),
        CheckConstraint(ADMITTED, name="admitted_was_expired"),
        CheckConstraint("(outcome IN ('TAKEN', 'OURS')) = (taken_by IS NOT NULL AND taken_by = hospital_code)", name="ours_is_ours"),
        CheckConstraint("(outcome = 'CONFLICT') = (taken_by IS NOT NULL AND taken_by <> hospital_code)", name="conflict_names_another"),
        CheckConstraint("taken_by IS NULL OR letter_id IS NOT NULL", name="taken_letter_known"),
        CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL) = (settlement IS NULL)", name="settlement_whole"
        ),
        CheckConstraint("settled_at IS NULL OR outcome IN ('CONFLICT', 'REFUSED')", name="settled_was_open"),
    )

    nonce: str = Field(primary_key=True, max_length=36)
    hospital_code: str = Field(foreign_key="hospital.code", max_length=32, index=True)
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)
    code_sha256: str = Field(max_length=64)
    outcome: LateOutcome = Field(sa_type=text_enum(LateOutcome), index=True)
    answer: str = Field(max_length=32)
    taken_by: str | None = Field(default=None, max_length=32)
    claimed_at: datetime
    received_at: datetime
    sent_by: int = Field(foreign_key="staff.id")
    registration_number: str | None = Field(default=None, max_length=64)
    settled_at: datetime | None = None
    settled_by: int | None = Field(default=None, foreign_key="staff.id")
    settlement: str | None = Field(default=None, max_length=300)
    admitted_to: str | None = Field(default=None, max_length=32)
