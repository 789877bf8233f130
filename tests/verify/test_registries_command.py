"""``rekom registries``: what an operator sees of each registry, without a secret, without asking any."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.office import MORNING
from verify.cli import main
from verify.config import Settings
from verify.doorbell import Doorbell
from verify.registries import Shared, connect
from verify.registries.standing import host_of
from verify.simulator import Fault, Registry, RunningSimulator, running_simulator
from workflows.errors import RegistryError
from workflows.ports import IdentityQuestion, MembershipQuestion, PovertyQuestion

SITI = ("9901014101900001", "SITI CONTOH")
BORN = MORNING.date().replace(year=1990, month=1, day=1)

Say = Callable[..., str]


@pytest.fixture
def say(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Say:
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("REKOM_DUKCAPIL_URL", "https://kantor:rahasia@dukcapil.example:8443/x")

    def typed(*words: str) -> str:
        result = CliRunner().invoke(main, ["registries", *words])
        assert result.exit_code == 0, result.output
        return result.output

    return typed


def by_name(text: str) -> dict[str, Any]:
    return {one["registry"]: one for one in json.loads(text)}


def asked(simulator: RunningSimulator, redis_url: str, times: int) -> None:
    with Doorbell(redis_url).impatient as redis:
        registries = connect(simulator.settings, lambda: MORNING, Shared(redis, bytes(32)))
        for _ in range(times):
            for ask in (
                lambda: registries.civil.verify(IdentityQuestion(*SITI, BORN)),
                lambda: registries.membership.membership(MembershipQuestion(*SITI, BORN)),
                lambda: registries.poverty.family(PovertyQuestion(*SITI)),
            ):
                try:
                    ask()
                except RegistryError:
                    continue
        registries.close()


@pytest.fixture
def after_a_bad_day(redis_url: str) -> None:
    settings = Settings(environment="test", registry_breaker_seconds=600.0)
    with running_simulator(settings, clock=lambda: MORNING) as simulator:
        simulator.faults.set(Registry.BPJS, Fault.RESET)
        simulator.faults.set(Registry.DTSEN, Fault.WRONG_SIGNATURE)
        asked(simulator, redis_url, 6)


def test_before_the_first_question_nothing_is_known(say: Say) -> None:
    known = by_name(say("--json"))
    assert list(known) == ["Dukcapil", "BPJS Kesehatan", "DTSEN"]
    assert {(one["breaker"], one["last"], one["quota_left"], one["failures"]) for one in known.values()} == {("closed", None, None, 0)}


def test_every_registry_with_its_state_last_answer_and_quota(say: Say, after_a_bad_day: None) -> None:
    known = by_name(say("--json"))
    dukcapil, bpjs, dtsen = known.values()
    assert (dukcapil["host"], dukcapil["breaker"], dukcapil["last"]) == ("dukcapil.example:8443", "closed", "answered")
    assert (dukcapil["quota_left"], dukcapil["last_at"]) == (56_615, MORNING.isoformat())  # six times the same: asked once
    assert (bpjs["host"], bpjs["breaker"], bpjs["last"], bpjs["failures"]) == ("127.0.0.1:8010", "open", "connection", 5)
    assert 590 < bpjs["rests_seconds"] <= 600
    assert (dtsen["breaker"], dtsen["last"], dtsen["failures"]) == ("closed", "configuration", 0)


def test_the_same_for_people(say: Say, after_a_bad_day: None) -> None:
    text = say()
    assert "dukcapil.example:8443" in text and "rahasia" not in text
    assert "56615" in text and "tidak ditanya dulu" in text and "connection" in text
    assert len(text.splitlines()) == 4


def test_a_used_up_quota_shows(say: Say, redis_url: str) -> None:
    with running_simulator(Settings(environment="test"), clock=lambda: MORNING) as simulator:
        simulator.faults.set(Registry.DUKCAPIL, Fault.QUOTA)
        asked(simulator, redis_url, 3)
        assert simulator.world.calls[Registry.DUKCAPIL] == 1
    dukcapil = by_name(say("--json"))["Dukcapil"]
    assert (dukcapil["quota_left"], dukcapil["last"], dukcapil["breaker"]) == (0, "quota", "closed")


def test_without_redis_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, say: Say) -> None:
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path}/nobody.sock")
    assert {one["breaker"] for one in by_name(say("--json")).values()} == {"unknown"}
    assert "Redis mati" in say()


def test_a_registry_without_an_address_is_absent(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKOM_BPJS_URL", "")
    assert {name: one["breaker"] for name, one in by_name(say("--json")).items()} == {
        "Dukcapil": "closed",
        "BPJS Kesehatan": "absent",
        "DTSEN": "closed",
    }
    assert "tidak tersambung" in say()


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://a.example/x", "a.example"), ("http://u:p@a.example:81", "a.example:81"), ("", "?"), ("http://[::1]:8010/", "::1:8010")],
)
def test_hosts(url: str, host: str) -> None:
    assert host_of(url) == host
