"""``rekom registration``: export files for BPJS Kesehatan, and its answers in."""

import hashlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from schemas.desk_check import local_time
from verify.commands.operator import changing, discreet, installation, looking, operator, region_of, write_private
from verify.composition import Rekom
from verify.registrations import file_name, make_batch, read_file
from verify.reprinting import collective_copy
from workflows import batches, collective_view, staffing
from workflows.actor import Actor
from workflows.errors import InvalidInput
from workflows.records.registration import RegistrationBatch
from workflows.states import Role

REGION = click.option("--region", help="Kemendagri code [default: REKOM_REGION]")


@click.group("registration")
def registration_group() -> None:
    """Registration with BPJS Kesehatan."""


@registration_group.command("export")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--again", type=int, help="write file number N once more, byte for byte the same")
@REGION
def export_command(folder: Path, again: int | None, region: str | None) -> None:
    """Make one file of everybody who waits, and write it into FOLDER."""
    rekom = installation()
    code = region_of(rekom, region)
    with changing(rekom) as session:
        number = again or make_batch(rekom, session, code, _counter(rekom)).number
        batch = batches.hand_out(session, code, number, _counter(rekom), now=rekom.clock())
        path = folder / file_name(batch)
        if path.exists() and path.read_bytes() != batch.file:
            raise InvalidInput(f"{path.name} sudah ada di sana dengan isi lain. Pilih folder lain.")
    write_private(path, batch.file)  # once it is on record: nobody leaves the office in a file that is not
    click.echo(f"{path}: {batch.people} orang, sha256 {batch.sha256}")
    if not again:
        click.echo(f"Sesudah dikirim ke BPJS: rekom registration sent {batch.number}")


@registration_group.command("letter")
@click.argument("number", type=int)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@REGION
@click.option("--by", required=True, help="account of who prints it: each paper is counted under a name")
def letter_command(number: int, folder: Path, region: str | None, by: str) -> None:
    """Write the cover letter of file NUMBER into FOLDER, with its list: the original once, then marked copies."""
    rekom = installation()
    code = region_of(rekom, region)
    with looking(rekom) as session:
        letter = collective_view.of_batches(session, code).get(number)
        person = staffing.find(session, by)
        printer = Actor(person.id, person.name, staffing.roles_of(session, person), person.region_code)
    if letter is None or letter.pdf is None:
        raise InvalidInput("Berkas kiriman ini belum punya surat pengantar yang terbit. Ajukan di halaman pendaftaran.")
    with closing(rekom.database), discreet():
        paper, ordinal = collective_copy(rekom, letter.id or 0, printer)
    path = folder / (f"pengantar-{code}-{number:04d}" + (f"-cetak-ulang-{ordinal}.pdf" if ordinal else ".pdf"))
    write_private(path, paper)
    what = f"cetak ulang ke-{ordinal}" if ordinal else "surat asli"
    click.echo(f"{path}: {what} {letter.number}, {letter.people} orang, sha256 {hashlib.sha256(paper).hexdigest()}")


@registration_group.command("sent")
@click.argument("number", type=int)
@REGION
def sent_command(number: int, region: str | None) -> None:
    """Write down that BPJS has file NUMBER."""
    rekom = installation()
    with changing(rekom) as session:
        batch = batches.mark_sent(session, region_of(rekom, region), number, _counter(rekom), now=rekom.clock())
    click.echo(f"Berkas kiriman {batch.number} tercatat dikirim: {batch.people} orang.")


@registration_group.command("answers")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@REGION
def answers_command(file: Path, region: str | None) -> None:
    """Apply an answer file (CSV or XLSX with columns NIK and STATUS), whole or not at all."""
    rekom = installation()
    digest, rows = read_file(rekom, file)
    with changing(rekom) as session:
        receipt = batches.apply(session, region_of(rekom, region), digest, rows, _counter(rekom), now=rekom.clock())
    click.echo(f"Diterima {local_time(receipt.received_at, rekom.zone(receipt.region_code))} oleh {receipt.received_by}.")
    click.echo(f"{receipt.accepted} aktif, {receipt.refused} ditolak, {len(receipt.strange)} baris tidak dikenal, sha256 {receipt.sha256}")
    for row in receipt.strange:
        click.echo(f"  baris {row['line']}: {row['reason']}", err=True)


@registration_group.command("list")
@REGION
def list_command(region: str | None) -> None:
    """Show the last export files with their receipts."""
    rekom = installation()
    code = region_of(rekom, region)
    with looking(rekom) as session:
        for batch in batches.newest(session, code):
            made = local_time(batch.made_at, rekom.zone(code))
            click.echo(f"#{batch.number} {batch.people} orang, dibuat {made} oleh {batch.made_by}, {_fate(batch)}, sha256 {batch.sha256}")


def _fate(batch: RegistrationBatch) -> str:
    if batch.void_at:
        return f"dibatalkan: {batch.void_reason}"
    return f"dikirim oleh {batch.sent_by}" if batch.sent_at else "belum dikirim"


def _counter(rekom: Rekom) -> Actor:
    """Who types, with the counter's part of the work."""
    return replace(operator(rekom), roles=frozenset({Role.LOKET}))
