"""``rekom migrate`` and ``rekom seed``: making an installation ready."""

from contextlib import closing

import click

from verify import seeds
from verify.composition import Rekom
from verify.config import load_settings
from verify.db import migrate
from verify.keys import make_keys
from workflows import stale_findings


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to this version and make the office's keys if there are none.

    Open cases that this version reads differently are weighed again by the workers.
    """
    settings = load_settings()
    migrate(settings.database_url)
    make_keys(settings.folder / "keys")
    if again := weigh_again(Rekom(settings, wakes=False)):
        click.echo(f"{again} berkas ditimbang ulang, karena versi ini membaca datanya dengan cara lain.")
    click.echo("Basis data dan kunci siap.")


def weigh_again(rekom: Rekom) -> int:
    """How many cases were promised new findings; each is a transaction of its own, so that the office can work meanwhile."""
    with closing(rekom.database) as database:
        with database.read() as session:
            ids = stale_findings.waiting(session)
        done = 0
        for case_id in ids:
            with database.write() as session:
                done += stale_findings.weigh(session, case_id, now=rekom.clock())
    return done


@click.command("seed")
def seed_command() -> None:
    """Fill an empty database with one made-up office."""
    seeds.seed_demo(Rekom(load_settings()))
    seeds.seed_coverage(Rekom(load_settings()))
    click.echo(f"Kantor contoh siap. Kata sandi semua akun: {seeds.DEMO_PASSWORD}")
