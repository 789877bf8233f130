"""``rekom cases``: what is late, for whom and since when, and how many promises were kept. Tickets only, no names."""

import json

import click
from rich.console import Console
from rich.table import Table

from schemas.clocks import LATE, PROMISES, late_facts, promise_facts
from schemas.waits import WAITS, wait_facts
from verify.composition import Rekom
from verify.config import load_settings
from verify.escalation import stuck_in
from verify.office_time import months_back, office_of
from verify.web.clocks import APPLICANT, CLOCK
from verify.web.times import duration, local_time
from verify.web.waits import WAITING
from verify.web.words import ROLE
from workflows import clocks

REGION = click.option("--region", help="Kemendagri code of the office's region [default: all]")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="for programs")


@click.group("cases")
def cases_group() -> None:
    """Cases as a whole."""


@cases_group.command("late")
@REGION
@AS_JSON
def late_command(region: str | None, as_json: bool) -> None:
    """List each clock that ran out on an open case, the longest late first."""
    rekom = Rekom(load_settings(), wakes=False)
    now = rekom.clock()
    with rekom.database.read() as session:
        found = clocks.late(session, office_of(rekom.policies), now=now, region_code=region)
    if as_json:
        click.echo(json.dumps(LATE.dump([late_facts(one, now=now) for one in found]), indent=1))
        return
    if not found:
        click.echo("Tidak ada yang terlambat.")
        return
    table = Table("berkas", "daerah", "tenggat", "giliran", "terlambat sejak", "selama", box=None)
    for one in found:
        owner = ROLE[one.clock.owner] if one.clock.owner else APPLICANT
        since, late = local_time(one.clock.due, one.timezone), duration(now - one.clock.due)
        table.add_row(one.ticket, one.region_code, CLOCK[one.clock.kind], owner, since, late)
    Console(width=160).print(table)


@cases_group.command("stuck")
@REGION
@AS_JSON
def stuck_command(region: str | None, as_json: bool) -> None:
    """List what waits longer than the rules allow, for whom, and who hears of it next."""
    rekom = Rekom(load_settings(), wakes=False)
    now, found = rekom.clock(), stuck_in(rekom, region)
    if as_json:
        click.echo(json.dumps(WAITS.dump([wait_facts(wait, now=now) for wait in found]), indent=1))
        return
    if not found:
        click.echo("Tidak ada yang menunggu terlalu lama.")
        return
    table = Table("yang menunggu", "daerah", "langkah", "ditunggu", "sejak", "lewat", "diberi tahu", "berikutnya", box=None)
    for wait in found:
        pending = wait.pending
        since, late = local_time(pending.since, wait.timezone), duration(now - wait.due)
        owner = f"{ROLE[pending.owner]}, {pending.name}" if pending.name else ROLE[pending.owner]
        told, following = (ROLE[role] if role else "" for role in (wait.told, wait.next))
        table.add_row(pending.ticket or pending.title, pending.region_code, WAITING[pending.kind], owner, since, late, told, following)
    Console(width=200).print(table)


@cases_group.command("promises")
@REGION
@click.option("--months", type=click.IntRange(1, 120), default=12, show_default=True, help="how many months, this one among them")
@AS_JSON
def promises_command(region: str | None, months: int, as_json: bool) -> None:
    """Show how many promises of the law were kept, month by month."""
    rekom = Rekom(load_settings(), wakes=False)
    since = months_back(months, rekom.zone(region or rekom.settings.region), now=rekom.clock())
    with rekom.database.read() as session:
        found = clocks.kept_promises(session, office_of(rekom.policies), since=since, now=rekom.clock(), region_code=region)
    if as_json:
        click.echo(json.dumps(PROMISES.dump(promise_facts(found)), indent=1))
        return
    for one in found:
        broken = f"; {one.overdue} belum ada suratnya" if one.overdue else ""
        click.echo(f"{one.month:%Y-%m}: {one.kept} dari {one.promised} janji ditepati ({one.percent}%){broken}")
    if not found:
        click.echo("Belum ada surat terbit.")
