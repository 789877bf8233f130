"""``rekom audit``: whether the audit trail is whole."""

import sys
from pathlib import Path

import click

from verify.commands.keys import keys_witness
from verify.commands.operator import installation, looking
from workflows import checkpoints


@click.group("audit")
def audit_group() -> None:
    """The audit trail: every change of state, every look behind the masks or at a letter's answer, print and export, chained.

    Looks at a case are counted by day in a table of their own, which is not chained.
    """


@audit_group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.pass_context
def verify_command(context: click.Context, file: Path | None) -> None:
    """Walk every chain; with FILE, a bundle that a hospital kept, hold it against the witness in there.

    Only a witness from outside shows that nobody rewrote the whole trail.
    """
    if file is not None:
        context.invoke(keys_witness, file=file)
        return
    with looking(installation()) as session:
        last = checkpoints.newest_event(session)
        found = checkpoints.walk(session, last)
    if found.broken is not None:
        click.echo(f"TIDAK UTUH. Mata rantai pertama yang putus: {found.broken}. Simpan basis data ini, lalu hubungi pengembang.", err=True)
        sys.exit(1)
    click.echo(f"Utuh: {found.chains} rantai sampai peristiwa {last}. Bandingkan juga dengan saksi dari rumah sakit.")
