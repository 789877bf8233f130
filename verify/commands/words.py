"""``rekom words``."""

import sys

import click

from verify.catalogue import po_file
from verify.extraction import untranslated, updated


@click.command("words")
@click.option("--check", "only_check", is_flag=True, help="change nothing; exit 1 where the catalogue is out of date or untranslated")
def words_command(only_check: bool) -> None:
    """Bring the catalogue up to date with every message of pages and decisions, and name what has no English yet."""
    fresh, path = updated("en"), po_file("en")
    stale = not path.exists() or path.read_bytes() != fresh
    if stale and not only_check:
        path.write_bytes(fresh)
    missing = untranslated(fresh)
    for message in missing:
        click.echo(f"belum diterjemahkan: {message}")
    click.echo(f"{'basi' if stale and only_check else 'ditulis' if stale else 'terbaru'}: {path}")
    sys.exit(1 if missing or (stale and only_check) else 0)
