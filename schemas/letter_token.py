"""The signed token a letter's QR carries: a CWT (RFC 8392) in a COSE_Sign1 envelope (RFC 9052), ES256, base32.

Only one spelling of a token exists. Opening rebuilds the text from what was read and compares, so malleable
base32 bits, other CBOR encodings, extra bytes and the second ECDSA signature (high ``s``) are all forgeries.
Nothing but a byte comparison happens before the signature holds. See ``docs/adr/0001-letter-token.md``.
"""

import hashlib
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema

from schemas.es256 import COORDINATE, Signs, holds, sign
from workflows.errors import InvalidInput

MAX_CHARACTERS = 1_000
"""Longest text that is written or looked at."""
VERSION = 1
ANY_HOSPITAL = "ANY"

CWT_ISSUER, CWT_EXPIRES, CWT_NOT_BEFORE, CWT_ID = 1, 4, 5, 7
LETTER = -65537
"""Claim key of the letter's own fields: the first key RFC 8392 leaves for private use."""
LETTER_FIELDS = ("number", "letter_type", "name", "birth_year", "nik_digest", "segment", "care_class", "hospital_code", "single_use")
"""Order of the array under ``LETTER``, after the version."""
_letter_fields = attrgetter(*LETTER_FIELDS)

KEY_ID_BYTES = 8
NIK_DIGEST_BYTES = 16
HEAD = bytes.fromhex("d2844da201260448")
"""Tag 18, array of 4, protected header of 13 bytes: algorithm ES256 and a key id of 8 bytes."""
BASE32 = re.compile("[A-Za-z2-7]+", re.ASCII)
DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnop" * 2 + "qrstuv")
"""From base32 (RFC 4648) to the digits that ``int(text, 32)`` reads."""
EMPTY_MAP = b"\xa0"
SIGNATURE_HEAD = b"\x58\x40"


class ForgedToken(InvalidInput):
    """The code was not made by this office; the text says how that was seen."""

    slug = "kode-palsu"
    sentence = "Kode surat palsu atau rusak. Tahan surat ini, hubungi Dinas Sosial, dan tetap layani pasien."


class MalformedToken(ForgedToken):
    """Not a token at all, or one in a spelling this office never writes."""

    slug = "kode-rusak"
    sentence = "Kode ini bukan kode surat Dinas Sosial atau rusak. Pindai ulang; bila tetap gagal, hubungi Dinas Sosial."


class UnknownKey(ForgedToken):
    """Signed, it says, with a key this verifier does not hold."""

    slug = "kunci-tidak-dikenal"
    sentence = "Kunci penanda tangan surat tidak dikenal. Perbarui daftar kunci; bila tetap gagal, hubungi Dinas Sosial."


class WrongSignature(ForgedToken):
    """The signature does not belong to this content."""

    slug = "tanda-tangan-salah"
    sentence = "Tanda tangan digital tidak cocok. Tahan surat ini, hubungi Dinas Sosial, dan tetap layani pasien."


