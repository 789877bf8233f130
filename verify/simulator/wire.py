"""Faults of the connection itself: the right answer, late, in pieces, cut, or not at all."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from flask import Response, request

from verify.simulator.faults import Fault, Setting

CHUNK = b" " * 65_536
LOGIN_PAGE = (
    '<!doctype html><html lang="id"><head><title>Masuk</title></head><body><h1>Masuk ke jaringan</h1>'
    '<form method="post"><input name="sandi" type="password"><button>Masuk</button></form></body></html>'
)

Disturbance = Callable[[Response, Setting, threading.Event], Response]


def disturbed(response: Response, setting: Setting, stopping: threading.Event) -> Response:
    """``response`` as it comes through under this setting; faults of the content leave it as it is."""
    disturbance = DISTURBANCES.get(setting.fault)
    return disturbance(response, setting, stopping) if disturbance else response


def _slow(response: Response, setting: Setting, stopping: threading.Event) -> Response:
    stopping.wait(setting.seconds)
    return response


def _drip(response: Response, setting: Setting, stopping: threading.Event) -> Response:
    connection = request.environ.get("werkzeug.socket")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(response.get_data())}\r\nConnection: close\r\n\r\n"
    raw = head.encode() + response.get_data()
    if isinstance(connection, socket.socket):
        return Response(iter(partial(_drip_onto, connection, raw, setting, stopping), b""))
    return Response(_drops(response.get_data(), setting, stopping), mimetype="application/json")


def _drip_onto(connection: socket.socket, raw: bytes, setting: Setting, stopping: threading.Event) -> bytes:
    with contextlib.suppress(OSError):
        for drop in _drops(raw, setting, stopping):
            connection.sendall(drop)
    raise ConnectionAbortedError("dripped out")


def _drops(raw: bytes, setting: Setting, stopping: threading.Event) -> Iterator[bytes]:
    for byte in raw:
        if stopping.wait(setting.seconds):
            return
        yield bytes([byte])


def _reset(_response: Response, _setting: Setting, _stopping: threading.Event) -> Response:
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):  # closing with linger 0 sends RST instead of FIN
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return Response(iter(_cut, b""))


def _cut() -> bytes:
    raise ConnectionResetError("cut on purpose")


def _error(_response: Response, _setting: Setting, _stopping: threading.Event) -> Response:
    return Response("<html><body><h1>500 Internal Server Error</h1></body></html>", status=500, mimetype="text/html")


def _busy(_response: Response, setting: Setting, _stopping: threading.Event) -> Response:
    return Response("Too Many Requests", status=429, mimetype="text/plain", headers={"Retry-After": str(setting.retry_after)})


def _html(_response: Response, _setting: Setting, _stopping: threading.Event) -> Response:
    return Response(LOGIN_PAGE, mimetype="text/html")


def _truncated(response: Response, _setting: Setting, _stopping: threading.Event) -> Response:
    whole = response.get_data()
    return Response(whole[: len(whole) // 2], mimetype="application/json")


def _redirect(_response: Response, _setting: Setting, _stopping: threading.Event) -> Response:
    return Response(status=302, headers={"Location": request.path})


def _huge(_response: Response, setting: Setting, stopping: threading.Event) -> Response:
    return Response(_flood(int(setting.megabytes * 1_000_000), stopping), mimetype="application/json")


def _flood(size: int, stopping: threading.Event) -> Iterator[bytes]:
    yield b'{"content": ['
    for _ in range(size // len(CHUNK) + 1):
        if stopping.is_set():
            return
        yield CHUNK
    yield b"]}"


DISTURBANCES: Mapping[Fault, Disturbance] = {
    Fault.SLOW: _slow,
    Fault.DRIP: _drip,
    Fault.RESET: _reset,
    Fault.ERROR: _error,
    Fault.BUSY: _busy,
    Fault.HTML: _html,
    Fault.TRUNCATED: _truncated,
    Fault.REDIRECT: _redirect,
    Fault.HUGE: _huge,
}
