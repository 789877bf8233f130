"""``rekom demo``."""

import sys

import click

from verify.demo import launcher


@click.command("demo")
@click.option("--once", is_flag=True, help="stop after one case and print its result as JSON")
@click.option("--port", type=int, default=None, help="port of the pages [default: 8000 or the next free one]")
def demo_command(once: bool, port: int | None) -> None:
    """Start everything and take one made-up resident from KTP to a served patient."""
    sys.exit(launcher.run(once=once, port=port))
