"""What every way of the path finder is told from, and how it becomes a ``Route``."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from workflows.rules import promise
from workflows.rules.finding import Outcome, Referenced
from workflows.rules.membership import SEGMENTS
from workflows.rules.papers import asked_papers
from workflows.rules.path_facts import PathFacts, as_eligibility, segment_of
from workflows.rules.path_words import ACCIDENT, BIRTH_UNKNOWN, EMERGENCY, TITLE
from workflows.rules.policy import PolicyBook, RegionPolicy, Ruled
from workflows.rules.poverty import weigh_poverty
from workflows.rules.residence import weigh_residence
from workflows.rules.route import Promise, Route, RouteCode
from workflows.vocabulary import DocumentType, LetterType, Urgency

OWN_CARD = (DocumentType.KTP.value,)
CARD_AND_FAMILY = (DocumentType.KTP.value, DocumentType.KK.value)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One person, one region, one day."""

    facts: PathFacts
    policy: RegionPolicy
    book: PolicyBook
    on: date

    @property
    def segment(self) -> str:
        """Who pays or paid, in words."""
        word = segment_of(self.facts)
        return SEGMENTS.get(word, word) if word else "tidak disebut"

    def day(self, name: str) -> date | None:
        """A day that BPJS Kesehatan named with its answer: ``cover_from``, ``cover_until``."""
        told = self.facts.membership.details.get(name) if self.facts.membership else None
        return date.fromisoformat(told) if isinstance(told, str) and told else None


@dataclass(frozen=True, slots=True)
class Told:
    """One way in words. ``papers`` are a value of the policy, or what anybody brings."""

    reason: str
    say: tuple[str, ...]
    steps: tuple[str, ...]
    rests_on: Referenced
    papers: Ruled[tuple[str, ...]] | tuple[str, ...] = OWN_CARD
    letter: LetterType | None = None
    promise: Promise = promise.NOTHING
    in_care_meanwhile: bool = False
    warnings: tuple[str, ...] = ()


def routed(inquiry: Inquiry, code: RouteCode, told: Told) -> Route:
    """The whole answer."""
    facts, policy, papers = inquiry.facts, inquiry.policy, told.papers
    membership = facts.membership if facts.membership and facts.membership.outcome else None
    return Route(
        code=code,
        title=TITLE[code],
        reason=told.reason,
        say=told.say,
        steps=told.steps,
        letter=told.letter,
        papers=_papers(inquiry, papers),
        papers_reference=papers.reference if isinstance(papers, Ruled) else None,
        promise=told.promise,
        meanwhile=promise.guarantee(facts, policy, told.promise) if told.in_care_meanwhile else None,
        reference=told.rests_on.reference,
        example=told.rests_on.example,
        value=_spoken(inquiry),
        source=membership.source if membership else None,
        as_of=membership.as_of if membership else None,
        warnings=(*_first(inquiry, code), *told.warnings),
    )


def doubts(inquiry: Inquiry) -> Iterator[str]:
    """What the region's rules of need and residence would say against letter A; advice, never a closed door."""
    facts, policy = inquiry.facts, inquiry.policy
    seen = as_eligibility(facts, policy, inquiry.on)
    findings = [weigh_poverty(seen, policy)]
    if policy.residence_months.value and facts.birth_date is None:
        yield BIRTH_UNKNOWN
    else:
        findings.append(weigh_residence(seen, policy))
    for one in findings:
        if one.outcome is not Outcome.MEETS:
            yield f"{one.reason} {one.change}"


def _papers(inquiry: Inquiry, papers: Ruled[tuple[str, ...]] | tuple[str, ...]) -> tuple[str, ...]:
    """Of letter A's papers a child's are fewer; all others are asked as they stand."""
    if not isinstance(papers, Ruled):
        return papers
    born = inquiry.facts.birth_date
    if papers is inquiry.policy.papers and born is not None:
        return asked_papers(inquiry.policy, birth_date=born, on=inquiry.on)
    return papers.value


def _first(inquiry: Inquiry, code: RouteCode) -> Iterator[str]:
    cause = inquiry.facts.cause
    if inquiry.facts.urgency == Urgency.EMERGENCY:
        yield EMERGENCY
    if cause is not None and cause in ACCIDENT and cause.value != code.value:
        yield ACCIDENT[cause]


def _spoken(inquiry: Inquiry) -> str | None:
    since = inquiry.day("cover_from")
    if segment_of(inquiry.facts) is None:
        return None
    return f"{inquiry.segment} sejak {since:%d-%m-%Y}" if since else inquiry.segment
