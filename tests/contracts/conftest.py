"""Both worlds of the contract suite, and a watch over every log line and every printed word."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.contracts.common import SETTINGS, assert_discreet
from tests.fakes import fakes
from verify.config import Settings
from verify.registries import Registries, connect
from verify.simulator import RunningSimulator, running_simulator
from verify.simulator.personas import Population


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[RunningSimulator]:
    with running_simulator(SETTINGS) as simulator:
        yield simulator


@pytest.fixture
def simulator(shared_simulator: RunningSimulator) -> Iterator[RunningSimulator]:
    """The simulator on a real socket, all faults off before and after."""
    shared_simulator.faults.clear()
    yield shared_simulator
    shared_simulator.faults.clear()


@pytest.fixture
def settings(simulator: RunningSimulator) -> Settings:
    """Short time-outs, addresses of the simulator."""
    return simulator.settings


@pytest.fixture
def adapters(settings: Settings) -> Iterator[Registries]:
    """The real adapters, talking HTTP to the simulator."""
    registries = connect(settings)
    yield registries
    registries.close()


@pytest.fixture(params=["fakes", "adapters"])
def registries(request: pytest.FixtureRequest):
    """Whatever keeps the contract: the in-memory fakes, and the adapters against the simulator.

    The adapters get a generous time-out here, so that a busy machine proves nothing about them.
    """
    if request.param == "fakes":
        yield fakes()
        return
    simulator = request.getfixturevalue("simulator")
    connected = connect(replace(simulator.settings, registry_total_seconds=10.0, registry_connect_seconds=5.0))
    yield connected
    connected.close()


@pytest.fixture
def people(simulator: RunningSimulator) -> Population:
    return simulator.world.population


@pytest.fixture(autouse=True)
def _nothing_told(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """No NIK and no secret in any log line or output of any test here, down to DEBUG."""
    caplog.set_level(logging.DEBUG)
    yield
    lines = [logging.Formatter().format(record) for phase in ("setup", "call") for record in caplog.get_records(phase)]
    printed = capfd.readouterr()
    assert_discreet("\n".join([*lines, printed.out, printed.err]))
