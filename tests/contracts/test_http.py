"""The client against servers that misbehave below HTTP, byte by byte."""

import contextlib
import gzip
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.contracts.common import SETTINGS
from verify.config import Settings
from verify.registries import deadline as deadline_module
from verify.registries.http import BODY_LIMIT, RegistryHttp, retry_after_seconds
from workflows.errors import Refused, RegistryError, Unavailable

Script = Callable[[socket.socket], None]
GOOD = b'{"baik": true}'
PATIENT = replace(SETTINGS, registry_total_seconds=5.0, registry_connect_seconds=2.0)


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

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}/"
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=5)


@contextlib.contextmanager
def client(settings: Settings = PATIENT) -> Iterator[RegistryHttp]:
    http = RegistryHttp("Registri", settings)
    yield http
    http.close()


def failure(raw: bytes) -> RegistryError:
    with scripted(says(raw)) as url, client() as http, pytest.raises(RegistryError) as caught:
        http.post(url, {"a": 1})
    return caught.value


def dripping(raw: bytes, pause: float) -> Script:
    def script(connection: socket.socket) -> None:
        for byte in raw:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return script


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
        assert time.monotonic() - began < SETTINGS.registry_total_seconds + 0.5


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
    assert time.monotonic() - began < SETTINGS.registry_connect_seconds + 0.5


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key, as files."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Registri Contoh")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    paths = folder / "registri.pem", folder / "registri.key"
    paths[0].write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*private))
    return paths


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def test_the_configured_ca_is_trusted(certificate: tuple[Path, Path], tls: ssl.SSLContext) -> None:
    with scripted(says(answer(GOOD)), tls) as url, client(replace(PATIENT, registry_ca=str(certificate[0]))) as http:
        assert http.get(url, {}) == {"baik": True}


def test_a_certificate_of_nobody_we_trust_ends_the_call(tls: ssl.SSLContext) -> None:
    with scripted(says(answer(GOOD)), tls) as url, client() as http, pytest.raises(Unavailable) as caught:
        http.get(url, {})
    assert caught.value.context["reason"] == "connection"


def test_the_deadline_holds_under_tls_too(certificate: tuple[Path, Path], tls: ssl.SSLContext) -> None:
    settings = replace(SETTINGS, registry_ca=str(certificate[0]))
    with scripted(dripping(answer(GOOD + b" " * 200), 0.05), tls) as url, client(settings) as http:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            http.get(url, {})
        assert time.monotonic() - began < SETTINGS.registry_total_seconds + 0.5


@pytest.mark.parametrize("content", [None, "bukan sertifikat"])
def test_a_ca_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with client(replace(PATIENT, registry_ca=str(path))) as http, pytest.raises(Refused) as caught:
        http.get("https://127.0.0.1:1/", {})
    assert caught.value.context["setting"] == "REKOM_REGISTRY_CA"


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
