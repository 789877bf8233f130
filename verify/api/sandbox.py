"""The sandbox: the hospital's addresses once more, with fixed answers about nobody. No table is read and none is written."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from schemas import sandbox
from schemas.hospital import (
    AcceptedListSchema,
    AcceptedSchema,
    DayQuery,
    HospitalAcceptSchema,
    HospitalAnswerSchema,
    HospitalAnswersSchema,
    LetterRefusedSchema,
    NumbersSchema,
)
from schemas.sandbox import SandboxAcceptQuestion, SandboxChecksQuestion, SandboxQuestion
from verify.api.hospital import PROBLEM, accept_response
from verify.auth import me, parts, requires
from verify.path_inquiry import local_today
from workflows.permissions import Permission

blueprint = Blueprint("sandbox", __name__, url_prefix="/api/v1/sandbox", description="Kotak pasir untuk sistem rumah sakit")

HEADER = "X-Rekom-Sandbox"


@blueprint.after_request
def mark(response: Response) -> Response:
    """Whoever looks at headers only sees it too."""
    response.headers[HEADER] = "true"
    return response


@blueprint.post("/check")
@requires(Permission.CHECK_LETTER)
@blueprint.arguments(SandboxQuestion)
@blueprint.response(200, HospitalAnswerSchema)
def check(question: dict[str, Any]) -> dict[str, Any]:
    """The answer behind a fixed code such as ``CONTOH-BERLAKU``; the same as ``number`` with a NIK that begins with 99."""
    return sandbox.answer(sandbox.asked(question), now=parts().clock())


@blueprint.post("/checks")
@requires(Permission.CHECK_LETTER)
@blueprint.arguments(SandboxChecksQuestion)
@blueprint.response(200, HospitalAnswersSchema)
def check_many(question: dict[str, Any]) -> dict[str, Any]:
    """The answers behind many fixed codes, in the order asked."""
    return {"answers": [sandbox.answer(code, now=parts().clock()) for code in question["codes"]]}


@blueprint.post("/accept")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(SandboxAcceptQuestion)
@blueprint.response(200, HospitalAcceptSchema)
@blueprint.alt_response(409, schema=LetterRefusedSchema, content_type=PROBLEM)
def accept(question: dict[str, Any]) -> Response:
    """200 for ``CONTOH-BERLAKU``, 409 for every other fixed code; nothing is kept."""
    code, number = sandbox.asked(question), question["registration_number"]
    answer, accepted = sandbox.accepted_answer(code, number, now=parts().clock())
    return accept_response(answer, accepted=accepted)


@blueprint.get("/letters/<letter_id>")
@requires(Permission.CHECK_LETTER)
@blueprint.response(200, HospitalAnswerSchema)
def status(letter_id: str) -> dict[str, Any]:
    """How a made-up letter stands, by the ``letter_id`` of its check."""
    return sandbox.answer(sandbox.code_of(letter_id), now=parts().clock())


@blueprint.get("/acceptances")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(DayQuery, location="query")
@blueprint.response(200, AcceptedListSchema)
def list_accepted(query: dict[str, Any]) -> dict[str, Any]:
    """One made-up acceptance."""
    day = query.get("day") or local_today(parts(), me().region_code)
    return {"day": day, "sandbox": True, "acceptances": [sandbox.accepted_fact("IGD-1", now=parts().clock())]}


@blueprint.patch("/acceptances/<letter_id>")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(NumbersSchema)
@blueprint.response(200, AcceptedSchema)
def note_numbers(given: dict[str, Any], letter_id: str) -> dict[str, Any]:
    """Says the number back; nothing is kept."""
    return {**sandbox.accepted_fact(given["registration_number"], now=parts().clock()), "letter_id": letter_id}
