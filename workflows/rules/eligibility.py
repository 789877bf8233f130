"""The rules of each letter, each applied once: they advise, a named person decides."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from workflows.rules import (
    activation,
    criteria,
    duplicates,
    guarantee,
    identity,
    membership,
    papers,
    poverty,
    reactivation,
    removal,
    residence,
)
from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import Finding, Outcome
from workflows.rules.policy import CriteriaSet, RegionPolicy
from workflows.vocabulary import LetterType


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, and the values of a block that its outcome can depend on; any other may change without changing it."""

    name: str
    weigh: Callable[[EligibilityFacts, RegionPolicy, CriteriaSet], Finding]
    reads: frozenset[str] = frozenset()


IDENTITY = Rule(identity.RULE, lambda facts, *_: identity.weigh_identity(facts.identity, facts.on, facts.no_nik))
MEMBERSHIP = Rule(membership.RULE, lambda facts, policy, _: membership.weigh_membership(facts, policy))
POVERTY = Rule(poverty.RULE, lambda facts, policy, _: poverty.weigh_poverty(facts, policy), frozenset({"eligibility", "desil_max"}))
RESIDENCE = Rule(residence.RULE, lambda facts, policy, _: residence.weigh_residence(facts, policy), frozenset({"residence_months"}))
DUPLICATES = Rule(duplicates.RULE, lambda facts, *_: duplicates.weigh_duplicates(facts.duplicates, facts.on))
PAPERS = Rule(papers.RULE, lambda facts, policy, _: papers.weigh_papers(facts, policy), frozenset(papers.READS))
CRITERIA = Rule(criteria.RULE, criteria.weigh_criteria, frozenset({"eligibility", "criteria_set", "own_criteria"}))
ACTIVATION = Rule(
    activation.RULE, lambda facts, policy, _: activation.weigh_activation(facts, policy), frozenset({"activation_mode", "cutoff_days"})
)
REACTIVATION = Rule(reactivation.RULE, lambda facts, *_: reactivation.weigh_reactivation(facts))
GUARANTEE = Rule(guarantee.RULE, lambda facts, policy, _: guarantee.weigh_guarantee(facts, policy), frozenset({"letters"}))
REMOVAL = Rule(removal.RULE, lambda facts, policy, _: removal.weigh_removal(facts, policy))

RULES = (IDENTITY, MEMBERSHIP, POVERTY, RESIDENCE, DUPLICATES, PAPERS, CRITERIA, ACTIVATION)
"""Of letter A, in the order a caseworker reads them."""

RULES_OF: Mapping[LetterType, tuple[Rule, ...]] = {
    LetterType.REKOM_PBPU_PEMDA: RULES,
    LetterType.KET_REAKTIVASI_PBI_JK: (IDENTITY, REACTIVATION, DUPLICATES, PAPERS),
    LetterType.JAMINAN_PELAYANAN: (IDENTITY, MEMBERSHIP, GUARANTEE, POVERTY, RESIDENCE, DUPLICATES, PAPERS, CRITERIA),
    LetterType.PENCABUTAN: (REMOVAL, DUPLICATES, PAPERS),
}
"""By the letter a case is for; a cover letter is about letters that were weighed already."""


def weigh(facts: EligibilityFacts, policy: RegionPolicy, questions: CriteriaSet) -> tuple[Finding, ...]:
    """One finding per rule of the letter, always all of them. A missing fact is never a no: it makes a finding that needs a person."""
    return tuple(rule.weigh(facts, policy, questions) for rule in RULES_OF[facts.letter_type])


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
