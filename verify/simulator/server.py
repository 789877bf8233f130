"""Running the simulator: in a thread for tests and the demo, or as the whole of a process.

It logs no request: VClaim's addresses carry a NIK.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from verify.config import Settings, SettingsError
from verify.simulator.app import create_simulator
from verify.simulator.faults import FaultBoard
from verify.simulator.world import Clock, World, utc_now

POLL_SECONDS = 0.05


class _Handler(WSGIRequestHandler):
    """Werkzeug's handler, silent, passing on ``user_key``: headers with an underscore are dropped otherwise."""

    def make_environ(self) -> dict[str, Any]:
        environ = super().make_environ()
        if "user_key" in self.headers:
            environ["HTTP_USER_KEY"] = self.headers["user_key"]
        return environ

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing of a request may be written down."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002 - werkzeug's signature
        """A cut connection is over; waiting for its next request would hold the thread."""
        self.close_connection = True


class _Server(ThreadedWSGIServer):
    """Werkzeug's threaded server, which lets a connection that was set to linger 0 end with a reset."""

    def shutdown_request(self, request: Any) -> None:
        lingering = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
        if lingering[0]:
            self.close_request(request)
        else:
            super().shutdown_request(request)


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that listens. ``settings`` are those given, with the registries' addresses pointing at it."""

    app: Flask
    url: str
    settings: Settings
    stop: Callable[[], None]

    @property
    def world(self) -> World:
        """Its people, faults and counters."""
        return cast(World, self.app.extensions["simulator"])

    @property
    def faults(self) -> FaultBoard:
        """Its fault switches."""
        return self.world.faults


def start_simulator(settings: Settings, *, host: str = "127.0.0.1", port: int = 0, clock: Clock = utc_now) -> RunningSimulator:
    """Start a simulator in a thread of this process; port 0 takes a free one.

    Raises ``SettingsError`` where the port is taken or the installation is a production one.
    """
    app = create_simulator(settings, clock)
    server = _server(app, host, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_SECONDS}, daemon=True, name="simulator")
    thread.start()

    def stop() -> None:
        app.extensions["simulator"].stopping.set()
        server.shutdown()
        thread.join(timeout=5)

    url = f"http://{host}:{server.port}"
    return RunningSimulator(app, url, addressed(settings, url), stop)


@contextmanager
def running_simulator(settings: Settings, *, clock: Clock = utc_now) -> Iterator[RunningSimulator]:
    """A simulator on a free port of 127.0.0.1 for the length of a ``with`` block."""
    simulator = start_simulator(settings, clock=clock)
    try:
        yield simulator
    finally:
        simulator.stop()


def serve(settings: Settings, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Run the simulator until interrupted; ``ready`` is told its address."""
    app = create_simulator(settings)
    server = _server(app, host, port)
    ready(f"http://{host}:{server.port}")
    server.serve_forever(POLL_SECONDS)


def addressed(settings: Settings, url: str) -> Settings:
    """``settings`` with all registries at the simulator's address."""
    return replace(settings, dukcapil_url=url, bpjs_url=f"{url}/vclaim-rest", dtsen_url=f"{url}/dtsen", bsre_url=f"{url}/bsre")


def _server(app: Flask, host: str, port: int) -> _Server:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise SettingsError(f"Simulator tidak dapat memakai alamat {host} port {port}: {error.strerror}. Pilih port lain.") from None
        listener.listen(128)
        return _Server(host, port, app, handler=_Handler, fd=listener.fileno())
