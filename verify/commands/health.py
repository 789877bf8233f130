"""``rekom health``."""

import sys

import click

from verify import health
from verify.config import load_settings


@click.group("health")
def health_group() -> None:
    """Signs of life: exit code 0 or 1."""


@health_group.command("web")
@click.option("--port", default=8000, show_default=True)
def health_web(port: int) -> None:
    """Whether this host's web server answers."""
    _answer(health.web_lives(port))


@health_group.command("relay")
def health_relay() -> None:
    """Whether a relay gave a sign lately."""
    _answer(health.relay_lives(load_settings()))


@health_group.command("worker")
def health_worker() -> None:
    """Whether a worker of this host is registered."""
    _answer(health.worker_lives(load_settings()))


def _answer(lives: bool) -> None:
    click.echo("hidup" if lives else "tidak menjawab")
    sys.exit(0 if lives else 1)
