"""Duties after a case. A reactivated PBI JK member's data in DTSEN is due within the months the ministry gives."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from workflows import advance, audit, facts
from workflows.actor import Actor
from workflows.errors import NotFound
from workflows.permissions import Permission, check
from workflows.records.assessment import Assessment
from workflows.records.case import Case
from workflows.records.duty import Duty, DutyKind
from workflows.records.staff import Staff
from workflows.rules.policy import NationalPolicy, in_force
from workflows.saying import say


@dataclass(frozen=True, slots=True)
class DutyTerms:
    """Months until a duty is due, and how many days before its owner is reminded."""

    months: int
    remind_days: int


def terms_on(national: NationalPolicy, day: date) -> DutyTerms:
    """What holds on a day."""
    return DutyTerms(in_force(national.dtsen_duty_months, day).value, in_force(national.dtsen_reminder_days, day).value)


def begin(session: Session, case: Case, active_on: date, terms: DutyTerms, *, now: datetime) -> Duty:
    """Owe the update from the day of reactivation on; it is the assessor's, who knows the family."""
    due = months_after(active_on, terms.months)
    assert case.id is not None
    duty = Duty(
        case_id=case.id,
        kind=DutyKind.DTSEN_UPDATE,
        due_on=due,
        remind_on=due - timedelta(days=terms.remind_days),
        owner_id=_owner(session, case),
        opened_at=now,
    )
    session.add(duty)
    session.flush()
    return duty


def done(session: Session, case: Case, note: str, actor: Actor, *, now: datetime) -> Duty:
    """Write down that it was done, and what was seen of it."""
    check(actor, Permission.RECORD_CHECK)
    duty = session.exec(select(Duty).where(Duty.case_id == case.id, col(Duty.done_at).is_(None))).first()
    if duty is None:
        raise NotFound(say("Berkas ini tidak punya kewajiban yang terbuka."))
    duty.done_at, duty.done_by, duty.note = now, actor.person_id, note
    session.add(duty)
    audit.record(session, advance.subject(case), "DUTY_DONE", actor=actor, now=now, kind=duty.kind.value)
    return duty


def listed(session: Session, region_code: str) -> list[tuple[Duty, Case, Staff]]:
    """A region's open duties with their owners, the earliest due first."""
    query = select(Duty, Case, Staff).join(Case, col(Case.id) == Duty.case_id).join(Staff, col(Staff.id) == Duty.owner_id)
    query = query.where(Case.region_code == region_code, col(Duty.done_at).is_(None))
    return list(session.exec(query.order_by(col(Duty.due_on), col(Duty.id)).limit(500)).all())


def reminded(session: Session, actor: Actor, day: date) -> list[tuple[Duty, Case]]:
    """A person's own open duties whose reminder has come, the earliest due first."""
    query = select(Duty, Case).join(Case, col(Case.id) == Duty.case_id)
    query = query.where(Duty.owner_id == actor.id, col(Duty.done_at).is_(None), Duty.remind_on <= day)
    return list(session.exec(query.order_by(col(Duty.due_on), col(Duty.id))).all())


def months_after(day: date, months: int) -> date:
    """The same day so many months later; a day that month does not have is its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _owner(session: Session, case: Case) -> int:
    assessment: Assessment | None = facts.assessment_of(session, case)
    return assessment.assessed_by if assessment else case.opened_by
