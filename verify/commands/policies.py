"""``rekom policies``."""

from pathlib import Path

import click

from schemas.policy_file import load_policies, policies_folder


@click.group("policies")
def policies_group() -> None:
    """Dated rules of the regions."""


@policies_group.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def policies_check(folder: Path | None) -> None:
    """Read all policy files and say what is wrong, with file and line."""
    book = load_policies(folder or policies_folder())
    click.echo(f"{len(book.regions)} daerah, {sum(map(len, book.regions.values()))} blok aturan: semua dapat dipakai.")
