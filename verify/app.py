"""The Flask application: API, pages and health, put together once."""

import json
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, jsonify, request
from flask_wtf import CSRFProtect
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from verify import (
    __version__,
    access_log,
    api,
    api_docs,
    auth,
    check_door,
    errors,
    headers,
    language,
    log_context,
    metrics,
    single_sign_on,
    traces,
    web,
    well_known,
)
from verify.api.described import DescribedWhenAsked
from verify.api.description import SECURITY, SECURITY_SCHEMES, EveryAnswer
from verify.composition import Rekom
from verify.config import Settings
from verify.imports.arriving import LARGEST_UPLOAD
from verify.population.bill_check import LARGEST_BILL
from verify.population.door_files import LARGEST_RETURN
from verify.registrations import LARGEST_ANSWER
from workflows.papers import LARGEST
from workflows.signing import LARGEST_SCAN

log = logging.getLogger(__name__)

LARGEST_REQUEST = 1024 * 1024
"""Bytes."""

UPLOADS = {
    "signatures.upload": LARGEST_SCAN + LARGEST_REQUEST,
    "signing.upload_scan": LARGEST_SCAN,
    "collective_pages.upload": LARGEST_SCAN + LARGEST_REQUEST,
    "collective.upload_scan": LARGEST_SCAN,
    "papers.keep": 3 * LARGEST + LARGEST_REQUEST,
    "phone.take": LARGEST + LARGEST_REQUEST,
    "ktp.read": LARGEST + LARGEST_REQUEST,
    "case_papers.keep_paper": LARGEST,
    "registration.take_answers": LARGEST_ANSWER + LARGEST_REQUEST,
    "premium.take": LARGEST_BILL + LARGEST_REQUEST,
    "imports.upload": LARGEST_UPLOAD + LARGEST_REQUEST,
    "door_lists.take_answers": LARGEST_RETURN + LARGEST_REQUEST,
    "card_lists.take_answers": LARGEST_RETURN + LARGEST_REQUEST,
}
"""Routes that take files, and how many bytes."""

TOKEN_DOOR = "/oauth/token"  # noqa: S105 -- an address
"""Takes a form, as its standard says."""


def create_app(rekom: Rekom) -> Flask:
    """One office's application."""
    app = Flask("verify", template_folder="templates", static_folder="static")
    app.config.update(_config(rekom.settings))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["rekom"] = rekom
    if rekom.settings.trusted_proxies:  # else anybody could write any address into the header
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=rekom.settings.trusted_proxies, x_proto=0)  # type: ignore[method-assign]
    traces.follow_requests(app)
    language.install(app)
    log_context.install(app, behind_proxy=bool(rekom.settings.trusted_proxies))
    errors.install(app)
    check_door.install(app, rekom)  # before anything asks the database
    app.before_request(_limit_body)  # before anything reads a form
    csrf = CSRFProtect(app)
    auth.guard(app)
    api.register(_documented(app, csrf))
    web.register(app)
    _health(app, rekom)
    metrics.install(app, rekom)
    single_sign_on.install(app, rekom.settings)
    well_known.install(app, rekom)
    api_docs.install(app)
    _own_static(app)
    app.before_request(_refuse_strange_address)
    app.before_request(_refuse_strange_body)
    app.after_request(_seal)
    access_log.install(app)  # last, so that it comes first: what it answers instead is sealed like all others
    return app


def _config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key or _kept_secret(settings.folder),
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "SESSION_COOKIE_NAME": "rekom",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.public_url.startswith("https://"),
        "WTF_CSRF_TIME_LIMIT": settings.session_minutes * 60,
        "API_TITLE": "Rekom",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/",
        "OPENAPI_JSON_PATH": "openapi.json",
    }


def _kept_secret(folder: Path) -> str:
    """Without a configured secret this installation makes its own and keeps it, so that cookies outlive a restart."""
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    own = folder / f"secret_key.{os.getpid()}"
    own.touch(mode=0o600)
    own.write_text(secrets.token_urlsafe(48))
    # Linked when whole: of processes that start together one wins, and none reads half a secret.
    with suppress(FileExistsError):
        path.hardlink_to(own)
    own.unlink()
    return path.read_text()


def _documented(app: Flask, csrf: CSRFProtect) -> DescribedWhenAsked:
    documented = DescribedWhenAsked(
        app,
        spec_kwargs={
            "info": {"title": "Rekom", "version": __version__, "description": "Dari KTP sampai pasien dilayani."},
            "components": {"securitySchemes": SECURITY_SCHEMES},
            "security": SECURITY,
            "extra_plugins": [EveryAnswer(app)],
        },
    )
    errors.install(app)
    for name in list(app.view_functions):
        if name.startswith("api-docs"):
            app.view_functions[name] = auth.opened(app.view_functions[name])
    app.extensions["csrf_exempt"] = csrf
    for module in api.MODULES:
        csrf.exempt(module.blueprint)
    return documented


def _health(app: Flask, rekom: Rekom) -> None:
    @app.get("/healthz")
    @auth.public
    def healthz() -> Response:
        """The process lives."""
        return jsonify(status="ok", version=__version__)

    @app.get("/readyz")
    @auth.public
    def readyz() -> tuple[Response, int]:
        """The process can serve: the database answers and is migrated. Redis may be away."""
        found = {
            "database": _answers(rekom.database.ready),
            "redis": _answers(rekom.doorbell.impatient.ping),
            "keys": bool(rekom.keys.verifying),
        }
        ready = found["database"] and found["keys"]
        return jsonify(ready=ready, **found), 200 if ready else 503


def _answers(question: Any) -> bool:
    try:
        return bool(question())
    except (SQLAlchemyError, RedisError):
        return False


def _own_static(app: Flask) -> None:
    app.view_functions["static"] = auth.opened(app.view_functions["static"])


def _refuse_strange_address() -> Response | None:
    # PostgreSQL's text knows no NUL: nothing we hold can have such an address.
    return errors.answer(404, "http-404") if "\0" in request.path else None


def _limit_body() -> None:
    request.max_content_length = UPLOADS.get(request.endpoint or "", LARGEST_REQUEST)
    if (request.content_length or 0) > request.max_content_length:  # now: whatever page a refusal shows would read the form once more
        raise RequestEntityTooLarge


def _refuse_strange_body() -> Response | None:
    if request.routing_exception or not auth.is_api() or request.method not in ("POST", "PATCH") or request.path == TOKEN_DOOR:
        return None
    if not request.is_json:
        return errors.answer(415, "http-415")
    try:
        json.loads(request.get_data().decode() or "{}")
    except (ValueError, RecursionError):  # also a number with thousands of digits, or a hundred thousand brackets
        return errors.answer(400, "http-400")
    return None


def _seal(response: Response) -> Response:
    for name, value in headers.of_every_answer(auth.parts().settings).items():
        response.headers.setdefault(name, value)
    if g.get("actor") is not None or auth.is_api():
        response.headers.setdefault(*headers.NOT_KEPT)
    return response
