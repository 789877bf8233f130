"""What the web server refuses before the application sees it: told to people as everywhere, and nothing of what was sent kept."""

import logging
import re
import socket
from http import HTTPStatus
from pathlib import Path

import html5lib
import pytest
from gunicorn.http import errors

from schemas.policy_file import policies_folder
from tests.load.serving import serving
from tests.office import running_office
from tests.verify.web.test_errors import FOR_PROGRAMS
from verify.server_faults import Worker, answer, status_of
from verify.statuses import told

CODE = re.compile(r"<strong class=\"code\">E-[2-9A-Z]{4}</strong>")
NIK = "9901014101900001"

SENT: dict[HTTPStatus, bytes] = {
    HTTPStatus.BAD_REQUEST: f"nik={NIK}\r\n\r\n".encode(),
    HTTPStatus.REQUEST_URI_TOO_LONG: b"GET /cari?q=" + b"a" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    HTTPStatus.EXPECTATION_FAILED: b"POST /cari HTTP/1.1\r\nHost: x\r\nExpect: kue\r\n\r\n",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: b"GET / HTTP/1.1\r\nHost: x\r\nCookie: a=" + b"b" * 10_000 + b"\r\n\r\n",
    HTTPStatus.NOT_IMPLEMENTED: b"POST /cari HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: kue\r\n\r\n",
}
"""What a browser or a program may send, and what the server itself says to it."""


def check(said: bytes, status: HTTPStatus) -> None:
    head, _, page = said.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status.value} ".encode())
    assert f"Content-Length: {len(page)}".encode() in head
    text = page.decode()
    html5lib.HTMLParser(strict=True).parse(text)
    assert told(status).lead in text and told(status).heading in text
    assert CODE.search(text) and 'href="/"' in text
    assert not FOR_PROGRAMS.search(text)
    assert NIK not in text


@pytest.mark.parametrize("fault", [kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__])
def test_every_fault_of_the_server_has_an_answer(fault: type[Exception]) -> None:
    check(answer(status_of(fault.__new__(fault)), "E-3F9K"), status_of(fault.__new__(fault)))


def test_what_was_sent_reaches_neither_page_nor_log(caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, caplog.at_level(logging.WARNING, "verify.server_faults"):
        Worker.handle_error(Worker.__new__(Worker), None, ours, ("127.0.0.1", 1), errors.InvalidRequestLine(f"nik={NIK}"))
        check(theirs.recv(100_000), HTTPStatus.BAD_REQUEST)
    assert "InvalidRequestLine" in caplog.text
    assert NIK not in caplog.text


def test_who_has_gone_stops_nobody() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        Worker.handle_error(Worker.__new__(Worker), None, ours, ("127.0.0.1", 1), ValueError("x"))


@pytest.mark.slow
def test_the_real_server_says_so(sqlite_url: str, tmp_path: Path) -> None:
    with (
        running_office(sqlite_url, tmp_path) as office,
        serving(office.rekom.settings, policies_folder(), 1, 2, office.clock()) as port,
    ):
        for status, sent in SENT.items():
            with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
                line.sendall(sent)
                said = b"".join(iter(lambda line=line: line.recv(65536), b""))
            check(said, status)
