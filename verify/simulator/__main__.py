"""``python -m verify.simulator``: run the simulator, or switch faults of a running one."""

import click
import httpx2

from verify.config import SettingsError, load_settings
from verify.simulator.faults import Fault, Registry
from verify.simulator.server import serve

ADDRESS = "http://127.0.0.1:8010"
address_option = click.option("--url", default=ADDRESS, show_default=True, help="alamat simulator yang berjalan")


@click.group()
def main() -> None:
    """Simulator registri Dukcapil, BPJS, DTSEN, dan BSrE untuk latihan."""


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8010, show_default=True)
def serve_command(host: str, port: int) -> None:
    """Jalankan simulator sampai Ctrl-C."""
    try:
        serve(load_settings(), host=host, port=port, ready=lambda url: click.echo(f"Simulator siap di {url}/simulator"))
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@main.command("fault")
@click.argument("registry", type=click.Choice([registry.value for registry in Registry]))
@click.argument("fault", type=click.Choice([fault.value for fault in Fault]))
@click.option("--persona", default="", help="kunci orang atau penanda tangan, misalnya siti-contoh; kosong berarti semua orang")
@click.option("--seconds", type=float, default=None, help="jeda dalam detik")
@address_option
def fault_command(registry: str, fault: str, persona: str, seconds: float | None, url: str) -> None:
    """Pasang gangguan."""
    given: dict[str, object] = {"registry": registry, "fault": fault, "persona": persona}
    _send(url, "POST", given if seconds is None else {**given, "seconds": seconds})
    click.echo(f"{registry}: {fault}")


@main.command("clear")
@click.argument("registry", required=False, type=click.Choice([registry.value for registry in Registry]))
@address_option
def clear_command(registry: str | None, url: str) -> None:
    """Hapus gangguan, semuanya atau milik satu registri."""
    _send(url, "DELETE", {"registry": registry} if registry else {})
    click.echo("gangguan dihapus")


def _send(url: str, method: str, body: dict[str, object]) -> None:
    try:
        httpx2.request(method, f"{url}/simulator/faults", json=body, timeout=5, trust_env=False).raise_for_status()
    except httpx2.HTTPStatusError as error:
        raise click.ClickException(f"Simulator menolak: {error.response.text.strip()}") from None
    except httpx2.HTTPError:
        raise click.ClickException(f"Simulator di {url} tidak menjawab. Jalankan dulu: python -m verify.simulator serve") from None


if __name__ == "__main__":
    main()
