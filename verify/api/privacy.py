"""The numbers behind the masks."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from schemas.casework import ReasonSchema
from verify.auth import requires
from verify.counter import reveal_numbers
from workflows.permissions import Permission
from workflows.revealing import Revealed

blueprint = Blueprint("privacy", __name__, url_prefix="/api/v1/applications", description="Data lengkap")


class RevealedSchema(Schema):
    """What masks hide; each look is written down and told to the applicant on request."""

    nik = fields.String(allow_none=True)
    mother_nik = fields.String(allow_none=True)
    kk = fields.String(allow_none=True)
    phone = fields.String()
    proxy_phone = fields.String(allow_none=True)


@blueprint.post("/<ticket>/reveal")
@requires(Permission.REVEAL)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, RevealedSchema)
def reveal(given: dict[str, Any], ticket: str) -> Revealed:
    """Show a case's NIK, family card and telephone, with a reason and within the day's budget."""
    return reveal_numbers(ticket, given["reason"])
