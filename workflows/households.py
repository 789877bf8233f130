"""One visit settles a family: a case for each member who needs one, with checks and a decision of its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import advance, audit, facts, intake, registrations
from workflows.actor import Actor
from workflows.codes import new_code
from workflows.errors import InvalidInput, NotFound, OpenCaseExists
from workflows.intake import Intake
from workflows.permissions import OFFICE, Permission, check
from workflows.ports import MembershipOutcome, Segment
from workflows.records.case import Case
from workflows.records.household import Household, HouseholdMember
from workflows.registration_states import RegistrationStatus, Route
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.states import Job

ROUTE_SEGMENT = {Route.BPJS_FILE: Segment.PEMDA, Route.SIKS_NG: Segment.PBI_JK}
"""The segment somebody is in once BPJS says the registration is active."""

NO_HOUSEHOLD = say("Keluarga tidak ditemukan. Periksa alamatnya, lalu cari lagi lewat berkasnya.")


@dataclass(frozen=True, slots=True)
class Applying:
    """A member who needs a case."""

    relation: str
    intake: Intake


@dataclass(frozen=True, slots=True)
class Covered:
    """A member whom somebody pays for already."""

    name: str
    relation: str
    segment: Segment


@dataclass(frozen=True, slots=True)
class Family:
    """Who stands on a family card, as told on one visit."""

    kk: str
    applying: tuple[Applying, ...]
    covered: tuple[Covered, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as a page shows it; ``segment`` and ``active`` as far as somebody answered."""

    member: HouseholdMember
    case: Case | None
    segment: str | None
    active: bool | None


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A family with how each member stands."""

    household: Household
    members: tuple[MemberView, ...]


def receive(session: Session, family: Family, actor: Actor, policy: RegionPolicy, *, now: datetime) -> Household:
    """Open a case for each member who needs one, or link the open one; all of them or, with the member named, none."""
    check(actor, Permission.OPEN_CASE)
    household = _household(session, family.kk, actor, now=now)
    cases = _cases(session, family.applying, actor, policy, now=now)
    for one, case in zip(family.applying, cases, strict=True):
        _link(session, household, one, case, actor, now=now)
    known = {member.name for member in _members(session, household) if member.segment is not None}
    for covered in family.covered:
        if covered.name not in known:
            session.add(_member(household, covered.name, covered.relation, now, segment=covered.segment))
    session.flush()
    return household


def view(session: Session, code: str, actor: Actor) -> HouseholdView:
    """A family of the actor's office; ``NotFound`` also for one of another office."""
    household = session.exec(select(Household).where(Household.code == code)).first()
    if household is None or not actor.roles & OFFICE or household.region_code != actor.region_code:
        raise NotFound(NO_HOUSEHOLD)
    return HouseholdView(household, tuple(_stands(session, member) for member in _members(session, household)))


def code_of(session: Session, case: Case) -> str | None:
    """The family a case belongs to."""
    query = select(Household.code).join(HouseholdMember).where(HouseholdMember.case_id == case.id)
    return session.exec(query).first()


def relation_of(session: Session, case: Case) -> str | None:
    """What the person is in the family the case came with, as it was told."""
    return session.exec(select(HouseholdMember.relation).where(HouseholdMember.case_id == case.id)).first()


def _household(session: Session, kk: str, actor: Actor, *, now: datetime) -> Household:
    known = select(Household).where(Household.region_code == actor.region_code, Household.kk == kk)
    found = session.exec(known.with_for_update()).first()
    if found is None:
        code, region = new_code(), actor.region_code
        found = Household(code=code, region_code=region, kk=kk, opened_by=actor.person_id, opened_at=now)
        session.add(found)
        session.flush()
    return found


def _cases(session: Session, applying: tuple[Applying, ...], actor: Actor, policy: RegionPolicy, *, now: datetime) -> list[Case]:
    """A case for each, in the family's order. They are locked by their ids and opened by their NIKs, as everywhere where there are many:
    else two that name the same people in another order wait for each other.
    """
    niks = [one.intake.nik for one in applying if one.intake.nik]
    open_ones = select(Case.id).where(col(Case.nik).in_(niks), col(Case.closed_at).is_(None))
    advance.lock_all(session, [case_id or 0 for case_id in session.exec(open_ones)])
    in_order = sorted(range(len(applying)), key=lambda number: applying[number].intake.nik or "")
    opened = {number: _case_of(session, applying[number], number, actor, policy, now=now) for number in in_order}
    return [opened[number] for number in range(len(applying))]


def _case_of(session: Session, one: Applying, number: int, actor: Actor, policy: RegionPolicy, *, now: datetime) -> Case:
    try:
        return intake.open_application(session, one.intake, actor, policy, now=now)
    except OpenCaseExists as exists:
        return advance.lock(session, exists.context["ticket"], actor)
    except InvalidInput as wrong:
        field = wrong.context.get("field", "nik")
        raise InvalidInput(say("Anggota {value}: {wrong}", value=number + 1, wrong=str(wrong)), field=f"members/{number}/{field}") from None


def _link(session: Session, household: Household, one: Applying, case: Case, actor: Actor, *, now: datetime) -> None:
    linked = session.exec(select(HouseholdMember).where(HouseholdMember.case_id == case.id)).first()
    if linked is None:
        session.add(_member(household, case.name, one.relation, now, case_id=case.id))
        session.flush()
        audit.record(session, advance.subject(case), "HOUSEHOLD", actor=actor, now=now, household=household.code)
    elif linked.household_id != household.id:
        raise InvalidInput(
            say("{name} sudah tercatat di KK lain. Periksa nomor KK, atau selesaikan berkas itu dahulu.", name=case.name), field="kk"
        )


def _member(
    household: Household, name: str, relation: str, now: datetime, *, case_id: int | None = None, segment: Segment | None = None
) -> HouseholdMember:
    assert household.id is not None
    return HouseholdMember(household_id=household.id, case_id=case_id, name=name, relation=relation, segment=segment, noted_at=now)


def _members(session: Session, household: Household) -> list[HouseholdMember]:
    query = select(HouseholdMember).where(HouseholdMember.household_id == household.id)
    return list(session.exec(query.order_by(col(HouseholdMember.id))))


def _stands(session: Session, member: HouseholdMember) -> MemberView:
    if member.case_id is None:
        return MemberView(member, None, member.segment, True)
    case = session.get_one(Case, member.case_id)
    registration = registrations.of_case(session, case)
    if registration is not None and registration.status is RegistrationStatus.ACTIVE:
        return MemberView(member, case, ROUTE_SEGMENT[registration.route], True)
    answer = facts.checks_of(session, case).get(Job.MEMBERSHIP)
    if answer is None or answer.outcome is None:
        return MemberView(member, case, None, None)
    return MemberView(member, case, answer.details.get("segment"), answer.outcome == MembershipOutcome.ACTIVE)
