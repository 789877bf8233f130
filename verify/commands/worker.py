"""``rekom worker``."""

import click

from verify import worker
from verify.config import load_settings


@click.command("worker")
@click.option("--burst", is_flag=True, help="stop when the queues are empty")
def worker_command(burst: bool) -> None:
    """Work on tasks."""
    worker.run(load_settings(), burst=burst)
