"""What a hospital's own VClaim said: the keys are the hospital's, so it posts the answer to the office."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from workflows.records.base import digested_check, sealed_check
from workflows.sealed import Digest, Sealed


class MembershipReport(SQLModel, table=True):
    """Raw codes and texts as BPJS gave them (VClaim ``Peserta``); the newest report on a NIK counts."""

    __tablename__ = "membership_report"
    __table_args__ = (sealed_check("nik"), digested_check("nik"))

    id: int | None = Field(default=None, primary_key=True)
    nik: str = Field(sa_type=Sealed("membership_report.nik", ("nik_digest",), "nik"))
    nik_digest: str = Field(default="", sa_type=Digest("nik"), index=True)
    outcome: str = Field(max_length=32)
    segment: str | None = Field(default=None, max_length=32)
    status_code: str | None = Field(default=None, max_length=8)
    status_text: str | None = Field(default=None, max_length=100)
    segment_code: str | None = Field(default=None, max_length=8)
    segment_text: str | None = Field(default=None, max_length=100)
    card: str | None = Field(default=None, max_length=13)
    cover_from: date | None = None
    cover_until: date | None = None
    asked_for: date
    hospital_code: str = Field(foreign_key="hospital.code", max_length=32)
    reported_by: int = Field(foreign_key="staff.id")
    reported_at: datetime
