"""A form that was filled in for somebody is a page with an address of its own: reload and the back button show it as it was.

What stands in it waits sealed in a cookie, for this form alone and for this session alone; the address holds a word that says nothing.
Nothing is stored in the office, no NIK stands in an address, and signing out makes the cookie unreadable.
"""

import base64
import json
import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from verify.auth import my_session, parts
from verify.web.form import Values

WORD, COOKIE = "isian", "isian"
"""In the address, and what the browser keeps."""
LONGEST = 3800
"""Characters of a cookie that every browser keeps; more typed than that is not held, and the back button asks as it always did."""
NONCE_BYTES = 12
NEVER = frozenset({"csrf_token", "kunci"})

Typed = Iterable[tuple[str, str]]


def hold(response: Response, path: str, typed: Typed, handle: str | None = None) -> str:
    """Let the browser keep what stands in the form at ``path``; the handle for its address, a new one where there is none yet."""
    name = handle or secrets.token_urlsafe(9)
    kept = [(field, value) for field, value in typed if value and field not in NEVER]
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher().encrypt(nonce, json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode(), _whose(name))
    cookie = base64.urlsafe_b64encode(nonce + sealed).decode()
    if len(cookie) <= LONGEST:
        over_tls = parts().settings.public_url.startswith("https://")
        age = parts().settings.session_minutes * 60
        response.set_cookie(COOKIE, cookie, path=path, max_age=age, httponly=True, samesite="Lax", secure=over_tls)
    return name


def handle() -> str | None:
    """The word in the address, or in the form that came from there."""
    return request.values.get(WORD)


def held() -> Values | None:
    """What stands in the form of this address; None where nothing is kept for it, or for somebody else, or for another session."""
    name, cookie = handle(), request.cookies.get(COOKIE)
    if not name or not cookie:
        return None
    try:
        raw = base64.urlsafe_b64decode(cookie)
        kept = json.loads(_cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _whose(name)))
    except (ValueError, InvalidTag):
        return None
    return MultiDict((field, value) for field, value in kept)


def let_go(response: Response, path: str) -> Response:
    """The form has done its work: a computer that others use keeps nobody's numbers."""
    response.delete_cookie(COOKIE, path=path)
    return response


def _whose(name: str) -> bytes:
    return f"{my_session().digest} {name}".encode()


def _cipher() -> AESGCM:
    key = HKDF(SHA256(), 32, salt=None, info=b"rekom: forms held by a browser").derive(parts().keys.digest_key)
    return AESGCM(key)
