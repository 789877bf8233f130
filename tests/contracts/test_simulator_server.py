"""Running the simulator: in a thread, as a process, and what its connections really do."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from tests.contracts.common import SETTINGS
from verify.config import Settings, SettingsError
from verify.simulator import Fault, Registry, RunningSimulator, start_simulator
from verify.simulator.__main__ import main

SITI = "9901014101900001"
ROOT = Path(__file__).parents[2]


def test_a_taken_port_is_named(simulator: RunningSimulator) -> None:
    port = int(simulator.url.rsplit(":", 1)[1])
    with pytest.raises(SettingsError, match=f"port {port}"):
        start_simulator(SETTINGS, port=port)


def test_stopping_ends_waiting_answers_and_frees_the_port() -> None:
    simulator = start_simulator(SETTINGS)
    simulator.faults.set(Registry.DTSEN, Fault.SLOW, seconds=60)
    host, port = simulator.url.removeprefix("http://").split(":")
    body = b"{}"
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"POST /dtsen/v1/keluarga HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        timer = threading.Timer(0.2, simulator.stop)
        timer.start()
        assert connection.recv(100).startswith(b"HTTP/1.1 401")
        timer.join()
    with pytest.raises(OSError), socket.create_connection((host, int(port)), timeout=1):
        pass


def raw_answer(simulator: RunningSimulator, path: str = "/dtsen/v1/keluarga") -> bytes:
    """Everything the simulator sends on one connection."""
    host, port = simulator.url.removeprefix("http://").split(":")
    body = json.dumps({"nik": SITI}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {SETTINGS.dtsen_key}\r\nContent-Length: {len(body)}\r\n\r\n"
    received = b""
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(head.encode() + body)
        while part := connection.recv(65_536):
            received += part
    return received


def test_a_reset_is_a_real_reset(simulator: RunningSimulator) -> None:
    simulator.faults.set(Registry.DTSEN, Fault.RESET)
    with pytest.raises(ConnectionResetError):
        raw_answer(simulator)


def test_a_drip_comes_whole_in_the_end(simulator: RunningSimulator) -> None:
    simulator.faults.set(Registry.DTSEN, Fault.DRIP, seconds=0.0)
    head, body = raw_answer(simulator).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert json.loads(body)["ditemukan"] is True


def test_the_size_of_a_huge_answer_can_be_set(simulator: RunningSimulator) -> None:
    simulator.faults.set(Registry.DTSEN, Fault.HUGE, megabytes=0.5)
    assert 500_000 < len(raw_answer(simulator)) < 700_000


def test_it_runs_as_a_process_of_its_own() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("REKOM_")}
    command = [sys.executable, "-m", "verify.simulator", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**environ, "REKOM_ENVIRONMENT": "test"}) as process:
        assert process.stdout
        url = process.stdout.readline().strip().rsplit(" ", 1)[1].removesuffix("/simulator")
        try:
            result = CliRunner().invoke(main, ["fault", "dtsen", "error", "--url", url])
            assert result.exit_code == 0, result.output
        finally:
            process.terminate()
            process.wait(timeout=10)


def test_as_a_process_it_refuses_production() -> None:
    environ = {"REKOM_ENVIRONMENT": "demo", "REKOM_PRACTICE": "bukan"}
    result = CliRunner().invoke(main, ["serve", "--port", "0"], env=environ)
    assert result.exit_code == 1
    assert "REKOM_PRACTICE" in result.output


def test_the_default_addresses_fit_the_simulator(simulator: RunningSimulator) -> None:
    def paths(one: Settings) -> list[str]:
        return [urlsplit(address).path for address in (one.dukcapil_url, one.bpjs_url, one.dtsen_url)]

    assert paths(Settings()) == paths(simulator.settings)
