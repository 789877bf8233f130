"""Asking for a person's way: what is known here, what only the registries can say, and both as the path finder's facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import audit, checks, facts
from workflows.actor import Actor
from workflows.errors import RegistryError, Unavailable
from workflows.ports import (
    IdentityEvidence,
    IdentityQuestion,
    MembershipEvidence,
    MembershipQuestion,
    Ports,
    PovertyEvidence,
    PovertyQuestion,
)
from workflows.records.case import Case
from workflows.rules.facts import CheckFact
from workflows.rules.path_facts import PathFacts
from workflows.rules.policy import EligibilityBasis, RegionPolicy
from workflows.rules.route import Route, RouteCode, Unknown
from workflows.saying import say


class Asked(StrEnum):
    """What a registry is asked about, by the name of the fact it fills."""

    IDENTITY = "identity"
    MEMBERSHIP = "membership"
    POVERTY = "poverty"


NOT_DATED = date.min
"""Stands for the day of a fact that was given without one, until the day asked about is known."""


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """The facts somebody gave, and by which words the registries would know the person."""

    facts: PathFacts
    nik: str | None = None
    name: str | None = None
    kk: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One registry's answer, or in words why there is none."""

    about: Asked
    fact: CheckFact | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Direction:
    """A route with what it was found from."""

    route: Route
    policy: RegionPolicy
    on: date
    found: tuple[Found, ...]
    nameless: bool = False


UNANSWERED = "{registry} belum menjawab. Cari lagi nanti, atau isi sendiri hasil pemeriksaannya."
DECLINED = "{registry} tidak dapat menjawab ini. Isi sendiri hasil pemeriksaannya."
OTHER_NAME = "{registry} mencatat nama lain untuk NIK ini. Periksa ejaan nama di KTP."
REGISTERED = frozenset({Unknown.MEMBERSHIP, Unknown.SEGMENT, Unknown.IDENTITY, Unknown.ABLE_TO_PAY})
"""What a register may know; all else only people can say."""

NAMELESS = say("Ketik nama dan tanggal lahir seperti di KTP. Tanpa itu registri tidak dapat ditanya.")
"""Registries believe a NIK only together with its name."""


def newest_case(session: Session, nik: str, region_code: str) -> Case | None:
    """What this office wrote down when the person came last."""
    query = select(Case).where(Case.nik == nik, Case.region_code == region_code)
    return session.exec(query.order_by(col(Case.id).desc()).limit(1)).first()


def reactivated(session: Session, nik: str, region_code: str) -> int | None:
    """How often this office wrote letter B for the person; None where it never did, because others may have."""
    return facts.reactivations(session, nik, Case.region_code == region_code) or None


def lacks_history(question: PathQuestion, route: Route) -> bool:
    """Whether nobody said how often the person's PBI JK was reactivated, where that is a warning."""
    return route.code is RouteCode.REACTIVATE_PBI_JK and question.facts.reactivations is None


def completed(question: PathQuestion, case: Case) -> PathQuestion:
    """The question with what an earlier case knows of name, birth and address; what was typed now counts for more."""
    given = question.facts
    known = replace(
        given,
        birth_date=given.birth_date or case.birth_date,
        domicile_code=given.domicile_code or case.domicile_code,
        resident_since=given.resident_since or case.resident_since,
    )
    return replace(question, facts=known, name=question.name or case.name, kk=question.kk or case.kk)


def dated(question: PathQuestion, on: date) -> PathQuestion:
    """The question with the day asked about on every fact that was given without one."""
    given = question.facts
    undated = {about.value: replace(fact, as_of=on) for about in Asked if (fact := getattr(given, about.value)) and fact.as_of == NOT_DATED}
    return replace(question, facts=replace(given, **undated))


def to_ask(question: PathQuestion, route: Route, policy: RegionPolicy) -> tuple[Asked, ...]:
    """Whom to ask: nobody where no register can say what ``route`` lacks; else only about what nobody gave.

    The register of need is asked only where the region looks at it.
    """
    if question.nik is None or is_nameless(question) or not lacks_registers(route):
        return ()
    wanted = tuple(about for about in Asked if getattr(question.facts, about.value) is None)
    by_decile = policy.eligibility.value is EligibilityBasis.DESIL
    return tuple(about for about in wanted if by_decile or about is not Asked.POVERTY)


def is_nameless(question: PathQuestion) -> bool:
    """Whether the words by which registries know a person are missing."""
    return question.name is None or question.facts.birth_date is None


def lacks_registers(route: Route) -> bool:
    """Whether something is missing that a register may know."""
    return any(one.fact in REGISTERED for one in route.missing)


def ask(ports: Ports, question: PathQuestion, about: Asked, on: date, zone: str) -> Found:
    """Ask one registry. No transaction is open meanwhile; silence and refusal are words, never a no."""
    try:
        return Found(about, ASK[about](ports, question, on, zone))
    except RegistryError as error:
        return Found(about, None, _in_words(error))


def with_found(given: PathFacts, found: tuple[Found, ...]) -> PathFacts:
    """The facts with what the registries said."""
    said: dict[str, Any] = {one.about.value: one.fact for one in found if one.fact is not None}
    return replace(given, **said)


def record(session: Session, direction: Direction, actor: Actor, *, now: datetime) -> None:
    """Keep that somebody looked a person up without a case: who, when and to which end, never whom."""
    detail = {"route": direction.route.code.value, "asked": [one.about.value for one in direction.found]}
    if actor.id is None:
        audit.record(session, "command:path", "FIND_PATH", actor=actor, now=now, **detail)
    else:
        audit.record_on_person(session, "FIND_PATH", actor=actor, now=now, **detail)


def is_certain(route: Route) -> bool:
    """Whether nothing needs to be asked any more."""
    return route.code is not RouteCode.UNDETERMINED


def _identity(ports: Ports, question: PathQuestion, _: date, zone: str) -> CheckFact:
    assert question.nik and question.name and question.facts.birth_date
    said: IdentityEvidence = ports.civil.verify(IdentityQuestion(question.nik, question.name, question.facts.birth_date, question.kk))
    return _fact(said, {"elements": dict(said.elements)}, zone)


def _membership(ports: Ports, question: PathQuestion, on: date, zone: str) -> CheckFact:
    assert question.nik and question.name
    said: MembershipEvidence = ports.membership.membership(MembershipQuestion(question.nik, question.name, on))
    return _fact(said, checks.membership_details(said), zone)


def _poverty(ports: Ports, question: PathQuestion, _: date, zone: str) -> CheckFact:
    assert question.nik and question.name
    said: PovertyEvidence = ports.poverty.family(PovertyQuestion(question.nik, question.name))
    return _fact(said, {"desil": said.desil, "exclusion_reason": said.exclusion_reason}, zone)


def _fact(said: IdentityEvidence | MembershipEvidence | PovertyEvidence, details: Mapping[str, object], zone: str) -> CheckFact:
    return CheckFact(said.outcome.value, said.source, said.as_of.astimezone(ZoneInfo(zone)).date(), details)


def _in_words(error: RegistryError) -> str:
    registry = error.context.get("registry", "Registri")
    if error.context.get("reason") == "name":
        return OTHER_NAME.format(registry=registry)
    return (UNANSWERED if isinstance(error, Unavailable) else DECLINED).format(registry=registry)


ASK: Mapping[Asked, Callable[[Ports, PathQuestion, date, str], CheckFact]] = {
    Asked.IDENTITY: _identity,
    Asked.MEMBERSHIP: _membership,
    Asked.POVERTY: _poverty,
}
