"""People at their programs, over HTTP: each writes down what it asked and what it was told, and asks again where no answer came."""

import hashlib
import http.client
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.checker.history import Line

API = "/api/v1"
TIMEOUT = 20.0
PAUSE = 0.2
Answer = tuple[int, Any]


@dataclass
class Diary:
    """The clients' own history, a line as soon as it is known."""

    path: Path
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def write(self, op: str, status: int | None, **known: Any) -> None:
        """One question and its answer; ``status`` None where none came."""
        line: Line = {"op": op, "status": status, "at": datetime.now(UTC).isoformat(), **known}
        with self._writing, self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


class Program:
    """One person's program. ``ask`` gives the answer, or None where the connection broke or the server had a fault of its own."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, bytes] | None:
        """One request on a connection of its own; a server of ours never answers 2xx or 4xx of what it does not know."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        try:
            connection.request(method, API + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            told = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return told if told[0] < 500 else None

    def insist(self, ask: Callable[[], tuple[int, bytes] | None], until: float) -> tuple[int, bytes]:
        """Ask until there is an answer; ``TimeoutError`` where the time is over."""
        while time.monotonic() < until:
            told = ask()
            if told is not None:
                return told
            time.sleep(PAUSE)
        raise TimeoutError("no answer for too long")


def parsed(body: bytes) -> Any:
    """An answer's JSON, or nothing."""
    with suppress(ValueError):
        return json.loads(body)
    return None


def digest(body: bytes) -> str:
    """How the history tells one answer from another."""
    return hashlib.sha256(body).hexdigest()
