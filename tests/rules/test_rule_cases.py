"""Runs the case tables of this folder: what the rules say about made-up people, in a form a lawyer can check.

A case lists only what differs from ``ORDINARY``, the person about whom nothing is in doubt. The README of
the tables is ``tests/rules/README.md``.
"""

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.policy_file import load_policies
from workflows.rules.eligibility import summary, weigh
from workflows.rules.facts import Answer, CheckFact, EligibilityFacts
from workflows.rules.finding import Finding, Outcome
from workflows.rules.policy import ActivationMode, CriteriaSet, EligibilityBasis, PolicyBook, RegionPolicy, Ruled

BOOK: PolicyBook = load_policies()
RULES = ("identitas", "kepesertaan", "kelayakan", "domisili", "ganda", "berkas", "kriteria", "aktivasi")
KEYS = {"name", "region", "date", "policy", "facts", "expect", "says", "shows", "summary"}
ORDINARY: dict[str, Any] = {
    "born": date(1990, 1, 31),
    "resident_since": date(2010, 1, 1),
    "urgency": "OUTPATIENT",
    "lacking": [],
    "brings": [],
    "identity": "MATCH",
    "elements": {},
    "membership": "NOT_FOUND",
    "segment": None,
    "status_text": None,
    "poverty": "FOUND",
    "desil": 2,
    "exclusion_reason": None,
    "duplicates": "CLEAR",
    "tickets": [],
    "without_nik": None,
    "by_third_party": False,
    "yes": [],
    "no": [],
}


def read_cases() -> list[dict[str, Any]]:
    """All cases of all tables, with the name of their table."""
    tables = sorted(Path(__file__).parent.glob("*.toml"))
    return [{**case, "table": path.stem} for path in tables for case in tomllib.loads(path.read_text())["case"]]


CASES = read_cases()


def policy_of(case: dict[str, Any]) -> RegionPolicy:
    """The region's block on the day, with the values changed that the case names."""
    policy = BOOK.at(case["region"], case["date"])
    words: dict[str, Any] = {"activation_mode": ActivationMode, "eligibility": EligibilityBasis}
    changes: dict[str, Any] = {}
    for key, value in case.get("policy", {}).items():
        ruled: Any = getattr(policy, key)
        changes[key] = replace(ruled, value=words.get(key, type(value))(value)) if isinstance(ruled, Ruled) else value
    return replace(policy, **changes)


def asked_without_nik(policy: RegionPolicy, lane: str | None) -> tuple[str, ...]:
    """The region's papers, or those of somebody without a NIK."""
    lists = {
        "NEWBORN": policy.newborn_papers,
        "UNIDENTIFIED": policy.unidentified_papers,
        "HOMELESS": policy.homeless_papers,
        "FOREIGNER": policy.foreigner_papers,
    }
    return lists[lane].value if lane else policy.papers.value


def facts_of(case: dict[str, Any], policy: RegionPolicy, criteria: CriteriaSet) -> EligibilityFacts:
    """The ordinary person with the case's differences."""
    given = case.get("facts", {})
    assert set(given) <= {*ORDINARY, "on", "domicile"}, f"{case['name']}: unknown fact"
    fact = {"on": case["date"], "domicile": f"{case['region']}010001", **ORDINARY, **given}
    return EligibilityFacts(
        on=fact["on"],
        region_code=case["region"],
        birth_date=fact["born"],
        domicile_code=unless(fact["domicile"], "UNKNOWN"),
        resident_since=unless(fact["resident_since"], "UNKNOWN"),
        urgency=fact["urgency"],
        documents=frozenset(({*asked_without_nik(policy, fact["without_nik"])} | {*fact["brings"]}) - {*fact["lacking"]}),
        identity=check_of(fact["identity"], "Dukcapil", case["date"], elements=fact["elements"]),
        membership=check_of(fact["membership"], "BPJS Kesehatan", case["date"], segment=fact["segment"], status_text=fact["status_text"]),
        poverty=check_of(fact["poverty"], "DTSEN", case["date"], desil=fact["desil"], exclusion_reason=fact["exclusion_reason"]),
        duplicates=check_of(fact["duplicates"], "Rekom", case["date"], tickets=fact["tickets"]),
        answers=answers_of(fact, criteria),
        no_nik=fact["without_nik"],
        by_third_party=fact["by_third_party"],
    )


def unless(value: Any, word: str) -> Any:
    return None if value == word else value


def check_of(outcome: str, source: str, as_of: date, **details: Any) -> CheckFact | None:
    """``NOT_ASKED``: no result yet. ``UNDETERMINED``: asked, and nobody could say."""
    if outcome == "NOT_ASKED":
        return None
    return CheckFact(outcome=unless(outcome, "UNDETERMINED"), source=source, as_of=as_of, details=details)


def answers_of(fact: dict[str, Any], criteria: CriteriaSet) -> dict[str, Answer]:
    """``["*"]`` means every question not answered otherwise."""
    keys = [criterion.key for criterion in criteria.criteria]
    named = {*fact["yes"], *fact["no"]} - {"*"}
    assert named <= set(keys), "unknown criterion"
    rest = [key for key in keys if key not in named]
    yes = [*fact["yes"], *(rest if "*" in fact["yes"] else [])]
    no = [*fact["no"], *(rest if "*" in fact["no"] else [])]
    return {key: Answer.YES if key in yes else Answer.NO for key in keys if key in (*yes, *no)}


def weigh_case(case: dict[str, Any]) -> dict[str, Finding]:
    policy = policy_of(case)
    criteria = BOOK.criteria_for(policy)
    return {one.rule: one for one in weigh(facts_of(case, policy, criteria), policy, criteria)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['table']}: {case['name']}")
def test_case(case: dict[str, Any]) -> None:
    assert set(case) - {"table"} <= KEYS
    found = weigh_case(case)
    assert {rule: found[rule].outcome.value for rule in case["expect"]} == case["expect"]
    for rule, words in case.get("says", {}).items():
        assert words in f"{found[rule].reason} {found[rule].change}"
    for rule, words in case.get("shows", {}).items():
        assert found[rule].value == words
    if "summary" in case:
        assert summary(found.values()) == case["summary"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['table']}: {case['name']}")
def test_every_finding_can_be_read_and_checked(case: dict[str, Any]) -> None:
    found = weigh_case(case)
    assert tuple(found) == RULES
    for one in found.values():
        assert one.reference
        assert one.outcome is Outcome.MEETS or one.change
        assert all((one.value, one.threshold, one.source, one.as_of)), f"{one.rule}: value, threshold, source and day, whatever is known"
        for sentence in re.split(r"(?<=[.;])\s", f"{one.reason} {one.change or ''}".strip()):
            assert len(sentence.split()) <= 20, sentence


def test_tables_cover_every_region_rule_and_outcome() -> None:
    assert len(CASES) >= 80
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert {case["region"] for case in CASES} == set(BOOK.regions)
    seen = {(rule, outcome) for case in CASES for rule, outcome in case["expect"].items()}
    possible = {(rule, outcome.value) for rule in RULES for outcome in Outcome}
    never = {("ganda", "FAILS"), ("berkas", "FAILS"), ("aktivasi", "FAILS")}
    assert seen == possible - never
