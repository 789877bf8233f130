"""Every value of every shipped policy says where it comes from, and what is made up says so."""

import re
from dataclasses import fields
from datetime import date

import pytest

from schemas.policy_file import load_policies
from workflows.rules.policy import REMOVAL_QUESTIONS, ActivationMode, CriteriaSet, EligibilityBasis, Office, RegionPolicy, Ruled

BOOK = load_policies()
BLOCKS = [block for blocks in BOOK.regions.values() for block in blocks]
PLAIN = {"region_code", "region_name", "timezone", "valid_from", "valid_to", "sha256", "block_sha256", "letters"}
NO_SOURCE = "tidak ada sumber umum"
DATED = ("premium_region_share", "uhc_coverage_threshold", "uhc_active_threshold")


def sourced(block: RegionPolicy) -> dict[str, Ruled[object] | Office]:
    """The values of a block that must rest on something."""
    values = {field.name: getattr(block, field.name) for field in fields(block) if field.name not in PLAIN}
    if block.own_criteria is None:
        del values["own_criteria"]
    return values | {f"letters.{kind}": rules[-1][1].terms for kind, rules in block.letters.items()}


VALUES = [
    *((f"{block.region_code} {block.valid_from} {key}", value) for block in BLOCKS for key, value in sourced(block).items()),
    *((f"{name} {since}", ruled) for name in DATED for since, ruled in getattr(BOOK.national, name)),
    *((f"{form.type} {since}", form) for since, form in BOOK.national.letter_forms),
    *((f"retention {term.kind} {term.region}", term) for term in BOOK.national.retention),
    *BOOK.national.criteria_sets.items(),
]


@pytest.mark.parametrize("value", [value for _, value in VALUES], ids=[name for name, _ in VALUES])
def test_a_value_has_its_reference(value: Ruled[object] | Office | CriteriaSet) -> None:
    assert value.reference
    assert value.document
    assert isinstance(value.decided_on, date)


@pytest.mark.parametrize("value", [value for _, value in VALUES], ids=[name for name, _ in VALUES])
def test_what_has_no_public_source_is_marked_as_example(value: Ruled[object] | Office | CriteriaSet) -> None:
    made_up = value.document == NO_SOURCE or value.reference.startswith("Contoh")
    assert value.example or not made_up
    assert value.example or value.document.startswith("https://")


def test_the_five_regions_cover_the_day_of_the_demo() -> None:
    assert set(BOOK.regions) == {"3673", "3316", "3275", "3216", "1607"}
    assert all(BOOK.at(region, date(2026, 11, 22)).timezone == "Asia/Jakarta" for region in BOOK.regions)


def test_the_shipped_files_show_every_kind_of_rule() -> None:
    assert {block.eligibility.value for block in BLOCKS} == set(EligibilityBasis)
    assert {block.activation_mode.value for block in BLOCKS} == {ActivationMode.SAME_DAY, ActivationMode.NEXT_CYCLE}
    assert {block.criteria_set.value for block in BLOCKS} == set(BOOK.national.criteria_sets) - {REMOVAL_QUESTIONS}
    assert any(len(blocks) > 1 for blocks in BOOK.regions.values())


def test_the_letterhead_is_an_example_with_an_issuer_of_its_own() -> None:
    assert all(block.office.example for block in BLOCKS)
    assert {block.office.issuer for block in BLOCKS} == {f"dinsos-{region}" for region in BOOK.regions}


def test_published_figures_stand_as_published() -> None:
    assert {block.uhc_coverage_percent.value for block in BLOCKS} == {"91.64", "98.87", "73", "95.27", "98.28", "97.63"}
    assert BOOK.at("3673", date(2025, 3, 14)).quota_seats.value == 43_000
    assert {block.hospital_clock_hours.value for block in BLOCKS} == {3 * 24}


def test_kepmensos_has_nine_criteria_one_decisive_and_no_threshold() -> None:
    kepmensos, bps = (BOOK.national.criteria_sets[code] for code in ("KEPMENSOS_262_2022", "BPS_14"))
    assert (len(kepmensos.criteria), kepmensos.threshold, kepmensos.example) == (9, None, False)
    assert [criterion.key for criterion in kepmensos.criteria if criterion.decisive] == ["tempat_tinggal"]
    assert (len(bps.criteria), bps.threshold, bps.example) == (14, 9, True)


def test_questions_are_short_and_end_as_questions() -> None:
    for questions in BOOK.national.criteria_sets.values():
        for criterion in questions.criteria:
            assert len(criterion.question.split()) <= 20, criterion.question
            assert re.fullmatch(r"Apakah .+\?", criterion.question)
