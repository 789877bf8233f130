"""The folder of the office's keys: one file that is replaced whole, and beside it the spare's private half."""

import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from verify.keyring import KeyFileError, key_id_of, named_jwk, private_from, private_jwk, public_from

FILE = "kunci.json"
LOCK = "kunci.lock"
SPARE = "cadangan-{}.json"
OTHERS = stat.S_IRWXG | stat.S_IRWXO

Public = ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Listed:
    """What the file says: the ring's public side, and the private half where it is kept in the file."""

    private: ec.EllipticCurvePrivateKey | None
    current: Public
    spare: Public | None
    retired: Mapping[str, Public]
    withdrawn: Mapping[str, Public]
    digest_key: bytes


def read(folder: Path) -> Listed:
    """What the folder's file says; ``KeyFileError`` where it is missing, damaged, or other users may read it."""
    path = folder / FILE
    if not path.exists():
        raise KeyFileError(f"Berkas kunci {path} belum ada. Jalankan: rekom keys init")
    check_rights(folder, 0o700)
    check_rights(path, 0o600)
    try:
        return _listed_from(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, LookupError, TypeError):
        raise KeyFileError(f"Berkas kunci {path} rusak. Kembalikan dari cadangan.") from None


def spare_of(folder: Path, public: Public | None) -> ec.EllipticCurvePrivateKey | None:
    """The spare's private half, unless it was carried away."""
    if public is None or not (path := spare_path(folder, public)).exists():
        return None
    check_rights(path, 0o600)
    try:
        return private_from(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, LookupError, TypeError):
        raise KeyFileError(f"Berkas kunci {path} rusak. Kembalikan dari cadangan.") from None


def keep_spare(folder: Path, private: ec.EllipticCurvePrivateKey) -> Public:
    """Write a new spare's private half; it counts once the file lists it."""
    write(spare_path(folder, private.public_key()), private_jwk(private))
    return private.public_key()


def spare_path(folder: Path, public: Public) -> Path:
    """Where the spare's private half lies."""
    return folder / SPARE.format(key_id_of(public))


def forget_spares(folder: Path) -> None:
    """Remove what a rotation, or one that was killed half-way, left behind."""
    listed = read(folder)
    kept = spare_path(folder, listed.spare) if listed.spare else None
    for path in folder.glob(SPARE.format("*")):
        if path != kept:
            path.unlink(missing_ok=True)


def _listed_from(content: Mapping[str, Any]) -> Listed:
    private = private_from(content["current"]) if "d" in content["current"] else None
    spare = _public(content["next"]) if content.get("next") else None
    retired = {jwk["kid"]: _public(jwk) for jwk in content["retired"]}
    withdrawn = {jwk["kid"]: _public(jwk) for jwk in content.get("withdrawn", [])}
    digest_key = bytes.fromhex(content["digest_key"])
    if len(digest_key) != 32:
        raise ValueError("a digest key of another length")
    return Listed(private, _public(content["current"]), spare, retired, withdrawn, digest_key)


def _public(jwk: Mapping[str, str]) -> Public:
    public = public_from(jwk)
    if key_id_of(public) != jwk["kid"]:
        raise ValueError("a key under a foreign id")
    return public


def store(folder: Path, listed: Listed) -> None:
    """Replace the file: the moment at which a change has happened."""
    content = {
        "current": private_jwk(listed.private) if listed.private else named_jwk(listed.current),
        "next": named_jwk(listed.spare) if listed.spare else None,
        "retired": [named_jwk(key) for key in listed.retired.values()],
        "withdrawn": [named_jwk(key) for key in listed.withdrawn.values()],
        "digest_key": listed.digest_key.hex(),
    }
    write(folder / FILE, content)


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write the file beside its place, flush it to the disk, then move it in."""
    part = path.with_name(f"{path.name}.baru")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Let a file's new name outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; it is released by the system too, should this process die."""
    handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def check_rights(path: Path, rights: int) -> None:
    if path.stat().st_mode & OTHERS:
        raise KeyFileError(f"{path} terbuka bagi pengguna lain. Jalankan: chmod {rights:o} {path}")
