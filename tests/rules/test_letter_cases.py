"""Runs ``surat/``: what the rules of letters B, C and D say about made-up people, which letter a case is for, and what letters say."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.policy_file import load_policies
from workflows.errors import PolicyRefused
from workflows.rules.eligibility import weigh
from workflows.rules.facts import CheckFact, EligibilityFacts, LetterAsked
from workflows.rules.guarantee import is_in_ward
from workflows.rules.letter_choice import settled_letter
from workflows.vocabulary import LetterType

BOOK = load_policies()
TABLES = Path(__file__).parent / "surat"
RULE = {"KET_REAKTIVASI_PBI_JK": "reaktivasi", "JAMINAN_PELAYANAN": "jaminan", "PENCABUTAN": "pencabutan"}
NOT_YET, NO_RULES = "BELUM_ADA", "TANPA_ATURAN"


def read(*names: str) -> list[dict[str, Any]]:
    return [case for name in names for case in tomllib.loads((TABLES / f"{name}.toml").read_text())["case"]]


CASES, CHOICES, WORDINGS = read("jenis-surat", "batas-tanggal"), read("pilihan-surat"), read("isi-surat")
by_name = {"ids": lambda case: str(case["name"])}


def facts_of(case: dict[str, Any]) -> EligibilityFacts:
    """Only what is said is known, in a ward, where nobody asked Dukcapil in vain."""
    given = case.get("facts", {})
    asked = LetterAsked(
        type=case["letter"],
        reactivations=given.get("reactivations", 0),
        hospital_code=given.get("hospital"),
        hospital_contract=given.get("contract", False),
        has_diagnosis=given.get("diagnosis", False),
        removal=given.get("removal"),
    )
    return replace(person(case, given.get("domicile")), urgency="INPATIENT", letter=asked)


def person(case: dict[str, Any], domicile: str | None) -> EligibilityFacts:
    """An adult whom Dukcapil knows, with the case's differences."""
    given, day = case.get("facts", {}), case["date"]
    details = {"segment": given.get("segment"), "status_text": given.get("status_text")}
    return EligibilityFacts(
        on=day,
        region_code=case["region"],
        birth_date=date(1990, 1, 31),
        domicile_code=domicile,
        resident_since=None,
        urgency="OUTPATIENT",
        documents=frozenset(given.get("brings", ())),
        identity=CheckFact(given.get("identity", "MATCH"), "Dukcapil", day, {}),
        membership=CheckFact(given["membership"], "BPJS Kesehatan", day, details) if "membership" in given else None,
        poverty=None,
        duplicates=None,
        answers={},
        no_nik=given.get("without_nik"),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['letter']}: {case['name']}")
def test_case(case: dict[str, Any]) -> None:
    if case["expect"] in (NOT_YET, NO_RULES):
        return refused(case)
    policy = BOOK.at(case["region"], case["date"])
    policy.letter(LetterType(case["letter"]), case["date"])
    found = {one.rule: one for one in weigh(facts_of(case), policy, BOOK.criteria_for(policy))}
    weighed = found[RULE[case["letter"]]]
    assert (weighed.outcome.value, bool(weighed.reason and weighed.reference)) == (case["expect"], True)
    assert weighed.outcome == "MEETS" or weighed.change
    assert all(all((one.value, one.threshold, one.source, one.as_of)) for one in found.values())
    for words in case.get("says", ()):
        assert words in f"{weighed.reason} {weighed.change}"
    return None


def refused(case: dict[str, Any]) -> None:
    with pytest.raises(PolicyRefused) as told:
        BOOK.at(case["region"], case["date"]).letter(LetterType(case["letter"]), case["date"])
    assert ("Pilih jenis surat lain." in str(told.value)) is (case["expect"] == NOT_YET)
    for words in case.get("says", ()):
        assert words in str(told.value)


@pytest.mark.parametrize("case", CHOICES, **by_name)
def test_the_letter_follows_the_way(case: dict[str, Any]) -> None:
    found = settled_letter(at_home(case), BOOK.at(case["region"], case["date"]), BOOK)
    assert (found.value if found else "none") == case["expect"]


def at_home(case: dict[str, Any]) -> EligibilityFacts:
    domicile = case.get("facts", {}).get("domicile", f"{case['region']}01")
    return person(case, None if domicile == "UNKNOWN" else domicile)


@pytest.mark.parametrize("case", WORDINGS, **by_name)
def test_what_a_letter_says(case: dict[str, Any]) -> None:
    policy = BOOK.at(case["region"], case["date"])
    rule = policy.letter(LetterType(case["letter"]), case["date"])
    assert rule.hours(in_ward=is_in_ward(case["urgency"])) == case["hours"]
    assert rule.terms.cap_rupiah == case.get("cap")
    assert case["to"] in " ".join(rule.terms.addressee)
    assert list(rule.terms.copies) == case["copies"]
    assert all(any(words in ground for ground in rule.law) for words in case["law"])
    assert (rule.counter(policy.office.unit) != policy.office.unit) is case["own_number"]
    assert rule.subject and rule.request and rule.terms.reference and rule.form.reference


def test_tables_cover_every_letter_in_every_region_on_both_sides_of_a_change() -> None:
    blocks = {(code, block.valid_from) for code, found in BOOK.regions.items() for block in found}
    weighed = {(case["region"], since(case), case["letter"]) for case in CASES if case["expect"] != NO_RULES}
    assert weighed == {(region, begun, letter) for region, begun in blocks for letter in RULE}
    answers = {(case["region"], case["letter"], case["expect"] == "MEETS") for case in CASES}
    assert answers == {(region, letter, met) for region in BOOK.regions for letter in RULE for met in (True, False)}
    assert {(case["region"], case["letter"]) for case in WORDINGS} == {(region, kind) for region in BOOK.regions for kind in LetterType}
    assert {case["region"] for case in CHOICES} == set(BOOK.regions)
    days = {(case["region"], case["date"]) for case in CASES}
    assert {(code, found[0].valid_from) for code, found in BOOK.regions.items()} <= days
    assert len({case["name"] for case in (*CASES, *CHOICES, *WORDINGS)}) == len(CASES) + len(CHOICES) + len(WORDINGS)


def since(case: dict[str, Any]) -> date:
    return BOOK.at(case["region"], case["date"]).valid_from
