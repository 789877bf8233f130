"""No address an admin can enter, and none its name may lead to, makes this server ask its own network (SSRF)."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from marshmallow import ValidationError

from schemas.webhook import checked_url
from tests.receiver import Receiver, listening
from verify.config import Settings
from verify.keys import KeyStore, make_keys
from verify.public_address import is_public
from verify.registries.courier import CONFIGURATION, CONNECTION, REFUSED, WebhookCourier
from verify.sealed_secret import SecretUnreadable, new_secret, seal, unseal
from workflows.ports import WebhookQuestion

LEADS_TO = {
    "dalam.contoh.id": ["127.0.0.1"],
    "dalam6.contoh.id": ["::1"],
    "campur.contoh.id": ["93.184.215.14", "127.0.0.1"],
    "jaringan.contoh.id": ["10.1.2.3"],
    "kantor.contoh.id": ["192.168.1.1"],
    "awan.contoh.id": ["169.254.169.254"],
    "terpeta.contoh.id": ["::ffff:127.0.0.1"],
    "nat64.contoh.id": ["64:ff9b::7f00:1"],
    "enam-ke-empat.contoh.id": ["2002:7f00:1::"],
    "tautan.contoh.id": ["fe80::1"],
    "unik.contoh.id": ["fd12::1"],
    "semua.contoh.id": ["0.0.0.0"],
    "127.0.0.1.nip.contoh.id": ["127.0.0.1"],
    "operator.contoh.id": ["100.64.0.1"],
    "banyak.contoh.id": ["224.0.0.1"],
}
"""Names an attacker owns, and where they lead."""

HOSTS = (
    "127.0.0.1 127.1 127.0.1 0 0.0.0.0 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 017700000001 0177.0.0.1 0177.1 127.0.0.1. 127.255.255.254 "
    "localhost LOCALHOST localhost. ip6-localhost intranet metadata.google.internal printer.local app.localhost "
    "10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 100.64.0.1 198.18.0.1 192.0.2.1 224.0.0.1 255.255.255.255 "
    "[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1] [fe80::1%25lo] "
    "[fc00::1] [fd00::1] [ff02::1] ①②⑦.⓪.⓪.① 127。0。0。1 evil.contoh.id@127.0.0.1 user:pass@127.0.0.1 127.0.0.1%2f@evil.contoh.id"
).split()
TRICKS = [
    *(f"https://{host}:PORT/webhook" for host in (*HOSTS, *LEADS_TO)),
    *(f"http://{host}:PORT/webhook" for host in LEADS_TO),
    "http://127.0.0.1:PORT/webhook", "//127.0.0.1:PORT/webhook", "https:/127.0.0.1:PORT", "https:127.0.0.1:PORT", "https:///127.0.0.1:PORT",
    "file:///etc/passwd", "gopher://127.0.0.1:PORT/_x", "ftp://127.0.0.1:PORT/", "javascript:alert(1)", "data:text/plain,x", "",
    "https://evil.contoh.id\\@127.0.0.1:PORT/", "https://127.0.0.1:PORT\\@evil.contoh.id/", "https://127.0.0.1:PORT#@evil.contoh.id/",
    "https://evil.contoh.id#@127.0.0.1:PORT/", "https://[::1", "https://evil.contoh.id:0/", "https://evil.contoh.id:99999/",
]  # fmt: skip


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker's names lead where they say; numbers in whatever base are the system's to read; nothing else exists."""
    real = socket.getaddrinfo

    def look_up(host: str, port: int, **options: Any) -> list[Any]:
        if host in LEADS_TO:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in LEADS_TO[host]]
        if host.rstrip(".").endswith((".id", ".internal", ".local")):
            raise socket.gaierror
        return list(real(host, port, **options))

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def courier(folder: Path, **settings: Any) -> WebhookCourier:
    make_keys(folder / "keys")
    chosen = Settings(environment="test", webhook_seconds=2.0, **settings)
    return WebhookCourier(chosen, KeyStore(folder / "keys").ring, lambda: datetime(2026, 11, 23, tzinfo=UTC))


def question(folder: Path, url: str) -> WebhookQuestion:
    sealed = seal(KeyStore(folder / "keys").ring().digest_key, "ep_1", new_secret())
    return WebhookQuestion("msg_1", "ep_1", url, sealed, "{}")


def refused(url: str) -> bool:
    try:
        checked_url(url)
    except ValidationError:
        return True
    return False


def test_of_sixty_tricks_and_more_none_reaches_a_listener(tmp_path: Path, receiver: Receiver, names: None) -> None:
    carrier = courier(tmp_path)
    assert len(TRICKS) > 80
    said = {}
    for trick in TRICKS:
        url = trick.replace("PORT", str(receiver.port))
        sent = carrier.send(question(tmp_path, url))  # as if somebody had written it into the database
        said[trick] = sent.error
        assert sent.status is None, trick
        led_by_a_name = any(f"https://{name}:" in trick for name in LEADS_TO)
        assert refused(url) or led_by_a_name, f"{trick} may be entered"
        assert not led_by_a_name or sent.error == REFUSED, trick
    assert receiver.received == []
    assert set(said.values()) <= {REFUSED, CONNECTION, CONFIGURATION}


def test_the_listener_would_have_heard_it(tmp_path: Path, receiver: Receiver) -> None:
    allowed = courier(tmp_path, webhook_private_hosts="Localhost")
    assert allowed.send(question(tmp_path, receiver.url())).status == 204
    assert allowed.send(question(tmp_path, receiver.url("127.0.0.1"))).error == REFUSED  # the name is let in, not the address
    assert len(receiver.received) == 1


def test_the_connection_goes_to_the_address_that_was_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, connected = [], []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        looked.append(host)
        address = "93.184.215.14" if len(looked) == 1 else "127.0.0.1"  # the second answer would be the trap
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(_: Any, host: str, *__: Any, **___: Any) -> Any:
        connected.append(host)
        raise httpcore2.ConnectError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    sent = courier(tmp_path).send(question(tmp_path, "https://simrs.contoh.id/webhook"))
    assert (looked, connected, sent.error) == (["simrs.contoh.id"], ["93.184.215.14"], CONNECTION)


def test_a_receiver_that_never_ends_is_left_in_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        carrier = courier(tmp_path, webhook_private_hosts="localhost")
        sent = carrier.send(question(tmp_path, f"http://localhost:{silent.getsockname()[1]}/"))
    assert (sent.status, sent.error) == (None, "waktu habis")


@pytest.mark.parametrize(
    "url", ["https://simrs.contoh.id/webhook", "https://simrs.rs-contoh.co.id:8443/a/b?c=d", "https://xn--rs-contoh.id/"]
)
def test_an_ordinary_address_is_taken(url: str) -> None:
    assert checked_url(url) == url


def test_a_listed_private_host_may_do_without_tls() -> None:
    assert checked_url("http://simrs.lan:8080/webhook", {"simrs.lan"})
    assert refused("http://simrs.lan:8080/webhook")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_sealed_secret_opens_for_its_endpoint_and_its_key_file_only() -> None:
    secret = new_secret()
    sealed = seal(b"k" * 32, "ep_1", secret)
    assert unseal(b"k" * 32, "ep_1", sealed) == secret
    for key, endpoint in ((b"x" * 32, "ep_1"), (b"k" * 32, "ep_2")):
        with pytest.raises(SecretUnreadable):
            unseal(key, endpoint, sealed)
