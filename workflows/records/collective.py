"""Letter E: the cover letter of one export file, whose paraf it has, and the people on its list."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.collective_states import LIVE, TOLD_WHY, UNNUMBERED, CollectiveStatus
from workflows.records.base import digested_check, sealed_check, sql_list, text_enum
from workflows.rules.policy import SigningMode
from workflows.sealed import Digest, Sealed, SealedBytes
from workflows.states import POSTS, Role
from workflows.vocabulary import LetterType

IS_LIVE = text(f"status IN ({sql_list(LIVE)})")
DECIDED = ("decided_by", "decided_at", "authority_id", "office", "year", "sequence", "token_id", "signing_mode", "valid_until")
"""What comes with the number, and not before."""
STILL_LISTED = text("ended_at IS NULL")


class CollectiveLetter(SQLModel, table=True):
    """One letter E. File and list stand in it by their SHA-256: the file's is a foreign key, so neither changes under a signature.

    A trigger refuses a decision while a post has not put its paraf, or by somebody who did, a number that a letter of a case
    has, and any change to what was numbered. ``replaces_id`` is the letter in whose place it stands.
    """

    __tablename__ = "collective_letter"
    __table_args__ = (
        ForeignKeyConstraint(
            ["batch_id", "file_sha256"], ["registration_batch.id", "registration_batch.sha256"], name="fk_collective_file"
        ),
        UniqueConstraint("id", "batch_id"),
        UniqueConstraint("id", "proposed_by"),
        UniqueConstraint("office", "year", "sequence"),
        Index("uq_collective_letter_live_file", "batch_id", unique=True, sqlite_where=IS_LIVE, postgresql_where=IS_LIVE),
        CheckConstraint("people > 0", name="somebody_is_on_it"),
        CheckConstraint(
            f"(status IN ({sql_list(UNNUMBERED)})) = (number IS NULL) AND "
            + " AND ".join(f"(number IS NULL) = ({name} IS NULL)" for name in DECIDED),
            name="decided_whole",
        ),
        CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint(f"(status IN ({sql_list(TOLD_WHY)})) = (ended_reason IS NOT NULL)", name="end_says_why"),
        CheckConstraint("(ended_reason IS NULL) = (ended_by IS NULL)", name="end_by_somebody"),
        CheckConstraint("(pdf IS NULL) = (issued_at IS NULL) AND (pdf IS NULL) = (pdf_sha256 IS NULL)", name="complete_or_not"),
        CheckConstraint("status NOT IN ('ISSUED', 'EXPIRED') OR (pdf IS NOT NULL AND token IS NOT NULL)", name="issued_has_paper"),
        CheckConstraint("status <> 'PREPARED' OR (draft IS NOT NULL AND token IS NOT NULL)", name="prepared_has_draft"),
        sealed_check("draft"),
        sealed_check("scan"),
        sealed_check("pdf"),
        CheckConstraint("signing_mode <> 'WET' OR pdf IS NULL OR scan IS NOT NULL", name="wet_has_scan"),
        CheckConstraint("signing_mode <> 'BSRE' OR pdf IS NULL OR signature_id IS NOT NULL", name="bsre_has_id"),
        CheckConstraint("valid_until > decided_at", name="validity_in_order"),
        CheckConstraint("replaces_id <> id", name="replaces_another"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(max_length=4, index=True)
    timezone: str = Field(max_length=32)
    policy_valid_from: date
    policy_sha256: str = Field(max_length=64)
    batch_id: int
    file_sha256: str = Field(max_length=64)
    list_sha256: str = Field(max_length=64)
    people: int
    status: CollectiveStatus = Field(sa_type=text_enum(CollectiveStatus))
    since: datetime
    proposed_by: int = Field(foreign_key="staff.id")
    proposed_at: datetime
    replaces_id: int | None = Field(default=None, foreign_key="collective_letter.id", unique=True)
    decided_by: int | None = Field(default=None, foreign_key="staff.id")
    decided_at: datetime | None = None
    authority_id: int | None = Field(default=None, foreign_key="signing_authority.id")
    office: str | None = Field(default=None, max_length=64)
    year: int | None = None
    sequence: int | None = None
    number: str | None = Field(default=None, max_length=120, unique=True)
    token_id: str | None = Field(default=None, max_length=32, unique=True)
    valid_until: datetime | None = None
    signing_mode: SigningMode | None = Field(default=None, sa_type=text_enum(SigningMode))
    draft: bytes | None = Field(default=None, sa_column=Column(SealedBytes("collective_letter.draft", ("id",)), nullable=True))
    scan: bytes | None = Field(default=None, sa_column=Column(SealedBytes("collective_letter.scan", ("id",)), nullable=True))
    signature_id: str | None = Field(default=None, max_length=200)
    signing_until: datetime | None = None
    signing_error: str | None = Field(default=None, max_length=300)
    issued_at: datetime | None = None
    pdf: bytes | None = Field(default=None, sa_column=Column(SealedBytes("collective_letter.pdf", ("id",)), nullable=True))
    pdf_sha256: str | None = Field(default=None, max_length=64)
    token: str | None = Field(default=None, max_length=2000)
    key_id: str | None = Field(default=None, max_length=64)
    ended_by: int | None = Field(default=None, foreign_key="staff.id")
    ended_reason: str | None = Field(default=None, max_length=500)


class CollectiveRow(SQLModel, table=True):
    """One person on one list, as she stood in the file and on her letter A on that day; only its end is written later.

    Its place in the file, its case and its letter A are foreign keys. It ends with the letter, or with BPJS's answer: until then
    the person stands on no other list (partial unique index on the NIK).
    """

    __tablename__ = "collective_row"
    __table_args__ = (
        ForeignKeyConstraint(
            ["collective_id", "batch_id"], ["collective_letter.id", "collective_letter.batch_id"], name="fk_collective_row_letter"
        ),
        ForeignKeyConstraint(
            ["batch_id", "registration_id"],
            ["registration_batch_row.batch_id", "registration_batch_row.registration_id"],
            name="fk_collective_row_in_file",
        ),
        ForeignKeyConstraint(["registration_id", "case_id"], ["registration.id", "registration.case_id"], name="fk_collective_row_case"),
        ForeignKeyConstraint(
            ["letter_id", "case_id", "letter_type"], ["letter.id", "letter.case_id", "letter.type"], name="fk_collective_row_rests_on"
        ),
        Index("uq_collective_row_listed_nik", "nik_digest", unique=True, sqlite_where=STILL_LISTED, postgresql_where=STILL_LISTED),
        UniqueConstraint("collective_id", "registration_id"),
        CheckConstraint("letter_type = 'REKOM_PBPU_PEMDA'", name="rests_on_letter_a"),
        sealed_check("nik"),
        digested_check("nik"),
        CheckConstraint("position > 0", name="position_counts_from_one"),
    )

    collective_id: int = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    batch_id: int
    registration_id: int
    case_id: int
    letter_id: int
    letter_type: LetterType = Field(default=LetterType.REKOM_PBPU_PEMDA, sa_type=text_enum(LetterType))
    nik: str = Field(sa_type=Sealed("collective_row.nik", ("collective_id", "position"), "nik"))
    nik_digest: str = Field(default="", sa_type=Digest("nik"))
    name: str = Field(max_length=200)
    letter_number: str = Field(max_length=120)
    letter_day: date
    ended_at: datetime | None = None


class CollectiveStep(SQLModel, table=True):
    """One post asked for its paraf on letter E, and whose it is once given. Triggers hold the order and keep what was given."""

    __tablename__ = "collective_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["collective_id", "proposed_by"], ["collective_letter.id", "collective_letter.proposed_by"], name="fk_collective_step_letter"
        ),
        UniqueConstraint("collective_id", "role"),
        UniqueConstraint("collective_id", "given_by"),
        CheckConstraint("position >= 1", name="position_from_one"),
        CheckConstraint(f"role IN ({sql_list(frozenset(POSTS))})", name="post_below_the_head"),
        CheckConstraint("(given_by IS NULL) = (given_at IS NULL)", name="given_by_somebody"),
        CheckConstraint("given_by <> proposed_by", name="four_eyes"),
    )

    collective_id: int = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    role: Role = Field(sa_type=text_enum(Role))
    proposed_by: int
    given_by: int | None = Field(default=None, foreign_key="staff.id")
    given_at: datetime | None = None
