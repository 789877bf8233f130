"""``rekom keys``: the office's seal."""

import getpass
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from schemas.trust_bundle import open_bundle
from verify import resealing
from verify.composition import Rekom
from verify.config import load_settings
from verify.keyring import KeyRing, thumbprint
from verify.keys import make_keys, rotate, withdraw
from workflows import checkpoints, trust
from workflows.actor import Actor
from workflows.errors import RekomError
from workflows.letter_states import LABEL, LetterState
from workflows.states import Role

FATE = {
    LetterState.ISSUED.value: (LABEL[LetterState.ISSUED], "ditolak di semua loket mulai sekarang; dapat disegel ulang"),
    LetterState.PREPARED.value: (LABEL[LetterState.PREPARED], "disegel ulang sebelum ditandatangani"),
    LetterState.ACCEPTED.value: (LABEL[LetterState.ACCEPTED], "tidak berubah: pasien sudah diterima"),
    trust.RAN_OUT: (LABEL[LetterState.EXPIRED], "tidak berubah"),
    LetterState.REVOKED.value: (LABEL[LetterState.REVOKED], "tidak berubah"),
}
"""What a letter in each state is called, and what becomes of it when its key is withdrawn."""


def _key_id(_: click.Context, __: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16}", value.lower()):
        raise click.BadParameter("enam belas angka heksadesimal, lihat: rekom keys show")
    return value.lower()


KEY = click.argument("key_id", metavar="KID", callback=_key_id)
BY = click.option("--by", default=None, help="name of the person responsible, for the audit trail [default: who is logged in]")
FRESH = click.option("--fresh", is_flag=True, help="do without the spare key: verifiers must fetch the bundle over HTTPS again")


@click.group("keys")
def keys_group() -> None:
    """The office's seal: the keys that sign letters, and what verifiers are told of them."""


@keys_group.command("init")
def keys_init() -> None:
    """Make the keys of a new office; an office that has some keeps them."""
    settings = load_settings()
    ring = make_keys(settings.folder / "keys", settings.signing_key)
    click.echo(f"Kunci penanda tangan: {ring.current.key_id}, di {settings.folder / 'keys'}")
    _speak_of_spare(ring)


@keys_group.command("show")
def keys_show() -> None:
    """All keys with their thumbprints, how many letters each sealed, and the bundle's counter."""
    rekom = _rekom()
    with _database(), rekom.database.read() as session:
        withdrawn = trust.withdrawn_keys(session) | set(rekom.keys.withdrawn)
        for key_id, public in rekom.keys.known.items():
            letters = sum(trust.letters_under(session, key_id, now=rekom.clock()).values())
            click.echo(f"{key_id}  {_role(rekom.keys, key_id, withdrawn):<16} {letters:>8} surat  {thumbprint(public)}")
        seen = checkpoints.newest(session)
        click.echo(f"Daftar kepercayaan: nomor {trust.counter(session)}")
    click.echo(f"Saksi jejak audit: {seen.chains} rantai, {seen.root}" if seen else "Saksi jejak audit: belum ada")


@keys_group.command("rotate")
@FRESH
def keys_rotate(fresh: bool) -> None:
    """Sign with the spare key from now on; letters under the old one stay valid."""
    settings = load_settings()
    old = Rekom(settings, wakes=False).keys.current.key_id if not settings.signing_key else None
    ring = rotate(settings.folder / "keys", settings.signing_key, fresh=fresh)
    click.echo(f"Kunci penanda tangan sekarang {ring.current.key_id}. Surat lama{f' di bawah {old}' if old else ''} tetap berlaku.")
    click.echo("Proses di server ini memakainya segera. Salin folder kunci ke server lain, bila ada.")
    _speak_of_spare(ring)


@keys_group.command("compromise")
@KEY
@FRESH
@BY
@click.option("--yes", is_flag=True, help="do not ask")
def keys_compromise(key_id: str, fresh: bool, by: str | None, yes: bool) -> None:
    """Stop believing a key that others may have. First says what happens to its letters."""
    rekom = _rekom()
    with _database(), rekom.database.read() as session:
        counts = trust.letters_under(session, key_id, now=rekom.clock())
    if key_id not in rekom.keys.known and not counts:
        raise RekomError(f"Kunci {key_id} tidak dikenal. Lihat: rekom keys show")
    _tell_fate(key_id, counts)
    if not yes and not click.confirm("Tarik kunci ini sekarang? Ini tidak dapat dibatalkan"):
        click.echo("Tidak ada yang diubah.")
        sys.exit(1)
    with _database(), rekom.database.write() as session:
        trust.withdraw_key(session, key_id, _actor(rekom, by), now=rekom.clock(), letters=sum(counts.values()))
        counter = trust.counter(session)
    click.echo(f"Kunci {key_id} ditarik; daftar kepercayaan nomor {counter}. Semua suratnya ditolak mulai sekarang.")
    if key_id in rekom.keys.known:
        _speak_of_successor(withdraw(rekom.settings.folder / "keys", key_id, rekom.settings.signing_key, fresh=fresh))
    click.echo(f"Berikutnya: rekom keys reseal {key_id}")


