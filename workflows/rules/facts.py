"""The facts a rule may look at: plain, frozen, complete. A fact that is not known is None, never a guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows.vocabulary import LetterType


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
class LetterAsked:
    """What the rules of letters other than A read: ``reactivations`` is how often this office wrote letter B for the person,
    ``hospital_contract`` whether the hospital has one in force, ``removal`` why a member is to be taken off the list."""

    type: str
    reactivations: int = 0
    hospital_code: str | None = None
    hospital_contract: bool = False
    has_diagnosis: bool = False
    removal: str | None = None


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """Everything the rules read about one case on one day; ``letter`` is None for letter A."""

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
    letter: LetterAsked | None = None
    by_third_party: bool = False

    @property
    def letter_type(self) -> LetterType:
        """Which letter the case is for."""
        return LetterType(self.letter.type) if self.letter else LetterType.REKOM_PBPU_PEMDA
