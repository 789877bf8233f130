"""The office's master key: it wraps the keys that personal data is sealed with, and lies nowhere in the database.

``REKOM_MASTER_KEY`` gives it from outside; else it is the file ``induk.json`` beside the office's other keys. Whoever has a
copy of the database and not this key reads no NIK; whoever loses it reads none either. While a new one takes its place the
next lies in ``induk-baru.json``; the ones before, which older copies need, in ``induk-lama-<sign>.json``.
"""

import hmac
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from verify.key_file import check_rights, flush_folder, locked, write
from verify.keyring import KeyFileError

FILE, NEXT, FORMER = "induk.json", "induk-baru.json", "induk-lama-{}.json"
HEX = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class MasterKey:
    """Where an office's master key is: in ``folder``, unless ``given`` holds it; ``given_before`` is the one before that."""

    folder: Path
    given: str = field(default="", repr=False)
    given_before: str = field(default="", repr=False)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.folder / FILE

    @property
    def next_path(self) -> Path:
        """Where the next one lies until it has taken over."""
        return self.folder / NEXT

    @property
    def former_paths(self) -> list[Path]:
        """The ones before, as far as they were not carried away."""
        return sorted(self.folder.glob(FORMER.format("*")))

    @property
    def there(self) -> bool:
        """Whether the office has one."""
        return bool(self.given) or self.path.exists()

    @property
    def secret(self) -> bytes:
        """32 bytes; ``KeyFileError`` where it is missing, damaged, or other users may read it."""
        return _bytes_of(self.given, "REKOM_MASTER_KEY") if self.given else self._read(self.path)

    def every(self) -> Iterator[bytes]:
        """All that this office has, its own first: what a restored or half-finished database may lie under."""
        yield self.secret
        if self.given_before:
            yield _bytes_of(self.given_before, "REKOM_OLD_MASTER_KEY")
        if not self.given:
            yield from (self._read(path) for path in (self.next_path, *self.former_paths) if path.exists())

    def make(self) -> None:
        """Make the file for an office in which nothing is sealed yet; one that is there stays."""
        if self.given:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self.folder):
            if not self.path.exists():
                write(self.path, {"master": secrets.token_hex(32)})

    def make_next(self) -> bytes:
        """The next one, made and on the disk before anything lies under it; one that was begun is kept."""
        if not self.next_path.exists():
            write(self.next_path, {"master": secrets.token_hex(32)})
        return self._read(self.next_path)

    def take_over(self) -> None:
        """Let the next one be the office's own, and keep the one before beside it; harmless where that has happened."""
        if self.next_path.exists():
            before = self.secret
            write(self.folder / FORMER.format(sign_of(before)), {"master": before.hex()})
            self.next_path.replace(self.path)
            flush_folder(self.folder)

    @property
    def sign(self) -> str:
        """Sixteen digits by which two master keys are told apart; nobody gets the key from them."""
        return sign_of(self.secret)

    def _read(self, path: Path) -> bytes:
        if not path.exists():
            raise KeyFileError(f"Kunci induk {path} tidak ada. Kembalikan dari tempat aman: tanpanya data pribadi tidak terbaca.")
        check_rights(self.folder, 0o700)
        check_rights(path, 0o600)
        try:
            return _bytes_of(json.loads(path.read_text(encoding="utf-8"))["master"], str(path))
        except (ValueError, LookupError, TypeError):
            raise KeyFileError(f"Kunci induk {path} rusak. Kembalikan dari tempat aman.") from None


def sign_of(secret: bytes) -> str:
    """By which two master keys are told apart."""
    return hmac.digest(secret, b"rekom: which master key", "sha256").hex()[:16]


def _bytes_of(text: str, place: str) -> bytes:
    if not HEX.fullmatch(text):
        raise KeyFileError(f"{place} harus berisi 64 angka heksadesimal. Buat dengan: openssl rand -hex 32")
    return bytes.fromhex(text)
