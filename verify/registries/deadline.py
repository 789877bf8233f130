"""A hard end for a whole HTTP exchange.

The client's own time-outs count from each read, so a registry that sends one byte a second, headers
included, could hold a worker for hours. Here every socket call gets only what is left of the time, and
looking up a name, which no socket time-out covers, is waited for in a thread of its own.
"""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_current = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Every exchange of this thread inside the block ends ``seconds`` from now at the latest."""
    _current.end = time.monotonic() + seconds
    try:
        yield
    finally:
        _current.end = None


def _left(timeout: float | None, error: type[httpcore2.TimeoutException]) -> float | None:
    end: float | None = getattr(_current, "end", None)
    if end is None:
        return timeout
    left = end - time.monotonic()
    if left <= 0:
        raise error
    return left if timeout is None else min(timeout, left)


class AddressRefused(httpcore2.ConnectError):
    """The name leads to an address that must not be asked."""


class DeadlineBackend(httpcore2.NetworkBackend):
    """httpcore's synchronous network, kept to the thread's deadline.

    ``admits`` says of a host and one of its addresses whether it may be asked; one that may not refuses the whole host.
    The connection then goes to the very address that was looked at: nothing looks the name up a second time.
    """

    def __init__(self, admits: Callable[[str, str], bool] = lambda _host, _address: True) -> None:
        self._network = httpcore2.SyncBackend()
        self._admits = admits

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of ``host`` that answers; ``timeout`` (seconds) is for all of them together."""
        limit = _left(timeout, httpcore2.ConnectTimeout)
        end = None if limit is None else time.monotonic() + limit
        failure: Exception = httpcore2.ConnectError("no address")
        addresses = _addresses(host, port, limit)
        if not all(self._admits(host, address) for address in addresses):
            raise AddressRefused("address refused")
        for address in addresses:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise httpcore2.ConnectTimeout
            try:
                return _Stream(self._network.connect_tcp(address, port, left, local_address, socket_options))
            except httpcore2.ConnectError as error:
                failure = error
        raise failure


class _Stream(httpcore2.NetworkStream):
    """A connection whose every call ends with the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout, httpcore2.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int, timeout: float | None) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return _looked_up(host, port, timeout)


def _looked_up(host: str, port: int, timeout: float | None) -> list[str]:
    answer: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    threading.Thread(target=_look_up, args=(host, port, answer), daemon=True, name="registry-name-look-up").start()
    try:
        found = answer.get(timeout=timeout)
    except queue.Empty:
        raise httpcore2.ConnectTimeout from None
    if not found:
        raise httpcore2.ConnectError("name not found")
    return found


def _look_up(host: str, port: int, answer: "queue.SimpleQueue[list[str]]") -> None:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        rows = []
    answer.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))
