"""What became of personal data when its time was over: the tombstone of a case, and what may stop it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import sql_list, text_enum
from workflows.rules.retention import CASES, Kept

HELD = text("lifted_at IS NULL")


class LegalHold(SQLModel, table=True):
    """Somebody's word that a case must not be erased, and why: a complaint, an audit, a court. A case has one open at most."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index("uq_legal_hold_open_case", "case_id", unique=True, sqlite_where=HELD, postgresql_where=HELD),
        CheckConstraint("length(reason) >= 10", name="says_why"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)", name="lifted_whole"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    reason: str = Field(max_length=500)
    placed_by: str = Field(max_length=200)
    placed_at: datetime
    lifted_by: str | None = Field(default=None, max_length=200)
    lifted_at: datetime | None = None
    lift_reason: str | None = Field(default=None, max_length=500)


class Erasure(SQLModel, table=True):
    """One case whose personal data is gone, under which term. Triggers refuse one of an open or held case, any change to it, and any
    further change to the case: numbers, days, outcomes and the audit trail stay as they were."""

    __tablename__ = "erasure"
    __table_args__ = (CheckConstraint(f"kind IN ({sql_list(CASES)})", name="of_a_case"), CheckConstraint("days > 0", name="after_a_term"))

    case_id: int = Field(foreign_key="case_file.id", primary_key=True)
    kind: Kept = Field(sa_type=text_enum(Kept, "kept"))
    days: int
    reference: str = Field(max_length=500)
    due_on: date
    erased_at: datetime
