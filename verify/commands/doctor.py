"""``rekom doctor``."""

import json
import sys
from dataclasses import asdict

import click

from verify.commands.operator import installation
from verify.doctor import Finding, Grade, examine

MARK = {Grade.WELL: ("✓", "green"), Grade.WATCH: ("!", "yellow"), Grade.ILL: ("✗", "red")}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def doctor_command(as_json: bool) -> None:
    """What this installation lacks, each with its cure; exit code 1 where something is ill."""
    found = []
    for one in examine(installation()):
        found.append(one)
        if not as_json:
            _show(one)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False))
    sys.exit(1 if any(one.grade is Grade.ILL for one in found) else 0)


def _show(one: Finding) -> None:
    mark, colour = MARK[one.grade]
    click.echo(f"{click.style(mark, fg=colour)} {one.about}: {one.says}")
    if one.cure:
        click.echo(f"    {one.cure}")
