"""A new master key: every key of the vault wrapped anew in one transaction, the master key before kept for older copies.

The next key is on the disk before anything lies under it, and takes the other's name after each key was opened with it alone.
Whoever is killed at whatever moment leaves a folder whose keys open the database; run again, it goes on. Running processes
look through the folder when a key does not open, so none has to be started anew.
"""

from dataclasses import dataclass
from pathlib import Path

from verify.composition import Rekom
from verify.key_file import locked
from verify.keyring import KeyFileError
from verify.master_key import MasterKey, sign_of
from workflows import audit
from workflows.actor import Actor
from workflows.errors import Conflict


class MasterKeyGiven(Conflict):
    """The master key comes from outside, so the next one has to come from there too."""

    slug = "kunci-induk-dari-luar"
    sentence = "Tidak ada yang perlu dibungkus ulang. Isi kunci baru di REKOM_MASTER_KEY, kunci lama di REKOM_OLD_MASTER_KEY, lalu ulangi."


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """The sign of the master key that all keys lie under now, and how many were put under it this time."""

    sign: str
    keys: int


def prepare(rekom: Rekom) -> Path:
    """Make the next master key without using it; ``MasterKeyGiven`` where it comes from outside."""
    master = rekom.master_key
    if master.given:
        raise MasterKeyGiven
    with rekom.database.read(), locked(master.folder):
        master.make_next()
    return master.next_path


def rewrap(rekom: Rekom, actor: Actor) -> Rewrapped:
    """Put every key under the next master key, or under the office's own where an older copy was restored.

    ``MasterKeyGiven`` where the key comes from outside and everything lies under it.
    """
    master = rekom.master_key
    with rekom.database.read():  # an office without keys gets its first before the folder is locked
        pass
    with locked(master.folder):
        chosen = _chosen(rekom, master)
        with rekom.database.write() as session:
            keys = rekom.vault.rewrap(session.connection(), chosen)
            if keys:
                audit.record(session, "vault", "VAULT_REWRAP", actor=actor, now=rekom.clock(), master=sign_of(chosen), keys=keys)
        _prove(rekom, chosen)
        if not master.given:
            master.take_over()
    return Rewrapped(sign_of(chosen), keys)


def _chosen(rekom: Rekom, master: MasterKey) -> bytes:
    """The master key to put everything under: one that was begun, the office's own where something lies under another, a new one."""
    if not master.given and master.next_path.exists():
        return master.make_next()
    if not _lies_under(rekom, master.secret):
        return master.secret
    if master.given:
        raise MasterKeyGiven
    return master.make_next()


def _prove(rekom: Rekom, chosen: bytes) -> None:
    """Open each key as it was committed; only then may the master key before give up its place."""
    if not _lies_under(rekom, chosen):
        raise KeyFileError("Tidak semua kunci terbuka dengan kunci induk baru. Kunci lama tetap dipakai. Jalankan lagi: rekom vault rewrap")


def _lies_under(rekom: Rekom, secret: bytes) -> bool:
    with rekom.database.read() as session:
        return rekom.vault.lies_under(session.connection(), secret)
