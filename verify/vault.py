"""The vault: AES-256-GCM under data keys that the master key wraps, HMAC-SHA256 for what is looked up (ADR 0010).

The wrapped keys lie in the table ``vault_key``, so that every copy of the database has its own beside it. The newest data
key seals; all of them open. A process looks for newer ones every ``FRESH_SECONDS``, and at once when it meets an unknown id.
"""

import base64
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Select, func, select, text, update
from sqlalchemy.exc import IntegrityError

from verify.keyring import DIGEST_BYTES, KeyFileError
from verify.master_key import MasterKey, sign_of
from workflows.records.vault_key import VaultKey, VaultPurpose
from workflows.sealed import MARK, SealBroken

FRESH_SECONDS = 30.0
"""How long a process seals with the key it knows as the newest."""
KEY_BYTES, NONCE_BYTES = 32, 12
Connect = Callable[[], AbstractContextManager[Connection]]
"""Opens a connection of its own for the time of a block."""
TABLE = VaultKey.__table__  # type: ignore[attr-defined]  # every table class has one


@dataclass(frozen=True, slots=True)
class Keys:
    """The unwrapped keys of one database, and the master key they all were under; empty where they were under several."""

    newest: int
    ciphers: Mapping[int, AESGCM] = field(repr=False)
    index: bytes = field(repr=False)
    master: bytes = field(repr=False)


class SealedUnderOther(KeyFileError):
    """The database's keys were wrapped by another master key."""

    slug = "kunci-induk-lain"
    sentence = "Kunci induk ini bukan yang menyegel basis data ini. Kembalikan kunci induk yang benar, lalu jalankan rekom doctor."


