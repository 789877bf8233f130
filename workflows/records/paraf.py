"""Initials (paraf) on the way to the head's signature: whose are asked for, and each one given."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import sql_list, text_enum
from workflows.states import POSTS, Role


class ApprovalStep(SQLModel, table=True):
    """One post asked for its paraf, written at validation from the policy the case is pinned to; positions count from 1.

    A trigger refuses an approval on which one of them has no paraf on the very findings decided on.
    """

    __tablename__ = "approval_step"
    __table_args__ = (
        UniqueConstraint("assessment_id", "role"),
        UniqueConstraint("assessment_id", "position", "role"),
        CheckConstraint("position >= 1", name="position_from_one"),
        CheckConstraint(f"role IN ({sql_list(frozenset(POSTS))})", name="post_below_the_head"),
    )

    assessment_id: int = Field(foreign_key="assessment.id", primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    role: Role = Field(sa_type=text_enum(Role))


class Paraf(SQLModel, table=True):
    """One paraf: who, when, on which version of the case and which findings. New findings ask for new ones.

    Order is a foreign key: each points at the one before it. Different people are constraints: not the same twice, nor who
    opened, assessed or validated; triggers keep the decider apart and refuse UPDATE and DELETE.
    """

    __tablename__ = "paraf"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assessment_id", "position", "role"],
            ["approval_step.assessment_id", "approval_step.position", "approval_step.role"],
            name="fk_paraf_step",
        ),
        ForeignKeyConstraint(
            ["assessment_id", "finding_set_id", "previous"],
            ["paraf.assessment_id", "paraf.finding_set_id", "paraf.position"],
            name="fk_paraf_previous",
        ),
        ForeignKeyConstraint(["case_id", "opened_by"], ["case_file.id", "case_file.opened_by"], name="fk_paraf_opened"),
        ForeignKeyConstraint(
            ["assessment_id", "case_id", "assessed_by", "validated_by"],
            ["assessment.id", "assessment.case_id", "assessment.assessed_by", "assessment.validated_by"],
            name="fk_paraf_assessed",
        ),
        UniqueConstraint("assessment_id", "finding_set_id", "position"),
        UniqueConstraint("assessment_id", "finding_set_id", "given_by"),
        CheckConstraint("(position = 1) = (previous IS NULL) AND (previous IS NULL OR previous = position - 1)", name="in_order"),
        CheckConstraint("given_by <> opened_by AND given_by <> assessed_by AND given_by <> validated_by", name="four_eyes"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(index=True)
    assessment_id: int
    finding_set_id: int = Field(foreign_key="finding_set.id")
    position: int
    previous: int | None = None
    role: Role = Field(sa_type=text_enum(Role))
    case_version: int
    opened_by: int
    assessed_by: int
    validated_by: int
    given_by: int = Field(foreign_key="staff.id")
    given_at: datetime
