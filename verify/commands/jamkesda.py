"""``rekom jamkesda``: the region's own scheme moving over, from its lists to batches for BPJS."""

from pathlib import Path

import click

from verify.commands.operator import changing, day_of, installation, looking, operator, write_private
from verify.population.jamkesda_files import as_registration, read
from workflows import audit
from workflows.population import jamkesda
from workflows.population.jamkesda import Progress
from workflows.records.jamkesda import JamkesdaOutcome
from workflows.thousands import grouped

NAMES = {
    JamkesdaOutcome.DOUBLE: "ganda",
    JamkesdaOutcome.COVERED: "sudah peserta aktif",
    JamkesdaOutcome.DIED: "meninggal",
    JamkesdaOutcome.MOVED: "pindah",
    JamkesdaOutcome.BATCHED: "di kiriman",
    JamkesdaOutcome.REMAINING: "sisa",
}
MOST_TOLD = 20


@click.group("jamkesda")
def jamkesda_group() -> None:
    """Move members of the region's own scheme over to the national insurance."""


@jamkesda_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="count only, write nothing")
def jamkesda_import(file: Path, dry_run: bool) -> None:
    """Take a list in: CSV or XLSX with NIK and NAMA, and NO_KK, ALAMAT, DESA, NO_KARTU where it has them."""
    rekom = installation()
    found, refused = read(file, practice=rekom.settings.practice)
    for one in refused[:MOST_TOLD]:
        click.echo(f"  baris {one.line}: {one.fault.value}. {one.reason}", err=True)
    if len(refused) > MOST_TOLD:
        click.echo(f"  dan {grouped(len(refused) - MOST_TOLD)} baris lain", err=True)
    counts = f"{grouped(len(found.lines))} baris baik, {grouped(found.refused)} baris salah, sha256 {found.sha256}"
    if dry_run:
        click.echo(f"Uji coba, tidak ada yang ditulis: {counts}")
        return
    with changing(rekom) as session:
        try:
            listed = jamkesda.take(session, rekom.settings.region, found, operator(rekom), now=rekom.clock())
        except jamkesda.AlreadyImported as known:
            click.echo(str(known))
            return
        click.echo(f"Daftar Jamkesda #{listed.id} diimpor: {counts}")
        _tell(jamkesda.progress(session, rekom.settings.region))


@jamkesda_group.command("check")
def jamkesda_check() -> None:
    """Ask the newest residents and member files again about everybody."""
    rekom = installation()
    with changing(rekom) as session:
        jamkesda.sort(session, rekom.settings.region)
        _tell(jamkesda.progress(session, rekom.settings.region))


@jamkesda_group.command("show")
def jamkesda_show() -> None:
    """Show how far the campaign is, and its batches."""
    rekom = installation()
    with looking(rekom) as session:
        _tell(jamkesda.progress(session, rekom.settings.region))
        for batch in jamkesda.batches(session, rekom.settings.region):
            state = "dibatalkan" if batch.void_at else f"batas {batch.cut_off.isoformat()}"
            click.echo(f"  kiriman {batch.number}: {grouped(batch.people)} orang, {state}, sha256 {batch.sha256}")


@jamkesda_group.command("list")
def jamkesda_list() -> None:
    """Show the lists that were imported."""
    rekom = installation()
    with looking(rekom) as session:
        for one in jamkesda.lists(session, rekom.settings.region):
            state = "dibatalkan" if one.undone_at else f"{grouped(one.people)} orang"
            click.echo(f"#{one.id} {one.file_name}: {state}, oleh {one.imported_by}, sha256 {one.sha256}")


@jamkesda_group.command("alike")
def jamkesda_alike() -> None:
    """Show people who may be one although their NIKs differ: same name, same family card or village."""
    rekom = installation()
    with changing(rekom) as session:
        groups = jamkesda.alike(session, rekom.settings.region)
        subject = f"jamkesda-alike:{rekom.settings.region}"
        audit.record(session, subject, "READ_ALIKE", actor=operator(rekom), now=rekom.clock(), groups=len(groups))
        for group in groups:
            places = "; ".join(f"daftar {one.list_id} baris {one.line}, NIK berakhir {one.nik[-4:]}" for one in group)
            click.echo(f"{group[0].details['name']}: {places}")
    click.echo(f"{grouped(len(groups))} nama mirip. Periksa orangnya; tidak ada yang diubah.")


@jamkesda_group.command("batch")
@click.option("--size", type=int, required=True, help="how many people, 5000 at most")
@click.option("--cut-off", required=True, help="last day for this batch, such as 2026-12-19")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def jamkesda_batch(size: int, cut_off: str, file: Path) -> None:
    """Put the next people who remain into a batch and write it to FILE (.xlsx) in the columns of the registration file."""
    rekom = installation()
    day = day_of(cut_off, "--cut-off")
    zone = rekom.zone(rekom.settings.region)
    with changing(rekom) as session:
        batch = jamkesda.make_batch(session, rekom.settings.region, size, day, as_registration, operator(rekom), zone, now=rekom.clock())
        number, people, content = batch.number, batch.people, batch.file
    write_private(file, content)
    click.echo(f"Kiriman {number}: {grouped(people)} orang, batas {day.isoformat()}, ditulis ke {file}")


@jamkesda_group.command("export")
@click.argument("number", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def jamkesda_export(number: int, file: Path) -> None:
    """Write batch NUMBER to FILE once more, byte for byte."""
    rekom = installation()
    with changing(rekom) as session:
        content = jamkesda.export(session, rekom.settings.region, number, operator(rekom), now=rekom.clock())
    write_private(file, content)
    click.echo(f"Kiriman {number} ditulis ke {file}")


@jamkesda_group.command("void")
@click.argument("number", type=int)
def jamkesda_void(number: int) -> None:
    """Take batch NUMBER back; its people remain again."""
    rekom = installation()
    with changing(rekom) as session:
        batch = jamkesda.void_batch(session, rekom.settings.region, number, operator(rekom), now=rekom.clock())
        click.echo(f"Kiriman {number} dibatalkan: {grouped(batch.people)} orang tidak lagi di kiriman.")
        _tell(jamkesda.progress(session, rekom.settings.region))


@jamkesda_group.command("undo")
@click.argument("number", type=int)
def jamkesda_undo(number: int) -> None:
    """Take list NUMBER back; its people are deleted."""
    rekom = installation()
    with changing(rekom) as session:
        listed = jamkesda.undo(session, rekom.settings.region, number, operator(rekom), now=rekom.clock())
        click.echo(f"Daftar Jamkesda #{listed.id} dibatalkan: {grouped(listed.people)} baris dihapus. sha256 {listed.sha256}")
        _tell(jamkesda.progress(session, rekom.settings.region))


def _tell(found: Progress) -> None:
    parts = ", ".join(f"{word} {grouped(found.outcomes.get(outcome, 0))}" for outcome, word in NAMES.items())
    click.echo(f"{grouped(found.people)} orang di {grouped(found.lists)} daftar: {parts}; aktif dari kiriman {grouped(found.registered)}")
