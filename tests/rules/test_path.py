"""The path finder as a whole: one way, never a guess, and quick."""

import time
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.policy_file import load_policies
from workflows.ports import IdentityOutcome, MembershipOutcome, PovertyOutcome, Segment
from workflows.rules import path_facts
from workflows.rules.facts import CheckFact
from workflows.rules.membership import SEGMENTS
from workflows.rules.path import STEPS, find_route
from workflows.rules.path_facts import DOUBTFUL, MAPPED, Cause, Lane, PathFacts
from workflows.rules.path_told import Inquiry
from workflows.rules.policy import PolicyBook, known_on
from workflows.rules.route import Route, RouteCode
from workflows.vocabulary import DocumentType, Urgency

BOOK: PolicyBook = load_policies()
DAY = date(2026, 11, 22)
REGIONS = sorted(BOOK.regions)


def said(outcome: str | None, **details: Any) -> CheckFact:
    return CheckFact(outcome, "uji", DAY, details)


MEMBERSHIPS = [
    said("ACTIVE", segment="PPU"),
    said("NOT_FOUND"),
    *(said("INACTIVE", segment=segment) for segment in sorted(MAPPED)),
    said("INACTIVE", segment="PEMDA", status_text="MENINGGAL"),
]
POVERTIES = [
    said("NOT_FOUND"),
    *(said("FOUND", desil=desil) for desil in (0, 1, 4, 5, 6, 10)),
    said("FOUND", desil=2, exclusion_reason="ASN"),
]
IDENTITIES = [said(outcome) for outcome in ("MATCH", *sorted(DOUBTFUL))]
WHOLE: dict[str, list[Any]] = {
    "lane": list(Lane),
    "identity": IDENTITIES,
    "membership": MEMBERSHIPS,
    "poverty": POVERTIES,
    "cause": list(Cause),
    "domicile_code": ["3673", "331601", "9999"],
    "able_to_pay": [True, False],
    "urgency": list(Urgency),
    "birth_date": [date(1990, 1, 31), date(2026, 11, 1)],
    "resident_since": [date(2010, 1, 1), date(2026, 11, 1)],
    "reactivations": [0, 3],
}
"""Everything that can be known of a person, fact by fact."""

whole = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in WHOLE.items()})
papers = st.frozensets(st.sampled_from(["SKTM", "SURAT_BERHENTI_KERJA", "KTP"]))
regions = st.sampled_from(REGIONS)
days = st.dates(date(2026, 2, 1), date(2028, 12, 31))


def found(facts: PathFacts, region: str = "3673", on: date = DAY) -> Route:
    return find_route(facts, BOOK.at(region, on), BOOK, on)


@settings(max_examples=400, deadline=None)
@given(known=whole, documents=papers, region=regions, on=days)
def test_who_is_known_altogether_has_a_certain_way(known: dict[str, Any], documents: frozenset[str], region: str, on: date) -> None:
    route = found(PathFacts(**known, documents=documents), region, on)
    assert route.code is not RouteCode.UNDETERMINED
    assert not route.missing and not route.possible


@settings(max_examples=800, deadline=None)
@example(
    known={name: values[0] for name, values in WHOLE.items()}
    | {"lane": Lane.NIK, "identity": said("MATCH"), "membership": said("INACTIVE", segment="PEMDA", status_text="MENINGGAL")},
    hidden={"membership"},
    documents=frozenset(),
    region="1607",
    on=date(2026, 2, 1),
)
@given(known=whole, hidden=st.sets(st.sampled_from(sorted(WHOLE))), documents=papers, region=regions, on=days)
def test_an_unknown_fact_never_counts_as_a_no(
    known: dict[str, Any], hidden: set[str], documents: frozenset[str], region: str, on: date
) -> None:
    """What is certain with facts hidden stays as it is when they are shown; what was possible holds the truth."""
    truth = found(PathFacts(**known, documents=documents), region, on)
    seen = {name: None if name in hidden else value for name, value in known.items()}
    route = found(PathFacts(**seen, documents=documents), region, on)
    if route.code is RouteCode.UNDETERMINED:
        assert truth.code in {one.code for one in route.possible}
        assert route.missing
    elif "able_to_pay" not in hidden:
        assert route.code is truth.code
    else:  # the family's own word may correct what a register let us assume
        assert {route.code, truth.code} in ({route.code}, {RouteCode.JOIN_REGION, RouteCode.SELF_PAID})


