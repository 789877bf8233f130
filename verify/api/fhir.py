"""FHIR R4 facade: eligibility of a letter for systems that speak it. Errors are OperationOutcome."""

from typing import Any

from flask import Response, json
from flask_smorest import Blueprint

from schemas import fhir
from schemas.desk_check import describe
from schemas.fhir import MEDIA, EligibilityRequestSchema, Office
from verify import __version__
from verify.auth import me, parts, public, requires
from verify.counter import check_question
from workflows import desk
from workflows.desk import DeskAnswer, Verdict
from workflows.errors import NotFound
from workflows.permissions import Permission

blueprint = Blueprint("fhir", __name__, url_prefix="/fhir", description="FHIR R4 (4.0.1)")

RESOURCE = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"type": "string"}}}


@blueprint.get("/metadata")
@public
@blueprint.response(200, RESOURCE, content_type=MEDIA)
def metadata() -> Response:
    """CapabilityStatement."""
    office = Office("Rekom", parts().settings.public_url)
    return resource(fhir.capability(office, __version__, now=parts().clock()))


@blueprint.post("/CoverageEligibilityRequest/$submit")
@requires(Permission.CHECK_LETTER)
@blueprint.arguments(EligibilityRequestSchema, content_type=MEDIA)
@blueprint.response(200, RESOURCE, content_type=MEDIA)
def submit(request: dict[str, Any]) -> Response:
    """CoverageEligibilityResponse for a letter named by its code, by number and NIK, or by reference."""
    return resource(_answered(request))


@blueprint.post("/CoverageEligibilityRequest")
@requires(Permission.CHECK_LETTER)
@blueprint.arguments(EligibilityRequestSchema, content_type=MEDIA)
@blueprint.response(200, RESOURCE, content_type=MEDIA)
def ask(request: dict[str, Any]) -> Response:
    """The same without the operation's name."""
    return resource(_answered(request))


@blueprint.get("/Coverage/<letter_id>")
@requires(Permission.CHECK_LETTER)
@blueprint.response(200, RESOURCE, content_type=MEDIA)
def coverage(letter_id: str) -> Response:
    """Coverage of a letter that was asked about before; looking is recorded as a check is."""
    verdict = _by_id(letter_id)
    if verdict.answer == DeskAnswer.UNKNOWN:
        raise NotFound("Coverage ini tidak ada. Periksa id dari jawaban sebelumnya.")
    return resource(fhir.coverage(verdict, _office()))


def resource(content: dict[str, Any]) -> Response:
    """A resource as FHIR wants it served."""
    return Response(json.dumps(content, ensure_ascii=False), mimetype=MEDIA)


def _answered(request: dict[str, Any]) -> dict[str, Any]:
    question, now = fhir.question_of(request), parts().clock()
    verdict = _by_id(question["letter_id"]) if "letter_id" in question else check_question(question)
    return fhir.response(verdict, describe(verdict, now=now), request, _office(), now=now)


def _by_id(letter_id: str) -> Verdict:
    with parts().database.write() as session:
        return desk.check_letter(session, desk.find_by_token_id(session, letter_id), me(), now=parts().clock())


def _office() -> Office:
    return Office(parts().policy_today(me().region_code).office.name, parts().settings.public_url)
