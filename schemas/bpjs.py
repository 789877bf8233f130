"""BPJS Kesehatan VClaim ``Peserta``: signing, opening and reading an answer (domain 5.2-5.4, VClaim manual).

The outer JSON is ``{"metaData": {"code", "message"}, "response": <base64>}``; ``code`` is text in VClaim and a
number in its sister services. The response is AES-256-CBC with key SHA-256(cons id + secret + timestamp of
*this* request), iv the key's first 16 bytes, then LZ-string, then JSON.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from marshmallow import EXCLUDE, Schema, fields, validate

from schemas.foreign import Reason, code_text, folded, load_strictly, parse_json, quotable, refused, same_number, unavailable
from schemas.lz_string import compress, decompress
from schemas.names import check_name
from workflows.ports import MembershipEvidence, MembershipOutcome, MembershipQuestion, Segment

REGISTRY = "BPJS Kesehatan"
SOURCE = "BPJS VClaim"
ACTIVE_CODE = "0"
"""The only reliable ``statusPeserta.kode`` (domain 4.1); every other one is inactive, its text kept."""
SEGMENTS: Mapping[str, Segment] = {"13": Segment.PPU, "14": Segment.PBPU_MANDIRI, "21": Segment.PBI_JK, "22": Segment.PEMDA}
NOT_FOUND_TEXTS = ("tidak ditemukan", "tidak terdaftar", "belum terdaftar", "data tidak ada")
FORMAT_TEXTS = ("format", "digit", "tidak sesuai")
ACCESS_TEXTS = tuple("unauthorized,signature,authentication,cons id,cons-id,consid,user_key,user key,timestamp,expired".split(","))
OK, BUSINESS_REFUSAL = "200", "201"


@dataclass(frozen=True, slots=True)
class Access:
    """The keys BPJS gave: consumer id, the secret that signs, and the ``user_key``."""

    cons_id: str
    secret: str = field(repr=False)
    user_key: str = field(repr=False)


class _MetaSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    code = fields.Raw(required=True)
    message = fields.Raw(load_default=None, allow_none=True)


class _EnvelopeSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    meta = fields.Nested(_MetaSchema, required=True, data_key="metaData")
    response = fields.Raw(load_default=None, allow_none=True)


class _CodeSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    kode = fields.Raw(required=True)
    keterangan = fields.Raw(load_default=None, allow_none=True)


class _MemberSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    card = fields.String(required=True, data_key="noKartu", validate=validate.Regexp(r"^[0-9]{13}\Z"))
    nik = fields.String(required=True)
    name = fields.String(required=True, data_key="nama", validate=validate.Length(min=1))
    status = fields.Nested(_CodeSchema, required=True, data_key="statusPeserta")
    kind = fields.Nested(_CodeSchema, required=True, data_key="jenisPeserta")
    cover_from = fields.Raw(load_default=None, allow_none=True, data_key="tglTMT")
    cover_until = fields.Raw(load_default=None, allow_none=True, data_key="tglTAT")


class _ResponseSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    peserta = fields.Nested(_MemberSchema, required=True)


_ENVELOPE = _EnvelopeSchema()
_RESPONSE = _ResponseSchema()


def signature(access: Access, timestamp: str) -> str:
    """``X-signature``: base64 of HMAC-SHA256 over ``cons_id & timestamp`` (VClaim manual). ``timestamp``: UTC epoch seconds."""
    message = f"{access.cons_id}&{timestamp}"
    return base64.b64encode(hmac.digest(access.secret.encode(), message.encode(), "sha256")).decode()


def request_headers(access: Access, timestamp: str) -> dict[str, str]:
    """The four headers every call needs. They hold secrets: never log them."""
    return {
        "X-cons-id": access.cons_id,
        "X-timestamp": timestamp,
        "X-signature": signature(access, timestamp),
        "user_key": access.user_key,
    }


def seal(text: str, access: Access, timestamp: str) -> str:
    """Pack and encrypt ``text`` as BPJS does; the simulator answers with it."""
    key, padder = _key(access, timestamp), PKCS7(128).padder()
    padded = padder.update(compress(text).encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def unseal(sealed: str, access: Access, timestamp: str) -> str:
    """Undo ``seal``; ``ValueError`` where the text was not sealed for this request, is damaged, or unfolds too far."""
    key, unpadder = _key(access, timestamp), PKCS7(128).unpadder()
    try:
        raw = base64.b64decode(sealed, validate=True)
    except binascii.Error:
        raise ValueError("response is not base64") from None
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    padded = decryptor.update(raw) + decryptor.finalize()
    return decompress((unpadder.update(padded) + unpadder.finalize()).decode("ascii"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: whom it was about, its own timestamp, how alike a name must be (0-100), and for ``nokartu`` the card."""

    question: MembershipQuestion
    timestamp: str
    name_score: int
    card: str | None = None


