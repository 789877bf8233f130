"""Signing in for programs: a token for the ``Authorization`` header."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from schemas.fields import REQUIRED, Shape
from verify import auth, factors
from verify.devices import device_of
from verify.step_up import owes_one
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
    factor_needed = fields.Boolean()


@blueprint.post("")
@auth.public
@blueprint.arguments(CredentialsSchema)
@blueprint.response(201, TokenSchema)
def sign_in(credentials: dict[str, str]) -> dict[str, Any]:
    """Begin a session."""
    words = credentials["username"], credentials["password"]
    token, ends = auth.sign_in(auth.parts(), *words, address=request.remote_addr, device=device_of(request.user_agent.string))
    found = auth.find_actor(auth.parts(), token)
    return {"token": token, "expires_at": ends, "factor_needed": found is not None and owes_one(auth.parts(), found)}


class FactorSchema(Shape):
    """A code of the authenticator app, or a recovery code."""

    code = fields.String(required=True, load_only=True, validate=validate.Length(6, 40), error_messages=REQUIRED)


@blueprint.post("/factor")
@auth.before_factor
@auth.requires(Permission.SIGNED_IN)
@blueprint.arguments(FactorSchema)
@blueprint.response(204)
def show_factor(given: dict[str, str]) -> None:
    """Show the second factor; also when a step asks for it anew."""
    factors.show_code(auth.parts(), auth.holder(), given["code"])


@blueprint.delete("")
@auth.before_factor
@auth.requires(Permission.SIGNED_IN)
@blueprint.response(204)
def sign_out() -> None:
    """End the session of the token sent."""
    auth.sign_out(auth.parts(), auth.bearer())
