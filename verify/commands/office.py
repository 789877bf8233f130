"""``rekom migrate``, ``rekom upgrade`` and ``rekom seed``: making an installation ready."""

import click

from verify import seeds
from verify.backup.rehearsal import rehearse
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


@click.command("upgrade")
@click.option("--dry-run", is_flag=True, help="upgrade a copy and count; the office's database is only read")
@click.pass_context
def upgrade_command(context: click.Context, dry_run: bool) -> None:
    """Bring the database to this version after it was tried on a copy; stop web, relay and workers of the old version first."""
    rekom = Rekom(load_settings(), wakes=False)
    tried = rehearse(rekom)
    if not tried.steps:
        click.echo("Basis data sudah pada versi ini.")
        return
    for step in tried.steps:
        click.echo(f"  {step.revision}  {step.about}")
    click.echo(f"Dicoba pada salinan: {tried.rows} baris tetap ada, jejak audit utuh, {tried.seconds:.1f} detik.")
    if dry_run:
        click.echo("Basis data kantor tidak diubah. Jalan pulang: cadangan sebelum ini (rekom backup now) dan versi lama.")
    else:
        context.invoke(migrate_command)


@click.command("seed")
def seed_command() -> None:
    """Fill an empty database with one made-up office."""
    seeds.seed_demo(Rekom(load_settings()))
    seeds.seed_coverage(Rekom(load_settings()))
    click.echo(f"Kantor contoh siap. Kata sandi semua akun: {seeds.DEMO_PASSWORD}")
