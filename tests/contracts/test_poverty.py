"""What every ``PovertyRegistry`` must do: the fakes, and the DTSEN adapter over the wire."""

from datetime import UTC, datetime

import pytest

from verify.simulator.personas import dtsen_as_of, generated_nik, load_population
from workflows.ports import PovertyOutcome

PEOPLE = load_population()


def nik(key: str) -> str:
    persona = PEOPLE.by_key(key)
    assert persona
    return persona.nik


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
    evidence = registries.poverty.family(nik(key))
    assert (evidence.outcome, evidence.desil, evidence.exclusion_reason) == (outcome, desil, exclusion)


def test_the_answer_carries_the_date_of_the_extract_not_of_the_question(registries) -> None:
    evidence = registries.poverty.family(nik("siti-contoh"))
    assert evidence.source == "DTSEN"
    assert evidence.as_of.utcoffset() is not None
    assert evidence.as_of.date() == dtsen_as_of(datetime.now(UTC).date())


def test_generated_people_are_poor(registries) -> None:
    desils = {registries.poverty.family(generated_nik(number)).desil for number in range(40)}
    assert desils == {1, 2, 3, 4}
