"""Every error becomes an answer that says what, why and what to do next: problem+json for programs, a page for people.

Shapes: RFC 9457. No traceback and no personal data leaves here.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, json, render_template, request
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from schemas.fhir import MEDIA, outcome
from verify.auth import NotSignedIn, WrongKey, is_api
from verify.logs import place_of
from verify.signed_request import ClockDiffers, SignatureRefused
from verify.statuses import told
from workflows import errors
from workflows.hospital_keys import Replayed
from workflows.lookups import TooManyLookups
from workflows.saying import joined, say, sayings

log = logging.getLogger(__name__)

STATUS: Mapping[type[errors.RekomError], int] = {
    errors.RekomError: 500,
    errors.InvalidInput: 422,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.Conflict: 409,
    errors.TooMany: 429,
    errors.IdempotencyReuse: 422,
    TooManyLookups: 429,
    errors.RegistryError: 502,
    errors.Unavailable: 503,
    errors.PolicyFileError: 500,
    errors.WrongPassphrase: 422,
    errors.SignerNotRegistered: 422,
    NotSignedIn: 401,
    WrongKey: 401,
    SignatureRefused: 401,
    ClockDiffers: 401,
    Replayed: 401,
}
"""The status of an error is that of its nearest ancestor here."""

RETRY_SECONDS = 5

HTTP_SENTENCES = {
    400: "Permintaan ini tidak dapat dibaca. Periksa bentuk JSON atau formulirnya.",
    401: "Anda belum masuk. Masuk lebih dulu.",
    403: "Anda tidak berwenang. Mintalah petugas yang berwenang.",
    404: "Halaman atau alamat ini tidak ada. Periksa alamatnya, atau mulai dari halaman awal.",
    405: "Cara ini tidak dipakai di alamat ini. Lihat header Allow.",
    406: "Bentuk jawaban yang diminta tidak ada. Minta application/json.",
    408: "Permintaan terlalu lama dikirim. Kirim lagi.",
    409: "Permintaan tidak cocok dengan keadaan berkas. Muat ulang berkas.",
    411: "Panjang isi tidak disebut. Kirim dengan header Content-Length.",
    413: "Kiriman terlalu besar. Kurangi ukurannya, lalu kirim lagi.",
    414: "Alamat terlalu panjang. Kirim isian lewat formulir.",
    415: "Jenis isi tidak dikenal. Kirim dengan Content-Type application/json.",
    416: "Bagian yang diminta tidak ada. Minta tanpa header Range.",
    417: "Header Expect ini tidak didukung. Kirim tanpa header itu.",
    422: "Isian belum benar. Perbaiki yang ditandai, lalu kirim lagi.",
    428: "Versi berkas tidak disebut. Baca berkasnya, lalu kirim dengan header If-Match.",
    429: "Terlalu banyak permintaan. Tunggu sebentar, lalu coba lagi.",
    431: "Header permintaan terlalu besar. Hapus kuki, lalu coba lagi.",
    501: "Cara kirim ini tidak didukung. Periksa metode dan header permintaan.",
    502: "Layanan lain memberi jawaban yang salah. Coba lagi nanti.",
    503: "Layanan sedang tidak siap. Data Anda belum tersimpan. Coba lagi sebentar lagi.",
    504: "Layanan lain terlalu lama menjawab. Coba lagi nanti.",
}
"""For programs, by status; people read ``verify.statuses``."""
HTTP_SENTENCES = sayings(HTTP_SENTENCES)
OTHER_REFUSAL = say("Permintaan ini tidak dapat dikerjakan. Periksa alamat, metode dan isinya.")
OTHER_SENTENCE = say("Ada kesalahan di pihak kami. Data Anda belum tersimpan. Coba lagi; bila berulang, sebutkan kode ini ke admin.")

MAYBE_STORED = "langkah-mungkin-tersimpan"
STEP_MAY_STAND = say("Langkah Anda mungkin sudah tersimpan, tetapi tidak dapat ditampilkan. Buka berkas lagi.")


def install(app: Flask) -> None:
    """Route every kind of error through one answer."""
    app.register_error_handler(errors.RekomError, _ours)
    app.register_error_handler(ValidationError, lambda error: answer(422, "isian-salah", fields=_flatten(error.normalized_messages())))
    app.register_error_handler(CSRFError, lambda _: answer(400, "formulir-kedaluwarsa", FORM_TOO_OLD))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, of_database)
    app.register_error_handler(Exception, _unforeseen)


OAUTH_ERRORS = {"kunci-rs-salah": "invalid_client", "grant-tidak-didukung": "unsupported_grant_type", "lingkup-salah": "invalid_scope"}

FORM_TOO_OLD = say("Formulir ini sudah terlalu lama terbuka. Muat ulang halaman, lalu kirim lagi.")


def status_of(error: errors.RekomError) -> int:
    """The HTTP status of one of our errors."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(
    status: int,
    slug: str,
    sentence: str | None = None,
    *,
    fields: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One error as problem+json or as a page."""
    for_program = sentence or for_programs(status)
    code = help_code()
    if status >= 500:
        log.error("answered %s %s as %s", status, slug, code)
    if request.path.startswith("/oauth/"):
        response = _refused_token(status, slug, for_program, code)
    elif request.path.startswith("/fhir/"):
        response = _outcome(status, slug, for_program, code, fields or {})
    elif is_api():
        response = _problem(status, slug, for_program, code, fields or {}, extra or {})
    else:
        response = _page(status, slug, sentence or told(status).lead, code, fields or {})
    response.headers.update(headers or {})
    return response


def for_programs(status: int) -> str:
    """What a status says to a program."""
    return HTTP_SENTENCES.get(status, OTHER_REFUSAL if status < 500 else OTHER_SENTENCE)


def help_code() -> str:
    """A code such as ``E-3F9K`` that a person can read to the help desk."""
    return f"E-{''.join(secrets.choice('23456789ABCDEFGHJKMNPQRSTVWXYZ') for _ in range(4))}"


def _problem(status: int, slug: str, sentence: str, code: str, fields: Mapping[str, str], extra: Mapping[str, str]) -> Response:
    content: dict[str, Any] = {
        "type": f"/masalah/{slug}",
        "title": for_programs(status).split(".")[0],
        "status": status,
        "detail": sentence,
        "instance": request.path,
        "code": slug,
        "help_code": code,
        **extra,
    }
    if fields:
        content["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in fields.items()]
    # A field may be named by half a character, which JSON can carry and UTF-8 cannot.
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, status, mimetype="application/problem+json")


def _outcome(status: int, slug: str, sentence: str, code: str, fields: Mapping[str, str]) -> Response:
    """An error as FHIR says it."""
    body = json.dumps(outcome(status, slug, sentence, fields, code), ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, status, mimetype=MEDIA)


def _refused_token(status: int, slug: str, sentence: str, code: str) -> Response:
    """An error in the words of RFC 6749, section 5.2, which has its own shape; ``code`` is ours as everywhere."""
    error = OAUTH_ERRORS.get(slug, "invalid_request" if status < 500 else "server_error")
    content = {"error": error, "error_description": sentence, "code": slug, "help_code": code}
    response = Response(json.dumps(content, ensure_ascii=False), 400 if status == 422 else status, mimetype="application/json")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="rekom"'
    return response


def _page(status: int, slug: str, sentence: str, code: str, fields: Mapping[str, str]) -> Response:
    heading = told(status).heading
    page = render_template("error.html", status=status, heading=heading, slug=slug, sentence=sentence, code=code, fields=fields)
    return Response(page, status, mimetype="text/html")


def _ours(error: errors.RekomError) -> Response:
    status = status_of(error)
    wait = error.context.get("retry_after", str(RETRY_SECONDS) if status == 503 else None)
    headers = {"Retry-After": wait} if wait else {}
    if status == 401 and not request.path.startswith("/oauth/"):
        headers["WWW-Authenticate"] = "Bearer"
    extra = {name: value for name, value in error.context.items() if name != "retry_after"}
    named = {f"/{extra.pop('field')}": str(error)} if "field" in extra else {}
    if "ticket" in extra:
        extra["existing"] = f"/api/v1/applications/{extra['ticket']}"
    return answer(status, error.slug, str(error), fields=named, extra=extra, headers=headers)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages", {}) if hasattr(error, "data") else {}
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Location")}
    if status in (301, 302, 303, 307, 308):
        return Response(status=status, headers=headers)
    fields = _flatten(messages.get("json") or messages.get("form") or messages.get("query") or messages)
    return answer(status, f"http-{status}" if status != 422 else "isian-salah", fields=fields, headers=headers)


def of_database(error: SQLAlchemyError, *, after_step: bool = False) -> Response:
    """503 where the database does not answer or has no room, 500 for what nobody foresaw.

    ``after_step`` where it happened after a step that stands: nobody is told that nothing was stored.
    """
    slug, sentence = (MAYBE_STORED, STEP_MAY_STAND) if after_step else (None, None)
    if isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and _is_outage(error)):
        log.warning("database does not answer: %s", type(error).__name__)
        return answer(503, slug or "basis-data-tidak-menjawab", sentence, headers={"Retry-After": str(RETRY_SECONDS)})
    return _unforeseen(error, slug, sentence)


def _is_outage(error: DBAPIError) -> bool:
    return error.connection_invalidated or type(error).__name__ in ("OperationalError", "InterfaceError")


def _unforeseen(error: Exception, slug: str | None = None, sentence: str | None = None) -> Response:
    # The statement and its parameters may hold personal data: only the kind of error and the place go to the log.
    log.error("unforeseen %s at %s", type(error).__name__, place_of(error))
    return answer(500, slug or "kesalahan-dalam", sentence)


def _flatten(messages: Any, path: str = "") -> dict[str, str]:
    if isinstance(messages, Mapping):
        found: dict[str, str] = {}
        for name, inner in messages.items():
            found |= _flatten(inner, path if name in ("_schema", "json") else f"{path}/{name}")
        return found
    if isinstance(messages, list | tuple):
        return {path or "/": joined(str(message) for message in messages)}
    return {path or "/": messages if isinstance(messages, str) else str(messages)} if messages else {}
