"""ES256 signatures with one spelling: deterministic (RFC 6979), ``r || s``, and ``s`` in the lower half of the group."""

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

COORDINATE = 32
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the group of P-256 (FIPS 186-5)."""


class Signs(Protocol):
    """A private key, wherever it lies: in memory, or on a token that signs for us."""

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Its public half."""

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """A signature in DER."""


def sign(content: bytes, private: Signs) -> bytes:
    """64 bytes; the same content and a key in memory always give the same ones."""
    r, s = decode_dss_signature(private.sign(content, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(COORDINATE, "big") + min(s, ORDER - s).to_bytes(COORDINATE, "big")


def holds(signature: bytes, content: bytes, public: ec.EllipticCurvePublicKey) -> bool:
    """Whether the signature belongs to the content; its mirror image, which mathematics allows too, does not."""
    r, s = int.from_bytes(signature[:COORDINATE], "big"), int.from_bytes(signature[COORDINATE:], "big")
    if len(signature) != 2 * COORDINATE or s > ORDER // 2:
        return False
    try:
        public.verify(encode_dss_signature(r, s), content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