@settings(max_examples=300, deadline=None)
@given(known=whole, hidden=st.sets(st.sampled_from(sorted(WHOLE))), region=regions)
def test_answering_what_is_missing_leads_to_a_way(known: dict[str, Any], hidden: set[str], region: str) -> None:
    facts = PathFacts(**{name: None if name in hidden else value for name, value in known.items()})
    fields = {"LANE": "lane", "MEMBERSHIP": "membership", "SEGMENT": "membership", "IDENTITY": "identity", "CAUSE": "cause"}
    fields |= {"DOMICILE": "domicile_code", "ABLE_TO_PAY": "able_to_pay"}
    for _ in range(len(fields)):
        route = found(facts, region)
        if route.code is not RouteCode.UNDETERMINED:
            return
        facts = replace(facts, **{fields[one.fact.value]: known[fields[one.fact.value]] for one in route.missing})
    raise AssertionError(route)


@pytest.mark.parametrize("outcome", [None, "SESUATU", "PARTIAL", "MISMATCH"])
def test_a_word_of_dukcapil_that_settles_nothing_leaves_it_open(outcome: str | None) -> None:
    assert path_facts.has_identity_trouble(PathFacts(Lane.NIK, identity=said(outcome))) is None


def test_a_word_of_bpjs_that_is_not_known_leaves_it_open() -> None:
    facts = PathFacts(Lane.NIK, membership=said("SESUATU"))
    assert path_facts.is_covered(facts) is None
    assert path_facts.was_in(facts, "PBI_JK") is None


def test_every_word_of_the_ports_is_understood() -> None:
    assert set(IdentityOutcome) >= DOUBTFUL
    assert set(Segment) - MAPPED == {Segment.OTHER} == set(SEGMENTS) - MAPPED
    assert set(MembershipOutcome) == {"ACTIVE", "INACTIVE", "NOT_FOUND"}
    assert set(PovertyOutcome) == {"FOUND", "NOT_FOUND"}


def test_every_paper_of_every_policy_has_a_name_and_every_way_a_step() -> None:
    assert {step.code for step in STEPS} | {RouteCode.UNDETERMINED} == set(RouteCode)
    blocks = [block for found in BOOK.regions.values() for block in found]
    names = [name for name in type(blocks[0]).__dataclass_fields__ if name.endswith("papers")]
    assert len(names) == 10
    assert all(set(getattr(block, name).value) <= set(DocumentType) for block, name in product(blocks, names))


def test_a_reactivation_asks_for_the_facilitys_paper_everywhere() -> None:
    """Permensos 3/2026 article 20 asks for it, whatever a region adds."""
    blocks = [block for found in BOOK.regions.values() for block in found]
    assert all("SURAT_KETERANGAN_FASKES" in block.reactivation_papers.value for block in blocks)


def test_a_day_named_with_a_membership_is_read_as_a_day() -> None:
    policy = BOOK.at("3673", DAY)
    facts = PathFacts(Lane.NIK, membership=said("ACTIVE", segment=None, cover_from="2020-01-31", cover_until=None))
    inquiry = Inquiry(facts, policy, BOOK, DAY)
    assert inquiry.day("cover_from") == date(2020, 1, 31)
    assert inquiry.day("cover_until") is None
    assert Inquiry(PathFacts(Lane.NIK), policy, BOOK, DAY).day("cover_from") is None


def test_before_its_first_row_a_national_list_says_nothing() -> None:
    rows = BOOK.national.reactivation_hours
    assert known_on(rows, date(2026, 1, 31)) is None
    assert (known_on(rows, DAY) or rows[0][1]).value == 24


def test_a_way_is_found_in_a_blink() -> None:
    facts = PathFacts(
        Lane.NIK, identity=said("MATCH"), membership=said("INACTIVE", segment="PEMDA"), cause=Cause.ILLNESS, domicile_code="3673"
    )
    began = time.process_time()
    for _ in range(1_000):
        found(facts)
    assert time.process_time() - began < 1_000 * 0.005  # a tenth of what an answer may take
