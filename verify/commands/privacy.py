"""``rekom privacy``: what a person may ask the office about the own data."""

import json

import click

from verify.commands.operator import installation, looking
from verify.web.story import story
from verify.web.times import local_time
from workflows import looked
from workflows.looked import Report
from workflows.records.case_reading import Seen

SEEN = {Seen.CASE: "berkas", Seen.LETTER: "surat", Seen.REVEALED: "data lengkap"}


@click.group("privacy")
def privacy_group() -> None:
    """Personal data: who looked at it."""


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
