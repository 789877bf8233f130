"""``rekom api-keys``: keys of hospital systems. A secret is printed once, when it is made."""

import json

import click

from schemas.hospital_key import KeySchema, key_facts
from verify.commands.operator import changing, installation, looking, operator
from verify.key_making import make_key
from workflows import hospital_keys
from workflows.hospital_keys import KeyView
from workflows.vocabulary import Scope


@click.group("api-keys")
def api_keys_group() -> None:
    """Keys of hospital systems: made, listed, revoked."""


@api_keys_group.command("add")
@click.argument("hospital")
@click.option("--label", required=True, help="which system will hold the key, for example 'SIMRS IGD'")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([scope.value for scope in Scope]), help="repeat it")
def api_keys_add(hospital: str, label: str, scopes: tuple[str, ...]) -> None:
    """Make a key for HOSPITAL, by its code."""
    rekom = installation()
    with changing(rekom) as session:
        view, secret = make_key(rekom, session, hospital, label, frozenset(map(Scope, scopes)), operator(rekom))
    click.echo(f"client_id (X-cons-id): {view.key.client_id}\nclient_secret: {secret}")
    click.echo(f"Untuk {view.account.name}: {', '.join(view.scopes)}. Rahasia ini tidak ditampilkan lagi; simpan sekarang.", err=True)


@api_keys_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def api_keys_list(as_json: bool) -> None:
    """Show all keys, the revoked ones too, without their secrets."""
    rekom = installation()
    with looking(rekom) as session:
        views = hospital_keys.keys(session, operator(rekom))
    if as_json:
        click.echo(json.dumps([KeySchema().dump(key_facts(view)) for view in views], indent=1, ensure_ascii=False))
        return
    for view in views:
        click.echo(_line(view))


@api_keys_group.command("revoke")
@click.argument("client_id")
def api_keys_revoke(client_id: str) -> None:
    """Revoke a key for good; its tokens end at once."""
    rekom = installation()
    with changing(rekom) as session:
        view = hospital_keys.revoke(session, client_id, operator(rekom), now=rekom.clock())
    click.echo(f"Kunci {client_id} milik {view.account.name} dicabut.")


def _line(view: KeyView) -> str:
    used = f"dipakai {view.key.last_used_at:%Y-%m-%d %H.%M} UTC" if view.key.last_used_at else "belum dipakai"
    state = "dicabut" if view.account.disabled_at else used
    return f"{view.key.client_id:<18} {view.account.name}: {', '.join(view.scopes)}; {state}"
