"""The rules of letter A (``REKOM_PBPU_PEMDA``), each applied once: they advise, a named person decides."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workflows.rules import activation, criteria, duplicates, identity, membership, papers, poverty, residence
from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import Finding, Outcome
from workflows.rules.policy import CriteriaSet, RegionPolicy


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, and the values of a block that its outcome can depend on; any other may change without changing it."""

    name: str
    weigh: Callable[[EligibilityFacts, RegionPolicy, CriteriaSet], Finding]
    reads: frozenset[str] = frozenset()


RULES = (
    Rule(identity.RULE, lambda facts, *_: identity.weigh_identity(facts.identity, facts.no_nik)),
    Rule(membership.RULE, lambda facts, policy, _: membership.weigh_membership(facts, policy)),
    Rule(poverty.RULE, lambda facts, policy, _: poverty.weigh_poverty(facts, policy), frozenset({"eligibility", "desil_max"})),
    Rule(residence.RULE, lambda facts, policy, _: residence.weigh_residence(facts, policy), frozenset({"residence_months"})),
    Rule(duplicates.RULE, lambda facts, *_: duplicates.weigh_duplicates(facts.duplicates)),
    Rule(papers.RULE, lambda facts, policy, _: papers.weigh_papers(facts, policy), frozenset(papers.READS)),
    Rule(criteria.RULE, criteria.weigh_criteria, frozenset({"eligibility", "criteria_set"})),
    Rule(
        activation.RULE, lambda facts, policy, _: activation.weigh_activation(facts, policy), frozenset({"activation_mode", "cutoff_days"})
    ),
)
"""In the order a caseworker reads them."""


def weigh(facts: EligibilityFacts, policy: RegionPolicy, questions: CriteriaSet) -> tuple[Finding, ...]:
    """One finding per rule, always all eight. A missing fact is never a no: it makes a finding that needs a person."""
    return tuple(rule.weigh(facts, policy, questions) for rule in RULES)


def summary(findings: Iterable[Finding]) -> Outcome:
    """FAILS if any rule fails, else NEEDS_PERSON if any needs one, else MEETS. Advice, never the decision."""
    return worst(one.outcome for one in findings)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of all rules together."""
    found = set(outcomes)
    for outcome in (Outcome.FAILS, Outcome.NEEDS_PERSON):
        if outcome in found:
            return outcome
    return Outcome.MEETS
