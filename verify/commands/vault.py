"""``rekom vault``: the keys that personal data is sealed with."""

from contextlib import closing

import click
from sqlmodel import col, select

from verify import vault_rewrapping, vault_rotation
from verify.commands.operator import changing, discreet, installation, looking, operator
from workflows import audit
from workflows.records.vault_key import VaultKey, VaultPurpose


@click.group("vault")
def vault_group() -> None:
    """The keys that NIK, family card, telephone, address and answers are sealed with in the database."""


@vault_group.command("show")
def show_command() -> None:
    """Each key with how many values lie under it, and whether anything still lies plain."""
    rekom = installation()
    with looking(rekom) as session:
        keys = session.exec(select(VaultKey).where(VaultKey.purpose == VaultPurpose.DATA).order_by(col(VaultKey.id))).all()
        lying = vault_rotation.count(session)
    click.echo(f"Kunci induk: {rekom.master_key.sign}")
    for path in rekom.master_key.former_paths:
        click.echo(f"Kunci induk sebelumnya: {path.name}, untuk cadangan lama")
    for key in keys:
        number = sum(count for (_, name), count in lying.items() if name == str(key.id))
        word = "menyegel" if key.id == keys[-1].id else "kosong" if key.emptied_at else "membuka"
        click.echo(f"Kunci {key.id}  {word:<10} {number:>10} isian")
    plain = {table: count for (table, name), count in lying.items() if not name}
    for table, number in plain.items():
        click.echo(f"Belum tersegel: {number} isian di {table}. Jalankan: rekom migrate")


@vault_group.command("rotate")
def rotate_command() -> None:
    """Make a new key and move everything under it while the office works; run it again if it was interrupted."""
    rekom = installation()
    done = vault_rotation.rotate(rekom)
    with changing(rekom) as session:
        detail = {"key": done.key, "resealed": done.resealed, "unreadable": len(done.unreadable)}
        audit.record(session, "vault", "VAULT_ROTATE", actor=operator(rekom), now=rekom.clock(), **detail)
    click.echo(f"Kunci {done.key} menyegel sekarang; {done.resealed} isian dipindahkan.")
    for one in done.unreadable:
        click.echo(f"Tidak terbaca: {one}. Kembalikan baris ini dari cadangan.", err=True)


@vault_group.command("rewrap")
@click.option("--prepare", is_flag=True, help="make the new master key only, so that it can be copied to a safe and to other servers first")
def rewrap_command(prepare: bool) -> None:
    """Put all keys under a new master key while the office works; run it again if it was interrupted."""
    rekom = installation()
    if prepare:
        path = vault_rewrapping.prepare(rekom)
        click.echo(f"Kunci induk berikutnya: {path}. Salin ke tempat aman dan ke server lain, lalu jalankan: rekom vault rewrap")
        return
    with closing(rekom.database), discreet():
        done = vault_rewrapping.rewrap(rekom, operator(rekom))
    click.echo(f"Kunci induk sekarang {done.sign}; {done.keys} kunci dibungkus ulang. Simpan salinannya di tempat aman.")
    click.echo("Cadangan lama masih terkunci dengan kunci induk lama. Simpan kunci itu bersama cadangannya, di luar server ini.")
    click.echo("Bila kunci induk lama bocor, jalankan juga: rekom vault rotate")
