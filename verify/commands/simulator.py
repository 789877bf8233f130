"""``rekom simulator``."""

import click

from verify.config import load_settings
from verify.simulator.server import serve as serve_simulator


@click.command("simulator")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8010, show_default=True)
def simulator_command(host: str, port: int) -> None:
    """Run made-up registries for practice."""
    serve_simulator(load_settings(), host=host, port=port, ready=lambda url: click.echo(f"Simulator siap di {url}/simulator", err=True))
