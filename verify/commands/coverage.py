"""``rekom coverage``: how far the city is covered."""

from zoneinfo import ZoneInfo

import click
from sqlmodel import Session

from schemas.desk_check import local_time
from schemas.population.coverage_files import shipped_figures
from schemas.population.region_file import shipped_regions
from verify.commands.operator import changing, installation, looking, operator
from verify.composition import Rekom
from verify.population import examples
from workflows.errors import NotFound
from workflows.population import coverage
from workflows.population.tally import Definition, Tally, summed
from workflows.records.coverage import CoverageSnapshot
from workflows.thousands import grouped


@click.group("coverage")
def coverage_group() -> None:
    """People, members, active and uncovered, by village and segment."""


@coverage_group.command("count")
def coverage_count() -> None:
    """Count from the newest residents and the newest member file; the same two files are counted once."""
    rekom = installation()
    with changing(rekom) as session:
        snapshot = coverage.count(session, rekom.settings.region, operator(rekom), now=rekom.clock())
        for line in _told(session, rekom, snapshot):
            click.echo(line)


@coverage_group.command("show")
@click.option("--region", help="Kemendagri code of a region [default: this installation's]")
@click.option("--digits", type=click.Choice(["4", "6", "10"]), default="6", help="4 region, 6 districts, 10 villages")
def coverage_show(region: str | None, digits: str) -> None:
    """Show the newest count."""
    rekom = installation()
    code = region or rekom.settings.region
    with looking(rekom) as session:
        snapshot = coverage.newest(session, code)
        if snapshot is None:
            raise NotFound("Cakupan daerah ini belum dihitung. Jalankan rekom coverage count.")
        for line in _told(session, rekom, snapshot):
            click.echo(line)
        for place, tally in coverage.tallies(session, snapshot, digits=int(digits)).items():
            click.echo(f"  {shipped_regions().title(place)} ({place}): {_shares(tally)}")


@coverage_group.command("examples")
def coverage_examples() -> None:
    """Store the published figures of the five seed regions as counts of their days."""
    rekom = installation()
    with changing(rekom) as session:
        stored = examples.publish(session, shipped_figures(), rekom.zone, operator(rekom), now=rekom.clock())
        for figure, snapshot in stored:
            name = shipped_regions().title(figure.region_code)
            known = [f"{name}, {figure.as_of:%d-%m-%Y}: sudah ada. Tidak ada yang diubah."]
            click.echo("\n".join(_told(session, rekom, snapshot) if snapshot else known))


def _told(session: Session, rekom: Rekom, snapshot: CoverageSnapshot) -> list[str]:
    tally = summed(coverage.tallies(session, snapshot, digits=len(snapshot.region_code)).values())
    zone = rekom.zone(snapshot.region_code)
    return [
        f"{shipped_regions().title(snapshot.region_code)}: {_shares(tally)}",
        f"  penduduk per {local_time(snapshot.residents_as_of, zone)} ({coverage.semester(snapshot.residents_as_of, ZoneInfo(zone))}), "
        f"anggota per {local_time(snapshot.members_as_of, zone)}; "
        + (snapshot.reference or f"{grouped(snapshot.members_elsewhere)} anggota bukan penduduk yang hidup di sini"),
    ]


def _shares(tally: Tally) -> str:
    covered, active = tally.share(Definition.MEMBERS_OF_RESIDENTS), tally.share(Definition.ACTIVE_OF_RESIDENTS)
    return (
        f"peserta {grouped(covered.part)} dari {grouped(covered.whole)} = {_percent(covered.percent)}, "
        f"peserta aktif {grouped(active.part)} = {_percent(active.percent)}, belum {grouped(tally.uncovered)}"
    )


def _percent(value: object) -> str:
    return f"{value} %".replace(".", ",")
