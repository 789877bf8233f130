"""``rekom import``: DTSEN extracts, BPJS member files and residents in, and out again."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy.exc import SQLAlchemyError

from schemas.desk_check import local_time
from schemas.foreign import quotable
from verify.composition import Rekom
from verify.config import load_settings
from verify.imports.bad_rows import write_bad_rows
from verify.imports.progress import progress
from verify.imports.reading import sieved, stated_as_of
from verify.imports.running import received
from verify.imports.sieve import Sieve
from verify.imports.source import ImportRefused, Source, inspect
from workflows import extracts
from workflows.actor import Actor
from workflows.extracts import Received
from workflows.records.extract import Extract, ExtractKind
from workflows.states import Role
from workflows.thousands import grouped

GOOD, BAD_ROWS = 0, 1
NAMES = {ExtractKind.DTSEN: "DTSEN", ExtractKind.MEMBERS: "anggota BPJS", ExtractKind.RESIDENTS: "penduduk"}
HOLDS = {True: " (semua peserta)", False: " (sebagian peserta)"}
WHICH = (
    "Katakan apakah berkas ini memuat semua peserta di daerah ini, dari semua segmen: --complete bila ya, --partial bila hanya sebagian. "
    "Cakupan dihitung hanya dari berkas semua peserta."
)

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


@dataclass(frozen=True, slots=True)
class Order:
    """What was typed."""

    kind: ExtractKind
    file: Path
    as_of: str | None
    by: str
    dry_run: bool
    bad_rows: Path | None
    complete: bool = False


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What both kinds of file are asked."""
    for option in (
        click.option("--bad-rows", type=click.Path(dir_okay=False, path_type=Path), help="write refused rows here as CSV, NIKs covered"),
        click.option("--dry-run", is_flag=True, help="count only, write nothing; exit code 1 where rows are bad"),
        click.option("--by", required=True, help="name of the person responsible, for the audit trail"),
        click.option("--as-of", help="when the content was true, such as 2026-11-01T02:00 in the office's time"),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = option(command)
    return command


@click.group("import")
def import_group() -> None:
    """Files as registries: an extract answers when the online registry does not."""


@import_group.command("dtsen")
@_options
def import_dtsen(file: Path, as_of: str | None, by: str, dry_run: bool, bad_rows: Path | None) -> None:
    """Import a DTSEN extract (CSV or XLSX with columns NIK and DESIL)."""
    sys.exit(_import(Order(ExtractKind.DTSEN, file, as_of, by, dry_run, bad_rows)))


@import_group.command("members")
@_options
@click.option(
    "--complete/--partial", default=None, help="whether it holds every member of the region: coverage is counted only from such a file"
)
def import_members(file: Path, as_of: str | None, by: str, dry_run: bool, bad_rows: Path | None, complete: bool | None) -> None:
    """Import a BPJS member file: six columns for a month, or the full file."""
    if complete is None and not dry_run:
        raise ImportRefused(WHICH)
    sys.exit(_import(Order(ExtractKind.MEMBERS, file, as_of, by, dry_run, bad_rows, bool(complete))))


@import_group.command("residents")
@_options
def import_residents(file: Path, as_of: str | None, by: str, dry_run: bool, bad_rows: Path | None) -> None:
    """Import a Dukcapil extract: residents with their village."""
    sys.exit(_import(Order(ExtractKind.RESIDENTS, file, as_of, by, dry_run, bad_rows)))


@import_group.command("undo")
@click.argument("number", type=int)
@click.option("--by", required=True, help="name of the person responsible, for the audit trail")
def import_undo(number: int, by: str) -> None:
    """Take one import back; look-ups use the one before it again."""
    rekom = Rekom(load_settings(), wakes=False)
    with closing(rekom.database) as database, _discreet(), database.write() as session:
        extract = extracts.undo(session, number, _actor(rekom, by), now=rekom.clock())
    click.echo(f"Impor #{number} ({NAMES[extract.kind]}) dibatalkan: {grouped(extract.rows_good)} baris dihapus. sha256 {extract.sha256}")


@import_group.command("complete")
@click.argument("number", type=int)
@click.option("--by", required=True, help="name of the person responsible, for the audit trail")
def import_complete(number: int, by: str) -> None:
    """Say that member file NUMBER holds every member of the region after all."""
    _say_complete(number, True, by)


@import_group.command("partial")
@click.argument("number", type=int)
@click.option("--by", required=True, help="name of the person responsible, for the audit trail")
def import_partial(number: int, by: str) -> None:
    """Say that member file NUMBER holds only some of the members after all; what was counted from it counts no more."""
    _say_complete(number, False, by)


@import_group.command("list")
def import_list() -> None:
    """Show the last imports."""
    with closing(Rekom(load_settings(), wakes=False).database) as database, database.read() as session:
        for extract in extracts.listed(session):
            counts = f"{grouped(extract.rows_good)} baik, {grouped(extract.rows_bad)} salah"
            when = local_time(extract.as_of, extract.timezone)
            click.echo(f"#{extract.id} {extract.state} {_named(extract)}, per {when}: {counts}, oleh {extract.imported_by}")


def _say_complete(number: int, complete: bool, by: str) -> None:
    rekom = Rekom(load_settings(), wakes=False)
    with closing(rekom.database) as database, _discreet(), database.write() as session:
        extract = extracts.say_complete(session, number, complete, _actor(rekom, by), now=rekom.clock())
        named = _named(extract)
    click.echo(f"Impor #{number} kini tercatat: {named}. Hitung cakupan lagi dengan rekom coverage count.")


def _named(extract: Extract) -> str:
    """What the file is about, and of a member file how much of it."""
    return NAMES[extract.kind] + (HOLDS[extract.complete] if extract.kind is ExtractKind.MEMBERS else "")


def _import(order: Order) -> int:
    rekom = Rekom(load_settings(), wakes=False)
    zone = ZoneInfo(rekom.policy_today(rekom.settings.region).timezone)
    actor, given = _actor(rekom, order.by), _moment(order.as_of, zone)
    if given:
        extracts.check_as_of(given, now=rekom.clock())
    source = inspect(order.file)
    _check_list_place(order)
    with ExitStack() as until_done:
        if not order.dry_run and (known := _known(rekom, order.kind, source)):
            return _nothing_to_do(known)
        with progress("Membaca") as step:
            sieve = until_done.enter_context(sieved(source, order.kind, practice=rekom.settings.practice, step=step))
        _report(order, sieve)
        if order.dry_run:
            return _tried(order, sieve, source)
        as_of, name = given or stated_as_of(sieve, zone), quotable(order.file.name) or ""
        taken = received(source, sieve, name, as_of, zone.key, complete=order.complete)
        return _applied(rekom, taken, sieve, actor)


def _applied(rekom: Rekom, taken: Received, sieve: Sieve, actor: Actor) -> int:
    if not taken.rows_good:
        raise ImportRefused("Tidak ada satu baris pun yang dapat dipakai. Tidak ada yang disimpan.")
    total = taken.rows_good + taken.rows_bad
    try:
        with closing(rekom.database) as database, _discreet(), progress("Menyimpan") as step, database.write() as session:
            extract = extracts.apply(
                session, taken, sieve.facts(), actor, now=rekom.clock(), told=lambda done: step(done, max(total, done), done)
            )
    except extracts.AlreadyImported as error:  # somebody was faster
        click.echo(str(error))
        return GOOD
    when = local_time(extract.as_of, extract.timezone)
    click.echo(f"Impor #{extract.id} {_named(extract)} diterapkan, per {when}: {_counts(sieve)}, sha256 {extract.sha256}")
    return GOOD


def _tried(order: Order, sieve: Sieve, source: Source) -> int:
    click.echo(f"Uji coba {NAMES[order.kind]}, tidak ada yang ditulis: {_counts(sieve)}, sha256 {source.sha256}")
    return BAD_ROWS if sieve.rows_bad else GOOD


def _known(rekom: Rekom, kind: ExtractKind, source: Source) -> Extract | None:
    with closing(rekom.database) as database, _discreet(), database.read() as session:
        return extracts.standing(session, kind, source.sha256)


def _nothing_to_do(known: Extract) -> int:
    when = local_time(known.as_of, known.timezone)
    click.echo(
        f"Berkas ini sudah diimpor sebagai #{known.id} {_named(known)}, per {when}. Tidak ada yang diubah. "
        f"Untuk mengimpor ulang, batalkan dulu: rekom import undo {known.id}. sha256 {known.sha256}"
    )
    return GOOD


def _report(order: Order, sieve: Sieve) -> None:
    for fault, number in sorted(sieve.faults().items()):
        click.echo(f"  {fault}: {grouped(number)} baris", err=True)
    if order.bad_rows:
        nik_place = list(sieve.layout.columns).index("nik")
        number = write_bad_rows(order.bad_rows, sieve.layout.wanted_titles, nik_place, sieve.bad_rows())
        click.echo(f"{grouped(number)} baris salah ditulis ke {order.bad_rows}", err=True)


def _check_list_place(order: Order) -> None:
    if order.bad_rows and order.bad_rows.exists() and order.bad_rows.samefile(order.file):
        raise ImportRefused("--bad-rows menunjuk berkas yang diimpor. Pilih nama lain.")


def _counts(sieve: Sieve) -> str:
    return f"{grouped(sieve.rows_good)} baris baik, {grouped(sieve.rows_bad)} baris salah"


def _actor(rekom: Rekom, by: str) -> Actor:
    name = quotable(by) or ""
    if len(name) < 2:
        raise ImportRefused("Isi --by dengan nama orang yang bertanggung jawab.")
    return Actor(id=None, name=name, roles=frozenset({Role.ADMIN}), region_code=rekom.settings.region)


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ImportRefused("Tulis --as-of seperti 2026-11-01T02:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


@contextmanager
def _discreet() -> Iterator[None]:
    """The database's own words quote rows: only their kind is told."""
    try:
        yield
    except SQLAlchemyError as error:
        raise ImportRefused(
            f"Basis data tidak menerima ini ({type(error).__name__}). Tidak ada yang diubah. Jalankan rekom migrate, lalu ulangi."
        ) from None
