"""``rekom registries``: how they stand, and asking them again."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from sqlmodel import Session, select

from verify.composition import Rekom
from verify.config import load_settings
from workflows import advance, asking_again
from workflows.actor import SYSTEM
from workflows.errors import NotFound
from workflows.records.case import Case
from workflows.states import Job

BREAKER = {
    "closed": "ditanya",
    "open": "tidak ditanya dulu",
    "half-open": "dicoba lagi",
    "unknown": "tidak diketahui (Redis mati)",
    "absent": "tidak tersambung",
}
CHECKS = {"dukcapil": Job.IDENTITY, "bpjs": Job.MEMBERSHIP, "dtsen": Job.POVERTY}


@click.group("registries", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="for programs")
@click.pass_context
def registries_group(context: click.Context, as_json: bool) -> None:
    """Each registry: where it is, whether it is asked now, its last answer, the quota left. Asks none of them."""
    if context.invoked_subcommand is not None:
        return
    standings = Rekom(load_settings(), wakes=False).standings()
    if as_json:
        click.echo(json.dumps([asdict(standing) for standing in standings], indent=1, ensure_ascii=False))
        return
    table = Table("registri", "alamat", "keadaan", "gagal berturut-turut", "jawaban terakhir", "kuota sisa", box=None)
    for one in standings:
        state = BREAKER[one.breaker] + (f", {one.rests_seconds} detik lagi" if one.rests_seconds else "")
        last = f"{one.last} {one.last_at}" if one.last else "-"
        table.add_row(one.registry, one.host, state, str(one.failures), last, "-" if one.quota_left is None else str(one.quota_left))
    Console(width=160).print(table)


@registries_group.command("ask-again")
@click.argument("registry", type=click.Choice(list(CHECKS)))
@click.argument("ticket", required=False)
def ask_again_command(registry: str, ticket: str | None) -> None:
    """Ask once more: for one case, or for all whose check waits for a person because the registry refused it."""
    rekom, asked = Rekom(load_settings()), 0
    with rekom.database.read() as session:
        case_ids = _case_ids(session, CHECKS[registry], ticket)
    for case_id in case_ids:
        with rekom.database.write() as session:
            case = advance.lock_by_id(session, case_id)
            asked += asking_again.ask_again(session, case, CHECKS[registry], SYSTEM, now=rekom.clock())
    click.echo(f"{asked} berkas ditanyakan lagi.")


def _case_ids(session: Session, kind: Job, ticket: str | None) -> Sequence[int]:
    if ticket is None:
        return asking_again.waiting_for_a_person(session, kind)
    found = session.exec(select(Case.id).where(Case.ticket == ticket.strip().upper())).first()
    if found is None:
        raise NotFound(f"Berkas {ticket} tidak ditemukan. Periksa nomornya.")
    return [found]
