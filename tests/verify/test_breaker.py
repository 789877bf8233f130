"""The circuit breaker on a real Valkey: when it opens, who may try again, what it costs, and that Redis may fail."""

import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from schemas.foreign import Reason, refused, unavailable
from verify.config import Settings
from verify.doorbell import Doorbell
from verify.registries import Shared, connect
from verify.registries.breaker import Breaker
from verify.simulator import Fault, Registry, running_simulator
from workflows.errors import Refused, RegistryError, Unavailable
from workflows.ports import IdentityOutcome, IdentityQuestion, MembershipOutcome, MembershipQuestion, PovertyQuestion

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
PAUSE = 0.3
BUDI = MembershipQuestion("9901011202850001", "BUDI UJI", date(2026, 11, 22))
SITI = IdentityQuestion("9901014101900001", "SITI CONTOH", date(1990, 1, 1))


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


def breaker_on(redis: Redis | None, *, failures: int = 3, seconds: float = PAUSE, trial: float = 5.0) -> Breaker:
    return Breaker("Uji", redis, failures, seconds, trial, lambda: LONG_AGO)


def ask(breaker: Breaker, error: RegistryError | None = None) -> str:
    """One question that ends with ``error``; says what came of it."""
    try:
        with breaker.guarding():
            if error:
                raise error
    except RegistryError as raised:
        return raised.context["reason"]
    return "answered"


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert ask(breaker, unavailable("Uji", Reason.TIMEOUT)) == "timeout"


def test_it_opens_after_so_many_failures_in_a_row(redis: Redis) -> None:
    breaker = breaker_on(redis)
    fail(breaker, 2)
    assert breaker.state() == ("closed", 0)
    fail(breaker, 1)
    assert breaker.state()[0] == "open"
    with pytest.raises(Unavailable, match="sementara tidak ditanya") as caught, breaker.guarding():
        pytest.fail("asked all the same")
    assert caught.value.context == {"registry": "Uji", "reason": "resting", "retry_after": "1"}


def test_an_answer_in_between_begins_the_count_anew(redis: Redis) -> None:
    breaker = breaker_on(redis)
    for _ in range(4):
        fail(breaker, 2)
        ask(breaker)
    assert breaker.state() == ("closed", 0)


@pytest.mark.parametrize("answer", [refused("Uji", Reason.CONFIGURATION), unavailable("Uji", Reason.QUOTA)])
def test_a_refusal_and_a_used_up_quota_are_answers(redis: Redis, answer: RegistryError) -> None:
    breaker = breaker_on(redis)
    fail(breaker, 2)
    assert {ask(breaker, answer) for _ in range(5)} == {answer.context["reason"]}
    fail(breaker, 2)
    assert breaker.state() == ("closed", 0)


def test_a_fault_of_our_own_counts_neither_way(redis: Redis) -> None:
    breaker = breaker_on(redis)
    fail(breaker, 2)
    with pytest.raises(ZeroDivisionError), breaker.guarding():
        raise ZeroDivisionError
    fail(breaker, 1)
    assert breaker.state()[0] == "open"


def test_after_the_pause_one_of_many_tries_and_its_answer_closes(redis: Redis) -> None:
    fail(breaker_on(redis), 3)
    time.sleep(PAUSE + 0.05)
    assert breaker_on(redis).state() == ("half-open", 0)
    together, trying = threading.Barrier(8), threading.Event()

    def one() -> str:
        together.wait()
        with suppress(Unavailable), breaker_on(redis).guarding():
            trying.wait(0.3)
            return "tried"
        return "resting"

    with ThreadPoolExecutor(8) as pool:
        said = [future.result() for future in [pool.submit(one) for _ in range(8)]]
    assert sorted(said) == ["resting"] * 7 + ["tried"]
    assert breaker_on(redis).state() == ("closed", 0)


def test_a_trial_that_fails_opens_it_again_at_once(redis: Redis) -> None:
    breaker = breaker_on(redis)
    fail(breaker, 3)
    time.sleep(PAUSE + 0.05)
    fail(breaker, 1)
    assert [ask(breaker) for _ in range(3)] == ["resting"] * 3
    time.sleep(PAUSE + 0.05)
    assert [ask(breaker) for _ in range(3)] == ["answered"] * 3


def test_a_trial_whose_process_died_does_not_block_the_next(redis: Redis) -> None:
    breaker = breaker_on(redis, seconds=0.05, trial=0.2)
    fail(breaker, 3)
    time.sleep(0.1)
    with pytest.raises(SystemExit), breaker.guarding():
        raise SystemExit
    assert ask(breaker) == "resting"
    time.sleep(0.25)
    assert ask(breaker) == "answered"


