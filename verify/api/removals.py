"""Members older than this system: the case that takes one off the region's list."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.application import CaseSchema, whole
from schemas.casework import OlderRemovalSchema
from verify.auth import me, requires
from verify.counter import start_older_removal
from verify.idempotency import once
from workflows import queries
from workflows.permissions import Permission

blueprint = Blueprint("removals", __name__, url_prefix="/api/v1", description="Pencabutan peserta lama")

CASE = CaseSchema()


@blueprint.post("/removals")
@requires(Permission.START_REMOVAL)
@blueprint.arguments(OlderRemovalSchema)
@blueprint.response(201, CaseSchema)
def remove(given: dict[str, Any]) -> Response:
    """Open the case that takes a member without a case here off the list, known by the newest member file or by what was seen."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        return 201, CASE.dump(whole(queries.case_view(session, start_older_removal(session, given), me())))

    return once(effect)
