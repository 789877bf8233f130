"""The office's keys in a folder only its owner may enter, and what may be done to them.

``kunci.json`` holds the signing key, the public halves of all others, and the key of the NIK digest. It is replaced
whole, so making, rotating and withdrawing are atomic. ``cadangan-<id>.json`` holds the private half of the spare, whose
public half is published beforehand, so that verifiers already know the key a rotation brings; it may lie in a safe
until then. A retired key keeps its public half only: letters it signed verify on, nobody can sign with it again.

Where ``REKOM_SIGNING_KEY_PEM`` holds the signing key, or ``REKOM_SIGNING_KEY_TOKEN`` says on which token it lies, the file lists
its public half and there is no spare.
"""

import logging
import secrets
import threading
from dataclasses import replace
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from schemas.es256 import Signs
from schemas.letter_token import SealingKey
from verify.key_file import FILE, Listed, forget_spares, keep_spare, locked, read, spare_of, store
from verify.key_token import on_token
from verify.keyring import KeyFileError, KeyRing, key_id_of

__all__ = ["FILE", "KeyFileError", "KeyRing", "KeyStore", "key_id_of", "load_keys", "make_keys", "rotate", "withdraw"]

log = logging.getLogger(__name__)

SCHEME = "pkcs11:"
"""How a key's address begins that lies on a token; whatever else is given from outside is PEM."""


def make_keys(folder: Path, pem: str = "") -> KeyRing:
    """Make the office's keys unless they exist, and load them. Processes that come together get the same keys."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder):
        if not (folder / FILE).exists():
            given = _private_in(pem) if pem else None
            own = _new_key()
            spare = None if given else keep_spare(folder, _new_key())
            public = (given or own).public_key()
            store(folder, Listed(None if given else own, public, spare, {}, {}, secrets.token_bytes(32)))
    return load_keys(folder, pem)


def load_keys(folder: Path, pem: str = "") -> KeyRing:
    """Read the keys; ``KeyFileError`` where they are missing, damaged, or other users may read them."""
    return _ring_of(read(folder), pem)


def rotate(folder: Path, pem: str = "", *, fresh: bool = False) -> KeyRing:
    """Sign with the spare from now on; the old key verifies on, its private half is destroyed.

    ``fresh`` signs with a new key that no verifier knows yet. ``KeyFileError`` where the spare was carried away.
    """
    with locked(folder):
        store(folder, _successor(folder, read(folder), pem, fresh=fresh))
        forget_spares(folder)
    return load_keys(folder, pem)


def withdraw(folder: Path, key_id: str, pem: str = "", *, fresh: bool = False) -> KeyRing:
    """Stop believing a key. The signing key is replaced first; where the environment holds it, a new one must be given there."""
    with locked(folder):
        listed = read(folder)
        if key_id == key_id_of(listed.current) and not _is_given(key_id, pem):
            listed = _successor(folder, listed, pem, fresh=fresh)
        if listed.spare and key_id == key_id_of(listed.spare):
            listed = replace(listed, retired={**listed.retired, key_id: listed.spare}, spare=keep_spare(folder, _new_key()))
        known = {key_id_of(listed.current): listed.current, **listed.retired, **listed.withdrawn}
        if key_id not in known:
            raise KeyFileError(f"Kunci {key_id} tidak dikenal. Lihat: rekom keys show")
        retired = {name: key for name, key in listed.retired.items() if name != key_id}
        store(folder, replace(listed, retired=retired, withdrawn={**listed.withdrawn, key_id: known[key_id]}))
        forget_spares(folder)
    return load_keys(folder, pem)


class KeyStore:
    """The ring as the file is now: its stamp is looked at before each use, so that a rotation reaches every process at once.

    A file that cannot be used any more leaves a running process with the ring it had, and a line in the log.
    """

    def __init__(self, folder: Path, pem: str = "") -> None:
        self._folder, self._pem = folder, pem
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = None
        self._ring: KeyRing | None = None

    def ring(self) -> KeyRing:
        """The keys of this moment. Take it once for things that belong together, such as a key and its id."""
        stamp = self._stamp()
        if self._ring is not None and stamp == self._seen:
            return self._ring
        with self._lock:
            return self._load(stamp)

    def _load(self, stamp: tuple[int, ...] | None) -> KeyRing:
        try:
            self._ring = load_keys(self._folder, self._pem)
        except KeyFileError as error:
            if self._ring is None:
                raise
            log.error("key file not read again: %s", error)
        self._seen = stamp
        return self._ring

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            found = (self._folder / FILE).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def _successor(folder: Path, listed: Listed, pem: str, *, fresh: bool) -> Listed:
    """The list after the current key retired."""
    retired = {key_id_of(listed.current): listed.current, **listed.retired}
    if pem:
        public = _private_in(pem).public_key()
        if key_id_of(public) in {**retired, **listed.withdrawn}:
            raise KeyFileError(f"{_named(pem)} masih berisi kunci lama. Isi dengan kunci baru, lalu ulangi.")
        return replace(listed, private=None, current=public, retired=retired, spare=None)
    private = None if fresh else spare_of(folder, listed.spare)
    if listed.spare and not private and not fresh:
        raise KeyFileError(
            f"Kunci cadangan {key_id_of(listed.spare)} tidak ada di {folder}. Kembalikan berkasnya dari tempat aman, atau ulangi "
            "dengan --fresh: kunci baru, dan semua pemeriksa offline harus mengambil daftar kunci lagi lewat HTTPS."
        )
    chosen = private or _new_key()
    return replace(listed, private=chosen, current=chosen.public_key(), retired=retired, spare=keep_spare(folder, _new_key()))


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _private_in(pem: str) -> Signs:
    if pem.startswith(SCHEME):
        return on_token(pem)
    try:
        private = serialization.load_pem_private_key(pem.replace("\\n", "\n").encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise KeyFileError("REKOM_SIGNING_KEY_PEM harus berisi kunci pribadi EC P-256 dalam bentuk PEM tanpa sandi.") from None
    return private


def _named(pem: str) -> str:
    """The setting that named a key from outside the file."""
    return "REKOM_SIGNING_KEY_TOKEN" if pem.startswith(SCHEME) else "REKOM_SIGNING_KEY_PEM"


def _is_given(key_id: str, pem: str) -> bool:
    """Whether the environment holds this very key."""
    return bool(pem) and key_id == key_id_of(_private_in(pem).public_key())


def _ring_of(listed: Listed, pem: str) -> KeyRing:
    private = _private_in(pem) if pem else listed.private
    if private is None:
        raise KeyFileError("Kunci penanda tangan tidak ada di berkas kunci. Isi REKOM_SIGNING_KEY_PEM atau REKOM_SIGNING_KEY_TOKEN.")
    current = SealingKey(key_id_of(private.public_key()), private)
    spare = {key_id_of(listed.spare): listed.spare} if listed.spare else {}
    good = {key_id_of(listed.current): listed.current, **spare, **listed.retired}
    if current.key_id not in {**good, **listed.withdrawn}:
        raise KeyFileError(f"Kunci di {_named(pem)} belum terdaftar. Jalankan: rekom keys rotate")
    ordered = {current.key_id: private.public_key(), **good}
    verifying = {name: key for name, key in ordered.items() if name not in listed.withdrawn}
    return KeyRing(current, verifying, listed.digest_key, next(iter(spare), None), listed.withdrawn)
