"""A refusal's grounds as they were told, the objection against it, and a patient's death."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import ObjectionOutcome


class DecisionGround(SQLModel, table=True):
    """One reason a decision gave, in the words of the list on that day: what the family was told stays what it was told."""

    __tablename__ = "decision_ground"

    decision_id: int = Field(foreign_key="decision.id", primary_key=True)
    code: str = Field(max_length=32, primary_key=True)
    valid_from: date
    sentence: str = Field(max_length=500)
    next_step: str = Field(max_length=500)
    place: str = Field(max_length=500)
    reference: str = Field(max_length=500)


class Objection(SQLModel, table=True):
    """One objection (keberatan) per decision, filed within its term, decided by somebody with no earlier hand in the case, or
    taken back by whoever filed it: then the refusal stands, and nobody objects to it again.

    Who opened, assessed, validated and decided first is copied under foreign keys, as in ``Decision``. An objection that
    is granted goes on as ``new_case_id``.
    """

    __tablename__ = "objection"
    __table_args__ = (
        ForeignKeyConstraint(["decision_id", "case_id"], ["decision.id", "decision.case_id"], name="fk_objection_decision"),
        ForeignKeyConstraint(
            ["decision_id", "first_opened_by", "first_assessed_by", "first_validated_by", "first_decided_by"],
            ["decision.id", "decision.opened_by", "decision.assessed_by", "decision.validated_by", "decision.decided_by"],
            name="fk_objection_first_hands",
        ),
        CheckConstraint(
            "decided_by NOT IN (first_opened_by, first_assessed_by, first_validated_by, first_decided_by, filed_by)", name="other_eyes"
        ),
        CheckConstraint("filed_on <= last_day", name="filed_in_time"),
        CheckConstraint(
            "(outcome IS NULL) = (decided_by IS NULL) AND (outcome IS NULL) = (decided_at IS NULL) "
            "AND (outcome IS NULL) = (reason IS NULL) AND (outcome IS NULL) = (authority_id IS NULL)",
            name="decided_whole",
        ),
        CheckConstraint("coalesce(outcome = 'OVERTURNED', false) = (new_case_id IS NOT NULL)", name="granted_goes_on"),
        CheckConstraint(
            "(retracted_at IS NULL) = (retracted_by IS NULL) AND (retracted_at IS NULL) = (retracted_reason IS NULL)",
            name="retracted_whole",
        ),
        CheckConstraint("retracted_at IS NULL OR outcome IS NULL", name="retracted_or_answered"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int
    decision_id: int = Field(unique=True)
    first_opened_by: int
    first_assessed_by: int
    first_validated_by: int
    first_decided_by: int
    objector: str = Field(max_length=200)
    relation: str | None = Field(default=None, max_length=50)
    grounds: str = Field(max_length=2000)
    filed_by: int = Field(foreign_key="staff.id")
    filed_at: datetime
    filed_on: date
    last_day: date
    answer_due: datetime
    outcome: ObjectionOutcome | None = Field(default=None, sa_type=text_enum(ObjectionOutcome))
    reason: str | None = Field(default=None, max_length=1000)
    authority_id: int | None = Field(default=None, foreign_key="signing_authority.id")
    decided_by: int | None = Field(default=None, foreign_key="staff.id")
    decided_at: datetime | None = None
    new_case_id: int | None = Field(default=None, foreign_key="case_file.id", unique=True)
    retracted_at: datetime | None = None
    retracted_by: int | None = Field(default=None, foreign_key="staff.id")
    retracted_reason: str | None = Field(default=None, max_length=500)

    @property
    def hands(self) -> frozenset[int]:
        """Whoever may not answer it, beside those whose paraf stands on the case."""
        return frozenset((self.first_opened_by, self.first_assessed_by, self.first_validated_by, self.first_decided_by, self.filed_by))


class DeathNotice(SQLModel, table=True):
    """That a patient died, and who told the office: the family's word or a paper, never a register's alone."""

    __tablename__ = "death_notice"

    case_id: int = Field(foreign_key="case_file.id", primary_key=True)
    died_on: date
    told_by: str = Field(max_length=200)
    note: str | None = Field(default=None, max_length=500)
    recorded_by: int = Field(foreign_key="staff.id")
    recorded_at: datetime
