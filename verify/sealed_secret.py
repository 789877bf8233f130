"""Secrets of webhook endpoints: encrypted where they are stored, with a key that follows from the office's key file."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workflows.errors import RekomError

PREFIX = "whsec_"
SECRET_BYTES, NONCE_BYTES = 32, 12


class SecretUnreadable(RekomError):
    """The key file is not the one a secret was sealed with."""

    slug = "rahasia-webhook-tidak-terbaca"
    sentence = "Rahasia webhook tidak terbaca dengan berkas kunci ini. Kembalikan berkas kunci, atau buat alamat webhook baru."


def new_secret() -> str:
    """A secret as the Standard Webhooks write it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def bytes_of(secret: str) -> bytes:
    """What signs."""
    return base64.b64decode(secret.removeprefix(PREFIX))


def seal(digest_key: bytes, endpoint_id: str, secret: str) -> str:
    """Encrypt a secret for one endpoint; it opens for no other."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + _cipher(digest_key).encrypt(nonce, secret.encode(), endpoint_id.encode())).decode()


def unseal(digest_key: bytes, endpoint_id: str, sealed: str) -> str:
    """And back."""
    whole = base64.b64decode(sealed)
    try:
        return _cipher(digest_key).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], endpoint_id.encode()).decode()
    except InvalidTag:
        raise SecretUnreadable from None


def _cipher(digest_key: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"rekom webhook secrets 1").derive(digest_key))
