"""After a refusal: its reasons, the objection and its answer. And a patient's death."""

from typing import Any

from flask_smorest import Blueprint

from schemas.application import CaseSchema
from schemas.casework import DeathSchema, ObjectionAnswerSchema, ObjectionSchema, ReasonSchema, RefusalReasonsSchema
from verify.api.shown import shown
from verify.auth import requires
from verify.counter import answer_objection, file_objection, on_case, record_death, refusal_reasons, retract_objection
from workflows.permissions import Permission

blueprint = Blueprint("refusals", __name__, url_prefix="/api/v1", description="Penolakan, keberatan, dan pasien wafat")


@blueprint.get("/refusal-reasons")
@requires(Permission.READ_CASES)
@blueprint.response(200, RefusalReasonsSchema)
def list_reasons() -> dict[str, Any]:
    """The reasons a refusal may give today, as the family will read them."""
    return {"reasons": list(refusal_reasons().values())}


@blueprint.post("/applications/<ticket>/objection")
@requires(Permission.OBJECT)
@blueprint.arguments(ObjectionSchema)
@blueprint.response(201, CaseSchema)
def file_an_objection(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Object to a refusal, within its term; one objection per decision."""
    return shown(on_case(ticket, given["version"], lambda session, case: file_objection(session, case, given)))


@blueprint.post("/applications/<ticket>/objection/retraction")
@requires(Permission.OBJECT)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CaseSchema)
def retract_an_objection(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Take an objection back before it is answered: the refusal stands, and nobody objects to it again."""
    return shown(on_case(ticket, given.get("version"), lambda session, case: retract_objection(session, case, given)))


@blueprint.post("/applications/<ticket>/objection/answer")
@requires(Permission.DECIDE)
@blueprint.arguments(ObjectionAnswerSchema)
@blueprint.response(201, CaseSchema)
def answer_an_objection(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Uphold the refusal or overturn it, by somebody with no earlier hand in the case; overturned, a new case goes on."""
    return shown(on_case(ticket, given["version"], lambda session, case: answer_objection(session, case, given)))


@blueprint.post("/applications/<ticket>/death")
@requires(Permission.RECORD_DEATH)
@blueprint.arguments(DeathSchema)
@blueprint.response(201, CaseSchema)
def died(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Close the case of a patient who died: the seat is free, a letter nobody used is taken back."""
    return shown(on_case(ticket, given["version"], lambda session, case: record_death(session, case, given)))
