"""The decision: a named person's, never a score's."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import DecisionOutcome, LetterType


class Decision(SQLModel, table=True):
    """One decision per case. Who opened, assessed and validated is copied under foreign keys, so that the
    constraint "the decider had no earlier hand in it" cannot be talked around by any code; likewise the letter it is for.
    ``cap_rupiah`` is the most that letter C lets the hospital bill; ``quorum`` is how many agreements
    an approval stands on, which a trigger counts."""

    __tablename__ = "decision"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "opened_by"], ["case_file.id", "case_file.opened_by"], name="fk_decision_opened"),
        ForeignKeyConstraint(
            ["assessment_id", "case_id", "assessed_by", "validated_by"],
            ["assessment.id", "assessment.case_id", "assessment.assessed_by", "assessment.validated_by"],
            name="fk_decision_assessed",
        ),
        CheckConstraint("decided_by <> opened_by AND decided_by <> assessed_by AND decided_by <> validated_by", name="four_eyes"),
        ForeignKeyConstraint(["case_id", "letter_type"], ["case_file.id", "case_file.letter_type"], name="fk_decision_letter_type"),
        CheckConstraint(
            "(cap_rupiah IS NOT NULL) = (outcome = 'APPROVED' AND letter_type = 'JAMINAN_PELAYANAN')", name="cap_on_guarantees"
        ),
        CheckConstraint("cap_rupiah IS NULL OR cap_rupiah > 0", name="cap_is_money"),
        CheckConstraint("outcome = 'APPROVED' OR reason IS NOT NULL", name="refusal_says_why"),
        UniqueConstraint("case_id"),
        UniqueConstraint("id", "case_id"),
        Index("uq_decision_hands", "id", "opened_by", "assessed_by", "validated_by", "decided_by", unique=True),
        Index("uq_decision_id_case_id_letter_type", "id", "case_id", "letter_type", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int
    assessment_id: int
    opened_by: int
    assessed_by: int
    validated_by: int
    letter_type: LetterType = Field(sa_type=text_enum(LetterType))
    cap_rupiah: int | None = Field(default=None, sa_type=BigInteger)
    outcome: DecisionOutcome = Field(sa_type=text_enum(DecisionOutcome))
    reason: str | None = Field(default=None, max_length=1000)
    quorum: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    finding_set_id: int = Field(foreign_key="finding_set.id")
    authority_id: int = Field(foreign_key="signing_authority.id")
    decided_by: int = Field(foreign_key="staff.id")
    decided_at: datetime
