"""What the web server answers by itself, where a request never reaches the application: in the same words as every other page.

Gunicorn's own pages are English, show what was sent, and write the address to the log. Nothing is known here but the fault: no
session, no language, no address.
"""

import logging
import socket
from http import HTTPStatus
from string import Template
from typing import Any

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from verify.errors import help_code
from verify.logs import place_of
from verify.statuses import told
from workflows.saying import say

log = logging.getLogger(__name__)

STATUS: dict[type[Exception], HTTPStatus] = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ForbiddenProxyRequest: HTTPStatus.FORBIDDEN,
    errors.ConfigurationProblem: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidResponseHeader: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidResponseHeaderName: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ParseException: HTTPStatus.BAD_REQUEST,
    Exception: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of a fault is that of its nearest ancestor here."""

FOR_HELP, TO_START = say("Kode untuk bantuan:"), say("Ke halaman awal")

PAGE = Template("""\
<!doctype html>
<html lang="id">
<head>
  <meta charset="utf-8">
  <title>$heading – Rekom</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <link rel="stylesheet" href="/static/rekom.css">
</head>
<body>
  <main id="isi">
    <h1>$heading</h1>
    <p class="lead">$lead</p>
    <p class="actions"><a class="button" href="/">$start</a></p>
    <p class="hint">$help <strong class="code">$code</strong></p>
  </main>
</body>
</html>
""")


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threaded worker, with our words for what it refuses itself."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer a fault; what was sent reaches neither page nor log."""
        del req, addr
        status, code = status_of(exc), help_code()
        log.log(level_of(status), "the server itself answered %s (%s at %s) as %s", status.value, type(exc).__name__, place_of(exc), code)
        try:
            write_nonblock(client, answer(status, code))
        except OSError:
            log.debug("who asked is gone")


def status_of(fault: Exception) -> HTTPStatus:
    """The status of what the server could not read or do."""
    return next(STATUS[kind] for kind in type(fault).__mro__ if kind in STATUS)


def level_of(status: HTTPStatus) -> int:
    """A fault of ours is an error; what others sent is not."""
    return logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING


def answer(status: HTTPStatus, code: str) -> bytes:
    """A whole answer, ready to be sent; the connection ends with it."""
    words = told(status)
    page = PAGE.substitute(heading=words.heading, lead=words.lead, start=TO_START, help=FOR_HELP, code=code).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(page)}\r\nCache-Control: no-store\r\nContent-Security-Policy: default-src 'self'\r\n\r\n"
    )
    return head.encode() + page
