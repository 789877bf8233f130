"""What a rule says: a finding advises with its reason and its article; a named person decides."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

ENTRIES = "Isian berkas"
PAPERS = "Berkas yang diterima"
"""Where values come from that no registry said."""


class Outcome(StrEnum):
    """MEETS and FAILS are statements of the rule; NEEDS_PERSON says that a fact is missing or contradicts."""

    MEETS = "MEETS"
    FAILS = "FAILS"
    NEEDS_PERSON = "NEEDS_PERSON"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule applied to one case.

    ``value`` is what was found and ``threshold`` what the rule asks for, both as shown to people, a sentence where there is no number;
    ``source`` and ``as_of`` say where the value comes from; ``reference`` is the article; ``change`` tells the applicant what would
    change the result. What a rule weighs now has all of them; findings of earlier versions may lack some.
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


class Origin(Protocol):
    """Where a value comes from: a check's answer, or what stands in the case."""

    @property
    def source(self) -> str:
        """Who says it."""

    @property
    def as_of(self) -> date:
        """Of which day."""


class Read(NamedTuple):
    """An origin that is no check: a case's own entries, or a registry that has not answered yet."""

    source: str
    as_of: date


def unanswered(registry: str, on: date) -> Read:
    """A registry that said nothing by this day."""
    return Read(f"{registry}, belum menjawab", on)


class Advice(NamedTuple):
    """What a rule says in words: sentences of twenty words at most, for the caseworker and the applicant."""

    outcome: Outcome
    reason: str
    change: str | None = None


def finding(rule: str, advice: Advice, rests_on: Referenced, *, value: str, threshold: str, origin: Origin) -> Finding:
    """The finding of ``rule``; ``origin`` is where the value was read."""
    return Finding(
        rule=rule,
        outcome=advice.outcome,
        reason=advice.reason,
        reference=rests_on.reference,
        value=value,
        threshold=threshold,
        source=origin.source,
        as_of=origin.as_of,
        change=advice.change,
        example=rests_on.example,
    )
