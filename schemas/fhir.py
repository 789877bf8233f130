"""The FHIR R4 face of the desk: CoverageEligibilityRequest in, CoverageEligibilityResponse and Coverage out. Thin on purpose.

Only base R4 (4.0.1) is spoken. A letter is named by what its QR holds or by its number together with the patient's NIK;
neither comes back in an answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from schemas.desk_check import segment_of
from schemas.fields import REQUIRED, NikText, Text
from schemas.hospital import CODES
from workflows.desk import DeskAnswer, Verdict
from workflows.masking import initials
from workflows.vocabulary import CARE_CLASS_ROMAN

VERSION = "4.0.1"
NIK_SYSTEM = "https://fhir.kemkes.go.id/id/nik"
"""As public SATUSEHAT code writes it."""
CODE_SYSTEM, NUMBER_SYSTEM, ANSWER_SYSTEM = "/fhir/id/kode-surat", "/fhir/id/nomor-surat", "/fhir/CodeSystem/jawaban-loket"
"""Below the office's own address."""
MEDIA = "application/fhir+json"
PURPOSES = ("auth-requirements", "benefits", "discovery", "validation")
STATUSES = ("active", "cancelled", "draft", "entered-in-error")

ISSUES = {400: "structure", 401: "login", 403: "forbidden", 404: "not-found", 409: "conflict", 413: "too-long", 415: "not-supported"}
ISSUES |= {405: "not-supported", 422: "invalid", 429: "throttled", 503: "transient"}

IN_FORCE = frozenset({DeskAnswer.VALID})
COVERAGE_STATUS = {
    DeskAnswer.VALID: "active",
    DeskAnswer.ALREADY_USED: "active",
    DeskAnswer.OTHER_HOSPITAL: "active",
    DeskAnswer.IN_PROGRESS: "draft",
}
"""Every other letter's coverage is cancelled."""


class Part(Schema):
    """A piece of a resource: what we do not read is left alone, as FHIR asks."""

    class Meta:
        """Unknown elements pass."""

        unknown = EXCLUDE

    error_messages = {"type": "Kirim satu objek JSON."}


class IdentifierSchema(Part):
    """FHIR's Identifier."""

    system = fields.String(load_default="")
    value = fields.String(required=True, error_messages=REQUIRED)


class ReferenceSchema(Part):
    """FHIR's Reference."""

    reference = fields.String(load_default="")
    identifier = fields.Nested(IdentifierSchema, load_default=None, allow_none=True)


class InsuranceSchema(Part):
    """Which letter."""

    coverage = fields.Nested(ReferenceSchema, required=True, error_messages=REQUIRED)


class EligibilityRequestSchema(Part):
    """CoverageEligibilityRequest, as far as it is read."""

    resourceType = fields.String(  # noqa: N815 -- FHIR's name
        required=True, validate=validate.Equal("CoverageEligibilityRequest", error="Kirim {other}.")
    )
    id = fields.String(load_default="", validate=validate.Length(max=64))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES), error_messages=REQUIRED)
    purpose = fields.List(
        fields.String(validate=validate.OneOf(PURPOSES)), required=True, validate=validate.Length(min=1), error_messages=REQUIRED
    )
    patient = fields.Nested(ReferenceSchema, required=True, error_messages=REQUIRED)
    created = fields.String(required=True, error_messages=REQUIRED)
    insurer = fields.Nested(ReferenceSchema, required=True, error_messages=REQUIRED)
    insurance = fields.List(
        fields.Nested(InsuranceSchema),
        required=True,
        validate=validate.Length(1, 1, error="Sebut tepat satu surat."),
        error_messages=REQUIRED,
    )


@dataclass(frozen=True, slots=True)
class Office:
    """Who answers: the office's name and the address its names hang below."""

    name: str
    url: str


