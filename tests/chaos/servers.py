"""A PostgreSQL and a Valkey that may be killed at any moment and come back over the same files, durable as in production."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.services import Cluster, guarded
from verify.embedded import server_program

DURABLE = {"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "shared_buffers": "64MB", "max_connections": "100"}
START_SECONDS = 30.0


@dataclass
class Postgres:
    """One cluster; ``crash`` ends every process of it at once, as ``pg_ctl stop -m immediate`` does."""

    cluster: Cluster
    server: subprocess.Popen[bytes] = field(init=False)
    _guard: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        """Where our programs find it."""
        return self.cluster.url.render_as_string(hide_password=False)

    def crash(self) -> None:
        """Immediate shutdown, nothing written, then recovery from the log."""
        self.end()
        self.start()

    def start(self) -> None:
        """Serve; it ends with this process even where that is killed."""
        self.server = self.cluster.start(DURABLE)
        self._guard.enter_context(guarded(self.server.pid, signal.SIGQUIT, self.cluster.folder))
        self.cluster.wait(self.server)

    def end(self) -> None:
        """Stop without writing anything."""
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(timeout=30)
        self._guard.close()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A cluster of its own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="rekom-chaos-pg-"))
    try:
        cluster = Cluster(folder)
        cluster.make()
        made = Postgres(cluster)
        try:
            yield made
        finally:
            made.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Valkey:
    """One server on a private socket, its log written every second."""

    folder: Path
    server: subprocess.Popen[bytes] = field(init=False)
    _guard: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        """Where our programs find it."""
        return f"unix://{self.folder / 's'}"

    def wipe(self) -> None:
        """Everything it knew is gone."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def crash(self) -> None:
        """SIGKILL, then back with what its log held."""
        self.end()
        self.start()

    def start(self) -> None:
        """Serve; it ends with this process even where that is killed."""
        self.server = _start(self.folder)
        self._guard.enter_context(guarded(self.server.pid, signal.SIGKILL, self.folder))

    def end(self) -> None:
        """SIGKILL."""
        self.server.kill()
        self.server.wait(timeout=10)
        self._guard.close()


@contextmanager
def valkey() -> Iterator[Valkey]:
    """A server of its own, gone afterwards, also when this process is killed."""
    folder = Path(tempfile.mkdtemp(prefix="rekom-", dir="/tmp"))
    try:
        made = Valkey(folder)
        try:
            yield made
        finally:
            made.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> subprocess.Popen[bytes]:
    options = {"port": "0", "unixsocket": str(folder / "s"), "dir": str(folder), "appendonly": "yes", "save": "", "daemonize": "no"}
    words = [part for name, value in options.items() for part in (f"--{name}", value)]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    server: subprocess.Popen[bytes] = subprocess.Popen([str(server_program()), *words], **quiet)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(redis.RedisError, OSError), redis.Redis.from_url(f"unix://{folder / 's'}") as client:
            client.ping()
            return server
        time.sleep(0.02)
    server.kill()
    raise RuntimeError("Valkey did not start")
