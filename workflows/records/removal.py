"""Why a member is to be taken off the region's list."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import LetterType, RemovalReason


class Removal(SQLModel, table=True):
    """What a case for letter D is about, and how the member is known: by the case that brought her onto the list, whose seat becomes
    free; or, older than this system, by the member file that lists her or by what an officer saw. Exactly one of the three."""

    __tablename__ = "removal"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "letter_type"], ["case_file.id", "case_file.letter_type"], name="fk_removal_case"),
        CheckConstraint("letter_type = 'PENCABUTAN'", name="only_letter_d"),
        CheckConstraint("member_case_id <> case_id", name="another_case"),
        CheckConstraint("length(evidence) >= 5", name="evidence_said"),
        CheckConstraint(
            "CASE WHEN member_case_id IS NULL THEN 0 ELSE 1 END + CASE WHEN extract_id IS NULL THEN 0 ELSE 1 END "
            "+ CASE WHEN member_seen IS NULL THEN 0 ELSE 1 END = 1",
            name="known_one_way",
        ),
        CheckConstraint("length(member_seen) >= 5", name="seen_said"),
    )

    case_id: int = Field(primary_key=True)
    letter_type: LetterType = Field(default=LetterType.PENCABUTAN, sa_type=text_enum(LetterType))
    reason: RemovalReason = Field(sa_type=text_enum(RemovalReason))
    evidence: str = Field(max_length=500)
    member_case_id: int | None = Field(default=None, foreign_key="case_file.id", index=True)
    extract_id: int | None = Field(default=None, foreign_key="extract.id")
    member_seen: str | None = Field(default=None, max_length=300)
