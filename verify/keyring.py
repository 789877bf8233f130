"""The keys of one office in memory, and their public halves as JSON web keys."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from schemas.es256 import COORDINATE
from schemas.letter_token import KEY_ID_BYTES, SealingKey
from workflows.errors import RekomError

DIGEST_BYTES = 16


class KeyFileError(RekomError):
    """The key file is missing, damaged, or open to others; the sentence says what to type."""

    slug = "kunci-bermasalah"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one office.

    ``verifying`` maps key ids to public keys: the current one's first, then the spare that takes over at the next
    rotation, then retired ones. ``withdrawn`` are compromised keys: known only to tell an old letter from a forged one.
    """

    current: SealingKey
    verifying: Mapping[str, ec.EllipticCurvePublicKey]
    digest_key: bytes = field(repr=False)
    spare: str | None = None
    withdrawn: Mapping[str, ec.EllipticCurvePublicKey] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, ec.EllipticCurvePublicKey]:
        """Every key this office ever sealed with, good or withdrawn."""
        return {**self.verifying, **self.withdrawn}

    @property
    def sealing(self) -> SealingKey:
        """The current key; ``KeyFileError`` where it was withdrawn and no new one was given yet."""
        if self.current.key_id in self.withdrawn:
            raise KeyFileError(f"Kunci {self.current.key_id} sudah ditarik. Beri kunci penanda tangan yang baru, lalu rekom keys rotate")
        return self.current

    def nik_digest(self, nik: str) -> bytes:
        """HMAC-SHA256 of a NIK, first 16 bytes: equal NIKs can be matched, none can be read back without the key."""
        return hmac.digest(self.digest_key, nik.encode(), "sha256")[:DIGEST_BYTES]

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JWK set (RFC 7517) for ``/.well-known/jwks.json``."""
        return {"keys": [named_jwk(key) for key in self.verifying.values()]}


def key_id_of(public: ec.EllipticCurvePublicKey) -> str:
    """The first 8 bytes of the key's thumbprint as 16 hexadecimal digits."""
    return thumbprint(public)[: 2 * KEY_ID_BYTES]


def thumbprint(public: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 thumbprint (RFC 7638) in hexadecimal digits: what a verifier's owner compares once."""
    text = json.dumps(public_jwk(public), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def public_jwk(public: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The members of a JWK that its thumbprint is made of."""
    numbers = public.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": encode(numbers.x), "y": encode(numbers.y)}


def named_jwk(public: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """A JWK as it is published."""
    return public_jwk(public) | {"kid": key_id_of(public), "alg": "ES256", "use": "sig"}


def public_from(jwk: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    """The public key of a JWK; ``ValueError`` or ``LookupError`` where it is none."""
    return ec.EllipticCurvePublicNumbers(decode(jwk["x"]), decode(jwk["y"]), ec.SECP256R1()).public_key()


def private_jwk(private: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """A private key for the office's own file."""
    return named_jwk(private.public_key()) | {"d": encode(private.private_numbers().private_value)}


def private_from(jwk: Mapping[str, str]) -> ec.EllipticCurvePrivateKey:
    """The private key of a JWK; ``ValueError`` where it does not belong to the id it is under."""
    private = ec.derive_private_key(decode(jwk["d"]), ec.SECP256R1())
    if key_id_of(private.public_key()) != jwk["kid"]:
        raise ValueError("a private key under a foreign id")
    return private


def encode(number: int) -> str:
    """A coordinate in base64url without padding."""
    return base64.urlsafe_b64encode(number.to_bytes(COORDINATE, "big")).decode().rstrip("=")


def decode(text: str) -> int:
    """And back."""
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
