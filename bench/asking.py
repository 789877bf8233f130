"""A client that keeps many connections busy from one thread, and says what each answer cost the server."""

import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.machine import children, cpu_seconds

PATIENCE = 60.0


@dataclass(slots=True)
class Asked:
    """What a round of requests came to. ``cpu`` is the server's processor time; bodies are kept where asked for."""

    seconds: float
    cpu: float
    count: int
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: dict[int, bytes] = field(default_factory=dict)


def request(method: str, path: str, body: bytes = b"", token: str = "") -> bytes:
    """The bytes of one request on a connection that stays open."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def ask(port: int, pid: int, requests: Sequence[bytes], connections: int, *, keep: bool = False) -> Asked:
    """Send each request once over so many connections, each with one request on its way at a time."""
    with ExitStack() as held:  # a server that is killed meanwhile leaves nothing open here
        lines = [_Line(held, port) for _ in range(min(connections, len(requests)))]
        return _asked(held.enter_context(selectors.DefaultSelector()), lines, requests, [pid, *children(pid)], keep=keep)


def _asked(chooser: selectors.BaseSelector, lines: Sequence["_Line"], requests: Sequence[bytes], pids: list[int], *, keep: bool) -> Asked:
    waiting = iter(enumerate(requests))
    asked = Asked(0.0, cpu_seconds(*pids), 0)
    began = time.perf_counter()
    for line in lines:
        chooser.register(line.socket, selectors.EVENT_READ, line)
        line.send(*next(waiting))
    open_lines = len(lines)
    while open_lines:
        ready = chooser.select(PATIENCE)
        if not ready:
            raise TimeoutError("the server does not answer")
        for key, _ in ready:
            line: _Line = key.data
            answer = line.receive()
            if answer is None:
                continue
            status, body = answer
            asked.count += 1
            asked.statuses[status] = asked.statuses.get(status, 0) + 1
            if keep:
                asked.bodies[line.number] = body
            if (following := next(waiting, None)) is None:
                chooser.unregister(line.socket)
                line.socket.close()
                open_lines -= 1
            else:
                line.send(*following)
    asked.seconds = time.perf_counter() - began
    asked.cpu = cpu_seconds(*pids) - asked.cpu
    return asked


class _Line:
    """One connection."""

    def __init__(self, held: ExitStack, port: int) -> None:
        self.socket = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port, self.number, self.sent, self.got = port, -1, b"", b""

    def send(self, number: int, content: bytes) -> None:
        self.number, self.sent, self.got = number, content, b""
        self.socket.sendall(content)

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body once the answer is whole."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed a connection that was to stay open")
        self.got += part
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0)
        return (int(head[9:12]), body) if len(body) >= length else None
