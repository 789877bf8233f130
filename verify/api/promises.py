"""Kept promises: how many letters came in time."""

from typing import Any

from flask_smorest import Blueprint

from schemas.clocks import PromisesSchema, promise_facts
from verify.auth import me, parts, requires
from verify.office_time import months_back, office_of
from workflows import clocks
from workflows.permissions import Permission

blueprint = Blueprint("promises", __name__, url_prefix="/api/v1/promises", description="Janji layanan")

MONTHS = 12


@blueprint.get("")
@requires(Permission.READ_CASES)
@blueprint.response(200, PromisesSchema)
def show() -> dict[str, Any]:
    """The share of letters issued within the promise, this month and the eleven before it, for the signed-in office."""
    region = me().region_code
    since = months_back(MONTHS, parts().zone(region), now=parts().clock())
    with parts().database.read() as session:
        found = clocks.kept_promises(session, office_of(parts().policies), since=since, now=parts().clock(), region_code=region)
        return promise_facts(found)