def test_another_process_sees_it_too(redis: Redis, redis_url: str) -> None:
    breaker = breaker_on(redis, seconds=30.0)
    fail(breaker, 3)
    script = """
import sys
from redis import Redis
from verify.registries.breaker import Breaker
print(Breaker("Uji", Redis.from_url(sys.argv[1]), 3, 30.0, 5.0, None).state()[0])
"""
    done = subprocess.run([sys.executable, "-c", script, redis_url], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "open"


@pytest.mark.parametrize("planted", ["banyak", "", "1e9", "\x00"])
def test_garbage_in_redis_is_no_reason_to_stop(redis: Redis, planted: str) -> None:
    breaker = breaker_on(redis)
    redis.hset(breaker.key(), "failures", planted)
    assert ask(breaker) == "answered"
    redis.delete(breaker.key())
    redis.set(breaker.key(), planted)
    assert [ask(breaker, unavailable("Uji", Reason.SERVER)) for _ in range(5)] == ["server"] * 5


def test_without_redis_it_is_closed() -> None:
    with Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=None) as nobody:
        for breaker in (breaker_on(None), breaker_on(nobody)):
            assert {ask(breaker, unavailable("Uji", Reason.TIMEOUT)) for _ in range(6)} == {"timeout"}
            assert (ask(breaker), breaker.state()) == ("answered", ("closed", 0))


def test_a_silent_redis_costs_its_time_outs_and_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with Redis(port=port, socket_timeout=0.1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0)) as redis:
            began = time.monotonic()
            assert ask(breaker_on(redis)) == "answered"
            assert time.monotonic() - began < 10


def test_wiping_redis_closes_it(redis: Redis) -> None:
    breaker = breaker_on(redis, seconds=30.0)
    fail(breaker, 3)
    redis.flushdb()
    assert ask(breaker) == "answered"


def settings(**changes: object) -> Settings:
    known = {"environment": "test", "registry_connect_seconds": 1.0, "registry_total_seconds": 5.0, "registry_breaker_seconds": 0.5}
    return Settings(**{**known, **changes})


def test_an_outage_is_asked_about_five_times_and_costs_nothing_after(redis_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with running_simulator(settings(registry_breaker_seconds=60.0)) as simulator, Doorbell(redis_url).impatient as shared:
        simulator.faults.set(Registry.BPJS, Fault.RESET)
        registry = connect(simulator.settings, shared=Shared(shared, bytes(32))).membership
        reasons, costs = [], []
        for _ in range(205):
            began = time.perf_counter()
            with pytest.raises(Unavailable) as caught:
                registry.membership(BUDI)
            costs.append(1000 * (time.perf_counter() - began))
            reasons.append(caught.value.context["reason"])
        registry.close()
    assert reasons == ["connection"] * 5 + ["resting"] * 200
    assert simulator.world.calls[Registry.BPJS] == 5
    median, worst = statistics.median(costs[5:]), max(costs[5:])
    with capsys.disabled():
        sys.stdout.write(f"\nopen breaker, 200 checks: median {median:.2f} ms, worst {worst:.2f} ms\n")
    assert median < 50


def test_each_registry_has_a_breaker_of_its_own(redis_url: str) -> None:
    with running_simulator(settings()) as simulator, Doorbell(redis_url).impatient as shared:
        simulator.faults.set(Registry.DTSEN, Fault.ERROR)
        registries = connect(simulator.settings, shared=Shared(shared, bytes(32)))
        for _ in range(6):
            with pytest.raises(Unavailable) as caught:
                registries.poverty.family(PovertyQuestion(SITI.nik, SITI.name))
        assert caught.value.context["reason"] == "resting"
        assert registries.civil.verify(SITI).outcome is IdentityOutcome.MATCH
        assert registries.membership.membership(BUDI).outcome is MembershipOutcome.ACTIVE
        simulator.faults.clear()
        time.sleep(0.55)
        assert registries.poverty.family(PovertyQuestion(SITI.nik, SITI.name)).desil == 2
        registries.close()


def test_a_kept_answer_is_given_while_dukcapil_rests(redis_url: str) -> None:
    with running_simulator(settings(registry_breaker_failures=1)) as simulator, Doorbell(redis_url).impatient as shared:
        registries = connect(simulator.settings, shared=Shared(shared, bytes(32)))
        kept = registries.civil.verify(SITI)
        simulator.faults.set(Registry.DUKCAPIL, Fault.RESET)
        other = IdentityQuestion(SITI.nik, "SITI LAIN", SITI.birth_date)
        for reason in ("connection", "resting"):
            with pytest.raises(Unavailable) as caught:
                registries.civil.verify(other)
            assert caught.value.context["reason"] == reason
        assert registries.civil.verify(SITI) == kept
        registries.close()


def test_wrong_keys_never_open_it(redis_url: str) -> None:
    with running_simulator(settings()) as simulator, Doorbell(redis_url).impatient as shared:
        simulator.faults.set(Registry.BPJS, Fault.WRONG_SIGNATURE)
        registry = connect(simulator.settings, shared=Shared(shared, bytes(32))).membership
        for _ in range(8):
            with pytest.raises(Refused):
                registry.membership(BUDI)
        registry.close()
