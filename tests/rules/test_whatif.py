"""What-if by hand: each kind of flip, what it means for seats, and that no rule reads more than it says."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from schemas.policy_file import load_policies
from tests.rules.test_rule_cases import CASES, facts_of, policy_of
from workflows.rules.eligibility import RULES, summary, weigh
from workflows.rules.facts import Answer, CheckFact, EligibilityFacts, LetterAsked
from workflows.rules.finding import Outcome
from workflows.rules.letter_terms import LetterRules
from workflows.rules.policy import ActivationMode, EligibilityBasis, PolicyBook, RegionPolicy
from workflows.rules.whatif import NOWHERE, PastCase, Seats, district_of, run, touched_rules, yearly
from workflows.vocabulary import LetterType

BOOK: PolicyBook = load_policies()
DAY = date(2026, 11, 22)
SERANG = BOOK.at("3673", DAY)
YES = {criterion.key: Answer.YES for criterion in BOOK.criteria_for(SERANG).criteria}


def said(outcome: str, **details: Any) -> CheckFact:
    return CheckFact(outcome, "uji", DAY, details)


def past(ticket: str = "AAAA-2222", *, approved: bool = True, desil: int = 4, since: date = SERANG.valid_from, **facts: Any) -> PastCase:
    known: dict[str, Any] = {
        "on": DAY,
        "region_code": "3673",
        "birth_date": date(1990, 1, 31),
        "domicile_code": "367301",
        "resident_since": None,
        "urgency": "OUTPATIENT",
        "documents": frozenset({"KTP", "KK"}),
        "identity": said("MATCH"),
        "membership": said("NOT_FOUND"),
        "poverty": said("FOUND", desil=desil),
        "duplicates": said("CLEAR"),
        "answers": YES,
    }
    return PastCase(ticket, EligibilityFacts(**known | facts), since, approved)


def draft(**values: Any) -> RegionPolicy:
    return replace(SERANG, **{key: replace(getattr(SERANG, key), value=value) for key, value in values.items()})


M, F, N = Outcome.MEETS, Outcome.FAILS, Outcome.NEEDS_PERSON


@pytest.mark.parametrize(
    ("values", "case", "flip", "seats"),
    [
        ({}, past(), None, {}),
        ({"desil_max": 4}, past(), None, {}),
        ({"desil_max": 3}, past(), (M, F), {"freed": 1}),
        ({"desil_max": 3}, past(approved=False), (M, F), {}),
        ({"papers": ("KTP", "KK", "SKTM")}, past(), (M, N), {"doubtful": 1}),
        ({"papers": ("KTP", "KK", "SKTM")}, past(approved=False), (M, N), {}),
        ({"desil_max": 8}, past(desil=8, approved=False), (F, M), {"sure": 1}),
        ({"desil_max": 8}, past(desil=8), (F, M), {}),
        ({"desil_max": 8}, past(desil=8, approved=False, answers={}), (F, M), {"sure": 1}),
        ({"desil_max": 8}, past(desil=8, approved=False, documents=frozenset()), (F, N), {"possible": 1}),
        ({"desil_max": 8}, past(desil=8, documents=frozenset()), (F, N), {}),
        ({"eligibility": EligibilityBasis.UNIVERSAL}, past(desil=9, approved=False), (F, M), {"sure": 1}),
        ({"eligibility": EligibilityBasis.UNIVERSAL}, past(desil=0, approved=False), (N, M), {"sure": 1}),
        ({"residence_months": 12}, past(resident_since=date(2026, 10, 1)), (M, F), {"freed": 1}),
        ({"activation_mode": ActivationMode.SUSPENDED}, past(), (M, N), {"doubtful": 1}),
        ({"desil_max": 3}, past(identity=said("DECEASED")), None, {}),
        ({"criteria_set": "BPS_14"}, past(), (M, N), {"doubtful": 1}),
        ({"sla_hours": 99, "quota_seats": 1}, past(), None, {}),
    ],
)
def test_each_kind_of_flip(values: dict[str, Any], case: PastCase, flip: tuple[Outcome, Outcome] | None, seats: dict[str, int]) -> None:
    case = replace(case, facts=replace(case.facts, answers={**case.facts.answers, "tempat_tinggal": Answer.YES}))
    found = run([case], draft(**values), BOOK)
    assert found.flips == ({flip: [case.ticket]} if flip else {})
    assert found.seats == Seats(cases=1, **seats)
    assert found.districts == {"367301": found.seats}


def test_a_run_is_what_weighing_everything_twice_would_say() -> None:
    """Weighing only what can change is a short cut: on every case of the tables it leads to the same place."""
    values = {"desil_max": 1, "residence_months": 3, "papers": ("KTP", "SKTM"), "criteria_set": "BPS_14", "cutoff_days": (1,)}
    other = draft(**values, eligibility=EligibilityBasis.SKTM, activation_mode=ActivationMode.NEXT_CYCLE)
    questions, own = BOOK.criteria_for(other), BOOK.criteria_for(SERANG)
    for table in (case for case in CASES if case["region"] == "3673" and policy_of(case) == SERANG):
        facts = facts_of(table, SERANG, own)
        before, after = weigh(facts, SERANG, own), weigh(facts, replace(other, valid_from=date.min), questions)
        found = run([PastCase(table["name"], facts, SERANG.valid_from, approved=True)], other, BOOK)
        changed = {old.rule: 1 for old, new in zip(before, after, strict=True) if old.outcome is not new.outcome}
        assert found.rules == changed, table["name"]
        flip = (summary(before), summary(after))
        assert found.flips == ({flip: [table["name"]]} if flip[0] is not flip[1] else {})


def test_a_draft_that_only_asks_other_questions_flips_too() -> None:
    own = replace(BOOK.criteria_for(SERANG), code="SERANG_SENDIRI", threshold=9)
    asked = replace(SERANG.criteria_set, value=own.code)
    before = replace(SERANG, own_criteria=own, criteria_set=asked)
    book = replace(BOOK, regions={"3673": (before,)})
    answers = dict.fromkeys(list(YES)[1:], Answer.YES) | {next(iter(YES)): Answer.NO}
    found = run([past(answers=answers)], replace(before, own_criteria=replace(own, threshold=5)), book)
    assert found.rules == {"kriteria": 1}
    assert found.flips == {(F, M): ["AAAA-2222"]}


LETTERS = {
    LetterType.KET_REAKTIVASI_PBI_JK: {"membership": said("INACTIVE", segment="PBI_JK")},
    LetterType.JAMINAN_PELAYANAN: {"answers": {**YES, "tempat_tinggal": Answer.YES}},
    LetterType.PENCABUTAN: {"identity": said("DECEASED"), "membership": said("ACTIVE", segment="PEMDA")},
}


def of_letter(kind: LetterType, **facts: Any) -> PastCase:
    asked = LetterAsked(kind.value, hospital_code="RS-CONTOH-1", hospital_contract=True, removal="DIED")
    papers = frozenset({*SERANG.reactivation_papers.value, *SERANG.guarantee_papers.value, *SERANG.removal_papers.value})
    return past(letter=asked, documents=papers, **LETTERS[kind] | facts)


@pytest.mark.parametrize(
    ("kind", "papers"),
    [
        (LetterType.KET_REAKTIVASI_PBI_JK, "reactivation_papers"),
        (LetterType.JAMINAN_PELAYANAN, "guarantee_papers"),
        (LetterType.PENCABUTAN, "removal_papers"),
    ],
)
def test_other_letters_flip_by_their_own_papers_and_take_no_seat(kind: LetterType, papers: str) -> None:
    case, more = of_letter(kind), draft(**{papers: (*getattr(SERANG, papers).value, "SURAT_DOMISILI")})
    found = run([case], more, BOOK)
    assert (found.flips, found.seats) == ({(M, N): [case.ticket]}, Seats(cases=1))
    others = [of_letter(other) for other in LETTERS if other is not kind]
    assert run([*others, past(documents=frozenset({"KTP", "KK"}))], more, BOOK).flips == {}
    assert run([case], draft(desil_max=1, residence_months=24), BOOK).flips.keys() <= {(M, F)}


def test_a_draft_that_asks_for_a_contract_flips_guarantees() -> None:
    without = of_letter(LetterType.JAMINAN_PELAYANAN)
    assert without.facts.letter
    without = replace(without, facts=replace(without.facts, letter=replace(without.facts.letter, hospital_contract=False)))
    free = replace(SERANG, letters={**SERANG.letters, LetterType.JAMINAN_PELAYANAN: terms(mou_only=False)})
    found = run([without, of_letter(LetterType.JAMINAN_PELAYANAN)], free, BOOK)
    assert (found.flips, found.rules) == ({(F, M): [without.ticket]}, {"jaminan": 1})


CAP = SERANG.letter(LetterType.JAMINAN_PELAYANAN, DAY).terms.cap_rupiah or 0


@pytest.mark.parametrize(
    ("approved", "case", "after", "rupiah"),
    [
        (True, {}, {}, (0, 0)),
        (True, {}, {"cap_rupiah": CAP - 1_000_000}, (-1_000_000, -1_000_000)),
        (True, {}, {"mou_only": True, "cap_rupiah": CAP + 5}, (5, 5)),
        (True, {"hospital_contract": False}, {"mou_only": True}, (-CAP, -CAP)),
        (True, {"has_diagnosis": False}, {"asks_diagnosis": True}, (-CAP, 0)),
        (False, {}, {"cap_rupiah": 7}, (0, 0)),
        (False, {"hospital_contract": False}, {"mou_only": True}, (0, 0)),
    ],
)
def test_guarantees_are_counted_by_their_cap(approved: bool, case: dict[str, Any], after: dict[str, Any], rupiah: tuple[int, int]) -> None:
    free = {"mou_only": False, "asks_diagnosis": False}
    found = run([_guaranteed(approved=approved, **case)], _capped(**free | after), _book(**free))
    assert (found.guarantees.cases, (found.guarantees.least, found.guarantees.most)) == (1, rupiah)
    assert (found.seats.least, found.seats.most) == (0, 0)


def test_a_guarantee_that_was_refused_may_be_written_now() -> None:
    sure = _guaranteed(approved=False, hospital_contract=False)
    possible = _guaranteed(approved=False, hospital_contract=False, has_diagnosis=False)
    found = run([sure, possible], _capped(mou_only=False, asks_diagnosis=True), _book(mou_only=True, asks_diagnosis=True))
    assert (found.guarantees.least, found.guarantees.most) == (CAP, 2 * CAP)
    assert run([past()], _capped(cap_rupiah=1), BOOK).guarantees.cases == 0


def _guaranteed(*, approved: bool, **asked: Any) -> PastCase:
    case = of_letter(LetterType.JAMINAN_PELAYANAN)
    assert case.facts.letter
    letter = replace(case.facts.letter, **{"has_diagnosis": True, **asked})
    return replace(case, approved=approved, facts=replace(case.facts, letter=letter))


def _capped(**values: Any) -> RegionPolicy:
    return replace(SERANG, letters={**SERANG.letters, LetterType.JAMINAN_PELAYANAN: terms(**values)})


def _book(**values: Any) -> PolicyBook:
    return replace(BOOK, regions={"3673": (_capped(**values),)})


def terms(**values: Any) -> LetterRules:
    rows = SERANG.letters[LetterType.JAMINAN_PELAYANAN]
    return tuple((since, replace(rule, terms=replace(rule.terms, **values))) for since, rule in rows)


def test_districts_add_up_and_an_address_without_one_stays_apart() -> None:
    places = ("367301", "36.73.02.1001", "3673", None, "367301")
    cases = [past(f"AAAA-222{number}", domicile_code=place) for number, place in enumerate(places)]
    found = run(cases, draft(desil_max=3), BOOK)
    assert {place: seats.freed for place, seats in found.districts.items()} == {"367301": 2, "367302": 1, NOWHERE: 2}
    assert found.seats.freed == 5
    assert found.flips == {(M, F): [case.ticket for case in cases]}
    assert district_of(past(domicile_code="3673011").facts) == "367301"


def test_a_case_whose_rules_are_gone_is_counted_apart() -> None:
    found = run([past(since=date(2020, 1, 1)), past()], draft(desil_max=3), BOOK)
    assert (found.without_rules, found.seats.cases) == (1, 1)


def test_a_draft_of_a_region_without_rules_finds_none() -> None:
    assert run([past()], replace(SERANG, region_code="9999"), BOOK).without_rules == 1


def test_a_draft_for_later_is_held_against_the_past_as_if_in_force() -> None:
    later = replace(draft(desil_max=3), valid_from=date(2027, 1, 1), valid_to=date(2028, 1, 1))
    assert run([past()], later, BOOK).flips == {(M, F): ["AAAA-2222"]}


def test_each_case_is_compared_with_its_own_block() -> None:
    old = past("BBBB-2222", since=date(2023, 1, 1), on=date(2025, 11, 22), documents=frozenset({"KTP", "KK", "SKTM"}), desil=9)
    assert run([old, past()], SERANG, BOOK).flips == {(M, F): ["BBBB-2222"]}


def test_seats_between_two_bounds() -> None:
    seats = Seats(cases=20, freed=3, doubtful=2, sure=5, possible=7)
    assert (seats.least, seats.most) == (0, 9)
    assert yearly(1, 37_800) == 453_600
    assert yearly(-2, 37_800) == -907_200


@dataclass
class Noted:
    """A block that notes which of its values are read."""

    block: RegionPolicy
    read: set[str]

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.block, name)


def noted_reads() -> Iterator[tuple[str, set[str]]]:
    for case in CASES:
        policy = policy_of(case)
        criteria = BOOK.criteria_for(policy)
        facts = facts_of(case, policy, criteria)
        for rule in RULES:
            noted = Noted(policy, set())
            rule.weigh(facts, noted, criteria)  # type: ignore[arg-type]
            yield rule.name, noted.read


def test_no_rule_reads_a_value_that_it_does_not_name() -> None:
    """What only stands in a sentence, never in an outcome, is named here."""
    spoken = {
        "kepesertaan": {"eligibility"},
        "berkas": {"papers_due_hours"},
        "domisili": {"region_code"},
        "kelayakan": set(),
        "kriteria": set(),
    }
    spoken |= {"aktivasi": {"covers"}}
    for name, read in noted_reads():
        rule = next(rule for rule in RULES if rule.name == name)
        assert read <= rule.reads | spoken.get(name, set()), name


def test_every_value_a_rule_names_is_one_of_a_block() -> None:
    for rule in RULES:
        assert all(hasattr(SERANG, name) for name in rule.reads)
    assert touched_rules(SERANG, SERANG) == ()
    assert {rule.name for rule in touched_rules(SERANG, draft(eligibility=EligibilityBasis.SKTM))} == {"kelayakan", "kriteria"}
