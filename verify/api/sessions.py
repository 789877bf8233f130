"""A person's own sessions: seeing them, ending one."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from verify import auth
from verify.devices import own_sessions
from workflows import sign_ins
from workflows.permissions import Permission

blueprint = Blueprint("sessions", __name__, url_prefix="/api/v1/sessions", description="Sesi yang terbuka")


class SessionSchema(Schema):
    """One of the person's own sessions."""

    handle = fields.String()
    device = fields.String(allow_none=True)
    created_at = fields.DateTime()
    expires_at = fields.DateTime()
    current = fields.Boolean()


class SessionsSchema(Schema):
    """All of them."""

    sessions = fields.List(fields.Nested(SessionSchema))


@blueprint.get("")
@auth.requires(Permission.SIGNED_IN)
@blueprint.response(200, SessionsSchema)
def list_sessions() -> dict[str, Any]:
    """Where the person is signed in."""
    return {"sessions": own_sessions()}


@blueprint.delete("/<handle>")
@auth.requires(Permission.SIGNED_IN)
@blueprint.response(204)
def end_session(handle: str) -> None:
    """End one of them."""
    with auth.parts().database.write() as session:
        sign_ins.end(session, handle, auth.me(), now=auth.parts().clock())
