"""The web server: gunicorn's threaded worker on our application, configured here and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gunicorn.app.base import BaseApplication

from verify.app import create_app
from verify.composition import Rekom
from verify.config import Settings
from verify.server_faults import Worker


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen (``host:port``, or ``fd://3`` for an open socket) and with how many hands."""

    bind: str
    workers: int = 2
    threads: int = 8


class _Server(BaseApplication):
    def __init__(self, settings: Settings, address: Address, ready: Callable[[], None]) -> None:
        self._settings, self._address, self._ready = settings, address, ready
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._address.bind,
            "workers": self._address.workers,
            "threads": self._address.threads,
            "worker_class": Worker,
            "graceful_timeout": 30,
            "timeout": 60,
            "keepalive": 30,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": lambda _: self._ready(),
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(Rekom(self._settings))


def serve(settings: Settings, address: Address, ready: Callable[[], None]) -> None:
    """Serve until told to stop; SIGTERM lets running requests finish."""
    _Server(settings, address, ready).run()
