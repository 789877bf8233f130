"""``rekom webhooks``: where news of letters goes, what became of it, and sending it again."""

import click
from marshmallow import ValidationError

from verify.commands.operator import changing, installation, looking, operator
from verify.endpoint_making import make_endpoint
from workflows import webhooks
from workflows.errors import InvalidInput
from workflows.records.webhook import WebhookDelivery


@click.group("webhooks")
def webhooks_group() -> None:
    """News to hospital systems: endpoints, the log of deliveries, replay."""


@webhooks_group.command("open")
@click.argument("hospital")
@click.argument("url")
def webhooks_open(hospital: str, url: str) -> None:
    """Tell the news of HOSPITAL's letters to URL."""
    rekom = installation()
    with changing(rekom) as session:
        try:
            endpoint, secret = make_endpoint(rekom, session, hospital, url, operator(rekom))
        except ValidationError as error:
            raise InvalidInput(" ".join(map(str, error.messages))) from None
    click.echo(f"endpoint: {endpoint.id}\nsecret: {secret}")
    click.echo("Rahasia ini tidak ditampilkan lagi; simpan sekarang.", err=True)


@webhooks_group.command("list")
def webhooks_list() -> None:
    """Show all endpoints, the closed ones too."""
    rekom = installation()
    with looking(rekom) as session:
        for one in webhooks.endpoints(session, operator(rekom)):
            click.echo(f"{one.id}  {one.hospital_code:<16} {'ditutup' if one.closed_at else 'dibuka '}  {one.url}")


@webhooks_group.command("close")
@click.argument("endpoint_id")
def webhooks_close(endpoint_id: str) -> None:
    """Tell an endpoint nothing more."""
    rekom = installation()
    with changing(rekom) as session:
        webhooks.close_endpoint(session, endpoint_id, operator(rekom), now=rekom.clock())
    click.echo(f"Alamat webhook {endpoint_id} ditutup.")


@webhooks_group.command("log")
@click.option("--undelivered", is_flag=True, help="only what has not arrived")
def webhooks_log(undelivered: bool) -> None:
    """Show the newest hundred deliveries with their last try."""
    rekom = installation()
    with looking(rekom) as session:
        for one in webhooks.deliveries(session, operator(rekom), undelivered=undelivered):
            tries = webhooks.attempts(session, one)
            last = f"{tries[-1].status or tries[-1].error}, {tries[-1].milliseconds} ms" if tries else "-"
            click.echo(f"{one.message_id}  {one.news:<18} {_state(one):<9} {one.attempts} kali  {last}")


@webhooks_group.command("replay")
@click.argument("message_ids", nargs=-1, required=True)
def webhooks_replay(message_ids: tuple[str, ...]) -> None:
    """Send finished deliveries again under their old ids."""
    rekom = installation()
    with changing(rekom) as session:
        for message_id in message_ids:
            webhooks.replay(session, message_id, operator(rekom), now=rekom.clock())
    click.echo(f"{len(message_ids)} kiriman dikirim lagi.")


def _state(delivery: WebhookDelivery) -> str:
    return "sampai" if delivery.delivered_at else "gagal" if delivery.failed_at else "dicoba"
