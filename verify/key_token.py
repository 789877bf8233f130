"""The office's signing key on a PKCS#11 token, such as an HSM or a smart card: it signs there and never leaves it.

Named by an address of RFC 7512: ``pkcs11:token=rekom;object=segel?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-value=1234``.
A token chooses its own random numbers, so two seals over the same letter differ; both hold.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from schemas.es256 import COORDINATE
from verify.keyring import KeyFileError

try:  # the extra "hsm": an office with its key in the file does without
    import pkcs11
    from pkcs11 import KeyType, Mechanism, ObjectClass
    from pkcs11.exceptions import PKCS11Error, UserAlreadyLoggedIn
    from pkcs11.util.ec import encode_ec_public_key
except ModuleNotFoundError:
    SPEAKS_TO_TOKENS = False
else:
    SPEAKS_TO_TOKENS = True

HOW = "Tulis seperti pkcs11:token=NAMA;object=LABEL?module-path=BERKAS&pin-source=BERKAS."
_began: dict[str, int] = {}
"""In which process each module was begun: a fork's child has to begin it anew."""


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """Where a key lies: the token's driver, the token, the key's label, and the PIN."""

    module: str
    token: str
    label: str
    pin: str = field(repr=False)


def address_in(text: str) -> TokenAddress:
    """Read an address; ``KeyFileError`` says what it lacks, never what it holds."""
    path, _, query = text.removeprefix("pkcs11:").partition("?")
    known = dict(part.split("=", 1) for part in [*path.split(";"), *query.split("&")] if "=" in part)
    known = {name: unquote(value) for name, value in known.items()}
    missing = [name for name in ("token", "object", "module-path") if not known.get(name)]
    if missing or not (known.get("pin-value") or known.get("pin-source")):
        raise KeyFileError(f"REKOM_SIGNING_KEY_TOKEN belum lengkap: {', '.join(missing) or 'pin-source'}. {HOW}")
    pin = known.get("pin-value") or _pin_in(known["pin-source"])
    return TokenAddress(known["module-path"], known["token"], known["object"], pin)


def on_token(text: str) -> "TokenKey":
    """The key at an address, one a process; ``KeyFileError`` where the token or its key is not there."""
    if not SPEAKS_TO_TOKENS:
        raise KeyFileError("Paket python-pkcs11 belum terpasang. Pasang Rekom dengan tambahan hsm: pip install 'rekom[hsm]'")
    return _opened(text, os.getpid())


class TokenKey:
    """Signs as a private key of ``cryptography`` does. One a process, shared by its threads, which take turns."""

    def __init__(self, address: TokenAddress) -> None:
        self._address, self._lock = address, threading.Lock()
        self._session: Any = None
        self._public: ec.EllipticCurvePublicKey = self._on_token(self._read_public)

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Its public half."""
        return self._public

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """A DER signature over SHA-256 of the data; the token chooses the random number, whatever the algorithm would."""
        del signature_algorithm
        digest = hashlib.sha256(data).digest()
        raw: bytes = self._on_token(lambda session: self._key(session, ObjectClass.PRIVATE_KEY).sign(digest, mechanism=Mechanism.ECDSA))
        return encode_dss_signature(int.from_bytes(raw[:COORDINATE], "big"), int.from_bytes(raw[COORDINATE:], "big"))

    def _on_token(self, act: Callable[[Any], Any]) -> Any:
        """Do something in the open session; after a fault once more in a new one, for a token may have been pulled out."""
        with self._lock:
            try:
                return self._in_session(act)
            except PKCS11Error:
                self._forget()
            try:
                return self._in_session(act)
            except PKCS11Error as error:
                words = f"{type(error).__name__} dari token {self._address.token}"
                raise KeyFileError(f"Kunci di token PKCS#11 tidak dapat dipakai: {words}. Periksa token, label, dan PIN.") from None

    def _in_session(self, act: Callable[[Any], Any]) -> Any:
        self._session = self._session or self._open()
        return act(self._session)

    def _open(self) -> Any:
        module = _driver(self._address.module)
        if _began.setdefault(self._address.module, os.getpid()) != os.getpid():
            module.reinitialize()
            _began[self._address.module] = os.getpid()
        token = module.get_token(token_label=self._address.token)
        try:
            return token.open(user_pin=self._address.pin)
        except UserAlreadyLoggedIn:  # by another key on it: a process signs in to a token once
            return token.open()

    def _forget(self) -> None:
        session, self._session = self._session, None
        with suppress(PKCS11Error):
            if session is not None:
                session.close()

    def _key(self, session: Any, kind: Any) -> Any:
        return session.get_key(object_class=kind, key_type=KeyType.EC, label=self._address.label)

    def _read_public(self, session: Any) -> ec.EllipticCurvePublicKey:
        public = load_der_public_key(encode_ec_public_key(self._key(session, ObjectClass.PUBLIC_KEY)))
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
            raise KeyFileError(f"Kunci {self._address.label} di token bukan EC P-256. Buat kunci baru dari jenis itu.")
        return public


def _driver(place: str) -> Any:
    try:
        return pkcs11.lib(place)
    except (RuntimeError, OSError, AttributeError):  # some other library, or one for another machine
        raise KeyFileError(f"Berkas {place} bukan penggerak token PKCS#11. Betulkan module-path.") from None


@cache
def _opened(text: str, process: int) -> TokenKey:
    del process
    address = address_in(text)
    if not Path(address.module).exists():
        raise KeyFileError(f"Penggerak token {address.module} tidak ada. Pasang perangkat lunaknya, atau betulkan module-path.")
    return TokenKey(address)


def _pin_in(place: str) -> str:
    try:
        return Path(place.removeprefix("file:")).read_text(encoding="utf-8").strip()
    except OSError:
        raise KeyFileError("Berkas PIN token tidak dapat dibaca. Periksa pin-source dan haknya.") from None
