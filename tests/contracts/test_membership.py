"""What every ``MembershipRegistry`` must do: the fakes, and VClaim's adapter over the wire."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from verify.simulator.personas import generated, generated_nik, load_population
from workflows.errors import Refused
from workflows.ports import MembershipOutcome, MembershipQuestion, Segment

PEOPLE = load_population()
DAY = date(2026, 11, 22)


def of(key: str) -> MembershipQuestion:
    persona = PEOPLE.by_key(key)
    assert persona
    return MembershipQuestion(persona.nik, persona.name, DAY)


@pytest.mark.parametrize(
    ("key", "outcome", "segment"),
    [
        ("siti-contoh", MembershipOutcome.NOT_FOUND, None),
        ("budi-uji", MembershipOutcome.ACTIVE, Segment.PEMDA),
        ("dewi-pekerja", MembershipOutcome.ACTIVE, Segment.PPU),
        ("ratna-dicoret", MembershipOutcome.INACTIVE, Segment.PBI_JK),
        ("mandiri-menunggak", MembershipOutcome.INACTIVE, Segment.PBPU_MANDIRI),
        ("pemda-mati", MembershipOutcome.INACTIVE, Segment.PEMDA),
        ("rara-kembar", MembershipOutcome.NOT_FOUND, None),
        ("riri-kembar", MembershipOutcome.ACTIVE, Segment.PBI_JK),
        ("muhamad-singkat", MembershipOutcome.ACTIVE, Segment.PEMDA),
        ("tiada-data", MembershipOutcome.NOT_FOUND, None),
    ],
)
def test_each_story_has_its_outcome(registries, key: str, outcome: MembershipOutcome, segment: Segment | None) -> None:
    evidence = registries.membership.membership(of(key))
    assert (evidence.outcome, evidence.segment) == (outcome, segment)


def test_raw_codes_and_texts_are_kept(registries) -> None:
    evidence = registries.membership.membership(of("mandiri-menunggak"))
    assert (evidence.status_code, evidence.status_text) == ("7", "TIDAK AKTIF KARENA PREMI")
    assert (evidence.segment_code, evidence.segment_text) == ("14", "PEKERJA MANDIRI")
    assert (evidence.cover_from, evidence.cover_until) == (date(2017, 2, 1), date(2025, 11, 1))


def test_the_card_keeps_its_leading_zeros(registries) -> None:
    assert registries.membership.membership(of("budi-uji")).card == "0009900000021"


def test_nobody_found_leaves_every_detail_empty(registries) -> None:
    evidence = registries.membership.membership(of("siti-contoh"))
    assert (evidence.card, evidence.status_code, evidence.segment_code, evidence.cover_from) == (None, None, None, None)


def test_every_answer_says_for_which_day_where_and_when_from(registries) -> None:
    before = datetime.now(UTC)
    evidence = registries.membership.membership(of("budi-uji"))
    assert (evidence.asked_for, evidence.source) == (DAY, "BPJS VClaim")
    assert before <= evidence.as_of <= datetime.now(UTC) + timedelta(seconds=1)


def test_what_is_no_nik_is_refused(registries) -> None:
    with pytest.raises(Refused):
        registries.membership.membership(MembershipQuestion("990101", "SITI CONTOH", DAY))


def test_generated_people_are_no_members(registries) -> None:
    resident = generated(generated_nik(5))
    question = MembershipQuestion(resident.nik, resident.name, DAY)
    assert registries.membership.membership(question).outcome is MembershipOutcome.NOT_FOUND


@pytest.mark.parametrize("name", ["Budi Uji", "H. BUDI UJI, S.E.", "UJI, BUDI", "BUDHI  OEJI"])
def test_another_spelling_is_the_same_person(registries, name: str) -> None:
    assert registries.membership.membership(replace(of("budi-uji"), name=name)).outcome is MembershipOutcome.ACTIVE


@pytest.mark.parametrize(("key", "name"), [("budi-uji", "SITI CONTOH"), ("riri-kembar", "RARA KEMBAR UJI"), ("kartu-tertukar", None)])
def test_another_persons_name_is_never_believed(registries, key: str, name: str | None) -> None:
    question = of(key) if name is None else replace(of(key), name=name)
    with pytest.raises(Refused) as caught:
        registries.membership.membership(question)
    assert caught.value.context["reason"] == "name"


def test_the_adapter_also_asks_by_card(adapters) -> None:
    evidence = adapters.membership.membership_by_card("9900000021", of("budi-uji"))
    assert (evidence.outcome, evidence.card) == (MembershipOutcome.ACTIVE, "0009900000021")
    assert adapters.membership.membership_by_card("1", of("budi-uji")).outcome is MembershipOutcome.NOT_FOUND


def test_a_card_of_somebody_else_is_refused(adapters) -> None:
    with pytest.raises(Refused) as caught:
        adapters.membership.membership_by_card("9900000021", of("dewi-pekerja"))
    assert caught.value.context["reason"] == "identity"
