"""What every operation may answer besides its success: the description names each status, so that none is a surprise."""

from typing import Any

from apispec import APISpec, BasePlugin
from flask import Flask

from verify.auth import declared
from verify.errors import HTTP_SENTENCES
from workflows.permissions import Permission

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "help_code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "apa, mengapa, dan langkah berikutnya"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "tetap; dipakai program"},
        "help_code": {"type": "string", "description": "dibacakan ke admin"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}},
        },
    },
}
OAUTH_ERROR = {
    "type": "object",
    "required": ["error", "error_description", "code"],
    "properties": {
        "error": {"type": "string", "enum": ["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"]},
        "error_description": {"type": "string"},
        "code": {"type": "string"},
        "help_code": {"type": "string"},
    },
}
OUTCOME = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"type": "string", "enum": ["OperationOutcome"]},
        "issue": {"type": "array", "minItems": 1, "items": {"type": "object"}},
    },
}
SHAPES = {"Problem": ("application/problem+json", PROBLEM), "OAuthError": ("application/json", OAUTH_ERROR)}
SHAPES["Outcome"] = ("application/fhir+json", OUTCOME)

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "token dari POST /api/v1/session"},
    "oauth2": {
        "type": "oauth2",
        "description": "token 15 menit untuk sistem rumah sakit",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {"check": "memeriksa surat", "accept": "menerima pasien", "open": "membuka berkas"},
            }
        },
    },
    "consId": {"type": "apiKey", "in": "header", "name": "X-cons-id", "description": "client_id kunci"},
    "timestamp": {"type": "apiKey", "in": "header", "name": "X-timestamp", "description": "detik sejak 1970 (UTC)"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-signature",
        "description": "base64(HMAC-SHA256(secret, id&timestamp&METODE&alamat&sha256(isi))); lihat docs/integrasi.md",
    },
}
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"oauth2": []}, {"consId": [], "timestamp": [], "signature": []}]

METHODS = frozenset({"get", "post", "put", "patch", "delete"})
WRITING = frozenset({"post", "put", "patch", "delete"})
COUNTED = frozenset(
    ("post", f"/api/v1/{path}")
    for path in (
        "session",
        "session/factor",
        "applications/{ticket}/reveal",
        "hospital/bedside",
        "paths",
        "desk/accept",
        "hospital/accept",
    )
)
"""What may be tried so often and no more, beside a desk's questions."""
OUTSIDE = frozenset({Permission.OPEN_CASE, Permission.DECIDE})
"""Whoever may these may ask an outside system, which may fail (502)."""


class EveryAnswer(BasePlugin):
    """Writes each operation's refusals, and that a public one needs no key."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def init_spec(self, spec: APISpec) -> None:
        """The shapes of refusals, once."""
        for name, (kind, shape) in SHAPES.items():
            spec.components.schema(name, shape)
            content = {kind: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
            spec.components.response(name, {"description": "Ditolak", "content": content})

    def operation_helper(self, path: str | None = None, operations: Any = None, **options: Any) -> None:
        """Called for each path when it is described."""
        permission = declared(self._app.view_functions[options["rule"].endpoint])
        for method, operation in (operations or {}).items():
            if method in METHODS:
                describe(operation, method, path or "", permission)


def describe(operation: dict[str, Any], method: str, path: str, permission: Any) -> None:
    """Add what the operation may refuse with."""
    shape = "OAuthError" if path.startswith("/oauth/") else "Outcome" if path.startswith("/fhir/") else "Problem"
    responses = operation.setdefault("responses", {})
    for status in refusals(operation, method, path, permission):
        if str(status) not in {str(known) for known in responses} or status == 422:
            responses.pop(status, None)
            responses[str(status)] = {"$ref": f"#/components/responses/{shape}"}
    responses.pop("default", None)
    if permission is True:
        operation["security"] = []


def refusals(operation: dict[str, Any], method: str, path: str, permission: Any) -> list[int]:
    """The statuses of everything that can go wrong with such an operation."""
    found = {400, 401, 413} if path.startswith("/oauth/") else {400, 404, 503}
    if permission is not True:
        found |= {401, 403}
    if method in WRITING:
        found |= {409, 413}
    if method in ("post", "patch") or "requestBody" in operation:
        found |= {415}
    if path.startswith("/api/v1/session"):
        found |= {403}
    if "requestBody" in operation or "{" in path or operation.get("parameters") or method in WRITING:
        found |= {422}
    if permission in OUTSIDE and method in WRITING:
        found |= {502}
    if permission == Permission.CHECK_LETTER or (method, path) in COUNTED:
        found |= {429}
    return sorted(status for status in found if status in HTTP_SENTENCES or status == 502)
