"""``rekom``: everything an operator types."""

import logging
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click

from schemas.policy_file import load_policies, policies_folder
from verify import __version__, documentation, health, lifeline, relay, seeds, server, worker
from verify.composition import Rekom
from verify.config import Settings, load_settings
from verify.db import migrate
from verify.demo import launcher
from verify.keys import make_keys
from verify.logs import configure_logs
from verify.simulator.server import serve as serve_simulator
from workflows.errors import RekomError


class Plain(click.Group):
    """A group whose commands say our own errors in one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RekomError as error:
            click.echo(f"Gagal: {error}", err=True)
            ctx.exit(2)


@click.group(cls=Plain)
@click.version_option(version=__version__, prog_name="rekom")
def main() -> None:
    """Rekom: dari KTP sampai pasien dilayani."""
    configure_logs()
    lifeline.hold_on()


@main.command("demo")
@click.option("--once", is_flag=True, help="stop after one case and print its result as JSON")
@click.option("--port", type=int, default=None, help="port of the pages [default: 8000 or the next free one]")
def demo_command(once: bool, port: int | None) -> None:
    """Start everything and take one made-up resident from KTP to a served patient."""
    sys.exit(launcher.run(once=once, port=port))


@main.command("web")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="processes")
@click.option("--threads", default=8, show_default=True, help="threads per process")
def web_command(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages and the API."""
    settings = _prepared()
    address = server.Address(host, port, workers, threads)
    server.serve(settings, address, lambda: click.echo(f"web siap di http://{host}:{port}", err=True))


@main.command("relay")
def relay_command() -> None:
    """Ring for due tasks and sweep up what was left."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    relay.run(Rekom(_prepared(), wakes=False), stop)


@main.command("worker")
@click.option("--burst", is_flag=True, help="stop when the queues are empty")
def worker_command(burst: bool) -> None:
    """Work on tasks."""
    worker.run(_prepared(), burst=burst)


@main.command("simulator")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8010, show_default=True)
def simulator_command(host: str, port: int) -> None:
    """Run made-up registries for practice."""
    serve_simulator(load_settings(), host=host, port=port, ready=lambda url: click.echo(f"Simulator siap di {url}/simulator", err=True))


@main.command("migrate")
def migrate_command() -> None:
    """Bring the database to this version and make the office's keys if there are none."""
    settings = load_settings()
    migrate(settings.database_url)
    make_keys(settings.folder / "keys")
    click.echo("Basis data dan kunci siap.")


@main.command("seed")
def seed_command() -> None:
    """Fill an empty database with one made-up office."""
    seeds.seed_demo(Rekom(_prepared()))
    click.echo(f"Kantor contoh siap. Kata sandi semua akun: {seeds.DEMO_PASSWORD}")


@main.group("health")
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


@main.group("policies")
def policies_group() -> None:
    """Dated rules of the regions."""


@policies_group.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def policies_check(folder: Path | None) -> None:
    """Read all policy files and say what is wrong, with file and line."""
    book = load_policies(folder or policies_folder())
    click.echo(f"{len(book.regions)} daerah, {sum(map(len, book.regions.values()))} blok aturan: semua dapat dipakai.")


@main.command("docs")
@click.option("--check", "only_check", is_flag=True, help="change nothing; exit 1 where a committed page is out of date")
def docs_command(only_check: bool) -> None:
    """Generate the pages that follow from code."""
    stale = documentation.stale() if only_check else documentation.write()
    for path in stale:
        click.echo(f"{'basi' if only_check else 'ditulis'}: {path}")
    sys.exit(1 if only_check and stale else 0)


def _prepared() -> Settings:
    logging.captureWarnings(True)
    return load_settings()


def _answer(lives: bool) -> None:
    click.echo("hidup" if lives else "tidak menjawab")
    sys.exit(0 if lives else 1)


if __name__ == "__main__":
    main()