class UnfitClaims(InvalidInput):
    """The facts of a letter do not fit into a token; the sentence names the fields."""

    slug = "isi-kode-salah"
    sentence = "Isi surat tidak muat dalam kode QR. Periksa nomor surat, nama, dan kode rumah sakit."


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A private P-256 key, in memory or on a token, and its id (16 hexadecimal digits)."""

    key_id: str
    private: Signs


@dataclass(frozen=True, slots=True)
class LetterClaims:
    """What a letter says to a verifier. Never a diagnosis, never a part of the NIK.

    ``token_id`` is 16 random bytes as 32 lower-case hexadecimal digits, ``nik_digest`` the first 16 bytes of
    HMAC-SHA256 over the NIK, ``valid_from`` and ``valid_until`` whole seconds since 1970 UTC.
    """

    issuer: str
    key_id: str
    token_id: str
    number: str
    letter_type: str
    name: str
    birth_year: int
    nik_digest: bytes
    segment: str
    care_class: str
    hospital_code: str
    valid_from: int
    valid_until: int
    single_use: bool


TEXTS = {"issuer": 40, "number": 120, "letter_type": 40, "name": 80, "segment": 40, "care_class": 20, "hospital_code": 32}
"""Printable texts and their longest; lengths keep the QR readable."""
NUMBERS = {"birth_year": (1850, 2200), "valid_from": (1, 2**40), "valid_until": (1, 2**40)}
HEXADECIMAL = {"key_id": re.compile(rf"[0-9a-f]{{{2 * KEY_ID_BYTES}}}"), "token_id": re.compile(r"[0-9a-f]{32}")}


def _is_printable(text: str) -> None:
    if not text.isprintable():
        raise ValidationError("Ada karakter yang tidak dapat dicetak.")


def _is_digest(value: object) -> None:
    if not isinstance(value, bytes) or len(value) != NIK_DIGEST_BYTES:
        raise ValidationError("Harus 16 byte.")


class _Claims(Schema):
    class Meta:
        unknown = EXCLUDE

    nik_digest = fields.Raw(required=True, validate=_is_digest)
    single_use = fields.Boolean(required=True, truthy={True}, falsy={False})

    @validates_schema
    def _check_order(self, data: dict[str, Any], **_: object) -> None:
        if data["valid_until"] <= data["valid_from"]:
            raise ValidationError("Masa berlaku berakhir sebelum mulai.", "valid_until")

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> LetterClaims:
        return LetterClaims(**data)


SHAPES: dict[str, fields.Field[Any]] = {
    **{name: fields.String(required=True, validate=[validate.Length(1, longest), _is_printable]) for name, longest in TEXTS.items()},
    **{name: fields.Integer(required=True, strict=True, validate=validate.Range(*ends)) for name, ends in NUMBERS.items()},
    **{name: fields.String(required=True, validate=validate.Regexp(rf"{shape.pattern}\Z")) for name, shape in HEXADECIMAL.items()},
}
LetterClaimsSchema = _Claims.from_dict(SHAPES, name="LetterClaimsSchema")
"""The shape of ``LetterClaims``, which names each field that does not fit; ``is_fit`` is the same question in a tenth of the time."""


def is_fit(claims: Mapping[str, Any]) -> bool:
    """Whether ``LetterClaimsSchema`` would load these fields as they are; asked at every desk for every code."""
    return (
        all(
            type(claims[name]) is str and 0 < len(claims[name]) <= longest and claims[name].isprintable() for name, longest in TEXTS.items()
        )
        and all(type(claims[name]) is int and low <= claims[name] <= high for name, (low, high) in NUMBERS.items())
        and all(type(claims[name]) is str and shape.fullmatch(claims[name]) for name, shape in HEXADECIMAL.items())
        and type(claims["nik_digest"]) is bytes
        and len(claims["nik_digest"]) == NIK_DIGEST_BYTES
        and type(claims["single_use"]) is bool
        and claims["valid_from"] < claims["valid_until"]
    )


CLAIMS_SCHEMA = LetterClaimsSchema()


def seal(claims: LetterClaims, key: SealingKey) -> str:
    """Sign ``claims``; the same claims and key always give the same text (RFC 6979).

    Raises ``UnfitClaims`` where a field is empty, too long or of the wrong kind.
    """
    _check_fit(claims, key)
    payload = _payload(claims)
    signature = sign(_to_be_signed(bytes.fromhex(key.key_id), payload), key.private)
    text = _to_text(_envelope(bytes.fromhex(key.key_id), payload, signature))
    if len(text) > MAX_CHARACTERS:
        raise UnfitClaims
    return text


def open_token(text: str, keys: Mapping[str, ec.EllipticCurvePublicKey]) -> LetterClaims:
    """Return the claims of a token signed with one of ``keys`` (by key id); any case of letters is read.

    Raises ``MalformedToken``, ``UnknownKey`` or ``WrongSignature``, all of them ``ForgedToken``.
    Whether the letter is valid now is the desk's question, not asked here.
    """
    raw = _from_text(text)
    key_id, payload, signature = _split(raw)
    if key_id.hex() not in keys:
        raise UnknownKey
    if not holds(signature, _to_be_signed(key_id, payload), keys[key_id.hex()]):
        raise WrongSignature
    return _read_claims(key_id, payload)


def token_in(text: str) -> str:
    """The token in what a scanner typed: the tail of the address after ``/S/``, or the text itself."""
    return re.split(r"/s/", text.strip(), maxsplit=1, flags=re.IGNORECASE)[-1]


def check_code(token: str) -> str:
    """Eight characters of the token's digest as ``XXXX-XXXX``: printed beside the letter number for typing."""
    letters = b32encode(hashlib.sha256(token.upper().encode()).digest()).decode()[:8]
    return f"{letters[:4]}-{letters[4:]}"


