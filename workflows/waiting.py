"""Everything that waits for somebody: each open case in its state, and what goes on beside it. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows.late_acceptances import OPEN
from workflows.records.case import Case
from workflows.records.duty import Duty
from workflows.records.late_acceptance import LateAcceptance
from workflows.records.letter import Letter
from workflows.records.manual_check import Correction, ManualCheck
from workflows.records.registration import Registration
from workflows.records.staff import Staff
from workflows.records.transfer import Transfer
from workflows.registration_states import ENDED
from workflows.registration_states import OWNER as REGISTRATION_OWNER
from workflows.rules.limits import Waiting
from workflows.states import OWNER, Role


@dataclass(frozen=True, slots=True)
class Pending:
    """One thing that waits. ``subject`` tells it from others of its case; ``owner`` is its role, ``person_id`` and ``name`` are its
    person's where it has one."""

    case: Case
    subject: str
    kind: str
    since: datetime
    owner: Role
    person_id: int | None = None
    name: str | None = None


def open_cases(session: Session, region_code: str | None) -> list[Case]:
    """Every case that is not closed, of a region or of all."""
    return list(session.exec(_of(select(Case).where(col(Case.closed_at).is_(None)), region_code)))


def in_state(case: Case) -> Pending:
    """An open case as its state says: always exactly one."""
    return Pending(case, case.state.value, case.state.value, case.state_since, OWNER[case.state])


def beside(session: Session, region_code: str | None) -> Iterator[Pending]:
    """What goes on beside cases, open or closed."""
    yield from _registrations(session, region_code)
    yield from _checks(session, region_code)
    yield from _corrections(session, region_code)
    yield from _duties(session, region_code)
    yield from _transfers(session, region_code)
    yield from _late_acceptances(session, region_code)


def _registrations(session: Session, region_code: str | None) -> Iterator[Pending]:
    query = select(Registration, Case).join(Case, col(Case.id) == Registration.case_id)
    for registration, case in session.exec(_of(query.where(col(Registration.status).not_in(list(ENDED))), region_code)):
        kind = Waiting(f"REGISTRATION_{registration.status}")
        yield Pending(case, kind, kind, registration.since, REGISTRATION_OWNER[registration.status])


def _checks(session: Session, region_code: str | None) -> Iterator[Pending]:
    query = select(ManualCheck, Case, Staff).join(Case, col(Case.id) == ManualCheck.case_id)
    query = query.join(Staff, col(Staff.id) == ManualCheck.owner_id)
    query = query.where(col(ManualCheck.done_at).is_(None), col(Case.closed_at).is_(None))
    for check, case, owner in session.exec(_of(query, region_code)):
        subject = f"{Waiting.MANUAL_CHECK} {check.kind}"
        yield Pending(case, subject, Waiting.MANUAL_CHECK, check.opened_at, Role.CASEWORKER, owner.id, owner.name)


def _corrections(session: Session, region_code: str | None) -> Iterator[Pending]:
    query = select(Correction, Case, Staff).join(Case, col(Case.id) == Correction.case_id)
    query = query.join(Staff, col(Staff.id) == Correction.owner_id).where(col(Correction.resolved_at).is_(None))
    for correction, case, owner in session.exec(_of(query, region_code)):
        subject = f"{Waiting.CORRECTION} {correction.id}"
        yield Pending(case, subject, Waiting.CORRECTION, correction.opened_at, Role.CASEWORKER, owner.id, owner.name)


def _duties(session: Session, region_code: str | None) -> Iterator[Pending]:
    """A duty waits from the day its owner is to be reminded."""
    query = select(Duty, Case, Staff).join(Case, col(Case.id) == Duty.case_id).join(Staff, col(Staff.id) == Duty.owner_id)
    for duty, case, owner in session.exec(_of(query.where(col(Duty.done_at).is_(None)), region_code)):
        since = datetime.combine(duty.remind_on, time(), ZoneInfo(case.timezone))
        yield Pending(case, Waiting.DTSEN_DUTY, Waiting.DTSEN_DUTY, since, Role.CASEWORKER, owner.id, owner.name)


def _transfers(session: Session, region_code: str | None) -> Iterator[Pending]:
    query = select(Transfer, Case).join(Letter, col(Letter.id) == Transfer.letter_id).join(Case, col(Case.id) == Letter.case_id)
    for asked, case in session.exec(_of(query.where(col(Transfer.outcome).is_(None)), region_code)):
        yield Pending(case, f"{Waiting.TRANSFER} {asked.id}", Waiting.TRANSFER, asked.requested_at, Role.CASEWORKER)


def _late_acceptances(session: Session, region_code: str | None) -> Iterator[Pending]:
    """Those of a known letter; a code that names none has no case to wait with."""
    query = select(LateAcceptance, Case).join(Letter, col(Letter.id) == LateAcceptance.letter_id)
    query = query.join(Case, col(Case.id) == Letter.case_id)
    query = query.where(col(LateAcceptance.outcome).in_(OPEN), col(LateAcceptance.settled_at).is_(None))
    for late, case in session.exec(_of(query, region_code)):
        yield Pending(case, f"{Waiting.LATE_ACCEPTANCE} {late.nonce}", Waiting.LATE_ACCEPTANCE, late.received_at, Role.CASEWORKER)


def _of(query: Any, region_code: str | None) -> Any:
    return query.where(Case.region_code == region_code) if region_code else query
