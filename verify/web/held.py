"""A form that was filled in for somebody is a page with an address of its own: reload and the back button show it as it was.

What stands in it waits sealed in a cookie of its own, for this form alone and for this session alone, so that two forms side by side leave
each other be; the address holds a word that says nothing. When they become more than a browser may send, the oldest gives way.
Nothing is stored in the office, no NIK stands in an address, and signing out makes the cookie unreadable.
"""

import base64
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from verify.auth import my_session, parts
from verify.web.form import Values

WORD, COOKIE = "isian", "isian-"
"""In the address, and how the names of the cookies begin, each with the form's own word behind it."""
HANDLE = re.compile(r"[A-Za-z0-9_-]{12}")
LONGEST, ROOM = 3800, 7000
"""Characters of one cookie that every browser keeps, and of all of them together in the 8 kB that servers read of a header; more typed than
that is not held, and the back button asks as it always did."""
NONCE_BYTES = 12
NEVER = frozenset({"csrf_token", "kunci", WORD})

Typed = Iterable[tuple[str, str]]


class Held(NamedTuple):
    """``notes`` are the page's own, ``typed`` is what stands in the form: no field that somebody sends becomes a note."""

    notes: Mapping[str, str]
    typed: Values


def hold(response: Response, path: str, notes: Mapping[str, str], typed: Typed, handle: str | None = None) -> str:
    """Let the browser keep what stands in the form at ``path``; the handle for its address, a new one where there is none yet."""
    name = handle or secrets.token_urlsafe(9)
    kept = [notes, [(field, value) for field, value in typed if value and field not in NEVER]]
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher().encrypt(nonce, json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode(), _whose(name))
    cookie = base64.urlsafe_b64encode(nonce + sealed).decode()
    if len(cookie) <= LONGEST:
        over_tls = parts().settings.public_url.startswith("https://")
        age = parts().settings.session_minutes * 60
        response.set_cookie(COOKIE + name, cookie, path=path, max_age=age, httponly=True, samesite="Lax", secure=over_tls)
        for other in _without_room(COOKIE + name, ROOM - len(cookie)):
            response.delete_cookie(other, path=path)
    return name


def handle() -> str | None:
    """The word in the address, or in the form that came from there; None for one that no page of ours made."""
    name = request.values.get(WORD, "")
    return name if HANDLE.fullmatch(name) else None


def held() -> Held | None:
    """What stands in the form of this address; None where nothing is kept for it, or for somebody else, or for another session."""
    name = handle()
    cookie = request.cookies.get(f"{COOKIE}{name}")
    if not name or not cookie:
        return None
    try:
        raw = base64.urlsafe_b64decode(cookie)
        notes, typed = json.loads(_cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _whose(name)))
    except (ValueError, InvalidTag):
        return None
    return Held(notes, MultiDict((field, value) for field, value in typed))


def let_go(response: Response, path: str) -> Response:
    """The form has done its work: a computer that others use keeps nobody's numbers."""
    if name := handle():
        response.delete_cookie(COOKIE + name, path=path)
    return response


def _without_room(own: str, room: int) -> Iterator[str]:
    """The cookies of other forms that do not fit beside this one; a browser names the oldest first (RFC 6265, 5.4)."""
    for name, value in reversed(list(request.cookies.items())):
        if name.startswith(COOKIE) and name != own:
            room -= len(value)
            if room < 0:
                yield name


def _whose(name: str) -> bytes:
    return f"{my_session().digest} {name}".encode()


def _cipher() -> AESGCM:
    key = HKDF(SHA256(), 32, salt=None, info=b"rekom: forms held by a browser").derive(parts().keys.digest_key)
    return AESGCM(key)
