"""Goal 12: an explained decision against a bare score, and a draft of new rules over many past cases against reading their columns."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from bench.contest import Bar, Measure, contest
from bench.goal import Outcome, Size, demand
from bench.place import office
from tests.made_past import make_past
from tests.office import POLICIES, Office
from workflows import past_cases
from workflows.rules.eligibility import weigh
from workflows.rules.facts import Answer
from workflows.rules.finding import Outcome as Found
from workflows.rules.policy import CriteriaSet, EligibilityBasis
from workflows.rules.poverty import RULE as POVERTY
from workflows.rules.whatif import PastCase
from workflows.rules.whatif import run as whatif
from workflows.vocabulary import LetterType

CASES, PEOPLE = 20_000, 100_000
COLUMNS = 30
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def run(size: Size) -> Outcome:
    """Seconds a person, from facts that are read already."""
    with office("sqlite") as made:
        make_past(made, size.of(PEOPLE, 200))
        with made.read() as session:
            past = list(past_cases.past_cases(session, "3673", LONG_AGO))
        explained, right = decided(made, past[: size.of(CASES, 100)], size.rounds)
        return Outcome([explained, drafted(made, past, size.rounds)], checked=right, facts={"people": len(past)})


def decided(made: Office, past: list[PastCase], rounds: int) -> tuple[Measure, int]:
    """Every finding with its value, source, article and what would change it, against adding up yes and no."""
    policy, criteria = made.policy, made.criteria
    facts = [case.facts for case in past if case.facts.letter_type == LetterType.REKOM_PBPU_PEMDA]
    score = compiled(criteria)

    def ours() -> float:
        began = time.perf_counter()
        for one in facts:
            weigh(one, policy, criteria)
        return (time.perf_counter() - began) / len(facts)

    def limit() -> float:
        began = time.perf_counter()
        for one in facts:
            score(one)
        return (time.perf_counter() - began) / len(facts)

    for one in facts:
        found = {finding.rule: finding.outcome for finding in weigh(one, policy, criteria)}
        demand(len(found) == len(weigh(one, policy, criteria)) and all(found.values()), "a rule gave no finding")
        desil = one.poverty.details.get("desil") if one.poverty else None
        if policy.eligibility.value == EligibilityBasis.DESIL and isinstance(desil, int) and found[POVERTY] == Found.MEETS:
            demand(desil <= policy.desil_max.value, "somebody above the desil was called poor")
    return contest("explained decision", ours, limit, Bar(4.0, 2.5, higher=False), rounds=rounds), len(facts)


def compiled(criteria: CriteriaSet) -> Any:
    """One expression that adds up what speaks for a person and explains nothing."""
    asked = " + ".join(f"(answers.get({one.key!r}) is YES)" for one in criteria.criteria) or "0"
    checks = " + ".join(
        f"(facts.{name} is not None and facts.{name}.outcome is not None)" for name in ("identity", "membership", "duplicates")
    )
    text = f"def score(facts):\n    answers = facts.answers\n    return {asked} + {checks} + (facts.domicile_code is not None)\n"
    names: dict[str, Any] = {"YES": Answer.YES}
    exec(compile(text, "<score>", "exec"), names)  # noqa: S102 - our own text: this is what compiled means
    return names["score"]


def drafted(made: Office, past: list[PastCase], rounds: int) -> Measure:
    """What a draft changes for everybody, against adding up thirty small columns of as many people once."""
    basis = replace(made.policy.eligibility, value=EligibilityBasis.DESIL)
    lowered = replace(made.policy, eligibility=basis, desil_max=replace(made.policy.desil_max, value=2))
    columns = ", ".join(f"(number * {place + 7} % 100)::TINYINT AS c{place}" for place in range(COLUMNS))
    sums = f"SELECT {', '.join(f'sum(c{place})' for place in range(COLUMNS))} FROM people"  # noqa: S608 - our own numbers
    table = duckdb.connect()
    table.execute("SET threads = 1")
    table.execute(f"CREATE TABLE people AS SELECT {columns} FROM range({len(past)}) AS rows(number)")  # noqa: S608 - our own numbers
    first = whatif(past, lowered, POLICIES)
    demand(first == whatif(past, lowered, POLICIES), "the same draft gave two answers")
    demand(first.flips, "a stricter draft changed nobody's answer")
    demand(not whatif(past, made.policy, POLICIES).flips, "rules as they are changed somebody's answer")

    def ours() -> float:
        began = time.perf_counter()
        whatif(past, lowered, POLICIES)
        return (time.perf_counter() - began) / len(past)

    def limit() -> float:
        began = time.perf_counter()
        table.execute(sums).fetchall()
        return (time.perf_counter() - began) / len(past)

    return contest("what-if", ours, limit, Bar(3.0, 1.0, higher=False), rounds=rounds)
