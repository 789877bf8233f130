"""Starting and stopping all parts on one machine, with nothing installed but Python packages."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from rich.console import Console

from schemas.policy_file import load_policies, policies_folder
from verify.composition import Rekom
from verify.config import Settings, load_settings, variable
from verify.demo import journey
from verify.embedded import embedded_redis
from verify.lifeline import VARIABLE
from verify.seeds import DEMO_PASSWORD, office_seats, seed_coverage, seed_demo
from verify.simulator.server import running_simulator
from verify.upgrade import bring_up
from workflows.errors import RekomError

FIRST_PORT = 8000
PORTS_TRIED = 20
START_SECONDS = 30.0
STOP_SECONDS = 35.0


class DemoError(RekomError):
    """The demo cannot start here; the sentence says why and what to do."""

    slug = "demo"


def run(*, once: bool, port: int | None) -> int:
    """Run the demo; returns the exit code."""
    console = Console(stderr=once, highlight=False)
    settings = load_settings()
    with ExitStack() as stack:
        stack.enter_context(_alone(settings.folder))
        running = stack.enter_context(_everything(settings, _free_port(port, console), console))
        if once:
            print(json.dumps(_journey(running, console)), flush=True)  # noqa: T201 -- the promised last line
            return 0
        try:
            _journey(running, console)
        except journey.DemoStopped as stopped:  # somebody took the case another way; the pages are there all the same
            console.print(f"  {stopped}")
        journey.add_neighbours(running, console)
        _say_where(running, console)
        _wait_for_interrupt()
        console.print("Menghentikan ...")
    return 0


def _journey(running: Settings, console: Console) -> dict[str, Any]:
    result = journey.run(running, console)
    console.print(f"\nSurat (PDF): {result['pdf']}")
    return result


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One demo a folder; the system lets go of the lock however the demo ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(f"Demo sudah berjalan dari folder {folder.parent}. Hentikan dengan Ctrl-C di sana lebih dulu.") from None
        yield


def _free_port(wanted: int | None, console: Console) -> socket.socket:
    """A socket that listens already: from here on nobody else can take the port, not even another demo."""
    if wanted is not None:
        taken = _listen(wanted)
        if taken is None:
            raise DemoError(f"Port {wanted} sedang dipakai program lain. Pilih port lain, misalnya PORT={wanted + 1}.")
        return taken
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if (free := _listen(port)) is not None:
            if port != FIRST_PORT:
                console.print(f"Port {FIRST_PORT} sedang dipakai program lain; demo ini memakai port {port}.")
            return free
    raise DemoError(f"Port {FIRST_PORT} sampai {FIRST_PORT + PORTS_TRIED - 1} semuanya dipakai. Pilih port lain, misalnya PORT=9000.")


def _listen(port: int) -> socket.socket | None:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        return None
    return listener


@contextmanager
def _everything(settings: Settings, listener: socket.socket, console: Console) -> Iterator[Settings]:
    with ExitStack() as stack:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = replace(settings, public_url=address, data_dir=str(settings.folder))
        settings = replace(settings, database_url=os.environ.get("DATABASE_URL", f"sqlite:///{settings.folder}/rekom.db"))
        settings = replace(
            settings, redis_url=os.environ.get("REDIS_URL") or stack.enter_context(embedded_redis(settings.folder / "valkey"))
        )
        settings = stack.enter_context(running_simulator(settings)).settings
        bring_up(Rekom(settings, wakes=False))
        seed_demo(Rekom(settings))
        seed_coverage(Rekom(settings))
        commands = {"web": ["web", "--fd", str(listener.fileno()), "--workers", "1"], "relay": ["relay"], "worker": ["worker"]}
        children = [_start(name, command, settings, listener.fileno()) for name, command in commands.items()]
        listener.close()
        stack.callback(_end, children)
        _wait_for_web(settings.public_url)
        console.print(f"Siap: {settings.public_url}")
        yield settings


def _start(name: str, command: list[str], settings: Settings, listener: int) -> subprocess.Popen[bytes]:
    log = settings.folder / "logs" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "verify.cli", *command],
            env=_environment(settings),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            start_new_session=True,
            pass_fds=[listener] if name == "web" else [],
        )


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin:
            child.stdin.close()


def _environment(settings: Settings) -> dict[str, str]:
    ours = {variable(field.name): str(getattr(settings, field.name)) for field in fields(Settings)}
    return os.environ | ours | {VARIABLE: "stdin", "PYTHONUNBUFFERED": "1"}


def _wait_for_web(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 -- our own address
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise DemoError("Layanan web tidak menjawab. Lihat catatan di .rekom/logs/web.log.")


def _say_where(settings: Settings, console: Console) -> None:
    console.print(f"\nHalaman: {settings.public_url}   Simulator registri: {settings.dukcapil_url}/simulator")
    console.print(f"Akun demo (kata sandi {DEMO_PASSWORD}):")
    policies = load_policies(policies_folder())
    for seat in office_seats(policies.at(settings.region, datetime.now().astimezone().date())):
        console.print(f"  {seat.username:<10} {seat.name} ({seat.role.value.lower()})")
    console.print("Tekan Ctrl-C untuk berhenti.")


def _wait_for_interrupt() -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
