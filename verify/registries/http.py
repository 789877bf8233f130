"""One HTTP client per registry, with everything that can go wrong mapped to ``Unavailable`` or ``Refused``.

A client is made at first use in each process, so that none crosses a fork; it may be shared by threads.
Nothing here follows a redirect, keeps a cookie, uses a proxy of the environment, or logs an address: VClaim's carry a NIK.
"""

import json
import logging
import os
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpcore2
import httpx2

from schemas.foreign import Reason, parse_json, refused, unavailable
from verify.config import Settings
from verify.registries.deadline import DeadlineBackend, deadline

BODY_LIMIT = 1_000_000
"""Bytes; the largest answer known here has about 3,000."""
FRESH_SECONDS = 300
"""An answer with an ``Age`` above this came out of somebody's cache."""
LONGEST_WAIT = 86_400
CONNECTIONS = 20
CONFIGURATION_STATUSES = frozenset({400, 401, 403, 404, 405, 406, 407, 410, 411, 413, 414, 415, 422, 431})
TALKATIVE = ("httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.http2", "httpcore2.proxy", "httpcore2.socks")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def _unsaid(_record: logging.LogRecord) -> bool:
    """Keeps the client libraries' own lines, which hold addresses and headers, out of every log."""
    return False


for _name in TALKATIVE:
    logging.getLogger(_name).addFilter(_unsaid)


@cache
def trusting(ca_file: str) -> ssl.SSLContext:
    """The TLS context for a CA file, or the system's CAs: read once, by a worker before it forks."""
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx2.create_ssl_context()


class RegistryHttp:
    """Asks one registry. ``registry`` is its name in sentences; time-outs and CA file come from ``settings``."""

    def __init__(self, registry: str, settings: Settings, clock: Clock = utc_now) -> None:
        self.registry = registry
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = None
        self._owner = 0

    def post(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> object:
        """POST ``body`` as JSON and return the JSON answered; raises ``Unavailable`` or ``Refused``, nothing else."""
        return self._ask("POST", url, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})

    def get(self, url: str, headers: Mapping[str, str]) -> object:
        """GET the JSON at ``url``; raises ``Unavailable`` or ``Refused``, nothing else."""
        return self._ask("GET", url, None, headers)

    def close(self) -> None:
        """Close this process's connections; a later call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None and self._owner == os.getpid():
            client.close()

    def _ask(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> object:
        try:
            with deadline(self._settings.registry_total_seconds):
                body = self._exchange(method, url, content, headers)
        except httpx2.TimeoutException:
            raise unavailable(self.registry, Reason.TIMEOUT) from None
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError):
            raise refused(self.registry, Reason.CONFIGURATION) from None
        except httpx2.HTTPError:
            raise unavailable(self.registry, Reason.CONNECTION) from None
        return self._parsed(body)

    def _exchange(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> bytes:
        plain = {"Accept": "application/json", "Accept-Encoding": "identity", "Cache-Control": "no-cache", **headers}
        with self._open_client().stream(method, url, content=content, headers=plain) as response:
            self._check_status(response)
            self._check_fresh(response)
            return self._read(response)

    def _open_client(self) -> httpx2.Client:
        with self._lock:
            if self._client is None or self._owner != os.getpid():
                self._client = _client(self._settings, self._ssl_context())  # one of a parent process is let go unclosed
                self._owner = os.getpid()
            return self._client

    def _ssl_context(self) -> ssl.SSLContext:
        try:
            return trusting(self._settings.registry_ca)
        except OSError:  # ssl.SSLError is one
            raise refused(self.registry, Reason.CONFIGURATION, setting="REKOM_REGISTRY_CA") from None

    def _check_status(self, response: httpx2.Response) -> None:
        status = response.status_code
        if status == 200:
            return
        context = {"status": str(status), **self._retry_after(response)}
        if 300 <= status < 400:
            raise unavailable(self.registry, Reason.REDIRECT, **context)
        if status in CONFIGURATION_STATUSES:
            raise refused(self.registry, Reason.CONFIGURATION, **context)
        raise unavailable(self.registry, Reason.BUSY if status == 429 else Reason.SERVER, **context)

    def _retry_after(self, response: httpx2.Response) -> dict[str, str]:
        seconds = retry_after_seconds(response.headers.get("Retry-After", ""), self._clock())
        return {} if seconds is None else {"retry_after": str(seconds)}

    def _check_fresh(self, response: httpx2.Response) -> None:
        age = response.headers.get("Age", "0")
        if not age.isdecimal() or int(age[:12]) > FRESH_SECONDS:
            raise unavailable(self.registry, Reason.STALE)

    def _read(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        for part in response.iter_raw():
            body += part
            if len(body) > BODY_LIMIT:
                raise unavailable(self.registry, Reason.TOO_LARGE)
        return bytes(body)

    def _parsed(self, body: bytes) -> object:
        try:
            return parse_json(body)
        except ValueError:
            raise unavailable(self.registry, Reason.NOT_JSON) from None


def retry_after_seconds(header: str, now: datetime) -> int | None:
    """``Retry-After`` in seconds, 0 to one day, from either of its forms (RFC 9110 10.2.3); None where unusable."""
    text = header.strip()
    if text.isdecimal():
        return min(int(text[:9]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, min(int((aware - now).total_seconds()), LONGEST_WAIT))


class _Transport(httpx2.HTTPTransport):
    """The stock transport over a network that keeps the deadline; the library offers no argument for it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context, max_connections=CONNECTIONS, keepalive_expiry=5.0, network_backend=DeadlineBackend()
        )


def _client(settings: Settings, context: ssl.SSLContext) -> httpx2.Client:
    timeout = httpx2.Timeout(settings.registry_total_seconds, connect=settings.registry_connect_seconds)
    return httpx2.Client(transport=_Transport(context), timeout=timeout, trust_env=False, follow_redirects=False)
