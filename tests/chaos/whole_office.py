"""The whole office as it runs in production: web server, workers, relay, PostgreSQL, Redis, each a process that may be killed."""

import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from tests.chaos.servers import Postgres, Valkey, postgres, valkey
from tests.office import Office
from tests.processes import Processes, children_of, send
from verify.clock import utc_now
from verify.composition import Rekom
from verify.config import Settings
from verify.db import migrate
from verify.keys import make_keys
from verify.seeds import seed_demo
from verify.simulator import Fault, Registry, RunningSimulator, running_simulator

LEASE, BACKOFF = 4.0, 0.5
"""Seconds: shorter than an office's, so that a small run meets every kind of recovery."""
REGISTRIES = (Registry.DUKCAPIL, Registry.BPJS, Registry.DTSEN)
SLOW_FOR = 2.5
START_SECONDS = 120.0
CAUGHT = 2.0
"""Seconds to wait for a worker that is in the middle of a job."""


@dataclass
class Whole:
    """Everything that runs, and the ways to hurt it. Every way ends with the thing running again, as an operator's supervisor does."""

    office: Office
    processes: Processes
    postgres: Postgres
    valkey: Valkey
    simulator: RunningSimulator
    port: int
    relay: subprocess.Popen[bytes]
    web: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]

    def kill_horse(self, which: int) -> bool:
        """SIGKILL what runs a job just now; False where nothing did for a while."""
        horses = self._horses(which)
        send(horses, signal.SIGKILL)
        return bool(horses)

    def kill_worker(self, which: int) -> bool:
        """SIGKILL a worker and what it runs; another takes its place."""
        horses = self._horses(which)
        send([self.workers[which].pid, *horses], signal.SIGKILL)
        self.workers[which].wait(timeout=10)
        self.workers[which] = self.processes.start("worker")
        return True

    def orphan_horse(self, which: int) -> bool:
        """SIGKILL the worker alone: what it runs goes on beside its successor."""
        self.workers[which].kill()
        self.workers[which].wait(timeout=10)
        self.workers[which] = self.processes.start("worker")
        return True

    def freeze_horse(self, which: int) -> bool:
        """SIGSTOP a job until its lease is over and somebody else has it, then let it go on with what it knew."""
        horses = self._horses(which)
        send(horses, signal.SIGSTOP)
        time.sleep(LEASE * 1.5 if horses else 0)
        send(horses, signal.SIGCONT)
        return bool(horses)

    def kill_web(self, which: int) -> bool:
        """SIGKILL one process of the web server; gunicorn starts another."""
        children = children_of(self.web.pid)
        send(children[which % len(children) :][:1] if children else [], signal.SIGKILL)
        return bool(children)

    def kill_relay(self, _: int) -> bool:
        """SIGKILL the relay; another takes its place."""
        self.relay.kill()
        self.relay.wait(timeout=10)
        self.relay = self.processes.start("relay")
        return True

    def wipe_redis(self, _: int) -> bool:
        """FLUSHALL."""
        self.valkey.wipe()
        return True

    def kill_redis(self, _: int) -> bool:
        """SIGKILL."""
        self.valkey.crash()
        return True

    def crash_postgres(self, _: int) -> bool:
        """Immediate shutdown and recovery."""
        self.postgres.crash()
        return True

    def lose_redis_and_worker(self, which: int) -> bool:
        """Two at once: SIGKILL a worker and what it runs while Redis is killed too."""
        horses = self._horses(which)
        self.valkey.end()
        send([self.workers[which].pid, *horses], signal.SIGKILL)
        self.valkey.start()
        self.workers[which].wait(timeout=10)
        self.workers[which] = self.processes.start("worker")
        return True

    def lose_database_and_relay(self, _: int) -> bool:
        """Two at once: SIGKILL the relay while PostgreSQL is shut down, so that it comes back to an office that recovers."""
        self.postgres.end()
        self.relay.kill()
        self.relay.wait(timeout=10)
        self.relay = self.processes.start("relay")
        self.postgres.start()
        return True

    def slow_registries(self, _: int) -> bool:
        """Every registry is too slow for a moment; what is asked meanwhile runs into its time limit."""
        for registry in REGISTRIES:
            self.simulator.faults.set(registry, Fault.SLOW, seconds=30.0)
        time.sleep(SLOW_FOR)
        self.simulator.faults.clear()
        return True

    def peek(self, sql: str) -> list[tuple[object, ...]] | None:
        """What the tables say, or None while the database is away."""
        try:
            with psycopg.connect(self.postgres.url.replace("+psycopg", "", 1), autocommit=True, connect_timeout=5) as connection:
                return connection.execute(sql).fetchall()
        except psycopg.Error:
            return None

    def _horses(self, which: int) -> list[int]:
        until = time.monotonic() + CAUGHT
        while time.monotonic() < until:
            if horses := children_of(self.workers[which].pid):
                return horses
            time.sleep(0.01)
        return []


@contextmanager
def whole_office(folder: Path, workers: int = 2, lease: float = LEASE) -> Iterator[Whole]:
    """Start everything on private sockets and one port of 127.0.0.1; all of it ends with the block. ``lease`` is in seconds."""
    with ExitStack() as until_done:
        database, bell = until_done.enter_context(postgres()), until_done.enter_context(valkey())
        migrate(database.url)
        given = {"database_url": database.url, "redis_url": bell.url, "data_dir": str(folder), "secret_key": "x" * 32}
        settings = Settings(environment="test", task_lease_seconds=lease, task_backoff_seconds=BACKOFF, **given)
        simulator = until_done.enter_context(running_simulator(replace(settings, registry_total_seconds=2.0)))
        settings = simulator.settings
        make_keys(settings.folder / "keys")
        rekom = Rekom(settings, wakes=False)
        until_done.callback(rekom.database.close)
        seed_demo(rekom)
        processes = Processes(settings, folder)
        until_done.callback(processes.stop)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            web = processes.start("web", "--fd", str(listening.fileno()), pass_fds=(listening.fileno(),))
            relay, hands = processes.start("relay"), [processes.start("worker") for _ in range(workers)]
            port = listening.getsockname()[1]
            _wait_for(port)
            yield Whole(Office(rekom, utc_now), processes, database, bell, simulator, port, relay, web, hands)


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        with suppress(OSError, http.client.HTTPException), closing(connection):
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            answer.read()
            if answer.status == http.HTTPStatus.OK:
                return
        time.sleep(CAUGHT / 10)
    raise TimeoutError("the web server did not start")
