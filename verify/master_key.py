"""The office's master key: it wraps the keys that personal data is sealed with, and lies nowhere in the database.

``REKOM_MASTER_KEY`` gives it from outside; else it is the file ``induk.json`` beside the office's other keys. Whoever has a
copy of the database and not this key reads no NIK; whoever loses it reads none either.
"""

import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from verify.key_file import check_rights, locked, write
from verify.keyring import KeyFileError

FILE = "induk.json"
HEX = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class MasterKey:
    """Where an office's master key is: in ``folder``, unless ``given`` holds it."""

    folder: Path
    given: str = field(default="", repr=False)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.folder / FILE

    @property
    def there(self) -> bool:
        """Whether the office has one."""
        return bool(self.given) or self.path.exists()

    @cached_property
    def secret(self) -> bytes:
        """32 bytes; ``KeyFileError`` where it is missing, damaged, or other users may read it."""
        if self.given:
            return _bytes_of(self.given, "REKOM_MASTER_KEY")
        if not self.path.exists():
            raise KeyFileError(f"Kunci induk {self.path} tidak ada. Kembalikan dari tempat aman: tanpanya data pribadi tidak terbaca.")
        check_rights(self.folder, 0o700)
        check_rights(self.path, 0o600)
        try:
            return _bytes_of(json.loads(self.path.read_text(encoding="utf-8"))["master"], str(self.path))
        except (ValueError, LookupError, TypeError):
            raise KeyFileError(f"Kunci induk {self.path} rusak. Kembalikan dari tempat aman.") from None

    def make(self) -> None:
        """Make the file for an office in which nothing is sealed yet; one that is there stays."""
        if self.given:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self.folder):
            if not self.path.exists():
                write(self.path, {"master": secrets.token_hex(32)})

    @property
    def sign(self) -> str:
        """Sixteen digits by which two master keys are told apart; nobody gets the key from them."""
        return hmac.digest(self.secret, b"rekom: which master key", "sha256").hex()[:16]


def _bytes_of(text: str, place: str) -> bytes:
    if not HEX.fullmatch(text):
        raise KeyFileError(f"{place} harus berisi 64 angka heksadesimal. Buat dengan: openssl rand -hex 32")
    return bytes.fromhex(text)
