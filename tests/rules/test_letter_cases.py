"""Runs ``surat/``: what the rules of letters B, C and D say about made-up people, region by region."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.policy_file import load_policies
from workflows.rules.eligibility import weigh
from workflows.rules.facts import CheckFact, EligibilityFacts, LetterAsked

BOOK = load_policies()
RULE = {"KET_REAKTIVASI_PBI_JK": "reaktivasi", "JAMINAN_PELAYANAN": "jaminan", "PENCABUTAN": "pencabutan"}
CASES = [case for path in sorted((Path(__file__).parent / "surat").glob("*.toml")) for case in tomllib.loads(path.read_text())["case"]]


def facts_of(case: dict[str, Any]) -> EligibilityFacts:
    given, day = case["facts"], case["date"]
    details = {"segment": given.get("segment"), "status_text": given.get("status_text")}
    membership = CheckFact(given["membership"], "BPJS Kesehatan", day, details) if "membership" in given else None
    asked = LetterAsked(
        type=case["letter"],
        reactivations=given.get("reactivations", 0),
        hospital_code=given.get("hospital"),
        hospital_contract=given.get("contract", False),
        has_diagnosis=given.get("diagnosis", False),
        removal=given.get("removal"),
    )
    return EligibilityFacts(
        on=day,
        region_code=case["region"],
        birth_date=date(1990, 1, 31),
        domicile_code=given.get("domicile"),
        resident_since=None,
        urgency="INPATIENT",
        documents=frozenset(given.get("brings", ())),
        identity=CheckFact(given.get("identity", "MATCH"), "Dukcapil", day, {}),
        membership=membership,
        poverty=None,
        duplicates=None,
        answers={},
        letter=asked,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['letter']}: {case['name']}")
def test_case(case: dict[str, Any]) -> None:
    policy = BOOK.at(case["region"], case["date"])
    found = {one.rule: one for one in weigh(facts_of(case), policy, BOOK.criteria_for(policy))}
    weighed = found[RULE[case["letter"]]]
    assert (weighed.outcome.value, bool(weighed.reason and weighed.reference)) == (case["expect"], True)
    assert weighed.outcome == "MEETS" or weighed.change