def question_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a loaded request asks, as the desk is asked: ``code``, or ``number`` and ``nik``, or ``letter_id``."""
    coverage = request["insurance"][0]["coverage"]
    if coverage["reference"].startswith("Coverage/"):
        return {"letter_id": coverage["reference"].removeprefix("Coverage/")}
    named = coverage["identifier"] or {"system": "", "value": ""}
    if named["system"].endswith(CODE_SYSTEM):
        return {"code": _text(named["value"], 2000)}
    if named["system"].endswith(NUMBER_SYSTEM):
        return {"number": _text(named["value"], 120), "nik": _nik(request["patient"]["identifier"])}
    raise ValidationError(
        {"insurance": [f"Sebut surat dengan identifier bersistem {CODE_SYSTEM} atau {NUMBER_SYSTEM}, atau dengan reference Coverage."]}
    )


def response(verdict: Verdict, said: Mapping[str, Any], request: Mapping[str, Any], office: Office, *, now: datetime) -> dict[str, Any]:
    """CoverageEligibilityResponse for a described verdict."""
    asked = {"reference": f"CoverageEligibilityRequest/{request['id']}"} if request["id"] else {"display": "CoverageEligibilityRequest"}
    answer: dict[str, Any] = {
        "resourceType": "CoverageEligibilityResponse",
        "status": "active",
        "purpose": request["purpose"],
        "patient": _patient(verdict, request["patient"]),
        "created": now.isoformat(timespec="seconds"),
        "request": asked,
        "outcome": "complete",
        "disposition": f"{said['title']}. {said['reason']} {said['next_step']}",
        "insurer": {"display": office.name},
    }
    if verdict.letter is not None:
        covered = {"coverage": {"reference": f"Coverage/{verdict.letter.token_id}"}, "inforce": verdict.answer in IN_FORCE}
        answer["insurance"] = [{**covered, "benefitPeriod": _period(verdict)}]
    if verdict.answer not in IN_FORCE:
        answer["error"] = [{"code": _coded(CODES[verdict.answer], said["title"], office)}]
    return answer


def coverage(verdict: Verdict, office: Office) -> dict[str, Any]:
    """Coverage of a letter that is known."""
    assert verdict.letter is not None
    return {
        "resourceType": "Coverage",
        "id": verdict.letter.token_id,
        "identifier": [{"system": office.url + NUMBER_SYSTEM, "value": verdict.letter.number}],
        "status": COVERAGE_STATUS.get(verdict.answer, "cancelled"),
        "type": {"text": str(segment_of(verdict.letter.type))},
        "beneficiary": _patient(verdict, {"reference": ""}),
        "period": _period(verdict),
        "payor": [{"display": office.name}],
        "class": [
            {
                "type": {"coding": [{"system": CLASS_SYSTEM, "code": "plan"}]},
                "value": CARE_CLASS_ROMAN,
                "name": f"kelas rawat {CARE_CLASS_ROMAN}",
            }
        ],
        **({"network": verdict.hospital.name} if verdict.hospital else {}),
    }


CLASS_SYSTEM = "http://terminology.hl7.org/CodeSystem/coverage-class"
SUBMIT = "http://hl7.org/fhir/OperationDefinition/CoverageEligibilityRequest-submit"


def capability(office: Office, version: str, *, now: datetime) -> dict[str, Any]:
    """CapabilityStatement: all there is."""
    request = {"type": "CoverageEligibilityRequest", "operation": [{"name": "submit", "definition": SUBMIT}]}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.isoformat(timespec="seconds"),
        "kind": "instance",
        "software": {"name": "Rekom", "version": version},
        "implementation": {"description": "Pemeriksaan surat rekomendasi Dinas Sosial", "url": f"{office.url}/fhir"},
        "fhirVersion": VERSION,
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "OAuth 2.0 client credentials di /oauth/token, atau tanda tangan HMAC"},
                "resource": [request, {"type": "Coverage", "interaction": [{"code": "read"}]}],
            }
        ],
    }


def outcome(status: int, slug: str, sentence: str, problems: Mapping[str, str], code: str) -> dict[str, Any]:
    """OperationOutcome: one issue, or one for each element that is wrong."""
    kind = ISSUES.get(status, "exception")
    details = {"coding": [{"code": slug}], "text": sentence}
    issue = {"severity": "error", "code": kind, "details": details, "diagnostics": code}
    each = [{**issue, "diagnostics": f"{problem} ({code})", "expression": [_expression(at)]} for at, problem in problems.items()]
    return {"resourceType": "OperationOutcome", "issue": each or [issue]}


def _expression(pointer: str) -> str:
    """``/insurance/0/coverage`` as FHIRPath."""
    parts = [f"[{part}]" if part.isdecimal() else f".{part}" for part in pointer.split("/") if part]
    return "CoverageEligibilityRequest" + "".join(parts)


def _patient(verdict: Verdict, sent: Mapping[str, Any]) -> dict[str, str]:
    """The reference that was sent, or the initials a desk compares; never a NIK."""
    if sent["reference"] and not sent["reference"].startswith("#"):
        return {"reference": sent["reference"]}
    if verdict.case is None:
        return {"display": "pasien"}
    return {"display": f"{initials(verdict.case.name)}, lahir {verdict.case.birth_date.year}"}


def _period(verdict: Verdict) -> dict[str, str]:
    assert verdict.letter is not None
    return {"start": verdict.letter.valid_from.isoformat(), "end": verdict.letter.valid_until.isoformat()}


def _coded(code: str, display: str, office: Office) -> dict[str, Any]:
    return {"coding": [{"system": office.url + ANSWER_SYSTEM, "code": code, "display": display}]}


def _nik(identifier: Mapping[str, str] | None) -> str:
    if identifier is None or identifier["system"] != NIK_SYSTEM:
        raise ValidationError({"patient": [f"Nomor surat hanya diperiksa bersama NIK: identifier bersistem {NIK_SYSTEM}."]})
    return str(_field(NikText(), identifier["value"], "patient"))


def _text(value: str, longest: int) -> str:
    return str(_field(Text(longest), value, "insurance"))


def _field(field: fields.Field[Any], value: str, name: str) -> Any:
    try:
        return field.deserialize(value)
    except ValidationError as error:
        raise ValidationError({name: list(_messages(error))}) from None


def _messages(error: ValidationError) -> Iterable[str]:
    return [str(message) for message in error.messages] if isinstance(error.messages, list) else [str(error)]
