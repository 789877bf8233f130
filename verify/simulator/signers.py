"""The made-up officials who can sign at the simulated BSrE; they stand in ``signers.toml``."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

FILE = Path(__file__).with_name("signers.toml")
ACTIVE = "ISSUE"


@dataclass(frozen=True, slots=True)
class Signer:
    """One official. ``status`` is BSrE's word for the certificate."""

    key: str
    nik: str
    name: str
    passphrase: str = field(repr=False)
    status: str
    story: str


class Signers:
    """Everybody registered with the simulated BSrE."""

    def __init__(self, signers: tuple[Signer, ...]) -> None:
        self.everybody = signers
        self._by_nik = {signer.nik: signer for signer in signers}
        self._by_key = {signer.key: signer for signer in signers}

    def find(self, nik: str) -> Signer | None:
        """The signer with this NIK."""
        return self._by_nik.get(nik)

    def by_key(self, key: str) -> Signer | None:
        """The signer with this key, such as ``kadis-contoh``."""
        return self._by_key.get(key)


def load_signers() -> Signers:
    """The signers of ``signers.toml``."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Signers(tuple(Signer(key, **row) for key, row in rows.items()))
