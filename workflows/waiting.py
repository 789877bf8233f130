"""Everything that waits for somebody: each open case in its state, and what goes on beside it. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import collective
from workflows.collective_states import CollectiveStatus
from workflows.late_acceptances import OPEN
from workflows.records.case import Case
from workflows.records.collective import CollectiveLetter
from workflows.records.duty import Duty
from workflows.records.hospital import Hospital
from workflows.records.late_acceptance import LateAcceptance
from workflows.records.letter import Letter
from workflows.records.manual_check import Correction, ManualCheck
from workflows.records.registration import Registration
from workflows.records.staff import Staff
from workflows.records.transfer import Transfer
from workflows.registration_states import ENDED
from workflows.registration_states import OWNER as REGISTRATION_OWNER
from workflows.rules.limits import Waiting
from workflows.saying import say
from workflows.sealed import left_sealed
from workflows.states import OWNER, Role

COLLECTIVE = {
    CollectiveStatus.PROPOSED: Waiting.COLLECTIVE_PROPOSED,
    CollectiveStatus.SIGNED: Waiting.COLLECTIVE_SIGNED,
    CollectiveStatus.PREPARED: Waiting.COLLECTIVE_PREPARED,
}
"""What a cover letter waits for in its status."""


@dataclass(frozen=True, slots=True)
class About:
    """What a wait is about: a case, a cover letter, or an acceptance that names no letter of ours; exactly one of them."""

    case_id: int | None = None
    collective_id: int | None = None
    late_nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An acceptance without network whose code names no letter: the hospital's office settles it, by the rules of the day it came."""

    late: LateAcceptance
    hospital: Hospital

    @property
    def day(self) -> date:
        """The day it came, in UTC."""
        return self.late.received_at.date()


Thing = Case | CollectiveLetter | Unknown
"""What may wait."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One thing that waits. ``subject`` tells it from others about the same; ``region_code`` is the office that is waited for,
    ``owner`` its role, ``person_id`` and ``name`` are its person's where it has one."""

    thing: Thing
    subject: str
    kind: str
    since: datetime
    owner: Role
    region_code: str
    person_id: int | None = None
    name: str | None = None

    @property
    def case(self) -> Case | None:
        """The case, where it is about one."""
        return self.thing if isinstance(self.thing, Case) else None

    @property
    def letter(self) -> CollectiveLetter | None:
        """The cover letter, where it is about one."""
        return self.thing if isinstance(self.thing, CollectiveLetter) else None

    @property
    def ticket(self) -> str | None:
        """The case's."""
        return self.case.ticket if self.case else None

    @property
    def about(self) -> About:
        """What it is known by in the database."""
        match self.thing:
            case Case():
                return About(case_id=self.thing.id)
            case CollectiveLetter():
                return About(collective_id=self.thing.id)
            case Unknown():
                return About(late_nonce=self.thing.late.nonce)

    @property
    def title(self) -> str:
        """What people call it."""
        match self.thing:
            case Case():
                return self.thing.name
            case CollectiveLetter(number=None):
                return say("Surat pengantar untuk {people} orang", people=self.thing.people)
            case CollectiveLetter():
                return say("Surat pengantar {number}", number=self.thing.number)
            case Unknown():
                return say("Penerimaan dari {hospital}", hospital=self.thing.hospital.name)


def open_cases(session: Session, region_code: str | None) -> list[Case]:
    """Every case that is not closed, of a region or of all; what lies sealed is not opened."""
    return list(session.exec(_of(select(Case).where(col(Case.closed_at).is_(None)), region_code)))


def in_state(case: Case) -> Pending:
    """An open case as its state says: always exactly one."""
    return of_case(case, case.state.value, case.state.value, case.state_since, OWNER[case.state])


def of_case(case: Case, kind: str, subject: str, since: datetime, owner: Role, person: Staff | None = None) -> Pending:
    """Something of a case, waited for by its own office."""
    who = (person.id, person.name) if person else (None, None)
    return Pending(case, subject, kind, since, owner, case.region_code, *who)


def beside(session: Session, region_code: str | None) -> Iterator[Pending]:
    """What goes on beside cases, open or closed, and what is about none."""
    yield from _registrations(session, region_code)
    yield from _checks(session, region_code)
    yield from _corrections(session, region_code)
    yield from _duties(session, region_code)
    yield from _transfers(session, region_code)
    yield from _late_acceptances(session, region_code)
    yield from _collective_letters(session, region_code)


def _registrations(session: Session, region_code: str | None) -> Iterator[Pending]:
    query = select(Registration, Case).join(Case, col(Case.id) == Registration.case_id).options(*left_sealed(Registration))
    for registration, case in session.exec(_of(query.where(col(Registration.status).not_in(list(ENDED))), region_code)):
        kind = Waiting(f"REGISTRATION_{registration.status}")
        yield of_case(case, kind, kind, registration.since, REGISTRATION_OWNER[registration.status])


