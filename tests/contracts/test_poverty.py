"""What every ``PovertyRegistry`` must do: the fakes, and the DTSEN adapter over the wire."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from verify.simulator.personas import dtsen_as_of, generated, generated_nik, load_population
from workflows.errors import Refused
from workflows.ports import PovertyOutcome, PovertyQuestion

PEOPLE = load_population()


def of(key: str) -> PovertyQuestion:
    persona = PEOPLE.by_key(key)
    assert persona
    return PovertyQuestion(persona.nik, persona.name)


@pytest.mark.parametrize(
    ("key", "outcome", "desil", "exclusion"),
    [
        ("siti-contoh", PovertyOutcome.FOUND, 2, None),
        ("asri-asn", PovertyOutcome.FOUND, 2, "keluarga ASN/TNI/Polri"),
        ("desi-delapan", PovertyOutcome.FOUND, 8, None),
        ("tanpa-dtsen", PovertyOutcome.NOT_FOUND, None, None),
        ("tiada-data", PovertyOutcome.NOT_FOUND, None, None),
    ],
)
def test_each_story_has_its_outcome(registries, key: str, outcome: PovertyOutcome, desil: int | None, exclusion: str | None) -> None:
    evidence = registries.poverty.family(of(key))
    assert (evidence.outcome, evidence.desil, evidence.exclusion_reason) == (outcome, desil, exclusion)


def test_the_answer_carries_the_date_of_the_extract_not_of_the_question(registries) -> None:
    evidence = registries.poverty.family(of("siti-contoh"))
    assert evidence.source == "DTSEN"
    assert evidence.as_of.utcoffset() is not None
    assert evidence.as_of.date() == dtsen_as_of(datetime.now(UTC).date())


def test_generated_people_are_poor(registries) -> None:
    residents = [generated(generated_nik(number)) for number in range(40)]
    desils = {registries.poverty.family(PovertyQuestion(one.nik, one.name)).desil for one in residents}
    assert desils == {1, 2, 3, 4}


def test_another_persons_name_is_never_believed(registries) -> None:
    with pytest.raises(Refused) as caught:
        registries.poverty.family(replace(of("siti-contoh"), name="BUDI UJI"))
    assert caught.value.context["reason"] == "name"
