"""Our own processes for a bench: the worker and the relay on a bench's database, with registries that answer in no time."""

import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from bench.place import office
from tests import services
from tests.fakes import fakes
from tests.office import MORNING, FakePress, Office
from verify import jobs, relay, server, worker
from verify.composition import Rekom
from verify.config import Settings, load_settings, variable
from verify.documents.letter import TypstPress
from verify.doorbell import TaskJob
from verify.registries.courier import WebhookCourier
from workflows.ports import LetterPress, Ports

STOP_SECONDS = 40
DIES = "REKOM_BENCH_DIES"
"""Kills the process of every job as soon as it begins."""
REAL_PRESS = "REKOM_BENCH_PRESS"


class Quick(Rekom):
    """Rekom with registries in memory; the press sets type only where asked to."""

    @cached_property
    def ports(self) -> Ports:
        made = fakes()
        real = os.environ.get(REAL_PRESS)
        press: LetterPress = TypstPress(self.key_store.ring, self.settings.public_url) if real else FakePress(self.key_store.ring)
        courier = WebhookCourier(self.settings, self.key_store.ring, self.clock)
        return Ports(made.civil, made.membership, made.poverty, press, self.policies, courier)


class Dying(TaskJob):
    """A job that takes its own process down."""

    def perform(self) -> None:
        """End without a word, as the system does when memory runs out."""
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def process(*words: str, settings: Settings, descriptors: tuple[int, ...] = (), **more: str) -> Iterator[subprocess.Popen[str]]:
    """One of ``worker``, ``relay`` and ``web`` as a process of its own, told to stop at the end."""
    given = {variable(name): str(getattr(settings, name)) for name in settings.__dataclass_fields__}
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.serving", *words],
        env={**os.environ, **given, **more},
        stdout=subprocess.PIPE,
        pass_fds=descriptors,
        text=True,
    )
    assert child.stdout is not None
    try:
        if not child.stdout.readline():
            raise RuntimeError(f"the {words[0]} did not start")
        yield child
    finally:
        child.terminate()
        child.wait(STOP_SECONDS)
        child.stdout.close()


@contextmanager
def busy_office(**more: str) -> Iterator[Office]:
    """An office on PostgreSQL with its relay and its worker beside it; time stands still for all of them."""
    with (
        services.valkey() as redis_url,
        office("postgresql", redis_url=redis_url, wakes=True) as made,
        process("relay", settings=made.rekom.settings),
        process("worker", settings=made.rekom.settings, **more),
    ):
        yield made


@contextmanager
def web(settings: Settings, app: str = "", *, workers: int = 2, threads: int = 8, **more: str) -> Iterator[tuple[int, int]]:
    """Port and process id of our web server; ``app`` names another WSGI application for it, as ``module:name``."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor = listening.fileno()
        words = ("web", str(descriptor), str(workers), str(threads), app)
        with process(*words, settings=settings, descriptors=(descriptor,), **more) as child:
            yield listening.getsockname()[1], child.pid


def serve(words: list[str]) -> None:
    """Our server, with our application or another one."""
    descriptor, workers, threads, app = words
    vars(server)["Rekom"] = lambda settings: Quick(settings, lambda: MORNING)
    if app:
        module, name = app.split(":")
        vars(server)["create_app"] = lambda _: getattr(importlib.import_module(module), name)()
    server.serve(load_settings(), server.Address(f"fd://{descriptor}", int(workers), int(threads)), say_ready)


def say_ready() -> None:
    """The parent waits for this line."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def main() -> None:
    """The child."""
    if sys.argv[1] == "web":
        serve(sys.argv[2:])
        return
    settings = load_settings()
    if os.environ.get(DIES):
        vars(worker)["TaskJob"] = Dying
    say_ready()
    if sys.argv[1] == "relay":
        stop = relay_stop()
        relay.run(Quick(settings, lambda: MORNING, wakes=False), stop)
    else:
        vars(jobs)["Rekom"] = lambda settings, wakes: Quick(settings, lambda: MORNING, wakes=wakes)
        worker.run(settings, burst="burst" in sys.argv)


def relay_stop() -> threading.Event:
    """An event that SIGTERM sets."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return stop


if __name__ == "__main__":
    main()
