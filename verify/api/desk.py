"""The admission desk: check a letter, accept it once."""

from typing import Any

from flask import Response, json
from flask_smorest import Blueprint

from schemas.desk_check import AcceptAnswerSchema, AcceptQuestion, DeskAnswerSchema, DeskQuestion, describe
from verify.auth import parts, requires
from verify.counter import accept_question, check_question
from workflows.permissions import Permission

blueprint = Blueprint("desk", __name__, url_prefix="/api/v1/desk", description="Loket rumah sakit")

ACCEPT_ANSWER = AcceptAnswerSchema()


@blueprint.post("/check")
@requires(Permission.CHECK_LETTER)
@blueprint.arguments(DeskQuestion)
@blueprint.response(200, DeskAnswerSchema)
def check(question: dict[str, Any]) -> dict[str, Any]:
    """Is this letter good, for us, now? Every answer is 200; the body says which of them it is."""
    return describe(check_question(question), now=parts().clock())


@blueprint.post("/accept")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(AcceptQuestion)
@blueprint.response(200, AcceptAnswerSchema)
@blueprint.alt_response(409, schema=AcceptAnswerSchema)
def accept(question: dict[str, Any]) -> Response:
    """Mark the letter used by this hospital; 409 with the reason where it cannot be."""
    verdict, accepted = accept_question(question)
    body = ACCEPT_ANSWER.dump(describe(verdict, now=parts().clock()) | {"accepted": accepted})
    return Response(json.dumps(body, ensure_ascii=False), 200 if accepted else 409, mimetype="application/json")
