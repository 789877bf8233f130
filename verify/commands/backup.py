"""``rekom backup``: copy the database, try the copy, come back from it."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from verify.backup.making import make_backup
from verify.backup.receipt import Receipt, last_backup
from verify.backup.restoring import restore, try_backup
from verify.commands.operator import installation, operator
from workflows.errors import InvalidInput

JSON = click.option("--json", "as_json", is_flag=True, help="for programs")
FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group("backup")
def backup_group() -> None:
    """Backups that prove their restore by counting. The keys are not in them: copy REKOM_DATA_DIR/keys apart."""


@backup_group.command("now")
@click.option("--to", "into", type=click.Path(path_type=Path, file_okay=False), required=True, help="folder for all backups")
@JSON
def now_command(into: Path, as_json: bool) -> None:
    """Copy the database of this moment; the service goes on meanwhile."""
    folder, receipt = make_backup(installation(), into)
    _tell(receipt, as_json, f"Cadangan dibuat: {folder}", folder)


@backup_group.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@JSON
def check_command(folder: Path | None, as_json: bool) -> None:
    """Restore a backup into a database that is thrown away, and count [default: the newest]."""
    rekom = installation()
    known = last_backup(rekom.settings)
    if folder is None and known is None:
        raise InvalidInput("Belum ada cadangan. Jalankan: rekom backup now --to FOLDER")
    chosen = folder or Path(known.place if known else "")
    _tell(try_backup(rekom, chosen), as_json, f"Cadangan utuh dan dapat dipulihkan: {chosen}", chosen)


@backup_group.command("restore")
@FOLDER
@click.option("--bundle-counter", type=click.IntRange(min=0), required=True, help="highest bundle number any hospital holds")
@click.option(
    "--skip", type=click.IntRange(min=1), default=1000, show_default=True, help="letter numbers to leave unused: more than were given since"
)
@click.confirmation_option(prompt="Isi basis data kosong ini dari cadangan?")
def restore_command(folder: Path, bundle_counter: int, skip: int) -> None:
    """Fill an empty database from a backup; numbers given since are never given again."""
    rekom = installation()
    done = restore(rekom, folder, operator(rekom), bundle_counter=bundle_counter, skip=skip)
    click.echo(
        f"Dipulihkan ke keadaan {done.receipt.made_at.isoformat()}: {sum(done.receipt.contents.rows.values())} baris, jejak audit utuh."
    )
    for office, year, first, last in done.skipped:
        click.echo(f"Nomor surat {office} {year}: {first} sampai {last} tidak dipakai lagi.")
    click.echo(f"Daftar kepercayaan lanjut dari nomor {done.bundle_counter}. Semua orang masuk lagi.")


def _tell(receipt: Receipt, as_json: bool, sentence: str, folder: Path) -> None:
    if as_json:
        click.echo(json.dumps({"folder": str(folder), **asdict(receipt)}, indent=1, default=str))
        return
    held = receipt.contents
    click.echo(sentence)
    click.echo(f"{sum(held.rows.values())} baris dalam {len(held.rows)} tabel, {held.chains} rantai audit, {receipt.size} byte.")
