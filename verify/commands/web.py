"""``rekom web``."""

import click

from verify import server
from verify.config import load_settings


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--fd", type=int, default=None, help="listen on this open socket instead")
@click.option("--workers", default=2, show_default=True, help="processes")
@click.option("--threads", default=8, show_default=True, help="threads per process")
def web_command(host: str, port: int, fd: int | None, workers: int, threads: int) -> None:
    """Serve the pages and the API."""
    settings = load_settings()
    address = server.Address(f"{host}:{port}" if fd is None else f"fd://{fd}", workers, threads)
    server.serve(settings, address, lambda: click.echo(f"web siap di {address.bind}", err=True))
