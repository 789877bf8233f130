"""``rekom hospitals``: whose admission desks check letters."""

import click

from verify.commands.operator import changing, day_of, installation, looking, operator, region_of
from workflows import contracts, staffing
from workflows.contracts import Contract
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


@hospitals_group.command("contract")
@click.argument("code")
@click.option("--number", required=True, help="number of the cooperation agreement (PKS)")
@click.option("--from", "first", required=True, help="first day, such as 2026-01-01")
@click.option("--to", "last", required=True, help="last day")
def hospitals_contract(code: str, number: str, first: str, last: str) -> None:
    """Note the region's contract with a hospital, under which it guarantees bills there."""
    rekom = installation()
    new = Contract(number, day_of(first, "--from"), day_of(last, "--to"))
    with changing(rekom) as session:
        hospital = contracts.sign_contract(session, code, new, operator(rekom), now=rekom.clock())
    click.echo(f"{hospital.name}: perjanjian {new.number} berlaku {new.first:%d-%m-%Y} sampai {new.last:%d-%m-%Y}.")