@keys_group.command("reseal")
@KEY
@BY
def keys_reseal(key_id: str, by: str | None) -> None:
    """Press the live letters of a withdrawn key again: same number, new code, new paper."""
    rekom = _rekom()
    with _database(), click.progressbar(label="Menyegel ulang", length=100, file=sys.stderr) as bar:
        done = resealing.reseal_all(rekom, key_id, _actor(rekom, by), lambda part, whole: bar.update(int(100 * part / whole) - bar.pos))
    click.echo(f"{done.sealed} surat disegel ulang dengan kunci {rekom.keys.current.key_id}. Cetak dan serahkan lagi.")
    for number, why in done.left:
        click.echo(f"  {number}: {resealing.WHY[why]}")
    sys.exit(1 if done.left else 0)


@keys_group.command("counter")
@click.argument("least", type=click.IntRange(1, 2**31 - 1))
@BY
def keys_counter(least: int, by: str | None) -> None:
    """After restoring a backup: raise the bundle's counter to what verifiers have seen already."""
    rekom = _rekom()
    with _database(), rekom.database.write() as session:
        counter = trust.raise_counter(session, least, _actor(rekom, by), now=rekom.clock())
    click.echo(f"Daftar kepercayaan sekarang nomor {counter}.")


@keys_group.command("witness")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def keys_witness(file: Path) -> None:
    """Compare the audit trail with the witness in a bundle that a hospital kept."""
    rekom = _rekom()
    seen = open_bundle(file.read_bytes(), rekom.keys.known).witness
    if seen is None:
        raise RekomError("Daftar kunci ini tidak memuat saksi jejak audit.")
    with _database(), rekom.database.read() as session:
        found = checkpoints.walk(session, seen.last_event)
    if found.broken is None and (found.chains, found.root) == (seen.chains, seen.root.hex()):
        click.echo(f"Cocok: {found.chains} rantai sampai peristiwa {seen.last_event} tidak berubah sejak saksi ini dibuat.")
        return
    click.echo(f"TIDAK COCOK. Jejak audit diubah setelah saksi ini dibuat. Mata rantai pertama yang putus: {found.broken or '-'}", err=True)
    sys.exit(1)


def _rekom() -> Rekom:
    return Rekom(load_settings(), wakes=False)


def _actor(rekom: Rekom, by: str | None) -> Actor:
    name = (by or getpass.getuser()).strip()[:200]
    return Actor(id=None, name=name, roles=frozenset({Role.ADMIN}), region_code=rekom.settings.region)


def _role(ring: KeyRing, key_id: str, withdrawn: frozenset[str]) -> str:
    if key_id in withdrawn:
        return "DITARIK"
    return {ring.current.key_id: "menandatangani", ring.spare: "cadangan"}.get(key_id, "lama, memeriksa")


def _tell_fate(key_id: str, counts: dict[str, int]) -> None:
    click.echo(f"Surat yang disegel dengan kunci {key_id}:")
    for state, (name, fate) in FATE.items():
        if counts.get(state):
            click.echo(f"  {counts[state]:>8}  {name:<24} {fate}")
    if not counts:
        click.echo("  belum ada")


def _speak_of_successor(ring: KeyRing) -> None:
    if ring.current.key_id in ring.withdrawn:
        click.echo("Tidak ada surat yang dapat disegel sampai REKOM_SIGNING_KEY_PEM diganti dan rekom keys rotate dijalankan.", err=True)
        return
    click.echo(f"Surat baru disegel dengan kunci {ring.current.key_id}. Salin folder kunci ke server lain, bila ada.")
    _speak_of_spare(ring)


def _speak_of_spare(ring: KeyRing) -> None:
    if ring.spare:
        click.echo(f"Simpan cadangan-{ring.spare}.json di tempat aman di luar server ini; ia dipakai pada penggantian berikutnya.")


@contextmanager
def _database() -> Iterator[None]:
    """The database's own words are for nobody: only their kind is told."""
    try:
        yield
    except SQLAlchemyError as error:
        raise RekomError(f"Basis data tidak menjawab ({type(error).__name__}). Periksa DATABASE_URL, lalu rekom migrate.") from None
