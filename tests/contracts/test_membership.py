"""What every ``MembershipRegistry`` must do: the fakes, and VClaim's adapter over the wire."""

from datetime import UTC, date, datetime, timedelta

import pytest

from verify.simulator.personas import generated_nik, load_population
from workflows.errors import Refused
from workflows.ports import MembershipOutcome, Segment

PEOPLE = load_population()
DAY = date(2026, 11, 22)


def nik(key: str) -> str:
    persona = PEOPLE.by_key(key)
    assert persona
    return persona.nik


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
        ("tiada-data", MembershipOutcome.NOT_FOUND, None),
    ],
)
def test_each_story_has_its_outcome(registries, key: str, outcome: MembershipOutcome, segment: Segment | None) -> None:
    evidence = registries.membership.membership(nik(key), DAY)
    assert (evidence.outcome, evidence.segment) == (outcome, segment)


def test_raw_codes_and_texts_are_kept(registries) -> None:
    evidence = registries.membership.membership(nik("mandiri-menunggak"), DAY)
    assert (evidence.status_code, evidence.status_text) == ("7", "TIDAK AKTIF KARENA PREMI")
    assert (evidence.segment_code, evidence.segment_text) == ("14", "PEKERJA MANDIRI")
    assert (evidence.cover_from, evidence.cover_until) == (date(2017, 2, 1), date(2025, 11, 1))


def test_the_card_keeps_its_leading_zeros(registries) -> None:
    assert registries.membership.membership(nik("budi-uji"), DAY).card == "0009900000021"


def test_nobody_found_leaves_every_detail_empty(registries) -> None:
    evidence = registries.membership.membership(nik("siti-contoh"), DAY)
    assert (evidence.card, evidence.status_code, evidence.segment_code, evidence.cover_from) == (None, None, None, None)


def test_every_answer_says_for_which_day_where_and_when_from(registries) -> None:
    before = datetime.now(UTC)
    evidence = registries.membership.membership(nik("budi-uji"), DAY)
    assert (evidence.asked_for, evidence.source) == (DAY, "BPJS VClaim")
    assert before <= evidence.as_of <= datetime.now(UTC) + timedelta(seconds=1)


def test_what_is_no_nik_is_refused(registries) -> None:
    with pytest.raises(Refused):
        registries.membership.membership("990101", DAY)


def test_generated_people_are_no_members(registries) -> None:
    assert registries.membership.membership(generated_nik(5), DAY).outcome is MembershipOutcome.NOT_FOUND


def test_the_adapter_also_asks_by_card(adapters) -> None:
    evidence = adapters.membership.membership_by_card("9900000021", DAY)
    assert (evidence.outcome, evidence.card) == (MembershipOutcome.ACTIVE, "0009900000021")
    assert adapters.membership.membership_by_card("1", DAY).outcome is MembershipOutcome.NOT_FOUND
