"""Short-lived tokens for hospital systems by client credentials (RFC 6749, section 4.4)."""

from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from verify import auth
from workflows.errors import InvalidInput
from workflows.hospital_keys import ordered
from workflows.vocabulary import Scope

blueprint = Blueprint("oauth", __name__, url_prefix="/oauth", description="Token untuk sistem rumah sakit")

GRANT = "client_credentials"
NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}

FORM = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"type": "string", "enum": [GRANT]},
                    "client_id": {"type": "string", "description": "atau lewat HTTP Basic"},
                    "client_secret": {"type": "string", "format": "password"},
                    "scope": {"type": "string", "description": "check, accept, open; dipisah spasi"},
                },
            }
        }
    },
}


class UnsupportedGrant(InvalidInput):
    """Another grant than client credentials, or the form cannot be read."""

    slug = "grant-tidak-didukung"
    sentence = "Isian grant_type harus client_credentials, dikirim sebagai formulir. Periksa, lalu kirim lagi."


class AccessTokenSchema(Schema):
    """RFC 6749, section 5.1."""

    access_token = fields.String()
    token_type = fields.String(metadata={"enum": ["Bearer"]})
    expires_in = fields.Integer(metadata={"description": "detik"})
    scope = fields.String()


@blueprint.post("/token")
@auth.public
@blueprint.response(200, AccessTokenSchema)
@blueprint.doc(requestBody=FORM)
def token() -> Response:
    """Exchange a key for a token of fifteen minutes; errors carry ``error`` as RFC 6749 names it, and our ``code``."""
    if request.form.get("grant_type") != GRANT:
        raise UnsupportedGrant()
    asked = frozenset(request.form.get("scope", "").split())
    made, scopes = auth.sign_in_program(auth.parts(), *_credentials(), asked)
    return _answer(made, ordered(scopes))


def _answer(made: str, scopes: tuple[Scope, ...]) -> Response:
    body: dict[str, Any] = {
        "access_token": made,
        "token_type": "Bearer",
        "expires_in": int(auth.TOKEN_LIFE.total_seconds()),
        "scope": " ".join(scopes),
    }
    answer = jsonify(body)
    answer.headers.update(NEVER_KEPT)
    return answer


def _credentials() -> tuple[str, str]:
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return basic.username or "", basic.password or ""
    return request.form.get("client_id", ""), request.form.get("client_secret", "")
