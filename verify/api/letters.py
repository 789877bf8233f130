"""Letters: the paper, and taking one back."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from schemas.application import CaseSchema
from schemas.casework import ReasonSchema, RemovalSchema, ReplacementSchema
from verify.api.shown import shown
from verify.auth import me, parts, requires
from verify.counter import on_case, replace_letter, start_removal
from verify.reprinting import hand_out
from workflows import letters, queries
from workflows.permissions import Permission

blueprint = Blueprint("letters", __name__, url_prefix="/api/v1/applications/<ticket>", description="Surat")


@blueprint.post("/letter.pdf")
@requires(Permission.READ_LETTER)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
def paper(ticket: str) -> Response:
    """Hand the letter out as PDF: the original the first time, then copies marked ``CETAK ULANG ke-n``. Each is counted."""
    return hand_out(ticket)


@blueprint.post("/replacement")
@requires(Permission.REVOKE_LETTER)
@blueprint.arguments(ReplacementSchema)
@blueprint.response(201, CaseSchema)
def replace(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """A new letter for one whose paper is wrong; the old one keeps its number and names the new one at every desk."""
    return shown(on_case(ticket, given.get("version"), lambda session, case: replace_letter(session, case, given)))


@blueprint.post("/removal")
@requires(Permission.START_REMOVAL)
@blueprint.arguments(RemovalSchema)
@blueprint.response(201, CaseSchema)
def remove(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Open the case that takes this case's member off the region's list; decided by four eyes like any other."""
    with parts().database.write() as session:
        return shown(queries.case_view(session, start_removal(session, ticket, given), me()))


@blueprint.post("/revocation")
@requires(Permission.REVOKE_LETTER)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CaseSchema)
def revoke(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Withdraw an issued letter; its number stays used."""
    clock = parts().clock
    version, reason = given.get("version"), given["reason"]
    return shown(on_case(ticket, version, lambda session, case: letters.revoke(session, case, me(), reason=reason, now=clock())))