def read_answer(payload: object, asked: Asked, access: Access, *, now: datetime) -> MembershipEvidence:
    """The evidence in the answer to ``Peserta``; ``Unavailable`` or ``Refused`` where it cannot be believed.

    NIK, name and, if one was asked for, the 13-digit card must be those of the question.
    """
    member = _member(payload, access, asked.timestamp)
    if member:
        _check_person(member, asked)
    return _evidence(member, asked.question.on, now)


def _check_person(member: Mapping[str, Any], asked: Asked) -> None:
    if not same_number(member["nik"], asked.question.nik) or (asked.card and not same_number(member["card"], asked.card)):
        raise refused(REGISTRY, Reason.IDENTITY)
    check_name(REGISTRY, member["name"], asked.question.name, least=asked.name_score)


def _key(access: Access, timestamp: str) -> bytes:
    return hashlib.sha256(f"{access.cons_id}{access.secret}{timestamp}".encode()).digest()


def _member(payload: object, access: Access, timestamp: str) -> Mapping[str, Any] | None:
    envelope = load_strictly(REGISTRY, _ENVELOPE, payload)
    code = code_text(envelope["meta"]["code"])
    if code != OK:
        _check_not_found(code, quotable(envelope["meta"]["message"]) or "")
        return None
    member: Mapping[str, Any] = load_strictly(REGISTRY, _RESPONSE, _opened(envelope["response"], access, timestamp))["peserta"]
    if code_text(member["status"]["kode"]) is None:
        raise unavailable(REGISTRY, Reason.SHAPE)
    return member


def _check_not_found(code: str | None, message: str) -> None:
    said = folded(message)
    if code is None:
        raise unavailable(REGISTRY, Reason.SHAPE)
    if code in ("429", "500", "502", "503", "504"):
        raise unavailable(REGISTRY, Reason.BUSY if code == "429" else Reason.SERVER, code=code)
    if code in ("401", "403") or any(words in said for words in ACCESS_TEXTS):
        raise refused(REGISTRY, Reason.CONFIGURATION, code=code, said=message)
    if code == BUSINESS_REFUSAL and any(words in said for words in NOT_FOUND_TEXTS):
        return
    reason = Reason.BAD_FORMAT if any(words in said for words in FORMAT_TEXTS) else Reason.UNKNOWN
    raise refused(REGISTRY, reason, code=code, said=message)


def _opened(response: object, access: Access, timestamp: str) -> object:
    if not isinstance(response, str):
        raise unavailable(REGISTRY, Reason.SHAPE)
    try:
        return parse_json(unseal(response, access, timestamp))
    except ValueError:
        raise unavailable(REGISTRY, Reason.SHAPE) from None


def _evidence(member: Mapping[str, Any] | None, on: date, now: datetime) -> MembershipEvidence:
    if member is None:
        nothing = (None, None, None, None, None, None, None, None)
        return MembershipEvidence(MembershipOutcome.NOT_FOUND, *nothing, asked_for=on, source=SOURCE, as_of=now)
    status, kind = member["status"], member["kind"]
    status_code, segment_code = code_text(status["kode"]), code_text(kind["kode"])
    return MembershipEvidence(
        outcome=MembershipOutcome.ACTIVE if status_code == ACTIVE_CODE else MembershipOutcome.INACTIVE,
        segment=SEGMENTS.get(segment_code or "", Segment.OTHER),
        status_code=status_code,
        status_text=quotable(status["keterangan"]),
        segment_code=segment_code,
        segment_text=quotable(kind["keterangan"]),
        card=member["card"],
        cover_from=_day(member["cover_from"]),
        cover_until=_day(member["cover_until"]),
        asked_for=on,
        source=SOURCE,
        as_of=now,
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
