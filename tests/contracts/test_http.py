"""The client against servers that misbehave below HTTP, byte by byte."""

import gzip
import json
import os
import socket
import threading
import time
from datetime import UTC, datetime

import pytest

from tests.contracts.common import SETTINGS
from tests.contracts.raw_server import GOOD, answer, client, dripping, says, scripted
from verify.registries import deadline as deadline_module
from verify.registries.http import BODY_LIMIT, retry_after_seconds
from workflows.errors import Refused, RegistryError, Unavailable


def failure(raw: bytes) -> RegistryError:
    with scripted(says(raw)) as url, client() as http, pytest.raises(RegistryError) as caught:
        http.post(url, {"a": 1})
    return caught.value


def test_a_good_answer_is_returned() -> None:
    with scripted(says(answer(GOOD))) as url, client() as http:
        assert http.post(url, {"a": 1}) == {"baik": True}
        assert http.get(url, {}) == {"baik": True}


@pytest.mark.parametrize(
    "raw", [answer(b'{"a": 1}' + b" " * 500), b"HTTP/1.1 200 OK\r\n" + b"X-Satu: dua\r\n" * 50], ids=["body", "headers"]
)
def test_a_drip_ends_with_the_total_time_not_with_each_read(raw: bytes) -> None:
    with scripted(dripping(raw, 0.05)) as url, client(SETTINGS) as http:
        began = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            http.get(url, {})
        assert caught.value.context["reason"] == "timeout"
        assert time.monotonic() - began < 10  # the whole drip takes longer


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (answer(b""), "not_json"),
        (answer(b'{"a": NaN}'), "not_json"),
        (answer(b"[" * 400_000), "not_json"),
        (answer(b'{"a": "\xff"}'), "not_json"),
        (answer(gzip.compress(GOOD), "Content-Encoding: gzip"), "not_json"),
        (answer(GOOD, status="503 Service Unavailable"), "server"),
        (answer(GOOD, status="204 No Content"), "server"),
        (answer(GOOD, status="418 Teapot"), "server"),
        (answer(GOOD, "Location: http://a:nol/", status="302 Found"), "redirect"),
        (answer(GOOD, "Location: /lain", status="301 Moved"), "redirect"),
        (answer(GOOD, "Age: 301"), "stale"),
        (answer(GOOD, "Age: kemarin"), "stale"),
        (answer(b" " * (BODY_LIMIT + 1)), "too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "connection"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "connection"),
        (b"SSH-2.0-bukan-http\r\n", "connection"),
        (b"", "connection"),
    ],
)
def test_what_cannot_be_used_is_unavailable(raw: bytes, reason: str) -> None:
    error = failure(raw)
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == reason


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "407 Proxy"])
def test_what_only_we_can_mend_is_refused(status: str) -> None:
    error = failure(answer(GOOD, status=status))
    assert isinstance(error, Refused)
    assert error.context == {"registry": "Registri", "reason": "configuration", "status": status[:3]}


@pytest.mark.parametrize("age", ["0", "300"])
def test_a_fresh_age_is_fine(age: str) -> None:
    with scripted(says(answer(GOOD, f"Age: {age}"))) as url, client() as http:
        assert http.get(url, {}) == {"baik": True}


def test_a_503_may_say_when_to_come_back() -> None:
    assert failure(answer(b"", "Retry-After: 12", status="503 Busy")).context["retry_after"] == "12"


def test_retry_after_is_read_in_both_forms_and_bounded() -> None:
    now = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    assert retry_after_seconds("30", now) == 30
    assert retry_after_seconds("Sun, 22 Nov 2026 01:02:00 GMT", now) == 120
    assert retry_after_seconds("Sun, 22 Nov 2026 00:00:00 -0000", now) == 0
    assert retry_after_seconds("99999999999999999999", now) == 86_400
    assert retry_after_seconds("nanti", now) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://tidak-ada.invalid/"])
def test_nobody_there_is_unavailable(url: str) -> None:
    with client() as http, pytest.raises(Unavailable) as caught:
        http.get(url, {})
    assert caught.value.context["reason"] in ("connection", "timeout")


@pytest.mark.parametrize("url", ["bukan-alamat", "ftp://127.0.0.1/", "http://127.0.0.1:nol/"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with client() as http, pytest.raises(Refused) as caught:
        http.get(url, {})
    assert caught.value.context["reason"] == "configuration"


def test_a_name_server_that_never_answers_costs_the_connect_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(deadline_module.socket, "getaddrinfo", lambda *_args, **_kwargs: released.wait(5) and [])
    began = time.monotonic()
    with client(SETTINGS) as http, pytest.raises(Unavailable) as caught:
        http.get("http://registri.invalid/", {})
    released.set()
    assert caught.value.context["reason"] == "timeout"
    assert time.monotonic() - began < 5  # the name server's silence


def test_the_second_address_is_tried_when_the_first_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline_module, "_looked_up", lambda *_args: ["127.0.0.2", "127.0.0.1"])
    with scripted(says(answer(GOOD))) as url, client() as http:
        assert http.get(url.replace("127.0.0.1", "registri.invalid"), {}) == {"baik": True}


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with scripted(says(answer(GOOD))) as url, client() as http:
        assert http.get(url, {}) == {"baik": True}


def test_threads_may_share_one_client() -> None:
    answers: list[object] = []
    with scripted(says(answer(GOOD))) as url, client() as http:
        threads = [threading.Thread(target=lambda: answers.append(http.get(url, {}))) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [{"baik": True}] * 16


def test_one_threads_deadline_is_not_anothers() -> None:
    def slowly(connection: socket.socket) -> None:
        time.sleep(0.8)
        connection.sendall(answer(GOOD))

    with scripted(slowly) as url, client(SETTINGS) as hasty, client() as patient:
        errors: list[RegistryError] = []

        def ask() -> None:
            try:
                hasty.get(url, {})
            except RegistryError as error:
                errors.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        assert patient.get(url, {}) == {"baik": True}
        thread.join()
    assert [error.context["reason"] for error in errors] == ["timeout"]


def test_a_process_never_uses_the_connections_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a forked child sees: another process id. Its first question makes a client of its own."""
    with scripted(says(answer(GOOD))) as url, client() as http:
        http.get(url, {})
        parents = http._client
        monkeypatch.setattr(os, "getpid", lambda: -1)
        http.get(url, {})
        assert http._client is not parents
        http.close()
        assert parents is not None
        parents.close()


def test_closing_twice_and_asking_again_is_fine() -> None:
    with scripted(says(answer(GOOD))) as url, client() as http:
        http.close()
        http.get(url, {})
        http.close()
        assert http.get(url, {}) == {"baik": True}


def test_what_is_sent_is_what_was_asked() -> None:
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            raw = connection.recv(65_536)
            while not raw.endswith(b"}"):
                raw += connection.recv(65_536)
            received.append(raw)
            connection.sendall(answer(GOOD))

    thread = threading.Thread(target=run)
    thread.start()
    with client() as http:
        http.post(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", {"nama": "SITI"}, {"X-API-Key": "kunci"})
    thread.join()
    listener.close()
    head, body = received[0].split(b"\r\n\r\n")
    assert json.loads(body) == {"nama": "SITI"}
    lowered = head.lower()
    assert head.startswith(b"POST /v1 HTTP/1.1")
    assert b"x-api-key: kunci" in lowered
    assert b"accept-encoding: identity" in lowered
