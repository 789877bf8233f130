"""``rekom docs``."""

import sys

import click

from verify import documentation


@click.command("docs")
@click.option("--check", "only_check", is_flag=True, help="change nothing; exit 1 where a committed page is out of date")
def docs_command(only_check: bool) -> None:
    """Generate the pages that follow from code."""
    stale = documentation.stale() if only_check else documentation.write()
    for path in stale:
        click.echo(f"{'basi' if only_check else 'ditulis'}: {path}")
    sys.exit(1 if only_check and stale else 0)
