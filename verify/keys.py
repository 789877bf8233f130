"""The office's keys in one file: the signing key, retired keys that still verify, and the key of the NIK digest.

``kunci.json`` lies in a folder only its owner may enter and is replaced whole, so making and rotating are atomic.
A retired key keeps its public half only: letters it signed verify on, nobody can sign with it again.
"""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from schemas.letter_token import COORDINATE, KEY_ID_BYTES, SealingKey
from workflows.errors import RekomError

FILE = "kunci.json"
LOCK = "kunci.lock"
DIGEST_BYTES = 16
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(RekomError):
    """The key file is missing, damaged, or open to others; the sentence says what to type."""

    slug = "kunci-bermasalah"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one office. ``verifying`` maps key ids to public keys, the current key's first."""

    current: SealingKey
    verifying: Mapping[str, ec.EllipticCurvePublicKey]
    digest_key: bytes = field(repr=False)

    def nik_digest(self, nik: str) -> bytes:
        """HMAC-SHA256 of a NIK, first 16 bytes: equal NIKs can be matched, none can be read back without the key."""
        return hmac.digest(self.digest_key, nik.encode(), "sha256")[:DIGEST_BYTES]

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JWK set (RFC 7517) for ``/.well-known/jwks.json``."""
        return {"keys": [_public_jwk(key) | {"kid": key_id, "alg": "ES256", "use": "sig"} for key_id, key in self.verifying.items()]}


def make_keys(folder: Path) -> KeyRing:
    """Make the office's keys unless they exist, and load them. Processes that come together get the same keys."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder):
        if not (folder / FILE).exists():
            _store(folder, _ring_of(ec.generate_private_key(ec.SECP256R1()), {}, secrets.token_bytes(32)))
    return load_keys(folder)


def load_keys(folder: Path) -> KeyRing:
    """Read the keys; ``KeyFileError`` where they are missing, damaged, or other users may read them."""
    path = folder / FILE
    if not path.exists():
        raise KeyFileError(f"Berkas kunci {path} belum ada. Jalankan: rekom keys init")
    _check_rights(folder, 0o700)
    _check_rights(path, 0o600)
    try:
        return _ring_from(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, LookupError, TypeError):
        raise KeyFileError(f"Berkas kunci {path} rusak. Kembalikan dari cadangan.") from None


def rotate(folder: Path) -> KeyRing:
    """Sign with a new key from now on; the old one verifies on, its private half is destroyed."""
    with _locked(folder):
        old = load_keys(folder)
        _store(folder, _ring_of(ec.generate_private_key(ec.SECP256R1()), old.verifying, old.digest_key))
    return load_keys(folder)


def key_id_of(public: ec.EllipticCurvePublicKey) -> str:
    """The first 8 bytes of the key's thumbprint (RFC 7638) as 16 hexadecimal digits."""
    text = json.dumps(_public_jwk(public), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[: 2 * KEY_ID_BYTES]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; it is released by the system too, should this process die."""
    handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _check_rights(path: Path, rights: int) -> None:
    if path.stat().st_mode & OTHERS:
        raise KeyFileError(f"{path} terbuka bagi pengguna lain. Jalankan: chmod {rights:o} {path}")


def _store(folder: Path, ring: KeyRing) -> None:
    """Write the file beside its place, flush it to the disk, then move it in."""
    part = folder / f"{FILE}.baru"
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(_ring_to(ring), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / FILE)
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _ring_of(private: ec.EllipticCurvePrivateKey, retired: Mapping[str, ec.EllipticCurvePublicKey], digest_key: bytes) -> KeyRing:
    current = SealingKey(key_id_of(private.public_key()), private)
    return KeyRing(current, {current.key_id: private.public_key(), **retired}, digest_key)


def _ring_to(ring: KeyRing) -> dict[str, Any]:
    secret = ring.current.private.private_numbers().private_value
    retired = [jwk for jwk in ring.jwks()["keys"] if jwk["kid"] != ring.current.key_id]
    return {"current": ring.jwks()["keys"][0] | {"d": _encode(secret)}, "retired": retired, "digest_key": ring.digest_key.hex()}


def _ring_from(content: Mapping[str, Any]) -> KeyRing:
    private = ec.derive_private_key(_decode(content["current"]["d"]), ec.SECP256R1())
    retired = [_public_from(jwk) for jwk in content["retired"]]
    ring = _ring_of(private, {key_id_of(key): key for key in retired}, bytes.fromhex(content["digest_key"]))
    if [jwk["kid"] for jwk in (content["current"], *content["retired"])] != list(ring.verifying) or len(ring.digest_key) != 32:
        raise ValueError("key ids do not belong to the keys")
    return ring


def _public_jwk(public: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = public.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _encode(numbers.x), "y": _encode(numbers.y)}


def _public_from(jwk: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicNumbers(_decode(jwk["x"]), _decode(jwk["y"]), ec.SECP256R1()).public_key()


def _encode(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(COORDINATE, "big")).decode().rstrip("=")


def _decode(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
