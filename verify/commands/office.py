"""``rekom migrate`` and ``rekom seed``: making an installation ready."""

import click

from verify import seeds
from verify.composition import Rekom
from verify.config import load_settings
from verify.upgrade import bring_up


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to this version and make the office's keys if there are none.

    Open cases that this version reads differently are weighed again by the workers.
    """
    if again := bring_up(Rekom(load_settings(), wakes=False)):
        click.echo(f"{again} berkas ditimbang ulang, karena versi ini membaca datanya dengan cara lain.")
    click.echo("Basis data dan kunci siap.")


@click.command("seed")
def seed_command() -> None:
    """Fill an empty database with one made-up office."""
    seeds.seed_demo(Rekom(load_settings()))
    seeds.seed_coverage(Rekom(load_settings()))
    click.echo(f"Kantor contoh siap. Kata sandi semua akun: {seeds.DEMO_PASSWORD}")
