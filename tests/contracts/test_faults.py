"""Every fault of every registry ends in evidence that is true, or in exactly one of two errors, in time."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.contracts.common import assert_discreet
from tests.fakes import fakes
from verify.registries import Registries, connect
from verify.simulator import Fault, Registry, RunningSimulator
from verify.simulator.personas import Persona, Population
from workflows.errors import Refused, RegistryError, Unavailable
from workflows.ports import IdentityOutcome, IdentityQuestion, MembershipOutcome, MembershipQuestion, PovertyQuestion

DAY = date(2026, 11, 22)
Answer = Callable[[Registries, Persona], object]

ASK: dict[Registry, Answer] = {
    Registry.DUKCAPIL: lambda ports, one: ports.civil.verify(IdentityQuestion(one.nik, one.name, one.birth_date, one.kk)),
    Registry.BPJS: lambda ports, one: ports.membership.membership(MembershipQuestion(one.nik, one.name, DAY)),
    Registry.DTSEN: lambda ports, one: ports.poverty.family(PovertyQuestion(one.nik, one.name)),
}
UNAVAILABLE = {
    Fault.SLOW: "timeout",
    Fault.DRIP: "timeout",
    Fault.RESET: "connection",
    Fault.ERROR: "server",
    Fault.BUSY: "busy",
    Fault.HTML: "not_json",
    Fault.TRUNCATED: "not_json",
    Fault.REDIRECT: "redirect",
    Fault.HUGE: "too_large",
    Fault.NULLS: "shape",
}
REFUSED = {Fault.OTHER_NIK: "identity", Fault.WRONG_SIGNATURE: "configuration"}
PAUSES = {Fault.SLOW: 5.0, Fault.DRIP: 0.1}


def person(people: Population, key: str) -> Persona:
    found = people.by_key(key)
    assert found
    return found


def failure(ports: Registries, registry: Registry, one: Persona) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        ASK[registry](ports, one)
    assert_discreet(str(caught.value) + repr(caught.value.context))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize("registry", list(ASK))
@pytest.mark.parametrize("fault", list(UNAVAILABLE))
@pytest.mark.parametrize("key", ["siti-contoh", "budi-uji"])
def test_what_may_pass_is_unavailable_and_in_time(
    simulator: RunningSimulator, people: Population, registry: Registry, fault: Fault, key: str
) -> None:
    """What answers at once gets time, so that a busy machine proves nothing; what never ends is cut off."""
    simulator.faults.set(registry, fault, seconds=PAUSES.get(fault))
    limits = {} if fault in PAUSES else {"registry_total_seconds": 10.0, "registry_connect_seconds": 5.0}
    ports = connect(replace(simulator.settings, **limits))
    began = time.monotonic()
    error = failure(ports, registry, person(people, key))
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == UNAVAILABLE[fault]
    ports.close()
    assert fault not in PAUSES or time.monotonic() - began < PAUSES[Fault.SLOW]


@pytest.mark.parametrize("registry", list(ASK))
@pytest.mark.parametrize("fault", list(REFUSED))
def test_what_will_not_pass_is_refused(
    simulator: RunningSimulator, adapters: Registries, people: Population, registry: Registry, fault: Fault
) -> None:
    simulator.faults.set(registry, fault)
    error = failure(adapters, registry, person(people, "budi-uji"))
    assert isinstance(error, Refused)
    assert error.context["reason"] == REFUSED[fault]


@pytest.mark.parametrize("registry", list(ASK))
@pytest.mark.parametrize("key", ["siti-contoh", "budi-uji", "tiada-data"])
def test_numbers_of_the_wrong_kind_are_never_read(
    simulator: RunningSimulator, adapters: Registries, people: Population, registry: Registry, key: str
) -> None:
    simulator.faults.set(registry, Fault.NUMBERS)
    assert failure(adapters, registry, person(people, key)).context["reason"] in ("not_json", "shape")


@pytest.mark.parametrize("registry", list(ASK))
def test_a_wait_asked_for_is_passed_on(simulator: RunningSimulator, adapters: Registries, people: Population, registry: Registry) -> None:
    simulator.faults.set(registry, Fault.BUSY, retry_after=77)
    assert failure(adapters, registry, person(people, "budi-uji")).context["retry_after"] == "77"


def test_another_name_never_matches(simulator: RunningSimulator, adapters: Registries, people: Population) -> None:
    simulator.faults.set(Registry.DUKCAPIL, Fault.OTHER_NAME)
    evidence = ASK[Registry.DUKCAPIL](adapters, person(people, "siti-contoh"))
    assert evidence.outcome is IdentityOutcome.PARTIAL


def test_the_dead_are_seen(simulator: RunningSimulator, adapters: Registries, people: Population) -> None:
    for registry in ASK:
        simulator.faults.set(registry, Fault.DECEASED)
    siti = person(people, "siti-contoh")
    assert ASK[Registry.DUKCAPIL](adapters, siti).outcome is IdentityOutcome.DECEASED
    membership = ASK[Registry.BPJS](adapters, siti)
    assert (membership.outcome, membership.status_text) == (MembershipOutcome.INACTIVE, "MENINGGAL")
    assert ASK[Registry.DTSEN](adapters, siti).exclusion_reason == "meninggal dunia"


@pytest.mark.parametrize("registry", [Registry.DUKCAPIL, Registry.BPJS])
@pytest.mark.parametrize("key", ["siti-contoh", "budi-uji"])
def test_an_answer_out_of_a_cache_is_not_todays(
    simulator: RunningSimulator, adapters: Registries, people: Population, registry: Registry, key: str
) -> None:
    simulator.faults.set(registry, Fault.STALE)
    assert failure(adapters, registry, person(people, key)).context["reason"] == "stale"


def test_an_old_extract_is_not_used(simulator: RunningSimulator, adapters: Registries, people: Population) -> None:
    simulator.faults.set(Registry.DTSEN, Fault.STALE)
    error = failure(adapters, Registry.DTSEN, person(people, "siti-contoh"))
    assert isinstance(error, Refused)
    assert error.context["reason"] == "outdated"


@pytest.mark.parametrize("registry", [Registry.BPJS, Registry.DTSEN])
@pytest.mark.parametrize("key", ["siti-contoh", "dewi-pekerja"])
def test_another_name_is_refused(
    simulator: RunningSimulator, adapters: Registries, people: Population, registry: Registry, key: str
) -> None:
    simulator.faults.set(registry, Fault.OTHER_NAME)
    error = failure(adapters, registry, person(people, key))
    assert isinstance(error, Refused)
    assert error.context["reason"] == "name"


def test_a_used_up_quota_says_when_to_come_back(simulator: RunningSimulator, adapters: Registries, people: Population) -> None:
    simulator.faults.set(Registry.DUKCAPIL, Fault.QUOTA)
    error = failure(adapters, Registry.DUKCAPIL, person(people, "siti-contoh"))
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == "quota"
    assert 0 < int(error.context["retry_after"]) <= 86_401


@pytest.mark.parametrize("registry", [Registry.BPJS, Registry.DTSEN])
def test_other_registries_call_a_quota_too_many_requests(
    simulator: RunningSimulator, adapters: Registries, people: Population, registry: Registry
) -> None:
    simulator.faults.set(registry, Fault.QUOTA)
    assert failure(adapters, registry, person(people, "budi-uji")).context["reason"] == "busy"


def test_an_answer_sealed_with_another_key_is_not_read(simulator: RunningSimulator, adapters: Registries, people: Population) -> None:
    simulator.faults.set(Registry.BPJS, Fault.WRONG_KEY)
    error = failure(adapters, Registry.BPJS, person(people, "budi-uji"))
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == "shape"


def test_no_fault_lets_anybody_pass_who_would_not_pass_without_it(
    simulator: RunningSimulator, adapters: Registries, people: Population
) -> None:
    """Under every quick fault, for everybody: an identity matches only where the fakes, which know no faults, match too."""
    truth = fakes().civil
    for fault in set(Fault) - {Fault.SLOW, Fault.DRIP, Fault.HUGE}:
        simulator.faults.set(Registry.DUKCAPIL, fault)
        for one in people.personas:
            asked = IdentityQuestion(one.nik, one.name, one.birth_date, one.kk)
            try:
                outcome = adapters.civil.verify(asked).outcome
            except RegistryError:
                continue
            assert outcome is not IdentityOutcome.MATCH or truth.verify(asked).outcome is IdentityOutcome.MATCH, (fault, one.key)


def test_a_fault_of_one_person_leaves_the_others_alone(simulator: RunningSimulator, adapters: Registries, people: Population) -> None:
    siti, budi = person(people, "siti-contoh"), person(people, "budi-uji")
    simulator.faults.set(Registry.DUKCAPIL, Fault.ERROR, nik=siti.nik)
    failure(adapters, Registry.DUKCAPIL, siti)
    assert ASK[Registry.DUKCAPIL](adapters, budi).outcome is IdentityOutcome.MATCH


def test_one_person_can_be_exempt_from_an_outage(simulator: RunningSimulator, adapters: Registries, people: Population) -> None:
    siti, budi = person(people, "siti-contoh"), person(people, "budi-uji")
    simulator.faults.set(Registry.DUKCAPIL, Fault.RESET)
    simulator.faults.set(Registry.DUKCAPIL, Fault.OK, nik=siti.nik)
    assert ASK[Registry.DUKCAPIL](adapters, siti).outcome is IdentityOutcome.MATCH
    failure(adapters, Registry.DUKCAPIL, budi)


def test_after_an_outage_everything_is_as_before(simulator: RunningSimulator, adapters: Registries, people: Population) -> None:
    siti = person(people, "siti-contoh")
    for fault in (Fault.RESET, Fault.DRIP, Fault.TRUNCATED, Fault.HUGE):
        simulator.faults.set(Registry.DUKCAPIL, fault)
        failure(adapters, Registry.DUKCAPIL, siti)
    simulator.faults.clear()
    assert ASK[Registry.DUKCAPIL](adapters, siti).outcome is IdentityOutcome.MATCH


def test_wrong_keys_of_our_own_are_refused(simulator: RunningSimulator, people: Population) -> None:
    wrong = replace(simulator.settings, dukcapil_password="salah", bpjs_secret="salah", dtsen_key="salah")
    ports = connect(wrong)
    for registry in ASK:
        error = failure(ports, registry, person(people, "budi-uji"))
        assert isinstance(error, Refused)
        assert error.context["reason"] == "configuration"
    ports.close()


def test_the_registered_address_is_checked(simulator: RunningSimulator, people: Population) -> None:
    ports = connect(replace(simulator.settings, dukcapil_client_ip="10.9.8.7"))
    error = failure(ports, Registry.DUKCAPIL, person(people, "siti-contoh"))
    assert isinstance(error, Refused)
    assert error.context["said"] == "IP Client Tidak terdaftar"
    ports.close()


@pytest.mark.parametrize("kind", ["off", "refuse"])
def test_the_fakes_can_be_switched_too(people: Population, kind: str) -> None:
    three = fakes()
    getattr(three.switch, kind)()
    for registry in ASK:
        error = failure(three, registry, person(people, "siti-contoh"))
        assert isinstance(error, Unavailable if kind == "off" else Refused)
    three.switch.on()
    assert ASK[Registry.DUKCAPIL](three, person(people, "siti-contoh")).outcome is IdentityOutcome.MATCH
