"""A photograph or a PDF of one of a case's papers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflows.records.base import sealed_check, text_enum
from workflows.sealed import EMPTY, SealedBytes
from workflows.vocabulary import DocumentType

KEPT = text("removed_at IS NULL")


class PaperKind(StrEnum):
    """What is kept: pixels alone, or a PDF that does nothing by itself."""

    JPEG = "JPEG"
    PDF = "PDF"


class PaperWay(StrEnum):
    """How it came: through the office's own page or program, or from the officer's telephone."""

    OFFICE = "OFFICE"
    PHONE = "PHONE"


class CasePaper(SQLModel, table=True):
    """One picture of one paper. What is kept of a case is kept once (partial unique index); picture and thumbnail lie sealed.

    ``handle`` is random and names the picture in addresses; ``sha256`` is that of the kept content. A trigger refuses one for a
    closed case, and any change but its removal while the case is open, which leaves who and why but no picture.
    """

    __tablename__ = "case_paper"
    __table_args__ = (
        Index("uq_case_paper_kept", "case_id", "type", "sha256", unique=True, sqlite_where=KEPT, postgresql_where=KEPT),
        sealed_check("content"),
        sealed_check("thumbnail"),
        CheckConstraint("size > 0", name="holds_something"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("(kind = 'JPEG') = (thumbnail IS NOT NULL)", name="picture_has_thumbnail"),
        CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL)", name="removed_whole"
        ),
        CheckConstraint(
            f"removed_at IS NULL OR (content = '{EMPTY}' AND coalesce(thumbnail, '{EMPTY}') = '{EMPTY}')", name="removed_is_gone"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    handle: str = Field(max_length=16, unique=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    type: DocumentType = Field(sa_type=text_enum(DocumentType))
    kind: PaperKind = Field(sa_type=text_enum(PaperKind))
    way: PaperWay = Field(sa_type=text_enum(PaperWay))
    sha256: str = Field(max_length=64)
    size: int
    content: bytes = Field(sa_type=SealedBytes("case_paper.content", ("handle",)))
    thumbnail: bytes | None = Field(default=None, sa_type=SealedBytes("case_paper.thumbnail", ("handle",)))
    kept_at: datetime
    kept_by: int = Field(foreign_key="staff.id")
    removed_at: datetime | None = None
    removed_by: int | None = Field(default=None, foreign_key="staff.id")
    removed_reason: str | None = Field(default=None, max_length=500)