def _check_fit(claims: LetterClaims, key: SealingKey) -> None:
    faults = CLAIMS_SCHEMA.validate(asdict(claims))
    if faults or claims.key_id != key.key_id:
        raise UnfitClaims(fields=", ".join(sorted(str(name) for name in faults)) or "key_id")


def _payload(claims: LetterClaims) -> bytes:
    # The keys stand in the order of deterministic CBOR (RFC 8949 section 4.2.1) already.
    return cbor2.dumps(
        {
            CWT_ISSUER: claims.issuer,
            CWT_EXPIRES: claims.valid_until,
            CWT_NOT_BEFORE: claims.valid_from,
            CWT_ID: bytes.fromhex(claims.token_id),
            LETTER: [VERSION, *_letter_fields(claims)],
        }
    )


def _read_claims(key_id: bytes, payload: bytes) -> LetterClaims:
    """Read a payload whose signature held; what this version would not have written is refused."""
    try:
        read = _flatten(cbor2.loads(payload)) | {"key_id": key_id.hex()}
    except (cbor2.CBORDecodeError, LookupError, TypeError, ValueError, AttributeError):
        raise MalformedToken from None
    if not is_fit(read):
        raise MalformedToken
    claims = LetterClaims(**read)
    if _payload(claims) != payload:
        raise MalformedToken
    return claims


def _flatten(content: Any) -> dict[str, Any]:
    version, *letter = content[LETTER]
    if version != VERSION:
        raise ValueError(version)
    return dict(zip(LETTER_FIELDS, letter, strict=True)) | {
        "issuer": content[CWT_ISSUER],
        "valid_until": content[CWT_EXPIRES],
        "valid_from": content[CWT_NOT_BEFORE],
        "token_id": content[CWT_ID].hex(),
    }


def _envelope(key_id: bytes, payload: bytes, signature: bytes) -> bytes:
    return HEAD + key_id + EMPTY_MAP + cbor2.dumps(payload) + SIGNATURE_HEAD + signature


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Key id, payload and signature of an envelope in its one spelling."""
    start = len(HEAD) + KEY_ID_BYTES + len(EMPTY_MAP)
    stop = len(raw) - len(SIGNATURE_HEAD) - 2 * COORDINATE
    length_bytes = {0x58: 2, 0x59: 3}.get(raw[start], 0) if start < stop else 0
    key_id, payload, signature = raw[len(HEAD) : start - 1], raw[start + length_bytes : stop], raw[-2 * COORDINATE :]
    if not length_bytes or _envelope(key_id, payload, signature) != raw:
        raise MalformedToken
    return key_id, payload, signature


def _to_be_signed(key_id: bytes, payload: bytes) -> bytes:
    """``Sig_structure`` of RFC 9052 section 4.4, with nothing added from outside."""
    return cbor2.dumps(["Signature1", HEAD[3:] + key_id, b"", payload])


def _to_text(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=")


def _from_text(text: str) -> bytes:
    # By one long number: the library's base32 goes letter by letter, which would be a quarter of the time of a check.
    if not len(text) <= MAX_CHARACTERS or not BASE32.fullmatch(text):
        raise MalformedToken
    unused = 5 * len(text) % 8
    number = int(text.translate(DIGITS), 32)
    # One spelling: no letter too many, and no bit set behind the last byte.
    if unused >= 5 or number & ((1 << unused) - 1):
        raise MalformedToken
    return (number >> unused).to_bytes(5 * len(text) // 8, "big")
