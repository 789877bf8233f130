"""Signing in for programs: a token for the ``Authorization`` header."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from schemas.fields import REQUIRED, Shape
from verify import auth
from workflows.permissions import Permission

blueprint = Blueprint("session", __name__, url_prefix="/api/v1/session", description="Masuk dan keluar")


class CredentialsSchema(Shape):
    """Who signs in."""

    username = fields.String(required=True, error_messages=REQUIRED)
    password = fields.String(required=True, load_only=True, error_messages=REQUIRED)


class TokenSchema(Schema):
    """The session's token and when it ends."""

    token = fields.String()
    expires_at = fields.DateTime()


@blueprint.post("")
@auth.public
@blueprint.arguments(CredentialsSchema)
@blueprint.response(201, TokenSchema)
def sign_in(credentials: dict[str, str]) -> dict[str, Any]:
    """Begin a session."""
    token, ends = auth.sign_in(auth.parts(), credentials["username"], credentials["password"])
    return {"token": token, "expires_at": ends}


@blueprint.delete("")
@auth.requires(Permission.SIGNED_IN)
@blueprint.response(204)
def sign_out() -> None:
    """End the session of the token sent."""
    auth.sign_out(auth.parts(), auth.bearer())
