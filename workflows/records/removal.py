"""Why a member is to be taken off the region's list."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import LetterType, RemovalReason


class Removal(SQLModel, table=True):
    """What a case for letter D is about. ``member_case_id`` is the case that brought the member onto the list; its seat becomes free."""

    __tablename__ = "removal"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "letter_type"], ["case_file.id", "case_file.letter_type"], name="fk_removal_case"),
        CheckConstraint("letter_type = 'PENCABUTAN'", name="only_letter_d"),
        CheckConstraint("member_case_id <> case_id", name="another_case"),
        CheckConstraint("length(evidence) >= 5", name="evidence_said"),
    )

    case_id: int = Field(primary_key=True)
    letter_type: LetterType = Field(default=LetterType.PENCABUTAN, sa_type=text_enum(LetterType))
    reason: RemovalReason = Field(sa_type=text_enum(RemovalReason))
    evidence: str = Field(max_length=500)
    member_case_id: int = Field(foreign_key="case_file.id", index=True)
