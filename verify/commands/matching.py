"""``rekom match``: residents beside members or DTSEN, first by NIK, then by what else is known of people."""

from contextlib import closing, suppress
from types import ModuleType

import click

from verify.commands.operator import changing, installation, looking, operator
from workflows.errors import RekomError
from workflows.population import matching
from workflows.records.extract import ExtractKind
from workflows.thousands import grouped

linkage: ModuleType | None = None
with suppress(ImportError):  # the extra "link" is not installed
    from verify.population import linkage


class LinkMissing(RekomError):
    """The extra ``link`` is not installed here."""

    slug = "pencocokan-belum-dipasang"
    sentence = "Pencocokan belum dipasang di komputer ini. Jalankan pip install 'rekom[link]', lalu ulangi."


@click.group("match")
def match_group() -> None:
    """Find who is the same person although the NIK is not."""


@match_group.command("run")
@click.argument("kind", type=click.Choice(["members", "dtsen"]))
def match_run(kind: str) -> None:
    """Compare the newest residents with the newest file of KIND."""
    if linkage is None:
        raise LinkMissing()
    rekom = installation()
    with closing(rekom.database):
        with looking(rekom) as session:
            asked = matching.question(session, ExtractKind(kind.upper()))
        linked = linkage.link(asked.left, asked.right, asked.apart)
        with changing(rekom) as session:
            matching.keep(session, asked, linked.certain, linked.doubtful, operator(rekom), now=rekom.clock())
    click.echo(
        f"Cocok menurut NIK: {grouped(asked.by_nik)}. Pasti orang yang sama: {grouped(len(linked.certain))}. "
        f"Perlu dilihat orang: {grouped(len(linked.doubtful))}, di halaman /cocokkan."
    )
