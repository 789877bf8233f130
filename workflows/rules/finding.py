"""What a rule says: a finding advises with its reason and its article; a named person decides."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
