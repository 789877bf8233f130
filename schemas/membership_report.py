"""A hospital's own VClaim answer as it posts it to the office: raw codes and texts, mapped here."""

from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.bpjs import ACTIVE_CODE, SEGMENTS
from schemas.fields import REQUIRED, Day, Flag, NikText, Shape, Text
from workflows.membership_reports import HospitalReport
from workflows.ports import MembershipEvidence, MembershipOutcome, Segment


class MembershipReportSchema(Shape):
    """``POST /api/v1/desk/membership``; the codes are those of VClaim ``Peserta``."""

    nik = NikText(required=True)
    asked_for = Day(required=True, metadata={"description": "tglSEP yang ditanyakan"})
    found = Flag(required=True, metadata={"description": "false bila VClaim tidak menemukan peserta"})
    status_code = Text(8, metadata={"description": "statusPeserta.kode"})
    status_text = Text(100, metadata={"description": "statusPeserta.keterangan"})
    segment_code = Text(8, metadata={"description": "jenisPeserta.kode"})
    segment_text = Text(100, metadata={"description": "jenisPeserta.keterangan"})
    card = fields.String(validate=validate.Regexp(r"[0-9]{13}\Z", error="Nomor kartu terdiri dari 13 angka."), error_messages=REQUIRED)
    cover_from = Day(metadata={"description": "tglTMT"})
    cover_until = Day(metadata={"description": "tglTAT"})

    @validates_schema
    def _check_status(self, data: dict[str, Any], **_: object) -> None:
        if data.get("found") and not data.get("status_code"):
            raise ValidationError("Peserta yang ditemukan mempunyai statusPeserta.kode.", "status_code")


def report_of(data: dict[str, Any], hospital: str, *, now: datetime) -> HospitalReport:
    """A loaded ``MembershipReportSchema`` as evidence that names the hospital."""
    code = data.get("segment_code")
    evidence = MembershipEvidence(
        outcome=_outcome(data),
        segment=SEGMENTS.get(code, Segment.OTHER) if code else None,
        status_code=data.get("status_code"),
        status_text=data.get("status_text"),
        segment_code=code,
        segment_text=data.get("segment_text"),
        card=data.get("card"),
        cover_from=data.get("cover_from"),
        cover_until=data.get("cover_until"),
        asked_for=data["asked_for"],
        source=f"VClaim {hospital}",
        as_of=now,
    )
    return HospitalReport(nik=data["nik"], evidence=evidence)


def _outcome(data: dict[str, Any]) -> MembershipOutcome:
    if not data["found"]:
        return MembershipOutcome.NOT_FOUND
    return MembershipOutcome.ACTIVE if data["status_code"] == ACTIVE_CODE else MembershipOutcome.INACTIVE
