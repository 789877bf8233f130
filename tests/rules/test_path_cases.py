"""Runs the tables of ``jalur/``: which way made-up people are sent, in a form a lawyer can check.

A case lists only what differs from ``ORDINARY``. The README of the tables is ``tests/rules/README.md``.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.policy_file import load_policies
from workflows.rules.facts import CheckFact
from workflows.rules.path import find_route
from workflows.rules.path_facts import Cause, Lane, PathFacts
from workflows.rules.policy import ActivationMode, PolicyBook, RegionPolicy
from workflows.rules.route import Route, RouteCode, Unknown

BOOK: PolicyBook = load_policies()
KEYS = {"name", "region", "date", "policy", "facts", "expect", "letter", "papers", "says", "silent", "shows", "reference"} | {
    "hours",
    "cover_from",
    "same_day",
    "missing",
    "possible",
    "meanwhile",
}
ORDINARY: dict[str, Any] = {
    "lane": "NIK",
    "born": date(1990, 1, 31),
    "resident_since": date(2010, 1, 1),
    "identity": "MATCH",
    "membership": "NOT_FOUND",
    "segment": None,
    "status_text": None,
    "cover_from": None,
    "cover_until": None,
    "poverty": "FOUND",
    "desil": 2,
    "exclusion_reason": None,
    "cause": "ILLNESS",
    "able": False,
    "reactivations": "UNKNOWN",
    "urgency": "OUTPATIENT",
    "brings": [],
}
KNOWN_AT_THE_COUNTER = {"NIK", "KTP", "KK", "JKN", "BPJS", "SKTM", "III"}
"""Capitals that families may be spoken to in."""


def read_cases() -> list[dict[str, Any]]:
    tables = sorted((Path(__file__).parent / "jalur").glob("*.toml"))
    return [{**case, "table": path.stem} for path in tables for case in tomllib.loads(path.read_text())["case"]]


CASES = read_cases()


def policy_of(case: dict[str, Any]) -> RegionPolicy:
    policy, changes = BOOK.at(case["region"], case["date"]), dict(case.get("policy", {}))
    if "activation_mode" in changes:
        changes["activation_mode"] = replace(policy.activation_mode, value=ActivationMode(changes["activation_mode"]))
    return replace(policy, **changes)


def facts_of(case: dict[str, Any]) -> PathFacts:
    given = case.get("facts", {})
    assert set(given) <= {*ORDINARY, "domicile"}, f"{case['name']}: unknown fact"
    fact = {"domicile": f"{case['region']}01", **ORDINARY, **given}
    known = {key: None if value == "UNKNOWN" else value for key, value in fact.items()}
    told = ("segment", "status_text", "cover_from", "cover_until")
    return PathFacts(
        lane=Lane(known["lane"]) if known["lane"] else None,
        identity=check_of(case, fact["identity"], "Dukcapil"),
        membership=check_of(case, fact["membership"], "BPJS Kesehatan", **{key: plain(fact[key]) for key in told}),
        poverty=check_of(case, fact["poverty"], "DTSEN", desil=fact["desil"], exclusion_reason=fact["exclusion_reason"]),
        cause=Cause(known["cause"]) if known["cause"] else None,
        domicile_code=known["domicile"],
        resident_since=known["resident_since"],
        birth_date=known["born"],
        able_to_pay=known["able"],
        reactivations=known["reactivations"],
        urgency=known["urgency"],
        documents=frozenset(fact["brings"]),
    )


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def check_of(case: dict[str, Any], outcome: str, source: str, **details: Any) -> CheckFact | None:
    """``NOT_ASKED``: no answer yet. ``UNDETERMINED``: asked, and nobody could say."""
    if outcome == "NOT_ASKED":
        return None
    return CheckFact(None if outcome == "UNDETERMINED" else outcome, source, case["date"], details)


def route_of(case: dict[str, Any]) -> Route:
    return find_route(facts_of(case), policy_of(case), BOOK, case["date"])


def texts(route: Route) -> Iterator[str]:
    """Everything a route says in sentences."""
    yield from (route.reason, *route.say, *route.steps, *route.promise.sentences, *route.warnings)
    yield from (f"{one.question} {one.who}" for one in route.missing)
    if route.meanwhile:
        yield route.meanwhile.sentence


names = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['table']}: {case['name']}")


@names
def test_case(case: dict[str, Any]) -> None:
    assert set(case) - {"table"} <= KEYS
    route = route_of(case)
    assert route.code.value == case["expect"]
    for words in case.get("says", []):
        assert words in " ".join(texts(route))
    for words in case.get("silent", []):
        assert words not in " ".join(texts(route))
    found = {
        "letter": route.letter.value if route.letter else "none",
        "papers": [str(paper) for paper in route.papers],
        "shows": route.value,
        "hours": route.promise.hours,
        "cover_from": route.promise.cover_from,
        "same_day": route.promise.same_day,
        "missing": [one.fact.value for one in route.missing],
        "possible": [one.code.value for one in route.possible],
        "meanwhile": route.meanwhile is not None,
    }
    assert {key: found[key] for key in found if key in case} == {key: case[key] for key in found if key in case}
    assert case.get("reference", "") in route.reference


@names
def test_every_route_can_be_read_and_checked(case: dict[str, Any]) -> None:
    route = route_of(case)
    assert route.reference and route.title and route.reason and route.say and route.steps and route.papers
    assert (route.code is RouteCode.UNDETERMINED) == bool(route.missing) == bool(route.possible)
    assert (route.source is None) == (route.as_of is None)
    assert route.papers_reference or route.letter is None
    assert (route.promise.hours and route.promise.sentences) or route.letter is None, "a letter has its time"
    for sentence in (sentence for text in texts(route) for sentence in re.split(r"(?<=[.?!;])\s", text)):
        assert len(sentence.split()) <= 20, sentence
        assert sentence.endswith((".", "?", ";")), sentence


@names
def test_families_are_spoken_to_in_words_they_know(case: dict[str, Any]) -> None:
    said = " ".join(route_of(case).say)
    assert set(re.findall(r"\b[A-Z]{2,}\b", said)) <= KNOWN_AT_THE_COUNTER, said


def test_tables_cover_every_route_in_every_region_on_both_sides_of_a_change() -> None:
    blocks = {(code, block.valid_from) for code, found in BOOK.regions.items() for block in found}
    known = [case for case in CASES if "policy" not in case]
    seen = {(case["region"], policy_of(case).valid_from, case["expect"]) for case in known}
    assert seen == {(region, since, code.value) for region, since in blocks for code in RouteCode}
    assert {fact for case in CASES for fact in case.get("missing", [])} == {fact.value for fact in Unknown}
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_a_lawyer_can_read_two_hundred_cases_and_more() -> None:
    tables = Path(__file__).parent.rglob("*.toml")
    assert sum(len(tomllib.loads(path.read_text())["case"]) for path in tables) >= 300
