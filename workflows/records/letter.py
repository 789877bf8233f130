"""Letters and their numbers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.letter_states import LIVE, LetterState
from workflows.records.base import sealed_check, sql_list, text_enum
from workflows.rules.policy import SigningMode
from workflows.sealed import SealedBytes
from workflows.vocabulary import LetterType

SEALED_BY = ("office", "year", "sequence")
"""What names a letter where its papers are sealed: its number, which no later change touches."""
ISSUED_HAS_PAPER = "state NOT IN ('ISSUED', 'ACCEPTED', 'EXPIRED') OR (pdf IS NOT NULL AND token IS NOT NULL)"


class LetterCounter(SQLModel, table=True):
    """The last number an office gave in a year; raised only inside the transaction that signs.

    ``office`` is the unit, followed by a type's code where that type counts for itself (``Dinsos/SJP``). The register is the region's
    that wrote its first number; ``region_code`` is None while no number of it is known, as after a restore.
    """

    __tablename__ = "letter_counter"

    office: str = Field(primary_key=True, max_length=64)
    year: int = Field(primary_key=True)
    last: int
    region_code: str | None = Field(default=None, max_length=4)


class Letter(SQLModel, table=True):
    """One letter. It has a number from the moment it is signed; it is issued with paper and token or not at all.
    Its decision is one on its own case and for its own type, by foreign key; a letter that takes another one's
    place stands on that one instead. ``office`` names the counter its number is from.

    ``draft`` is the paper before an electronic or ink signature; ``scan`` the signed paper as it was uploaded; these and ``pdf``
    lie sealed, ``pdf_sha256`` is that of the plain file.
    """

    __tablename__ = "letter"
    __table_args__ = (
        ForeignKeyConstraint(["decision_id", "case_id"], ["decision.id", "decision.case_id"], name="fk_letter_decided"),
        ForeignKeyConstraint(
            ["decision_id", "case_id", "type"], ["decision.id", "decision.case_id", "decision.letter_type"], name="fk_letter_decided_type"
        ),
        ForeignKeyConstraint(["replaces_id", "case_id", "type"], ["letter.id", "letter.case_id", "letter.type"], name="fk_letter_replaces"),
        Index("uq_letter_id_case_id_type", "id", "case_id", "type", unique=True),
        Index("uq_letter_replaces_id", "replaces_id", unique=True),
        CheckConstraint("(decision_id IS NULL) = (replaces_id IS NOT NULL)", name="decided_or_replaces"),
        CheckConstraint("(state = 'REPLACED') = (replaced_reason IS NOT NULL)", name="replaced_says_why"),
        CheckConstraint("replaces_id <> id", name="replaces_another"),
        UniqueConstraint("office", "year", "sequence"),
        Index(
            "uq_letter_live_case",
            "case_id",
            unique=True,
            sqlite_where=text(f"state IN ({sql_list(LIVE)})"),
            postgresql_where=text(f"state IN ({sql_list(LIVE)})"),
        ),
        CheckConstraint("(pdf IS NULL) = (issued_at IS NULL) AND (pdf IS NULL) = (pdf_sha256 IS NULL)", name="complete_or_not"),
        CheckConstraint("state NOT IN ('SIGNED', 'PREPARED') OR pdf IS NULL", name="paper_is_issued"),
        CheckConstraint(
            "state NOT IN ('ISSUED', 'ACCEPTED', 'EXPIRED') OR (pdf IS NOT NULL AND token IS NOT NULL)", name="issued_has_paper"
        ),
        CheckConstraint("state <> 'PREPARED' OR (draft IS NOT NULL AND token IS NOT NULL)", name="prepared_has_draft"),
        CheckConstraint("signing_mode <> 'WET' OR pdf IS NULL OR scan IS NOT NULL", name="wet_has_scan"),
        CheckConstraint("signing_mode <> 'BSRE' OR pdf IS NULL OR signature_id IS NOT NULL", name="bsre_has_id"),
        CheckConstraint("(state = 'REVOKED') = (revoked_reason IS NOT NULL)", name="revoked_says_why"),
        CheckConstraint("valid_until > valid_from", name="validity_in_order"),
        sealed_check("draft"),
        sealed_check("scan"),
        sealed_check("pdf"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    decision_id: int | None = Field(default=None, unique=True)
    replaces_id: int | None = None
    type: LetterType = Field(sa_type=text_enum(LetterType))
    state: LetterState = Field(sa_type=text_enum(LetterState), index=True)
    office: str = Field(max_length=64)
    year: int
    sequence: int
    number: str = Field(max_length=120, unique=True)
    token_id: str = Field(max_length=32, unique=True)
    hospital_code: str | None = Field(default=None, foreign_key="hospital.code", max_length=32)
    valid_from: datetime
    valid_until: datetime = Field(index=True)
    signed_at: datetime
    issued_at: datetime | None = None
    signing_mode: SigningMode = Field(sa_type=text_enum(SigningMode))
    draft: bytes | None = Field(default=None, sa_column=Column(SealedBytes("letter.draft", SEALED_BY), nullable=True))
    scan: bytes | None = Field(default=None, sa_column=Column(SealedBytes("letter.scan", SEALED_BY), nullable=True))
    signature_id: str | None = Field(default=None, max_length=200)
    signing_until: datetime | None = None
    signing_error: str | None = Field(default=None, max_length=300)
    pdf: bytes | None = Field(default=None, sa_column=Column(SealedBytes("letter.pdf", SEALED_BY), nullable=True))
    pdf_sha256: str | None = Field(default=None, max_length=64)
    token: str | None = Field(default=None, max_length=2000)
    key_id: str | None = Field(default=None, max_length=64)
    revoked_at: datetime | None = None
    revoked_by: int | None = Field(default=None, foreign_key="staff.id")
    revoked_reason: str | None = Field(default=None, max_length=500)
    replaced_at: datetime | None = None
    replaced_by: int | None = Field(default=None, foreign_key="staff.id")
    replaced_reason: str | None = Field(default=None, max_length=500)
