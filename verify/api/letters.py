"""Letters: the paper, and taking one back."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from schemas.application import CaseSchema
from schemas.casework import ReasonSchema
from verify.api.shown import shown
from verify.auth import me, parts, requires
from verify.counter import on_case, pdf_response
from workflows import letters
from workflows.permissions import Permission

blueprint = Blueprint("letters", __name__, url_prefix="/api/v1/applications/<ticket>", description="Surat")


@blueprint.get("/letter.pdf")
@requires(Permission.READ_LETTER)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
def paper(ticket: str) -> Response:
    """The letter as PDF."""
    return pdf_response(ticket)


@blueprint.post("/revocation")
@requires(Permission.REVOKE_LETTER)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CaseSchema)
def revoke(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Withdraw an issued letter; its number stays used."""
    clock = parts().clock
    version, reason = given.get("version"), given["reason"]
    return shown(on_case(ticket, version, lambda session, case: letters.revoke(session, case, me(), reason=reason, now=clock())))
