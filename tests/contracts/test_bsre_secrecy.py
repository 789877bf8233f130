"""A passphrase goes to BSrE and nowhere else: not into errors, their chains and locals, logs at their loudest, or addresses."""

import json
import logging
import pickle
import socket
import threading
from collections.abc import Iterator
from dataclasses import asdict, fields, replace

import pytest

from tests.contracts.bsre_signing import PAPER, VERSIONS, adapter, assert_untold, everything_of, failure, signed, signer
from tests.contracts.common import SETTINGS
from tests.contracts.raw_server import answer, says, scripted
from verify.config import Settings, SettingsError, load_settings
from verify.registries.http import TALKATIVE
from verify.simulator import Fault, Registry, RunningSimulator
from workflows.errors import RegistryError
from workflows.passphrase import Passphrase

both_versions = pytest.mark.parametrize("version", VERSIONS)
QUICK = sorted(set(Fault) - {Fault.SLOW, Fault.DRIP, Fault.HUGE, Fault.BY_NUMBER})


@pytest.fixture
def loudest() -> Iterator[list[str]]:
    """Every record of every logger down to level 1, those of the client libraries unmuted, with the arguments as they came."""
    told: list[str] = []
    handler = logging.Handler(1)
    handler.emit = lambda record: told.append(f"{record.getMessage()} {record.args!r} {record.exc_text}")
    muted = {name: list(logging.getLogger(name).filters) for name in TALKATIVE}
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.filters[:], logger.propagate = [], False
        logger.setLevel(1)
        logger.addHandler(handler)
    logging.getLogger().addHandler(handler)
    yield told
    logging.getLogger().removeHandler(handler)
    for name, filters in muted.items():
        logger = logging.getLogger(name)
        logger.removeHandler(handler)
        logger.filters[:], logger.propagate = filters, True
        logger.setLevel(logging.NOTSET)


@both_versions
def test_the_loudest_log_of_a_signing_holds_none(simulator: RunningSimulator, version: str, loudest: list[str]) -> None:
    with adapter(simulator.settings, version) as port:
        signed(port)
        signed(port, signer("sekretaris-contoh"))
        failure(port, passphrase="bukan-ini-rahasianya")
    assert any("send_request_body" in line for line in loudest), "the libraries were not heard"
    assert_untold("\n".join(loudest))
    assert "bukan-ini-rahasianya" not in "\n".join(loudest)
    assert SETTINGS.bsre_password not in "\n".join(loudest)


@both_versions
@pytest.mark.parametrize("fault", QUICK)
def test_no_error_holds_one_however_closely_it_is_looked_at(
    simulator: RunningSimulator, version: str, fault: Fault, loudest: list[str]
) -> None:
    simulator.faults.set(Registry.BSRE, fault)
    with adapter(simulator.settings, version) as port:
        try:
            paper = signed(port, signer("sekretaris-contoh"))
        except RegistryError as error:
            assert (error.__cause__, error.__context__) == (None, None)
            assert_untold(everything_of(error))
            with pytest.raises(TypeError):
                pickle.dumps([error, Passphrase("apa saja")])
        else:
            assert_untold(repr(paper))
    assert_untold("\n".join(loudest))


@both_versions
def test_a_time_out_in_the_middle_holds_none(simulator: RunningSimulator, version: str, loudest: list[str]) -> None:
    simulator.faults.set(Registry.BSRE, Fault.SLOW, seconds=5)
    with adapter(simulator.settings, version, bsre_total_seconds=0.3) as port:
        error = failure(port)
    assert (error.context["reason"], error.__context__) == ("timeout", None)
    assert_untold("\n".join(loudest))


@both_versions
@pytest.mark.parametrize(
    "raw",
    [b"", b"SSH-2.0-bukan-http\r\n", answer(b"", status="503 Busy"), b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"],
)
def test_a_connection_that_ends_while_we_send_holds_none(version: str, raw: bytes, loudest: list[str]) -> None:
    large = PAPER[:-6] + b"x" * 5_000_000 + b"\n%%EOF\n"
    with scripted(says(raw)) as url, adapter(replace(SETTINGS, bsre_url=url), version) as port:
        error = failure(port, pdf=large)
    assert error.__context__ is None
    assert_untold("\n".join(loudest))


@both_versions
def test_an_answer_that_repeats_what_was_sent_is_not_quoted(version: str) -> None:
    one = signer()
    body = json.dumps({"error": f"passphrase {one.passphrase} milik {one.nik} ditolak", "status_code": one.passphrase}).encode()
    for status in ("200 OK", "400 Bad Request"):
        with scripted(says(answer(body, status=status))) as url, adapter(replace(SETTINGS, bsre_url=url), version) as port:
            assert failure(port).context["reason"] == "unknown"


@both_versions
def test_it_stands_in_the_body_only(version: str) -> None:
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            raw = connection.recv(65_536)
            head = raw.split(b"\r\n\r\n")[0]
            length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1])
            while len(raw) < len(head) + 4 + length:
                raw += connection.recv(65_536)
            received.append(raw)
            connection.sendall(answer(b"{}"))

    thread = threading.Thread(target=run)
    thread.start()
    with adapter(replace(SETTINGS, bsre_url=f"http://127.0.0.1:{listener.getsockname()[1]}/bsre/"), version) as port:
        failure(port)
    thread.join()
    listener.close()
    head, _, body = received[0].partition(b"\r\n\r\n")
    path = {"1": b"POST /bsre/api/sign/pdf HTTP/1.1", "2": b"POST /bsre/api/v2/sign/pdf HTTP/1.1"}[version]
    assert head.startswith(path)
    assert b"\r\nauthorization: basic " in head.lower()
    assert_untold(head.decode())
    assert signer().nik.encode() not in head
    assert body.count(signer().passphrase.encode()) == 1


def test_a_port_at_rest_holds_none(simulator: RunningSimulator) -> None:
    with adapter(simulator.settings, "1") as port:
        signed(port)
        assert_untold(repr(vars(port)) + repr(vars(port._http)))


def test_no_setting_is_a_passphrase() -> None:
    assert_untold(repr(asdict(Settings())))
    assert {field.name for field in fields(Settings) if field.name.startswith("bsre")} == {
        "bsre_url",
        "bsre_user",
        "bsre_password",
        "bsre_version",
        "bsre_total_seconds",
    }


PRODUCTION = {
    "REKOM_ENVIRONMENT": "production",
    "REKOM_PRACTICE": "false",
    "REKOM_SECOND_FACTOR_ROLES": "KADIS,ADMIN",
    **dict.fromkeys(
        ["REKOM_SECRET_KEY", "REKOM_DUKCAPIL_PASSWORD", "REKOM_BPJS_SECRET", "REKOM_BPJS_USER_KEY", "REKOM_DTSEN_KEY"],
        "an-own-value-of-this-office-32-letters",
    ),
}


def test_production_wants_a_password_of_its_own() -> None:
    with pytest.raises(SettingsError, match="REKOM_BSRE_PASSWORD"):
        load_settings(PRODUCTION)
    assert load_settings({**PRODUCTION, "REKOM_BSRE_PASSWORD": "milik-kantor"}).bsre_total_seconds == 150


@pytest.mark.parametrize("version", ["", "3", "v2", "02"])
def test_there_are_two_versions(version: str) -> None:
    with pytest.raises(SettingsError, match="REKOM_BSRE_VERSION"):
        load_settings({"REKOM_BSRE_VERSION": version})
