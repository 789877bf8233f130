"""A request signed the way hospital programmers know from BPJS bridging, bound to its method, address and body.

    message     = X-cons-id & X-timestamp & METHOD & target & SHA-256 of the body in hexadecimal [& X-nonce]
    X-signature = base64(HMAC-SHA256(secret, message))

BPJS signs ``X-cons-id & X-timestamp`` alone, so that whoever sees one request can send another; here a signature fits one
request, within five minutes, once. Two equal requests within a second are told apart by ``X-nonce``.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from flask import Request
from sqlmodel import Session

from verify import hospital_secrets
from verify.composition import Rekom
from workflows import hospital_keys
from workflows.errors import NotAllowed
from workflows.records.staff import Staff

CONS_ID, TIMESTAMP, SIGNATURE, NONCE = "X-cons-id", "X-timestamp", "X-signature", "X-nonce"
WINDOW = timedelta(minutes=5)
LONGEST_NONCE = 64


class SignatureRefused(NotAllowed):
    """Unknown key, wrong secret or another request than the signed one; which of them is not said."""

    slug = "tanda-tangan-permintaan-salah"
    sentence = "X-cons-id atau X-signature tidak cocok. Periksa kunci, metode, alamat, dan isi yang ditandatangani."


class ClockDiffers(NotAllowed):
    """The request was signed too long ago or in the future."""

    slug = "jam-berbeda"
    sentence = "X-timestamp berbeda lebih dari 5 menit dari jam server. Betulkan jam komputer, lalu kirim lagi."


def is_signed(request: Request) -> bool:
    """Whether a request comes in by this door."""
    return CONS_ID in request.headers


def signer(rekom: Rekom, request: Request) -> Staff:
    """The account of the key that signed; counted, so that the same request is not answered twice."""
    now = rekom.clock()
    with rekom.database.read() as session:
        person = _signed_by(rekom, session, request)
    _check_clock(request.headers.get(TIMESTAMP, ""), now)
    digest = hashlib.sha256(_message(request)).hexdigest()
    with rekom.database.write() as session:
        hospital_keys.use_signature(session, person, digest, now=now, until=now + 2 * WINDOW)
    return person


def sign(secret: str, message: bytes) -> str:
    """``X-signature`` for a message."""
    return base64.b64encode(hmac.digest(secret.encode(), message, "sha256")).decode()


def message_of(cons_id: str, timestamp: str, method: str, target: str, body: bytes, nonce: str = "") -> bytes:
    """What is signed; ``target`` is path and query as they stand in the request line."""
    parts = [cons_id, timestamp, method, target, hashlib.sha256(body).hexdigest(), *([nonce] if nonce else [])]
    return "&".join(parts).encode()


def _signed_by(rekom: Rekom, session: Session, request: Request) -> Staff:
    client_id = request.headers[CONS_ID]
    found = hospital_keys.usable(session, client_id) if client_id.isprintable() else None
    secret = hospital_secrets.secret_of(rekom.keys.digest_key, client_id)
    given = request.headers.get(SIGNATURE, "").encode()
    # Compared even where there is no such key, so that both take the same time.
    matches = hmac.compare_digest(sign(secret, _message(request)).encode(), given)
    if found is None or not matches or not hospital_secrets.fits(secret, found[0].secret_sha256):
        raise SignatureRefused
    return found[1]


def _message(request: Request) -> bytes:
    nonce = request.headers.get(NONCE, "")
    if len(nonce) > LONGEST_NONCE:
        raise SignatureRefused
    headers = request.headers
    return message_of(headers[CONS_ID], headers.get(TIMESTAMP, ""), request.method, _target(request), request.get_data(), nonce)


def _target(request: Request) -> str:
    """Path and query as they were sent: decoding them first would make two requests one."""
    line = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?"))
    if line.startswith("/"):
        return line
    return "/" + line.split("://", 1)[-1].partition("/")[2]


def _check_clock(text: str, now: datetime) -> None:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise ClockDiffers(server_time=str(int(now.timestamp())))
    sent = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text))
    if abs(sent - now) > WINDOW:
        raise ClockDiffers(server_time=str(int(now.timestamp())))
