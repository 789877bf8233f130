"""What a rule says: a finding advises with its reason and its article; a named person decides."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from workflows.rules.facts import CheckFact


class Outcome(StrEnum):
    """MEETS and FAILS are statements of the rule; NEEDS_PERSON says that a fact is missing or contradicts."""

    MEETS = "MEETS"
    FAILS = "FAILS"
    NEEDS_PERSON = "NEEDS_PERSON"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule applied to one case.

    ``value`` is what was found and ``threshold`` what the rule asks for, both as shown to people;
    ``source`` and ``as_of`` say where the value comes from; ``reference`` is the article;
    ``change`` tells the applicant what would change the result.
    """

    rule: str
    outcome: Outcome
    reason: str
    reference: str
    value: str | None = None
    threshold: str | None = None
    source: str | None = None
    as_of: date | None = None
    change: str | None = None
    example: bool = False


class Referenced(Protocol):
    """What a finding can rest on: a value of the policy, a criteria set, a law."""

    @property
    def reference(self) -> str:
        """The article."""

    @property
    def example(self) -> bool:
        """Whether the value is made up or not confirmed."""


class Advice(NamedTuple):
    """What a rule says in words: sentences of twenty words at most, for the caseworker and the applicant."""

    outcome: Outcome
    reason: str
    change: str | None = None


def finding(
    rule: str,
    advice: Advice,
    rests_on: Referenced,
    *,
    value: str | None = None,
    threshold: str | None = None,
    check: CheckFact | None = None,
) -> Finding:
    """The finding of ``rule``; ``check`` is the registry's answer the value was read from."""
    return Finding(
        rule=rule,
        outcome=advice.outcome,
        reason=advice.reason,
        reference=rests_on.reference,
        value=value,
        threshold=threshold,
        source=check.source if check else None,
        as_of=check.as_of if check else None,
        change=advice.change,
        example=rests_on.example,
    )
