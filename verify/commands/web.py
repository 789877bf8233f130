"""``rekom web``."""

import click

from verify import server
from verify.config import load_settings


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="processes")
@click.option("--threads", default=8, show_default=True, help="threads per process")
def web_command(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages and the API."""
    settings = load_settings()
    address = server.Address(host, port, workers, threads)
    server.serve(settings, address, lambda: click.echo(f"web siap di http://{host}:{port}", err=True))
