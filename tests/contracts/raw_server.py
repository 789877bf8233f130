"""A server on 127.0.0.1 that says exactly the bytes it is told to."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

from tests.contracts.common import PATIENT
from verify.config import Settings
from verify.registries.http import RegistryHttp

Script = Callable[[socket.socket], None]
GOOD = b'{"baik": true}'


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def says(raw: bytes) -> Script:
    return lambda connection: connection.sendall(raw)


@contextlib.contextmanager
def scripted(script: Script, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on 127.0.0.1 that reads a request and then does what the script says; yields its port's address."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        with contextlib.suppress(OSError):
            while True:
                raw, _ = listener.accept()
                threading.Thread(target=serve, args=(raw,), daemon=True).start()

    def serve(raw: socket.socket) -> None:
        with contextlib.suppress(OSError):
            raw.settimeout(10)
            with context.wrap_socket(raw, server_side=True) if context else raw as connection:
                connection.recv(65_536)
                script(connection)
                _hang_up(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}/"
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=5)


def dripping(raw: bytes, pause: float) -> Script:
    def script(connection: socket.socket) -> None:
        for byte in raw:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return script


def _hang_up(connection: socket.socket) -> None:
    """End our side and read out the other: closing over unread bytes would reset the connection and lose what was said."""
    if not isinstance(connection, ssl.SSLSocket):
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass


@contextlib.contextmanager
def client(settings: Settings = PATIENT) -> Iterator[RegistryHttp]:
    http = RegistryHttp("Registri", settings)
    yield http
    http.close()
