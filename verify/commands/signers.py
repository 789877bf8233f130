"""``rekom signers``: who may sign letters, in which capacity, from which day to which."""

from datetime import date
from zoneinfo import ZoneInfo

import click

from verify.commands.operator import changing, day_of, installation, looking, operator
from verify.composition import Rekom
from workflows import staffing
from workflows.errors import InvalidInput
from workflows.records.signing_authority import SigningAuthority
from workflows.staffing import Appointment
from workflows.vocabulary import Capacity


def _capacity(typed: str) -> Capacity:
    try:
        return Capacity(typed.upper())
    except ValueError:
        raise InvalidInput(f"Kapasitas itu tidak ada. Pilih dari: {', '.join(Capacity)}.") from None


@click.group("signers")
def signers_group() -> None:
    """Who may sign letters, and on which days."""


@signers_group.command("appoint")
@click.argument("username")
@click.option("--capacity", required=True, help="DEFINITIF, PLT, PLH or AN")
@click.option("--title", required=True, help="as it stands above the signature, such as 'Plt. Kepala Dinas Sosial'")
@click.option("--from", "first", required=True, help="first day, such as 2026-11-23")
@click.option("--to", "last", help="last day; only DEFINITIF can do without")
def signers_appoint(username: str, capacity: str, title: str, first: str, last: str | None) -> None:
    """Let a person decide and sign from the first day to the last."""
    rekom = installation()
    new = Appointment(_capacity(capacity), title, day_of(first, "--from"), day_of(last, "--to") if last else None)
    with changing(rekom) as session:
        person = staffing.find(session, username)
        authority = staffing.appoint(session, person, new, operator(rekom), now=rekom.clock())
    click.echo(f"Kewenangan nomor {authority.id}: {person.name}, {_said(authority)}.")


@signers_group.command("list")
def signers_list() -> None:
    """Show all authorities, past ones too: letters stand on them."""
    with looking(installation()) as session:
        for authority, person in staffing.signers(session):
            closed = "; akun dinonaktifkan" if person.disabled_at else ""
            click.echo(f"{authority.id:>5}  {person.username:<20} {person.name}, {_said(authority)}{closed}")


@signers_group.command("end")
@click.argument("number", type=int)
@click.option("--last", help="the last day [default: today]; a day before the first takes an unused authority away")
def signers_end(number: int, last: str | None) -> None:
    """End an authority early. NUMBER stands in the list."""
    rekom = installation()
    with changing(rekom) as session:
        zone = rekom.zone(staffing.signer(session, number)[0].region_code)
        day = day_of(last, "--last") if last else _today(rekom, zone)
        authority = staffing.end_authority(session, number, day, operator(rekom), timezone=zone, now=rekom.clock())
    gone = day < authority.valid_from
    click.echo(f"Kewenangan nomor {number} {'dihapus, belum pernah dipakai' if gone else f'berakhir sesudah {day:%d-%m-%Y}'}.")


def _today(rekom: Rekom, zone: str) -> date:
    return rekom.clock().astimezone(ZoneInfo(zone)).date()


def _said(authority: SigningAuthority) -> str:
    until = f"sampai {authority.valid_to:%d-%m-%Y}" if authority.valid_to else "tanpa hari terakhir"
    return f"{authority.capacity} {authority.title}, {authority.valid_from:%d-%m-%Y} {until}"
