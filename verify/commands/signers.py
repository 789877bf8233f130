"""``rekom signers``: who may sign letters, in which capacity, from which day to which."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import click

from verify.commands.operator import changing, day_of, installation, looking, operator
from verify.composition import Rekom
from workflows import staffing
from workflows.appointments import Appointment
from workflows.errors import InvalidInput
from workflows.records.signing_authority import SigningAuthority
from workflows.vocabulary import Capacity, LetterType


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
@click.option("--title", required=True, help="as it stands above the signature, one of the region's signer_titles")
@click.option("--from", "first", required=True, help="first day, such as 2026-11-23")
@click.option("--to", "last", help="last day; only DEFINITIF can do without")
@click.option("--position", help="own post of who signs a.n., such as Sekretaris")
@click.option("--letter-type", "types", multiple=True, help="only letters of this type; more than one: repeat it [default: all]")
def signers_appoint(
    username: str, capacity: str, title: str, first: str, last: str | None, position: str | None, types: tuple[str, ...]
) -> None:
    """Let a person decide and sign from the first day to the last."""
    rekom = installation()
    days = day_of(first, "--from"), day_of(last, "--to") if last else None
    new = Appointment(_capacity(capacity), title, *days, position, frozenset(map(_letter_type, types)))
    with changing(rekom) as session:
        person = staffing.find(session, username)
        authority = staffing.appoint(session, person, new, rekom.policies, operator(rekom), now=rekom.clock())
    click.echo(f"Kewenangan nomor {authority.id}: {person.name}, {_said(authority)}.")


@signers_group.command("duty")
@click.argument("username")
@click.option("--title", required=True, help="the head's, as it stands above the signature after a.n.")
@click.option("--position", required=True, help="the duty signer's own post")
@click.option("--from", "start", required=True, help="from when, in the region's time, such as 2026-11-28T16:00")
@click.option("--until", "end", required=True, help="until when; a night's end is the next day's")
def signers_duty(username: str, title: str, position: str, start: str, end: str) -> None:
    """Put a person on the roster of duty signers, a.n., for the hours when the office is closed."""
    rekom = installation()
    with changing(rekom) as session:
        person = staffing.find(session, username)
        zone = ZoneInfo(rekom.zone(person.region_code))
        begins, ends = _moment(start, "--from", zone), _moment(end, "--until", zone)
        first, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()
        new = Appointment(Capacity.AN, title, first, last, position, hours=(begins, ends))
        authority = staffing.appoint(session, person, new, rekom.policies, operator(rekom), now=rekom.clock())
    click.echo(f"Giliran jaga nomor {authority.id}: {person.name}, {_said(authority)}.")


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


def _letter_type(typed: str) -> LetterType:
    try:
        return LetterType(typed.upper())
    except ValueError:
        raise InvalidInput(f"Jenis surat itu tidak ada. Pilih dari: {', '.join(LetterType)}.") from None


def _moment(typed: str, option: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        raise InvalidInput(f"Tulis {option} seperti 2026-11-28T16:00.") from None


def _today(rekom: Rekom, zone: str) -> date:
    return rekom.clock().astimezone(ZoneInfo(zone)).date()


def _said(authority: SigningAuthority) -> str:
    until = f"sampai {authority.valid_to:%d-%m-%Y}" if authority.valid_to else "tanpa hari terakhir"
    limits = f"; hanya {', '.join(authority.letter_types)}" if authority.letter_types else ""
    hours = f"; jaga {_clock(authority.starts_at)} sampai {_clock(authority.ends_at)}" if authority.starts_at and authority.ends_at else ""
    return f"{authority.capacity} {authority.title}, {authority.valid_from:%d-%m-%Y} {until}{limits}{hours}"


def _clock(moment: datetime) -> str:
    return f"{moment:%d-%m-%Y %H.%M} UTC"
