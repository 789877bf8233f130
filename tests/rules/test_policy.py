"""The policy book: the block of a day, the block of a pin, and dated national values."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from schemas.policy_file import load_policies
from workflows.errors import PolicyEdited, PolicyRefused
from workflows.rules.calendar import Counting, Cutoffs
from workflows.rules.eligibility import summary
from workflows.rules.finding import Finding, Outcome
from workflows.rules.policy import ActivationMode, ApprovalChain, PolicyBook, in_force, limits_on, refusals_on
from workflows.rules.promise import ready_by
from workflows.states import Role
from workflows.vocabulary import LetterType

BOOK: PolicyBook = load_policies()


@pytest.mark.parametrize(
    ("day", "since", "mode"),
    [
        (date(2023, 1, 1), date(2023, 1, 1), ActivationMode.NEXT_CYCLE),
        (date(2025, 12, 31), date(2023, 1, 1), ActivationMode.NEXT_CYCLE),
        (date(2026, 1, 1), date(2026, 1, 1), ActivationMode.SAME_DAY),
        (date(2026, 11, 22), date(2026, 1, 1), ActivationMode.SAME_DAY),
    ],
)
def test_a_block_begins_and_ends_at_midnight(day: date, since: date, mode: ActivationMode) -> None:
    block = BOOK.at("3673", day)
    assert (block.valid_from, block.activation_mode.value) == (since, mode)


def test_a_day_before_the_first_block_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="Belum ada aturan untuk wilayah 3673 pada 31-12-2022"):
        BOOK.at("3673", date(2022, 12, 31))


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="wilayah 9901"):
        BOOK.at("9901", date(2026, 11, 22))


def test_a_pin_finds_its_block_after_a_later_one_came() -> None:
    assert BOOK.pinned("3673", date(2023, 1, 1)).valid_to == date(2026, 1, 1)
    assert BOOK.pinned("3673", date(2026, 1, 1)).valid_to is None


@pytest.mark.parametrize(("region", "since"), [("3673", date(2026, 1, 2)), ("9901", date(2026, 1, 1))])
def test_a_pin_to_nothing_is_refused(region: str, since: date) -> None:
    with pytest.raises(PolicyRefused, match="tidak ditemukan lagi"):
        BOOK.pinned(region, since)


def test_a_pin_reads_as_it_did_when_the_case_began() -> None:
    block = BOOK.at("3673", date(2026, 11, 22))
    assert BOOK.unedited("3673", block.valid_from, block.sha256) is block
    with pytest.raises(PolicyEdited, match="diubah sesudah berkas dibuka"):
        BOOK.unedited("3673", block.valid_from, "0" * 64)


def test_a_letter_s_own_chain_comes_before_that_of_all_others() -> None:
    banyuasin, blora = BOOK.at("1607", date(2026, 11, 22)), BOOK.at("3316", date(2026, 11, 22))
    assert banyuasin.posts_before(LetterType.JAMINAN_PELAYANAN) == (Role.KASI, Role.KABID)
    assert blora.posts_before(LetterType.JAMINAN_PELAYANAN) == replace(blora, approval_chain=None).posts_before(LetterType.PENCABUTAN) == ()
    assert banyuasin.approval_chain
    own = ApprovalChain(LetterType.PENCABUTAN, (Role.SEKRETARIS,))
    chained = replace(banyuasin, approval_chain=replace(banyuasin.approval_chain, value=(*banyuasin.approval_chain.value, own)))
    assert chained.posts_before(LetterType.PENCABUTAN) == (Role.SEKRETARIS,)
    assert chained.posts_before(LetterType.JAMINAN_PELAYANAN) == (Role.KASI, Role.KABID)


def test_a_region_s_own_criteria_come_before_the_nation_s() -> None:
    block = BOOK.at("3316", date(2026, 11, 22))
    national = BOOK.criteria_for(block)
    own = replace(national, code="BLORA_2026", threshold=2)
    asking = replace(block, own_criteria=own, criteria_set=replace(block.criteria_set, value="BLORA_2026"))
    assert BOOK.criteria_for(asking) is own
    assert BOOK.criteria_for(replace(block, own_criteria=own)) is national


def test_a_refusal_picks_from_the_list_of_its_day() -> None:
    reasons = BOOK.national.refusal_reasons
    assert refusals_on(reasons, date(2025, 12, 31)) == {}
    assert list(refusals_on(reasons, date(2026, 1, 1))) == [reason.code for reason in reasons]


def test_the_block_names_its_criteria() -> None:
    assert BOOK.criteria_for(BOOK.at("3673", date(2026, 11, 22))).threshold is None
    assert BOOK.criteria_for(BOOK.at("3316", date(2026, 11, 22))).threshold == 9


def test_the_region_pays_37800_a_month_since_2021() -> None:
    rows = BOOK.national.premium_region_share
    assert in_force(rows, date(2021, 1, 1)).value == in_force(rows, date(2026, 11, 22)).value == 35_000 + 2_800
    with pytest.raises(PolicyRefused, match="31-12-2020"):
        in_force(rows, date(2020, 12, 31))


def test_how_long_things_may_wait_is_known_from_the_first_row_on() -> None:
    rows = BOOK.national.waiting_limits
    first = rows[0][0]
    assert limits_on(rows, first) is rows[0][1].value
    assert limits_on(rows, date(2026, 11, 22)) is rows[-1][1].value
    with pytest.raises(PolicyRefused, match="batas tunggu nasional"):
        limits_on(rows, first - timedelta(days=1))


def test_the_uhc_threshold_rose_from_95_to_98() -> None:
    rows = BOOK.national.uhc_coverage_threshold
    assert [in_force(rows, day).value for day in (date(2025, 7, 31), date(2025, 8, 1))] == [95, 98]


def test_summary_takes_the_worst() -> None:
    meets, needs, fails = (Finding("x", outcome, "y", "z") for outcome in (Outcome.MEETS, Outcome.NEEDS_PERSON, Outcome.FAILS))
    assert summary([meets, meets]) is Outcome.MEETS
    assert summary([meets, needs]) is Outcome.NEEDS_PERSON
    assert summary([needs, fails, meets]) is Outcome.FAILS


@pytest.mark.parametrize(("counting", "said"), [(Counting.CLOCK, "6 jam sejak berkas diterima."), (Counting.WORKING, "6 jam kerja sejak")])
def test_without_cutoffs_the_office_promises_hours(counting: Counting, said: str) -> None:
    policy = BOOK.at("3673", date(2026, 11, 22))
    hours, cutoffs = replace(policy.sla_hours, value=6), replace(policy.cutoffs, value=Cutoffs((), 0))
    assert said in ready_by(replace(policy, sla_hours=hours, cutoffs=cutoffs, sla_counting=replace(policy.sla_counting, value=counting)))
