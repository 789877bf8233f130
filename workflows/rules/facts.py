"""The facts a rule may look at: plain, frozen, complete. A fact that is not known is None, never a guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Answer(StrEnum):
    """A caseworker's answer to one criterion."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class CheckFact:
    """What one check came to: the port's outcome word, or None while undetermined.

    ``details`` holds the evidence that rules read, by the field names of ``workflows.ports``
    (``segment``, ``desil``, ``exclusion_reason`` ...).
    """

    outcome: str | None
    source: str
    as_of: date
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """Everything the eligibility rules of letter A read about one case on one day."""

    on: date
    region_code: str
    birth_date: date
    domicile_code: str | None
    resident_since: date | None
    urgency: str
    documents: frozenset[str]
    identity: CheckFact | None
    membership: CheckFact | None
    poverty: CheckFact | None
    duplicates: CheckFact | None
    answers: Mapping[str, Answer]
    no_nik: str | None = None