class Vault:
    """One database's vault. Implements ``workflows.sealed.Vault``; ``reading`` gives a connection of its own for its keys."""

    def __init__(self, master: MasterKey, clock: Callable[[], datetime]) -> None:
        self.master, self.clock = master, clock
        self._lock = threading.Lock()
        self._keys: Keys | None = None
        self._looked = 0.0
        self._reading: Connect | None = None
        self._writing: Connect | None = None

    def connect(self, reading: Connect, writing: Connect) -> None:
        """Say where the wrapped keys lie; ``writing`` commits at its end."""
        self._reading, self._writing = reading, writing

    def be_ready(self) -> None:
        """Have the keys of this moment before a transaction begins; a database without any gets its first."""
        if self._keys is None or time.monotonic() - self._looked > FRESH_SECONDS:
            with self._lock:
                self._look()

    def forget(self) -> None:
        """Have no keys any more; they are read again with the next look."""
        self._keys = None

    def seal(self, place: str, row: str, content: bytes) -> bytes:
        """Under the newest key."""
        keys = self._known()
        nonce = secrets.token_bytes(NONCE_BYTES)
        return f"{MARK}{keys.newest}.".encode() + nonce + keys.ciphers[keys.newest].encrypt(nonce, content, _bound_to(place, row))

    def open(self, place: str, row: str, sealed: bytes) -> bytes:
        """Under whichever key sealed it."""
        try:
            mark, number, rest = sealed.split(b".", 2)
            cipher = self._cipher(int(number))
            if f"{mark.decode()}." != MARK:
                raise SealBroken
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _bound_to(place, row))
        except (InvalidTag, ValueError):
            raise SealBroken from None

    def digest(self, domain: str, text: str) -> str:
        """By the one index key."""
        return hmac.digest(self._known().index, f"{domain} {text}".encode(), "sha256")[:DIGEST_BYTES].hex()

    @property
    def newest(self) -> int:
        """The id of the key that seals now."""
        return self._known().newest

    def load(self, connection: Connection) -> bool:
        """Read and unwrap the keys; false where there are none yet. ``SealedUnderOther`` with another master key."""
        rows = connection.execute(_wrapped_keys()).all()
        if rows:
            opened = {row.id: self._unwrapped(row) for row in rows}
            data = {row.id: AESGCM(opened[row.id][1]) for row in rows if row.purpose == VaultPurpose.DATA}
            index = next(opened[row.id][1] for row in rows if row.purpose == VaultPurpose.INDEX)
            masters = {master for master, _ in opened.values()}
            self._keys, self._looked = Keys(max(data), data, index, masters.pop() if len(masters) == 1 else b""), time.monotonic()
        return bool(rows)

    def sign(self, connection: Connection) -> str:
        """The sign of the master key that all keys of a database lie under; empty where there are none, or several masters."""
        there = self.load(connection)
        return sign_of(self._known().master) if there and self._known().master else ""

    def rewrap(self, connection: Connection, master: bytes) -> int:
        """Wrap anew, within the caller's transaction, each key that lies under another master key; returns how many did."""
        _alone(connection)
        changed = 0
        for row in connection.execute(_wrapped_keys()).all():
            before, key = self._unwrapped(row)
            if before != master:
                wrapped = _wrap(master, row.id, row.purpose, key)
                if _unwrap(master, row.id, row.purpose, wrapped) != key:
                    raise SealBroken
                connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(wrapped=wrapped))
                changed += 1
        return changed

    def lies_under(self, connection: Connection, master: bytes) -> bool:
        """Whether every key of a database opens with this master key alone."""
        rows = connection.execute(_wrapped_keys()).all()
        return all(_unwrap(master, row.id, row.purpose, row.wrapped) is not None for row in rows)

    def make_first(self, connection: Connection) -> None:
        """The first keys of a database, and a master key where the office has none; whoever comes second finds them."""
        if not self.load(connection):
            self.master.make()
            self.add(connection, VaultPurpose.INDEX)
            self.add(connection, VaultPurpose.DATA)
            self.load(connection)

    def add(self, connection: Connection, purpose: VaultPurpose) -> int:
        """One more key, wrapped like those that are there; it seals from the next look on."""
        _alone(connection)
        first = connection.execute(_wrapped_keys().limit(1)).first()
        master = self._unwrapped(first)[0] if first else self.master.secret
        number = int(connection.execute(select(func.coalesce(func.max(TABLE.c.id), 0) + 1)).scalar_one())
        wrapped = _wrap(master, number, purpose, secrets.token_bytes(KEY_BYTES))
        connection.execute(TABLE.insert().values(id=number, purpose=purpose, wrapped=wrapped, made_at=self.clock()))
        return number

    def _unwrapped(self, row: Any) -> tuple[bytes, bytes]:
        """The master key that opens a row, and its key: the one known last is tried first, so that its file need not be there."""
        known = (self._keys.master,) if self._keys and self._keys.master else ()
        for master in chain(known, self.master.every()):
            if (key := _unwrap(master, row.id, row.purpose, row.wrapped)) is not None:
                return master, key
        raise SealedUnderOther

    def _known(self) -> Keys:
        if self._keys is None:
            self.be_ready()
        assert self._keys is not None
        return self._keys

    def _cipher(self, number: int) -> AESGCM:
        if number not in self._known().ciphers:
            with self._lock:
                self._look()
        cipher = self._known().ciphers.get(number)
        if cipher is None:
            raise SealBroken
        return cipher

    def _look(self) -> None:
        assert self._reading is not None and self._writing is not None, "a vault without its database"
        with self._reading() as connection:
            there = self.load(connection)
        if not there:
            self._begin(self._reading, self._writing)

    def _begin(self, reading: Connect, writing: Connect) -> None:
        """Make the first keys, or take those of a process that was faster: the database lets only one make them."""
        try:
            with writing() as connection:
                self.make_first(connection)
        except IntegrityError:
            with reading() as connection:
                self.load(connection)


def _bound_to(place: str, row: str) -> bytes:
    return f"{place} {row}".encode()


def _wrap(master: bytes, number: int, purpose: str, key: bytes) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(master).encrypt(nonce, key, _bound_to(f"vault_key.{purpose}", str(number)))).decode()


def _unwrap(master: bytes, number: int, purpose: str, wrapped: str) -> bytes | None:
    """The key; None where another master key wrapped it."""
    whole = base64.b64decode(wrapped)
    try:
        return AESGCM(master).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], _bound_to(f"vault_key.{purpose}", str(number)))
    except InvalidTag:
        return None


def _wrapped_keys() -> Select[tuple[int, str, str]]:
    return select(TABLE.c.id, TABLE.c.purpose, TABLE.c.wrapped).order_by(TABLE.c.id)


def _alone(connection: Connection) -> None:
    """Let nobody else write keys until the transaction ends; on SQLite a writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE vault_key IN SHARE ROW EXCLUSIVE MODE"))
