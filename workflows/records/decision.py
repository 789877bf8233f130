"""The decision: a named person's, never a score's."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import DecisionOutcome


class Decision(SQLModel, table=True):
    """One decision per case. Who opened, assessed and validated is copied under foreign keys, so that the
    constraint "the decider had no earlier hand in it" cannot be talked around by any code."""

    __tablename__ = "decision"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "opened_by"], ["case_file.id", "case_file.opened_by"], name="fk_decision_opened"),
        ForeignKeyConstraint(
            ["assessment_id", "case_id", "assessed_by", "validated_by"],
            ["assessment.id", "assessment.case_id", "assessment.assessed_by", "assessment.validated_by"],
            name="fk_decision_assessed",
        ),
        CheckConstraint("decided_by <> opened_by AND decided_by <> assessed_by AND decided_by <> validated_by", name="four_eyes"),
        CheckConstraint("outcome = 'APPROVED' OR reason IS NOT NULL", name="refusal_says_why"),
        UniqueConstraint("case_id"),
        UniqueConstraint("id", "case_id"),
        Index("uq_decision_hands", "id", "opened_by", "assessed_by", "validated_by", "decided_by", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int
    assessment_id: int
    opened_by: int
    assessed_by: int
    validated_by: int
    outcome: DecisionOutcome = Field(sa_type=text_enum(DecisionOutcome))
    reason: str | None = Field(default=None, max_length=1000)
    finding_set_id: int = Field(foreign_key="finding_set.id")
    authority_id: int = Field(foreign_key="signing_authority.id")
    decided_by: int = Field(foreign_key="staff.id")
    decided_at: datetime
