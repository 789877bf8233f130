"""``rekom hospitals``: whose admission desks check letters."""

import click

from verify.commands.operator import changing, installation, looking, operator, region_of
from workflows import staffing
from workflows.staffing import NewHospital


@click.group("hospitals")
def hospitals_group() -> None:
    """Hospitals whose admission desks check letters."""


@hospitals_group.command("add")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--city", required=True)
@click.option("--phone")
@click.option("--region", help="Kemendagri code [default: REKOM_REGION]")
def hospitals_add(code: str, name: str, city: str, phone: str | None, region: str | None) -> None:
    """Add a hospital. CODE is BPJS's facility code where there is one, else the office's own."""
    rekom = installation()
    new = NewHospital(code, name, city, region_of(rekom, region), phone)
    with changing(rekom) as session:
        hospital = staffing.open_hospital(session, new, operator(rekom), now=rekom.clock())
    click.echo(f"Rumah sakit {hospital.code} terdaftar: {hospital.name}, {hospital.city}.")


@hospitals_group.command("list")
def hospitals_list() -> None:
    """Show all hospitals."""
    with looking(installation()) as session:
        for hospital in staffing.hospitals(session):
            click.echo(f"{hospital.code:<16} {hospital.name}, {hospital.city} ({hospital.region_code}), telepon {hospital.phone or '-'}")
