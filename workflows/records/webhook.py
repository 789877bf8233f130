"""News for hospital systems: where it goes, what was promised, and each try to deliver it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum


class News(StrEnum):
    """What a hospital's system is told without asking; the names are those of its payloads' ``type``."""

    LETTER_ISSUED = "letter.issued"
    LETTER_ACCEPTED = "letter.accepted"
    LETTER_REVOKED = "letter.revoked"
    LETTER_REPLACED = "letter.replaced"
    LETTER_EXPIRED = "letter.expired"
    MEMBERSHIP_ACTIVE = "membership.active"


class WebhookEndpoint(SQLModel, table=True):
    """An address of a hospital's system; ``sealed_secret`` is encrypted, its key lies in the office's key file."""

    __tablename__ = "webhook_endpoint"

    id: str = Field(primary_key=True, max_length=32)
    hospital_code: str = Field(foreign_key="hospital.code", max_length=32, index=True)
    url: str = Field(max_length=500)
    sealed_secret: str = Field(max_length=200)
    created_at: datetime
    closed_at: datetime | None = None


class WebhookDelivery(SQLModel, table=True):
    """One piece of news for one endpoint, told once (unique) under one message id however often it is sent.

    ``tries`` counts since it was promised or replayed, ``attempts`` all of them; ``task_hash`` names the task of the next try.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "news", "letter_id"),
        CheckConstraint("delivered_at IS NULL OR failed_at IS NULL", name="one_end"),
        CheckConstraint("tries >= 0 AND tries <= attempts", name="tries_counted"),
    )

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(max_length=40, unique=True)
    endpoint_id: str = Field(foreign_key="webhook_endpoint.id", max_length=32)
    case_id: int = Field(foreign_key="case_file.id")
    letter_id: int = Field(foreign_key="letter.id")
    news: News = Field(sa_type=text_enum(News))
    body: str = Field(max_length=4000)
    task_hash: str = Field(max_length=64, unique=True)
    created_at: datetime
    tries: int = 0
    attempts: int = 0
    delivered_at: datetime | None = None
    failed_at: datetime | None = None


class WebhookAttempt(SQLModel, table=True):
    """What became of one try: an HTTP status, or in a few words why there was none."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (CheckConstraint("(status IS NULL) <> (error IS NULL)", name="status_or_error"),)

    delivery_id: int = Field(foreign_key="webhook_delivery.id", primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime
    status: int | None = None
    error: str | None = Field(default=None, max_length=100)
    milliseconds: int
