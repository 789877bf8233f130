"""The rules of letter A (``REKOM_PBPU_PEMDA``), each applied once: they advise, a named person decides."""

from collections.abc import Iterable

from workflows.rules.activation import weigh_activation
from workflows.rules.criteria import weigh_criteria
from workflows.rules.duplicates import weigh_duplicates
from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import Finding, Outcome
from workflows.rules.identity import weigh_identity
from workflows.rules.membership import weigh_membership
from workflows.rules.papers import weigh_papers
from workflows.rules.policy import CriteriaSet, RegionPolicy
from workflows.rules.poverty import weigh_poverty
from workflows.rules.residence import weigh_residence


def weigh(facts: EligibilityFacts, policy: RegionPolicy, criteria: CriteriaSet) -> tuple[Finding, ...]:
    """One finding per rule, always all eight, in the order a caseworker reads them.

    A missing fact is never a no: it makes a finding that needs a person.
    """
    return (
        weigh_identity(facts.identity),
        weigh_membership(facts, policy),
        weigh_poverty(facts, policy),
        weigh_residence(facts, policy),
        weigh_duplicates(facts.duplicates),
        weigh_papers(facts, policy),
        weigh_criteria(facts, policy, criteria),
        weigh_activation(facts, policy),
    )


def summary(findings: Iterable[Finding]) -> Outcome:
    """FAILS if any rule fails, else NEEDS_PERSON if any needs one, else MEETS. Advice, never the decision."""
    outcomes = {one.outcome for one in findings}
    for outcome in (Outcome.FAILS, Outcome.NEEDS_PERSON):
        if outcome in outcomes:
            return outcome
    return Outcome.MEETS
