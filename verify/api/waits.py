"""What waits too long and for whom, and the duties that a reactivation leaves behind."""

from typing import Any

from flask_smorest import Blueprint

from schemas.application import CaseSchema
from schemas.registration import EvidenceSchema
from schemas.waits import DutyListSchema, WaitListSchema, duty_facts, wait_facts
from verify.api.shown import shown
from verify.auth import me, parts, requires
from verify.counter import on_case
from verify.escalation import stuck_in
from workflows import duties
from workflows.permissions import Permission

blueprint = Blueprint("waits", __name__, url_prefix="/api/v1", description="Yang menunggu terlalu lama")


@blueprint.get("/waits")
@requires(Permission.READ_CASES)
@blueprint.response(200, WaitListSchema)
def list_waits() -> dict[str, Any]:
    """Everything of the office that waits longer than the rules allow, and who hears of it next."""
    now = parts().clock()
    return {"waits": [wait_facts(wait, now=now) for wait in stuck_in(parts(), me().region_code)]}


@blueprint.get("/duties")
@requires(Permission.READ_CASES)
@blueprint.response(200, DutyListSchema)
def list_duties() -> dict[str, Any]:
    """Open duties with day and owner."""
    with parts().database.read() as session:
        return {"duties": [duty_facts(*row) for row in duties.listed(session, me().region_code)]}


@blueprint.post("/applications/<ticket>/duty-done")
@requires(Permission.RECORD_CHECK)
@blueprint.arguments(EvidenceSchema)
@blueprint.response(201, CaseSchema)
def duty_done(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Write down that the case's duty was done, with the evidence seen."""
    note, now = given["evidence"], parts().clock()
    return shown(on_case(ticket, None, lambda session, case: duties.done(session, case, note, me(), now=now)))
