"""``rekom worker``."""

import click

from verify import worker
from verify.config import load_settings


@click.command("worker")
@click.option("--burst", is_flag=True, help="stop when the queues are empty")
@click.option("--only-urgent", is_flag=True, help="emergencies only, so that no routine case stands in their way")
def worker_command(burst: bool, only_urgent: bool) -> None:
    """Work on tasks, emergencies first."""
    worker.run(load_settings(), burst=burst, only_urgent=only_urgent)
