"""``rekom policies``."""

import sys
from dataclasses import fields
from pathlib import Path

import click

from schemas.policy_file import load_policies, policies_folder, policy_faults
from verify.commands.whatif import whatif_command
from workflows.rules.policy import Office, PolicyBook, RegionPolicy, Ruled

UNUSABLE = 2


@click.group("policies")
def policies_group() -> None:
    """Dated rules of the regions."""


policies_group.add_command(whatif_command)


@policies_group.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def policies_check(folder: Path | None) -> None:
    """Read all policy files and say everything that is wrong in any of them, with file and line."""
    folder = folder or policies_folder()
    faults = policy_faults(folder)
    for fault in faults:
        click.echo(f"Gagal: {fault}", err=True)
    if faults:
        sys.exit(UNUSABLE)
    book = load_policies(folder)
    click.echo(f"{len(book.regions)} daerah, {sum(map(len, book.regions.values()))} blok aturan: semua dapat dipakai.")
    for line in _examples(book):
        click.echo(line)


def _examples(book: PolicyBook) -> list[str]:
    """How many values of the block in force last are made up or not confirmed, and wait for the office's own."""
    last = [blocks[-1] for blocks in book.regions.values()]
    counts = [(block, sum(_is_example(block, field.name) for field in fields(block)) + _example_letters(block)) for block in last]
    return [f"{block.region_code} {block.region_name}: {count} nilai masih contoh." for block, count in counts if count]


def _is_example(block: RegionPolicy, name: str) -> bool:
    value = getattr(block, name)
    return isinstance(value, Ruled | Office) and value.example


def _example_letters(block: RegionPolicy) -> int:
    return sum(rules[-1][1].terms.example for rules in block.letters.values())
