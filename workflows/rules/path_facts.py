"""What the path finder looks at. A fact that is not known is None, and None never counts as a no."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from workflows.rules.facts import CheckFact, EligibilityFacts
from workflows.rules.membership import is_called_dead
from workflows.rules.policy import EligibilityBasis, RegionPolicy
from workflows.rules.residence import region_of


class Lane(StrEnum):
    """How a person comes: with a NIK, or why there is none."""

    NIK = "NIK"
    NEWBORN = "NEWBORN"
    UNIDENTIFIED = "UNIDENTIFIED"
    HOMELESS = "HOMELESS"
    FOREIGNER = "FOREIGNER"


class Cause(StrEnum):
    """Why care is needed. ILLNESS also stands for childbirth, and for nobody being in care."""

    ILLNESS = "ILLNESS"
    TRAFFIC_ACCIDENT = "TRAFFIC_ACCIDENT"
    WORK_ACCIDENT = "WORK_ACCIDENT"


@dataclass(frozen=True, slots=True)
class PathFacts:
    """One person on one day. ``documents`` are papers seen; ``reactivations`` how often PBI JK was reactivated before.

    ``domicile_name`` is what the region of the address is called, where somebody knows it.
    """

    lane: Lane | None
    identity: CheckFact | None = None
    membership: CheckFact | None = None
    poverty: CheckFact | None = None
    cause: Cause | None = None
    domicile_code: str | None = None
    domicile_name: str | None = None
    resident_since: date | None = None
    birth_date: date | None = None
    able_to_pay: bool | None = None
    reactivations: int | None = None
    urgency: str | None = None
    documents: frozenset[str] = field(default_factory=frozenset)


DOUBTFUL = frozenset({"NOT_FOUND", "DECEASED", "DUPLICATE", "INACTIVE", "BAD_FORMAT"})
"""Answers of Dukcapil that somebody has to settle there first."""

MAPPED = frozenset({"PBI_JK", "PEMDA", "PPU", "PBPU_MANDIRI"})
"""Segments that have a way of their own; any other word leaves open who pays."""


def is_lane(facts: PathFacts, lane: Lane) -> bool | None:
    """Whether the person comes this way."""
    return None if facts.lane is None else facts.lane is lane


def is_covered(facts: PathFacts) -> bool | None:
    """Whether BPJS Kesehatan covers the person now."""
    outcome = _outcome(facts.membership)
    return outcome == "ACTIVE" if outcome in ("ACTIVE", "INACTIVE", "NOT_FOUND") else None


def has_identity_trouble(facts: PathFacts) -> bool | None:
    """Whether a register has to put something right.

    A partial match is open: a person compares the papers. So is a match while BPJS is silent, which may call the person dead.
    """
    if _outcome(facts.identity) in DOUBTFUL or is_called_dead(facts.membership):
        return True
    return False if is_identified(facts) and is_covered(facts) is not None else None


def is_identified(facts: PathFacts) -> bool | None:
    """Whether Dukcapil knows this person; None where that is open."""
    outcome = _outcome(facts.identity)
    return True if outcome == "MATCH" else False if outcome in DOUBTFUL else None


def is_caused_by(facts: PathFacts, cause: Cause) -> bool | None:
    """Whether this is why care is needed."""
    return None if facts.cause is None else facts.cause is cause


def lives_elsewhere(facts: PathFacts, policy: RegionPolicy) -> bool | None:
    """By the code of the address on the KK; never read off the NIK."""
    code = region_of(facts.domicile_code)
    return None if code is None else code != policy.region_code


def was_in(facts: PathFacts, segment: str) -> bool | None:
    """Whether the person's cover in this segment has stopped."""
    covered = is_covered(facts)
    if covered is None:
        return None
    if covered or _outcome(facts.membership) == "NOT_FOUND":
        return False
    return segment_of(facts) == segment if segment_of(facts) in MAPPED else None


def has_left_work(facts: PathFacts) -> bool:
    """Whether the paper that says so was seen: papers are seen or not, there is no third."""
    return "SURAT_BERHENTI_KERJA" in facts.documents


def is_without_payer(facts: PathFacts) -> bool | None:
    """Whether nobody was ever responsible, or an employer no longer is."""
    let_go = was_in(facts, "PPU") if has_left_work(facts) else False
    if let_go is not False:
        return let_go
    return None if is_covered(facts) is None else _outcome(facts.membership) == "NOT_FOUND"


def can_pay(facts: PathFacts, policy: RegionPolicy) -> bool | None:
    """What the family says; unasked, nobody whom the region's own basis takes is held to be able."""
    if facts.able_to_pay is not None:
        return facts.able_to_pay
    return False if is_taken(facts, policy) else None


def is_taken(facts: PathFacts, policy: RegionPolicy) -> bool:
    """Whether the region's basis takes this person by what is known: residence alone, an SKTM seen, or a decile in range."""
    match policy.eligibility.value:
        case EligibilityBasis.UNIVERSAL:
            return True
        case EligibilityBasis.SKTM:
            return "SKTM" in facts.documents
    details = facts.poverty.details if facts.poverty else {}
    desil = details.get("desil")
    return isinstance(desil, int) and 1 <= desil <= policy.desil_max.value and not details.get("exclusion_reason")


def segment_of(facts: PathFacts) -> str | None:
    """Who pays or paid, by the word of ``workflows.ports.Segment``."""
    segment = facts.membership.details.get("segment") if facts.membership else None
    return str(segment) if segment else None


def as_eligibility(facts: PathFacts, policy: RegionPolicy, on: date) -> EligibilityFacts:
    """The same person as the rules of letter A see one; an unknown birth date counts as an adult's."""
    return EligibilityFacts(
        on=on,
        region_code=policy.region_code,
        birth_date=facts.birth_date or date(1900, 1, 1),
        domicile_code=facts.domicile_code,
        resident_since=facts.resident_since,
        urgency=facts.urgency or "ROUTINE",
        documents=facts.documents,
        identity=facts.identity,
        membership=facts.membership,
        poverty=facts.poverty,
        duplicates=None,
        answers={},
    )


def _outcome(check: CheckFact | None) -> str | None:
    return check.outcome if check else None
