"""Secrets of hospital systems: shown once, stored nowhere, and known again from the office's key file.

A signature by a shared secret can only be checked by somebody who has the secret. So it follows from the key's public
id and the digest key of the office's key file: a copy of the database alone opens no door.
"""

import base64
import hashlib
import hmac
import secrets

LABEL = b"rekom hospital key 1\0"


def new_client_id() -> str:
    """A public id that was never used before; it is the key's user name and its ``X-cons-id``."""
    return f"rs-{secrets.token_hex(6)}"


def secret_of(digest_key: bytes, client_id: str) -> str:
    """The secret that belongs to an id: 32 bytes as base64url without padding."""
    made = hmac.digest(digest_key, LABEL + client_id.encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def fingerprint(secret: str) -> str:
    """What the database keeps of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fits(secret: str, stored: str) -> bool:
    """Whether this is the secret, in the same time whatever is wrong with it."""
    return hmac.compare_digest(fingerprint(secret), stored)
