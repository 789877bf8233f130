"""Families: one visit, a case for each member who needs one."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.household import HOUSEHOLD, HouseholdSchema, HouseholdShownSchema, household_facts
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.counter import receive_family
from verify.idempotency import once
from workflows import households
from workflows.households import Family
from workflows.permissions import Permission

blueprint = Blueprint("households", __name__, url_prefix="/api/v1/households", description="Keluarga dalam satu Kartu Keluarga")


@blueprint.post("")
@requires(Permission.OPEN_CASE)
@blueprint.arguments(HouseholdSchema)
@blueprint.response(201, HouseholdShownSchema)
def receive(given: Family) -> Response:
    """Open or link a case for each member, all or none; each has checks and a decision of its own."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        code = receive_family(session, given).code
        return 201, HOUSEHOLD.dump(household_facts(households.view(session, code, me())))

    return once(effect)


@blueprint.get("/<code>")
@requires(Permission.READ_CASES)
@blueprint.response(200, HouseholdShownSchema)
def show(code: str) -> dict[str, Any]:
    """A family with how each member stands."""
    with parts().database.read() as session:
        view = households.view(session, code, me())
        shows(one.case for one in view.members)
        return household_facts(view)
