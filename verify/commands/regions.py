"""``rekom regions``: region codes of all editions."""

from pathlib import Path

import click

from schemas.population.region_file import shipped_regions, write_table
from verify.clock import utc_now
from verify.population.region_editions import read_editions
from workflows.errors import NotFound
from workflows.long_date import MONTHS
from workflows.population.regions import Level, Region, RegionBook, dotted, kind, parse_code
from workflows.thousands import grouped


@click.group("regions")
def regions_group() -> None:
    """Region codes of Kemendagri, current and dead."""


@regions_group.command("check")
@click.argument("code")
def regions_check(code: str) -> None:
    """Say what CODE is, since when, and what it was called before; exit code 2 where no edition knows it."""
    book, digits = shipped_regions(), parse_code(code)
    history = book.history(digits)
    if not history:
        raise NotFound(f"Tidak ada edisi yang memuat kode {dotted(digits)}. Periksa lagi angkanya.")
    click.echo(_standing(book, history[-1]))
    for above in (digits[:length] for length in (6, 4, 2) if length < len(digits)):
        click.echo(f"  di {_named(book, above)} ({dotted(above)})")
    for region in history:
        click.echo(f"  {_span(region)}: {region.name}")


@regions_group.command("counts")
def regions_counts() -> None:
    """Count the codes in force today, and name the editions with their licences."""
    book = shipped_regions()
    counted = book.counts(utc_now().date())
    words = {Level.PROVINCE: "provinsi", Level.REGENCY: "kabupaten/kota", Level.DISTRICT: "kecamatan", Level.VILLAGE: "desa/kelurahan"}
    click.echo(", ".join(f"{grouped(counted[level])} {word}" for level, word in words.items()))
    for edition in book.editions:
        click.echo(f"  {edition.decided_on.isoformat()} {edition.document}; {edition.source}; {edition.licence}")


@regions_group.command("build")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def regions_build(folder: Path, target: Path) -> None:
    """Pack all editions that lie in FOLDER into TARGET, the table that comes with the package."""
    book = read_editions(folder)
    write_table(target, book)
    click.echo(f"{len(book.regions)} baris dari {len(book.editions)} edisi, {target.stat().st_size} byte")


def _standing(book: RegionBook, region: Region) -> str:
    named = f"{dotted(region.code)} {region.name} ({kind(region.code)})"
    if region.valid_to is None:
        return f"{named}: berlaku."
    ended = next(edition for edition in book.editions if edition.decided_on == region.valid_to)
    return f"{named}: tidak berlaku lagi sejak {_day(region)}, {ended.document}. NIK dengan kode ini tetap sah."


def _named(book: RegionBook, code: str) -> str:
    """A regency's name says by itself whether it is a kota."""
    return book.title(code) if len(code) == 4 else f"{kind(code)} {book.title(code)}"


def _day(region: Region) -> str:
    assert region.valid_to is not None
    return f"{region.valid_to.day} {MONTHS[region.valid_to.month - 1]} {region.valid_to.year}"


def _span(region: Region) -> str:
    return f"{region.valid_from.isoformat()} sampai {region.valid_to.isoformat() if region.valid_to else 'sekarang'}"
