"""What the region tells BPJS Kesehatan of a person, in which file, and what BPJS answered."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.records.base import sealed_check, text_enum
from workflows.registration_states import RefusalCode, RegistrationStatus, Route
from workflows.sealed import SealedBytes, SealedJson

UNANSWERED = text("answered_at IS NULL")


class RowOutcome(StrEnum):
    """What became of a person's row in a batch; VOID where the batch was withdrawn or the case closed before an answer."""

    ACTIVE = "ACTIVE"
    REFUSED = "REFUSED"
    VOID = "VOID"


class Registration(SQLModel, table=True):
    """One case's registration. ``details`` are columns of BPJS's form that the case does not know, or that were mended since.

    ``rounds`` counts how often it was sent; ``reference`` is the ministry's or BPJS's own word for it where there is one; ``note``
    is BPJS's word or, for an answer typed by hand, the evidence that was seen.
    """

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("(status = 'ACTIVE') = (active_on IS NOT NULL)", name="active_since_a_day"),
        CheckConstraint("status <> 'REFUSED' OR refusal IS NOT NULL", name="refused_says_why"),
        CheckConstraint("status <> 'GIVEN_UP' OR note IS NOT NULL", name="given_up_says_why"),
        CheckConstraint("status <> 'GRANTED' OR route = 'SIKS_NG'", name="granted_by_the_ministry"),
        CheckConstraint(
            "route <> 'SIKS_NG' OR status NOT IN ('GRANTED', 'ACTIVE', 'REFUSED') OR note IS NOT NULL", name="typed_answer_has_evidence"
        ),
        CheckConstraint("card_number IS NULL OR length(card_number) = 13", name="card_has_13_digits"),
        sealed_check("details"),
        CheckConstraint("rounds >= 0", name="rounds_count_from_zero"),
        Index("uq_registration_id_case_id", "id", "case_id", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", unique=True)
    route: Route = Field(sa_type=text_enum(Route))
    status: RegistrationStatus = Field(sa_type=text_enum(RegistrationStatus), index=True)
    since: datetime
    rounds: int = 0
    details: dict[str, Any] = Field(default_factory=dict, sa_type=SealedJson("registration.details", ("case_id",)))
    reference: str | None = Field(default=None, max_length=64)
    card_number: str | None = Field(default=None, max_length=13)
    active_on: date | None = None
    refusal: RefusalCode | None = Field(default=None, sa_type=text_enum(RefusalCode))
    note: str | None = Field(default=None, max_length=500)


class RegistrationBatch(SQLModel, table=True):
    """One export file as it was made, byte for byte, with its receipt: digest, count, who and when."""

    __tablename__ = "registration_batch"
    __table_args__ = (
        UniqueConstraint("region_code", "number"),
        Index("uq_registration_batch_id_sha256", "id", "sha256", unique=True),
        sealed_check("file"),
        CheckConstraint("people > 0", name="somebody_is_in_it"),
        CheckConstraint("(sent_at IS NULL) = (sent_by IS NULL)", name="sent_by_somebody"),
        CheckConstraint("(void_at IS NULL) = (void_reason IS NULL)", name="void_says_why"),
        CheckConstraint("sent_at IS NULL OR void_at IS NULL", name="sent_is_not_void"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    number: int
    people: int
    sha256: str = Field(max_length=64)
    file: bytes = Field(sa_type=SealedBytes("registration_batch.file", ("region_code", "number")))
    made_at: datetime
    made_by: str = Field(max_length=200)
    sent_at: datetime | None = None
    sent_by: str | None = Field(default=None, max_length=200)
    void_at: datetime | None = None
    void_reason: str | None = Field(default=None, max_length=500)


class BatchRow(SQLModel, table=True):
    """One person in one batch. A registration is in one unanswered batch at most (partial unique index)."""

    __tablename__ = "registration_batch_row"
    __table_args__ = (
        Index("uq_registration_batch_row_live", "registration_id", unique=True, sqlite_where=UNANSWERED, postgresql_where=UNANSWERED),
        CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answered_has_outcome"),
        CheckConstraint("position > 0", name="position_counts_from_one"),
    )

    batch_id: int = Field(foreign_key="registration_batch.id", primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", primary_key=True)
    position: int
    outcome: RowOutcome | None = Field(default=None, sa_type=text_enum(RowOutcome))
    answered_at: datetime | None = None


class RegistrationAnswer(SQLModel, table=True):
    """One file of answers that was applied; the same bytes are applied once (unique).

    ``strange`` are the numbers of rows that no registration waits for.
    """

    __tablename__ = "registration_answer"
    __table_args__ = (
        UniqueConstraint("region_code", "sha256"),
        sealed_check("strange"),
        CheckConstraint("accepted >= 0 AND refused >= 0 AND accepted + refused <= people", name="rows_add_up"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4)
    sha256: str = Field(max_length=64)
    people: int
    accepted: int
    refused: int
    strange: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=SealedJson("registration_answer.strange", ("region_code", "sha256"))
    )
    received_at: datetime
    received_by: str = Field(max_length=200)
