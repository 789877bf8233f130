"""Seats: how the region's year stands."""

from typing import Any

from flask_smorest import Blueprint

from schemas.application import CaseSchema, whole
from schemas.seats import ReleaseSchema, SeatsSchema, seats_answer
from verify.auth import me, parts, requires
from verify.counter import on_case, seat_outlook
from workflows import seats
from workflows.permissions import Permission

blueprint = Blueprint("seats", __name__, url_prefix="/api/v1", description="Kuota kursi")


@blueprint.get("/seats")
@requires(Permission.READ_CASES)
@blueprint.response(200, SeatsSchema)
def show() -> dict[str, Any]:
    """Quota, use, waiting line, pace and rupiah of the current year."""
    return seats_answer(seat_outlook())


@blueprint.post("/applications/<ticket>/seat-release")
@requires(Permission.DECIDE)
@blueprint.arguments(ReleaseSchema)
@blueprint.response(201, CaseSchema)
def release(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Give back the seat of an accepted patient who died, moved away or came into another segment."""
    reason, now = given["reason"], parts().clock()
    return whole(on_case(ticket, None, lambda session, case: seats.set_free(session, case, reason, me(), now=now)))
