"""``rekom staff``: accounts and their roles. A password is typed twice, unseen, or piped; it is never an argument."""

import json
import sys

import click

from verify import throttle
from verify.auth import hash_password
from verify.commands.operator import changing, installation, looking, operator, region_of
from verify.composition import Rekom
from workflows import staffing
from workflows.errors import InvalidInput
from workflows.records.staff import Staff
from workflows.staffing import NewStaff
from workflows.states import Role

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


def _role(typed: str) -> Role:
    try:
        return Role(typed.upper())
    except ValueError:
        known = ", ".join(role for role in Role if role != Role.SYSTEM)
        raise InvalidInput(f"Peran itu tidak ada. Pilih dari: {known}.") from None


@click.group("staff")
def staff_group() -> None:
    """People who work with Rekom: accounts, roles, passwords."""


@staff_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="as it stands on letters, with titles")
@click.option("--role", "roles", multiple=True, help="more than one: repeat it; none: somebody who only signs, see rekom signers")
@click.option("--nip", help="printed below a signature")
@click.option("--rank", help="printed below a signature")
@click.option("--region", help="Kemendagri code [default: REKOM_REGION]")
@click.option("--hospital", help="code of the hospital, for the role HOSPITAL")
def staff_add(username: str, roles: tuple[str, ...], region: str | None, hospital: str | None, **words: str | None) -> None:
    """Make an account. The password is asked for twice, or read from standard input."""
    rekom = installation()
    held, name = frozenset(map(_role, roles)), words["name"] or ""
    new = NewStaff(username, name, region_of(rekom, region), held, words["nip"], words["rank"], hospital)
    hashed = _hashed(rekom, username)
    with changing(rekom) as session:
        person = staffing.hire(session, new, hashed, operator(rekom), now=rekom.clock())
    click.echo(f"Akun {person.username} dibuat untuk {person.name}: {', '.join(staffing.names(held)) or 'tanpa peran'}.")


@staff_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def staff_list(as_json: bool) -> None:
    """Show all accounts."""
    with looking(installation()) as session:
        people = staffing.people(session)
    if as_json:
        click.echo(json.dumps([_plain(person, roles) for person, roles in people], indent=1, ensure_ascii=False))
        return
    for person, roles in people:
        words = ", ".join(staffing.names(roles)) or "tanpa peran"
        place = person.region_code + (f" {person.hospital_code}" if person.hospital_code else "")
        click.echo(f"{person.username:<20} {person.name} ({place}): {words}{'; dinonaktifkan' if person.disabled_at else ''}")


@staff_group.command("role")
@click.argument("username")
@click.option("--give", multiple=True, metavar="ROLE")
@click.option("--take", multiple=True, metavar="ROLE", help="roles are taken before others are given")
def staff_role(username: str, give: tuple[str, ...], take: tuple[str, ...]) -> None:
    """Give or take roles; whoever is signed in with the old ones is out at once."""
    given, taken = [_role(one) for one in give], [_role(one) for one in take]
    if not given and not taken:
        raise InvalidInput("Sebutkan --give PERAN atau --take PERAN.")
    rekom = installation()
    with changing(rekom) as session:
        person = staffing.find(session, username)
        for role in taken:
            staffing.take_role(session, person, role, operator(rekom), now=rekom.clock())
        for role in given:
            staffing.give_role(session, person, role, operator(rekom), now=rekom.clock())
        held = staffing.names(staffing.roles_of(session, person))
    click.echo(f"Peran {username} sekarang: {', '.join(held) or 'tidak ada'}.")


@staff_group.command("disable")
@click.argument("username")
def staff_disable(username: str) -> None:
    """Close an account for good; whoever is signed in with it is out at once."""
    rekom = installation()
    with changing(rekom) as session:
        staffing.disable(session, staffing.find(session, username), operator(rekom), now=rekom.clock())
    click.echo(f"Akun {username} dinonaktifkan; semua sesinya berakhir.")


@staff_group.command("password")
@click.argument("username")
def staff_password(username: str) -> None:
    """Set a new password; whoever is signed in with the old one is out at once."""
    rekom = installation()
    hashed = _hashed(rekom, username)
    with changing(rekom) as session:
        staffing.set_password_hash(session, staffing.find(session, username), hashed, operator(rekom), now=rekom.clock())
    click.echo(f"Kata sandi {username} diganti; semua sesinya berakhir.")


@staff_group.command("unlock")
@click.argument("username")
def staff_unlock(username: str) -> None:
    """Open an account that was locked after too many wrong passwords or codes."""
    rekom = installation()
    with changing(rekom) as session:
        was_locked = throttle.unlock(rekom, session, username)
        staffing.record_unlock(session, staffing.find(session, username), operator(rekom), now=rekom.clock())
    click.echo(f"Akun {username} dibuka lagi." if was_locked else f"Akun {username} tidak terkunci; hitungan percobaannya dihapus.")


@staff_group.command("reset-factor")
@click.argument("username")
def staff_reset_factor(username: str) -> None:
    """Take away all second factors of somebody who lost them; their sessions end. Make sure who is asking."""
    rekom = installation()
    with changing(rekom) as session:
        person = staffing.find(session, username)
        throttle.forget_codes(session, person)
        staffing.reset_factors(session, person, operator(rekom), now=rekom.clock())
    click.echo(f"Pengaman kedua {username} dihapus; semua sesinya berakhir. Ia memasang yang baru saat masuk lagi.")


def _hashed(rekom: Rekom, username: str) -> str:
    """Hashed before any transaction begins: it takes a fifth of a second."""
    password = _typed_twice() if _at_terminal() else sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or not password.isprintable():
        raise InvalidInput(f"Kata sandi terdiri dari {SHORTEST_PASSWORD}-{LONGEST_PASSWORD} karakter yang dapat diketik. Pilih yang lain.")
    if password.casefold() == username.casefold():
        raise InvalidInput("Kata sandi tidak boleh sama dengan nama pengguna. Pilih yang lain.")
    return hash_password(password, environment=rekom.settings.environment)


def _at_terminal() -> bool:
    return sys.stdin.isatty()


def _typed_twice() -> str:
    first: str = click.prompt("Kata sandi", hide_input=True, err=True)
    again: str = click.prompt("Sekali lagi", hide_input=True, err=True)
    if first != again:
        raise InvalidInput("Kedua kata sandi tidak sama. Ulangi perintah ini.")
    return first


def _plain(person: Staff, roles: frozenset[Role]) -> dict[str, object]:
    return {
        "username": person.username,
        "name": person.name,
        "roles": staffing.names(roles),
        "region": person.region_code,
        "hospital": person.hospital_code,
        "nip": person.nip,
        "rank": person.rank,
        "disabled_at": person.disabled_at.isoformat() if person.disabled_at else None,
    }
