"""A telephone of the tests: an authenticator app, and a passkey made in software (WebAuthn level 3, attestation "none")."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "https://rekom.example"
SITE = "rekom.example"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def code_at(secret: str, now: datetime, drift: int = 0) -> str:
    """What an app shows at a moment."""
    return pyotp.TOTP(secret).generate_otp(int(now.timestamp()) // 30 + drift)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class SoftKey:
    """A passkey; ``flags`` says whether a finger was shown, ``counter`` rises with each use."""

    origin: str = ORIGIN
    site: str = SITE
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    number: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        """The answer to ``navigator.credentials.create``."""
        asked = json.loads(options)
        length = len(self.number).to_bytes(2, "big")
        data = self._data(self.flags | ATTESTED) + bytes(16) + length + self.number + self._public()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": b64(client), "attestationObject": b64(attestation)})

    def sign(self, options: str) -> str:
        """The answer to ``navigator.credentials.get``."""
        self.counter += 1
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        data = self._data(self.flags)
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature)})

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _public(self) -> bytes:
        point = self.private.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})

    def _answer(self, response: dict[str, Any]) -> str:
        name = b64(self.number)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}})
