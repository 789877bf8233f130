"""``rekom registries``."""

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from verify.composition import Rekom
from verify.config import load_settings

BREAKER = {"closed": "ditanya", "open": "tidak ditanya dulu", "half-open": "dicoba lagi", "unknown": "tidak diketahui (Redis mati)"}


@click.command("registries")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def registries_command(as_json: bool) -> None:
    """Each registry: where it is, whether it is asked now, its last answer, the quota left. Asks none of them."""
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
