"""The bundle a verifier keeps for the time without network: keys, withdrawn letters and keys, and a witness, signed by the office.

A COSE_Sign1 (RFC 9052) like the letter's token, with a type of its own in the protected header (RFC 9596), so that
neither can ever be taken for the other. One spelling only. See ``docs/verifier/README.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from schemas.es256 import COORDINATE, holds, sign
from schemas.letter_token import KEY_ID_BYTES, SealingKey
from workflows.errors import InvalidInput

MEDIA_TYPE = 'application/cose; cose-type="cose-sign1"'
VERSION = 1
ISSUER, EXPIRES, ISSUED_AT = 1, 4, 6
TRUST = -65537
"""Claim key of the bundle's own fields: the first key RFC 8392 leaves for private use."""
ID_BYTES = 16
ROOT_BYTES = 32
HEAD = bytes.fromhex("d284581ba301260448")
"""Tag 18, array of 4, protected header of 27 bytes: algorithm ES256, a key id of 8 bytes ..."""
TYPE = b"\x10\x6crekom-bundle"
"""... and the type."""
EMPTY_MAP = b"\xa0"
SIGNATURE_HEAD = b"\x58\x40"


class UnfitBundle(InvalidInput):
    """Not a bundle of this office, or not in the one spelling there is."""

    slug = "daftar-kepercayaan-salah"
    sentence = "Daftar kunci ini palsu atau rusak. Ambil lagi dari alamat resmi Dinas Sosial."


@dataclass(frozen=True, slots=True)
class Witness:
    """A Merkle root over the heads of ``chains`` audit chains, counting events up to ``last_event``."""

    last_event: int
    chains: int
    root: bytes
    at: int


@dataclass(frozen=True, slots=True)
class TrustBundle:
    """What a verifier believes until ``expires_at``. Ids of letters are their random token ids, never anything of a person.

    ``gone`` were revoked or replaced, ``used`` accepted; ``withdrawn`` are ids of keys. Times are seconds since 1970 UTC.
    """

    issuer: str
    counter: int
    issued_at: int
    expires_at: int
    keys: Mapping[str, ec.EllipticCurvePublicKey]
    withdrawn: frozenset[str]
    gone: frozenset[str]
    used: frozenset[str]
    witness: Witness | None


def seal_bundle(bundle: TrustBundle, key: SealingKey) -> bytes:
    """Sign a bundle; the same content and key always give the same bytes."""
    key_id, payload = bytes.fromhex(key.key_id), cbor2.dumps(_claims(bundle), canonical=True)
    return _envelope(key_id, payload, sign(_to_be_signed(key_id, payload), key.private))


def open_bundle(raw: bytes, keys: Mapping[str, ec.EllipticCurvePublicKey]) -> TrustBundle:
    """A bundle signed with one of ``keys``; ``UnfitBundle`` otherwise. Age and counter are judged by whoever keeps it."""
    key_id, payload, signature = _split(raw)
    if key_id not in keys or not holds(signature, _to_be_signed(bytes.fromhex(key_id), payload), keys[key_id]):
        raise UnfitBundle
    try:
        bundle = _bundle(cbor2.loads(payload))
    except (cbor2.CBORDecodeError, LookupError, TypeError, ValueError, AttributeError):
        raise UnfitBundle from None
    if cbor2.dumps(_claims(bundle), canonical=True) != payload:
        raise UnfitBundle
    return bundle


def _claims(bundle: TrustBundle) -> dict[int, Any]:
    keys = [_cose_key(key_id, key) for key_id, key in sorted(bundle.keys.items())]
    lists = [_joined(ids) for ids in (bundle.withdrawn, bundle.gone, bundle.used)]
    seen = bundle.witness
    witness = [seen.last_event, seen.chains, seen.root, seen.at] if seen else None
    return {
        ISSUER: bundle.issuer,
        EXPIRES: bundle.expires_at,
        ISSUED_AT: bundle.issued_at,
        TRUST: [VERSION, bundle.counter, keys, *lists, witness],
    }


def _bundle(claims: Any) -> TrustBundle:
    version, counter, keys, withdrawn, gone, used, witness = claims[TRUST]
    if version != VERSION:
        raise ValueError(version)
    return TrustBundle(
        issuer=claims[ISSUER],
        counter=counter,
        issued_at=claims[ISSUED_AT],
        expires_at=claims[EXPIRES],
        keys={key[2].hex(): _public(key) for key in keys},
        withdrawn=_parted(withdrawn, KEY_ID_BYTES),
        gone=_parted(gone, ID_BYTES),
        used=_parted(used, ID_BYTES),
        witness=Witness(*witness) if witness else None,
    )


def _cose_key(key_id: str, public: ec.EllipticCurvePublicKey) -> dict[int, Any]:
    """A COSE_Key of RFC 9053: type EC2, id, algorithm ES256, curve P-256, coordinates."""
    numbers = public.public_numbers()
    x, y = (number.to_bytes(COORDINATE, "big") for number in (numbers.x, numbers.y))
    return {1: 2, 2: bytes.fromhex(key_id), 3: -7, -1: 1, -2: x, -3: y}


def _public(key: Mapping[int, Any]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(key[label], "big") for label in (-2, -3))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _joined(ids: frozenset[str]) -> bytes:
    """Ids of one length in one byte string, in order: an eighth smaller than an array, and searched without unpacking."""
    return b"".join(sorted(map(bytes.fromhex, ids)))


def _parted(joined: bytes, length: int) -> frozenset[str]:
    if len(joined) % length:
        raise ValueError("ids of another length")
    return frozenset(joined[start : start + length].hex() for start in range(0, len(joined), length))


def _envelope(key_id: bytes, payload: bytes, signature: bytes) -> bytes:
    return HEAD + key_id + TYPE + EMPTY_MAP + cbor2.dumps(payload) + SIGNATURE_HEAD + signature


def _split(raw: bytes) -> tuple[str, bytes, bytes]:
    """Key id, payload and signature of an envelope in its one spelling."""
    start, stop = len(HEAD) + KEY_ID_BYTES + len(TYPE) + len(EMPTY_MAP), len(raw) - len(SIGNATURE_HEAD) - 2 * COORDINATE
    length_bytes = {0x58: 2, 0x59: 3, 0x5A: 5}.get(raw[start], 0) if start < stop else 0
    key_id, payload = raw[len(HEAD) : len(HEAD) + KEY_ID_BYTES], raw[start + length_bytes : stop]
    if not length_bytes or _envelope(key_id, payload, raw[-2 * COORDINATE :]) != raw:
        raise UnfitBundle
    return key_id.hex(), payload, raw[-2 * COORDINATE :]


def _to_be_signed(key_id: bytes, payload: bytes) -> bytes:
    """``Sig_structure`` of RFC 9052 section 4.4."""
    return cbor2.dumps(["Signature1", HEAD[4:] + key_id + TYPE, b"", payload])