def _checks(session: Session, region_code: str | None) -> Iterator[Pending]:
    query = select(ManualCheck, Case, Staff).join(Case, col(Case.id) == ManualCheck.case_id)
    query = query.join(Staff, col(Staff.id) == ManualCheck.owner_id)
    query = query.where(col(ManualCheck.done_at).is_(None), col(Case.closed_at).is_(None))
    for check, case, owner in session.exec(_of(query, region_code)):
        subject = f"{Waiting.MANUAL_CHECK} {check.kind}"
        yield of_case(case, Waiting.MANUAL_CHECK, subject, check.opened_at, Role.CASEWORKER, owner)


def _corrections(session: Session, region_code: str | None) -> Iterator[Pending]:
    query = select(Correction, Case, Staff).join(Case, col(Case.id) == Correction.case_id)
    query = query.join(Staff, col(Staff.id) == Correction.owner_id).where(col(Correction.resolved_at).is_(None))
    for correction, case, owner in session.exec(_of(query, region_code)):
        subject = f"{Waiting.CORRECTION} {correction.id}"
        yield of_case(case, Waiting.CORRECTION, subject, correction.opened_at, Role.CASEWORKER, owner)


def _duties(session: Session, region_code: str | None) -> Iterator[Pending]:
    """A duty waits from the day its owner is to be reminded."""
    query = select(Duty, Case, Staff).join(Case, col(Case.id) == Duty.case_id).join(Staff, col(Staff.id) == Duty.owner_id)
    for duty, case, owner in session.exec(_of(query.where(col(Duty.done_at).is_(None)), region_code)):
        since = datetime.combine(duty.remind_on, time(), ZoneInfo(case.timezone))
        yield of_case(case, Waiting.DTSEN_DUTY, Waiting.DTSEN_DUTY, since, Role.CASEWORKER, owner)


def _transfers(session: Session, region_code: str | None) -> Iterator[Pending]:
    query = select(Transfer, Case).join(Letter, col(Letter.id) == Transfer.letter_id).join(Case, col(Case.id) == Letter.case_id)
    for asked, case in session.exec(_of(query.where(col(Transfer.outcome).is_(None)), region_code)):
        yield of_case(case, Waiting.TRANSFER, f"{Waiting.TRANSFER} {asked.id}", asked.requested_at, Role.CASEWORKER)


def _late_acceptances(session: Session, region_code: str | None) -> Iterator[Pending]:
    """Those that a person settles; the hospital's office does, whoever wrote the letter."""
    query = select(LateAcceptance, Hospital, Case).join(Hospital, col(Hospital.code) == LateAcceptance.hospital_code)
    query = query.outerjoin(Letter, col(Letter.id) == LateAcceptance.letter_id).outerjoin(Case, col(Case.id) == Letter.case_id)
    query = query.where(col(LateAcceptance.outcome).in_(OPEN), col(LateAcceptance.settled_at).is_(None)).options(*left_sealed(Case))
    for late, hospital, case in session.exec(query.where(Hospital.region_code == region_code) if region_code else query):
        subject = f"{Waiting.LATE_ACCEPTANCE} {late.nonce}"
        thing = Unknown(late, hospital) if late.letter_id is None else case
        yield Pending(thing, subject, Waiting.LATE_ACCEPTANCE, late.received_at, Role.CASEWORKER, hospital.region_code)


def _collective_letters(session: Session, region_code: str | None) -> Iterator[Pending]:
    """Cover letters that wait for a paraf or the head's word, for their paper, or for the signature of who decided them."""
    query = select(CollectiveLetter).where(col(CollectiveLetter.status).in_(COLLECTIVE)).options(*left_sealed(CollectiveLetter))
    for letter in session.exec(query.where(CollectiveLetter.region_code == region_code) if region_code else query):
        kind, (owner, since) = COLLECTIVE[letter.status], turn(session, letter)
        decider = session.get(Staff, letter.decided_by) if letter.status == CollectiveStatus.PREPARED else None
        who = (decider.id, decider.name) if decider else (None, None)
        yield Pending(letter, kind, kind, since, owner, letter.region_code, *who)


def turn(session: Session, letter: CollectiveLetter) -> tuple[Role, datetime]:
    """Whose turn it is, and since when: since the letter came into its status, or since the paraf before."""
    if letter.status != CollectiveStatus.PROPOSED:
        return (Role.SYSTEM if letter.status == CollectiveStatus.SIGNED else Role.KADIS), letter.since
    given = [step.given_at for step in collective.steps_of(session, letter) if step.given_at]
    step = collective.next_step(session, letter)
    return (step.role if step else Role.KADIS), max(given, default=letter.since)


def _of(query: Any, region_code: str | None) -> Any:
    query = query.options(*left_sealed(Case))
    return query.where(Case.region_code == region_code) if region_code else query
