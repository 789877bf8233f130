"""``rekom privacy retention``: what has been kept long enough; and what holds a case longer."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict

import click
from sqlmodel import select

from verify import retention as sweeping
from verify.commands.operator import changing, discreet, installation, operator
from verify.composition import Rekom
from verify.retention import Heap
from workflows import advance, retention
from workflows.errors import NotFound
from workflows.records.case import Case
from workflows.records.erasure import LegalHold
from workflows.retention import Over

TICKET = click.option("--ticket", required=True, help="number of the case")
REASON = click.option("--reason", required=True, help="at least ten letters, without names and numbers of people")
ALL = 1_000_000


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="only say what would go, and why")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def retention_command(dry_run: bool, as_json: bool) -> None:
    """Erase what has been kept as long as the policy says; the relay does the same once a day."""
    rekom = installation()
    with closing(rekom.database), discreet():
        _list(rekom, as_json=as_json)
        if dry_run:
            _say(as_json, "Tidak ada yang diubah.")
            return
        swept = sweeping.sweep(rekom, most=ALL)
    _say(as_json, f"Dihapus: data pribadi {swept.cases} berkas, {swept.rows} baris lain, {swept.folders} cadangan.")


@click.command("hold")
@TICKET
@REASON
def hold_command(ticket: str, reason: str) -> None:
    """Keep a case from being erased: a complaint, an audit, a court."""
    _change(retention.hold, ticket, reason)
    click.echo(f"Berkas {ticket.upper()} ditahan. Lepaskan dengan: rekom privacy release --ticket {ticket.upper()} --reason ALASAN")


@click.command("release")
@TICKET
@REASON
def release_command(ticket: str, reason: str) -> None:
    """Let a case's time run again."""
    _change(retention.lift, ticket, reason)
    click.echo(f"Berkas {ticket.upper()} tidak ditahan lagi. Masa simpannya berjalan seperti biasa.")


def _change(change: Callable[..., LegalHold], ticket: str, reason: str) -> None:
    """Place or lift a hold on one case, under its lock."""
    rekom = installation()
    with changing(rekom) as session:
        found = session.exec(select(Case.id).where(Case.ticket == ticket.upper())).first()
        if found is None:
            raise NotFound(advance.NO_CASE)
        change(session, advance.lock_by_id(session, found), reason, operator(rekom), now=rekom.clock())


def _list(rekom: Rekom, *, as_json: bool) -> None:
    """What is over, a line each, or all of it as JSON."""
    cases, heaps, backups = list(sweeping.overdue_cases(rekom)), sweeping.heaps(rekom), sweeping.old_backups(rekom)
    if as_json:
        plain = {"cases": [*map(asdict, cases)], "rows": [*map(asdict, heaps)], "backups": [*map(str, backups)]}
        click.echo(json.dumps(plain, indent=1, default=str, ensure_ascii=False))
        return
    for line in [*map(_case, cases), *map(_heap, heaps), *(f"Cadangan {folder}: dihapus." for folder in backups)]:
        click.echo(line)


def _case(one: Over) -> str:
    what = f"tetap, sebab: {' '.join(one.held)}" if one.held else "data pribadinya dihapus."
    return f"Berkas {one.ticket} ({one.kind.value}): sejak {one.since}, {one.term.days} hari, habis {one.due_on}: {what} {_rule(one)}"


def _heap(heap: Heap) -> str:
    return f"{heap.kind.value}: {heap.number} baris sebelum {heap.before:%Y-%m-%d}: dihapus. {_rule(heap)}"


def _rule(found: Over | Heap) -> str:
    return f"Dasar: {found.term.reference.rstrip('.')}."


def _say(as_json: bool, sentence: str) -> None:
    click.echo(sentence, err=as_json)
