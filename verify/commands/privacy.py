"""``rekom privacy``: what a person may ask the office about the own data."""

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import click

from schemas.spreadsheet import as_csv
from verify.commands.operator import changing, installation, looking, operator
from verify.commands.retention import hold_command, release_command, retention_command
from verify.composition import Rekom
from verify.web.story import story
from verify.web.times import local_time
from workflows import audit, exposure, looked, subject_access
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.exposure import Exposed, ExposedList
from workflows.looked import Report
from workflows.nik import parse_nik
from workflows.records.case_reading import Seen

SEEN = {Seen.CASE: "berkas", Seen.LETTER: "surat", Seen.REVEALED: "data lengkap", Seen.PAPER: "foto berkas"}

WORDS = {seen.value: word for seen, word in SEEN.items()} | {exposure.ACTED: "tindakan pada berkas", exposure.LISTED: "daftar"}


@click.group("privacy")
def privacy_group() -> None:
    """Personal data: who looked at it, all that is held about a person, whose data an account saw, what was kept long enough."""


for command in (retention_command, hold_command, release_command):
    privacy_group.add_command(command)


@privacy_group.command("looked")
@click.option("--ticket", required=True, help="number of the case")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def looked_command(ticket: str, as_json: bool) -> None:
    """List who looked at a case, when and how often, and who did what to it. No NIK is part of it."""
    rekom = installation()
    zone = rekom.zone(rekom.settings.region)
    with looking(rekom) as session:
        found = looked.report(session, ticket.upper())
    if as_json:
        click.echo(json.dumps(_plain(found), indent=1, ensure_ascii=False))
        return
    click.echo(f"Yang melihat berkas {ticket.upper()}:")
    for look in found.looks:
        span = f"{local_time(look.first_at, zone)} sampai {local_time(look.last_at, zone)}"
        click.echo(f"  {look.name} ({look.place}): {SEEN[look.seen]}, {look.times} kali, {span}")
    click.echo("Yang dikerjakan pada berkas:")
    for event in story(found.acts):
        click.echo(f"  {local_time(event.at, zone)} {event.who}: {event.title}. {' '.join(event.details)}".rstrip())


def _plain(found: Report) -> dict[str, object]:
    looks = [
        {
            "name": look.name,
            "place": look.place,
            "seen": look.seen.value,
            "first_at": look.first_at.isoformat(),
            "last_at": look.last_at.isoformat(),
            "times": look.times,
        }
        for look in found.looks
    ]
    acts = [{"at": event.at.isoformat(), "name": event.actor_name, "action": event.action} for event in found.acts]
    return {"looks": looks, "acts": acts}


TO = click.option(
    "--to", "into", type=click.Path(path_type=Path, dir_okay=False), required=True, help="new file; only its owner may read it"
)
TELL_WITHIN = timedelta(hours=72)
"""3 x 24 hours, UU 27/2022 article 46."""


@privacy_group.command("export")
@TO
def export_command(into: Path) -> None:
    """Write everything held about one person to a file, for that person (UU 27/2022 article 7).

    The NIK is typed unseen or piped, never an argument. Other people's NIKs are covered.
    """
    rekom = installation()
    nik = _asked_nik(rekom)
    with _new_file(into) as written:
        with changing(rekom) as session:
            found = subject_access.holdings(session, nik)
            if not found:
                raise NotFound("Kantor ini tidak menyimpan data tentang NIK itu. Periksa lagi angkanya.")
            for row in found.get("case_file", []):
                audit.record(session, f"case:{row['id']}", "EXPORT", actor=operator(rekom), now=rekom.clock(), tables=len(found))
        written.write(json.dumps(subject_access.for_the_person(found, nik), indent=1, ensure_ascii=False).encode())
    click.echo(f"{sum(map(len, found.values()))} baris dari {len(found)} tabel ditulis ke {into}. Serahkan hanya kepada orangnya.")


@privacy_group.command("breach")
@click.option("--account", "username", required=True, help="the account that others used or that misused its rights")
@click.option("--from", "since", required=True, help="such as 2026-11-20T08:00, local time")
@click.option("--until", required=True, help="such as 2026-11-22T17:30, local time")
@click.option("--known", required=True, help="when the office learned of it: notice is due 3 x 24 hours later")
@TO
def breach_command(username: str, since: str, until: str, known: str, into: Path) -> None:
    """List everybody whose data an account saw, with whom to telephone, and when they must have been told."""
    rekom = installation()
    zone = ZoneInfo(rekom.zone(rekom.settings.region))
    start, end, learned = (_moment(text, zone) for text in (since, until, known))
    with _new_file(into) as written:
        with looking(rekom) as session:
            person = exposure.account(session, username)
            if person is None or person.id is None:
                raise NotFound("Akun itu tidak ada. Lihat: rekom staff list")
            seen = exposure.exposed(session, person.id, start, end)
            lists = exposure.exposed_lists(session, person.id, start, end)  # reads whole files: nobody who writes waits for that
        with changing(rekom) as session:
            audit.record(session, f"staff:{person.id}", "BREACH_REPORT", actor=operator(rekom), now=rekom.clock(), people=len(seen))
        rows = [*(_cells(one, zone.key) for one in seen), *(_list_cells(one, zone.key) for one in lists)]
        written.write(as_csv(COLUMNS, rows))
    click.echo(f"{len(seen)} berkas dilihat akun {username}. Daftarnya: {into}")
    if lists:
        click.echo(f"Juga {len(lists)} kali data orang tanpa berkas: baris tanpa nomor berkas, dengan jumlah orangnya.")
    click.echo("Daftar kerja akun itu (nama dan NIK tertutup) tidak dicatat: anggap terlihat juga siapa yang menunggu perannya waktu itu.")
    click.echo(f"Beri tahu mereka dan lembaga PDP secara tertulis paling lambat {local_time(learned + TELL_WITHIN, zone.key)}:")
    click.echo("data apa yang terungkap, kapan dan bagaimana, dan apa yang dilakukan kantor (UU 27/2022 pasal 46).")


COLUMNS = ("Berkas", "Nama", "Telepon", "Yang dilihat", "Kali", "Terakhir")


def _cells(one: Exposed, zone: str) -> tuple[str, ...]:
    words = ", ".join(WORDS[word] for word in one.seen)
    return one.ticket, one.name, one.phone or "", words, str(one.times), local_time(one.last_at, zone)


def _list_cells(one: ExposedList, zone: str) -> tuple[str, ...]:
    about = one.name or f"{one.people} {one.unit}"
    return "", about, "", ": ".join(filter(None, (one.what, one.purpose))), "1", local_time(one.at, zone)


def _asked_nik(rekom: Rekom) -> str:
    said = getpass.getpass("NIK: ") if sys.stdin.isatty() else sys.stdin.readline()
    return parse_nik(said.strip(), practice=rekom.settings.practice).digits


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise InvalidInput(f"Waktu {text} tidak terbaca. Tulis seperti 2026-11-22T17:30.") from None


@contextmanager
def _new_file(place: Path) -> Iterator[BinaryIO]:
    """A file that nobody else may read, written once the trail that says so is committed: nothing leaves the office unnoted.

    Nothing is written over. Where what it is for fails, it is gone again.
    """
    try:
        handle = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise Conflict(f"Berkas {place} sudah ada. Pilih nama lain.") from None
    except OSError as error:
        raise InvalidInput(f"Berkas {place} tidak dapat ditulis ({error.strerror}). Pilih tempat lain.") from None
    try:
        with os.fdopen(handle, "wb") as written:
            yield written
    except BaseException:
        place.unlink(missing_ok=True)
        raise
