"""Agreements to an approval that one signature is not enough for."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import sql_list, text_enum
from workflows.states import POSTS, Role


class Agreement(SQLModel, table=True):
    """One post's yes to a case as it was: on which version and findings. Each post and each person once, nobody who opened,
    assessed or validated; a trigger counts them against what the decision says it stands on, the decider's own left out."""

    __tablename__ = "agreement"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "opened_by"], ["case_file.id", "case_file.opened_by"], name="fk_agreement_opened"),
        ForeignKeyConstraint(
            ["assessment_id", "case_id", "assessed_by", "validated_by"],
            ["assessment.id", "assessment.case_id", "assessment.assessed_by", "assessment.validated_by"],
            name="fk_agreement_assessed",
        ),
        UniqueConstraint("assessment_id", "finding_set_id", "role"),
        UniqueConstraint("assessment_id", "finding_set_id", "given_by"),
        CheckConstraint(f"role IN ({sql_list(frozenset(POSTS))})", name="post_below_the_head"),
        CheckConstraint("given_by <> opened_by AND given_by <> assessed_by AND given_by <> validated_by", name="four_eyes"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(index=True)
    assessment_id: int
    finding_set_id: int = Field(foreign_key="finding_set.id")
    role: Role = Field(sa_type=text_enum(Role))
    case_version: int
    opened_by: int
    assessed_by: int
    validated_by: int
    given_by: int = Field(foreign_key="staff.id")
    given_at: datetime
