"""The day's quota is never burnt by loops: kept answers, in memory and in a real Valkey."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from redis import Redis

from tests.fakes import fakes
from verify.registries.kept import FrugalCivilRegistry, KeepFor, MemoryStore, RedisStore, Store, dumped, kept_secret, loaded
from workflows.errors import Unavailable
from workflows.ports import CivilRegistry, IdentityOutcome, IdentityQuestion

QUESTION = IdentityQuestion("9901014101900001", "SITI CONTOH", date(1990, 1, 1))


@pytest.fixture(params=["memory", "valkey"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with Redis.from_url(request.getfixturevalue("redis_url")) as redis:
        yield RedisStore(redis)


def frugal(registry: CivilRegistry, store: Store, seconds: int = 60, doubt: int = 60) -> FrugalCivilRegistry:
    return FrugalCivilRegistry(registry, store, secret=kept_secret(bytes(32)), keep=KeepFor(seconds, doubt))


def test_the_same_question_is_asked_once(store: Store) -> None:
    three = fakes()
    registry = frugal(three.civil, store)
    first, second = registry.verify(QUESTION), registry.verify(QUESTION)
    assert first == second
    assert second.outcome is IdentityOutcome.MATCH
    assert three.switch.asked == 1


@pytest.mark.parametrize("changes", [{"name": "SITI LAIN"}, {"birth_date": date(1990, 1, 2)}, {"kk": "9901010101200001"}])
def test_another_element_is_another_question(store: Store, changes: dict[str, object]) -> None:
    three = fakes()
    registry = frugal(three.civil, store)
    registry.verify(QUESTION)
    registry.verify(replace(QUESTION, **changes))
    assert three.switch.asked == 2


def test_an_answer_is_forgotten_in_time(store: Store) -> None:
    three = fakes()
    registry = frugal(three.civil, store, seconds=1)
    registry.verify(QUESTION)
    time.sleep(1.1)
    registry.verify(QUESTION)
    assert three.switch.asked == 2


def test_a_used_up_quota_is_not_asked_again_but_kept_answers_still_serve(store: Store) -> None:
    three = fakes()
    registry = frugal(three.civil, store)
    registry.verify(QUESTION)
    three.switch.off(Unavailable(registry="Dukcapil", reason="quota", retry_after="30"))
    for _ in range(5):
        with pytest.raises(Unavailable) as caught:
            registry.verify(replace(QUESTION, name="SITI LAIN"))
        assert (caught.value.context["reason"], caught.value.context["retry_after"]) == ("quota", "30")
    assert three.switch.asked == 2
    assert registry.verify(QUESTION).outcome is IdentityOutcome.MATCH


def test_other_failures_are_not_kept(store: Store) -> None:
    three = fakes()
    registry = frugal(three.civil, store)
    three.switch.off()
    with pytest.raises(Unavailable):
        registry.verify(QUESTION)
    three.switch.on()
    assert registry.verify(QUESTION).outcome is IdentityOutcome.MATCH


def test_what_is_kept_holds_neither_nik_nor_name() -> None:
    kept: dict[str, str] = {}

    class Seen(MemoryStore):
        def put(self, key: str, text: str, seconds: int) -> None:
            kept[key] = text

    frugal(fakes().civil, Seen()).verify(QUESTION)
    (key, text), *rest = kept.items()
    assert not rest
    assert "SITI" not in key + text and "9901014101900001" not in key + text


@pytest.mark.parametrize("planted", ["", "x", "{}", f"{'0' * 64} {{}}", "é ü"])
def test_a_text_that_somebody_else_wrote_is_not_believed(planted: str) -> None:
    class Planted(MemoryStore):
        def get(self, key: str) -> str | None:
            return planted

    three = fakes()
    registry = frugal(three.civil, Planted())
    assert registry.verify(QUESTION).outcome is IdentityOutcome.MATCH
    assert three.switch.asked == 1


def test_a_doubt_is_kept_for_less_long_than_a_match(store: Store) -> None:
    three = fakes()
    registry = frugal(three.civil, store, doubt=1)
    doubtful = replace(QUESTION, name="SITI LAIN")
    for question in (QUESTION, doubtful, doubtful):
        registry.verify(question)
    assert three.switch.asked == 2
    time.sleep(1.1)
    for question in (QUESTION, doubtful):
        registry.verify(question)
    assert three.switch.asked == 3


def test_nothing_is_kept_for_no_time(store: Store) -> None:
    three = fakes()
    registry = frugal(three.civil, store, seconds=0, doubt=0)
    assert registry.verify(QUESTION).outcome is registry.verify(QUESTION).outcome is IdentityOutcome.MATCH
    assert three.switch.asked == 2


def test_another_key_reads_nothing_that_was_kept(store: Store) -> None:
    three = fakes()
    for digest_key in (bytes(32), bytes(31) + b"1"):
        FrugalCivilRegistry(three.civil, store, secret=kept_secret(digest_key), keep=KeepFor(60, 60)).verify(QUESTION)
    assert three.switch.asked == 2
    assert kept_secret(bytes(32)) not in (bytes(32), kept_secret(bytes(31) + b"1"))


def test_bytes_that_are_no_text_are_not_believed(redis_url: str) -> None:
    three = fakes()
    with Redis.from_url(redis_url) as redis:
        registry = frugal(three.civil, RedisStore(redis))
        registry.verify(QUESTION)
        for key in redis.scan_iter("rekom:civil:*"):
            redis.set(key, b"\xff\xfe \x00")
        assert registry.verify(QUESTION).outcome is IdentityOutcome.MATCH
    assert three.switch.asked == 2


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "1", '{"outcome": "MATCH"}', '{"outcome": "ENTAH", "as_of": "2026-11-22"}'])
def test_what_another_version_wrote_is_not_read(text: str | None) -> None:
    assert loaded(text) is None


def test_evidence_comes_back_as_it_was() -> None:
    evidence = fakes().civil.verify(QUESTION)
    assert loaded(dumped(evidence)) == evidence


def test_memory_is_bounded() -> None:
    store = MemoryStore(size=2)
    for key in "abc":
        store.put(key, key, 60)
    assert [store.get(key) for key in "abc"] == [None, "b", "c"]


def test_a_dead_redis_never_stops_a_check() -> None:
    three = fakes()
    with Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=None) as redis:
        registry = frugal(three.civil, RedisStore(redis))
        assert registry.verify(QUESTION).outcome is registry.verify(QUESTION).outcome is IdentityOutcome.MATCH
    assert three.switch.asked == 2
