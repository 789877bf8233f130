"""What waits for one person by name: checks to be done by hand, and late answers that contradict a case."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows.actor import Actor
from workflows.records.case import Case
from workflows.records.manual_check import Correction, ManualCheck
from workflows.records.staff import Staff
from workflows.states import Job
from workflows.vocabulary import Urgency

MOST_URGENT_FIRST = tuple(Urgency)


@dataclass(frozen=True, slots=True)
class Assigned:
    """One thing to do in a case; ``correction_id`` where a late answer has to be looked at, else a check by hand."""

    case: Case
    kind: Job
    since: datetime
    reason: str | None
    correction_id: int | None


def assigned_to(session: Session, actor: Actor) -> list[Assigned]:
    """Everything with this person's name on it, most urgent first, then what has waited longest."""
    checks = select(ManualCheck, Case).join(Case, col(Case.id) == ManualCheck.case_id)
    checks = checks.where(ManualCheck.owner_id == actor.id, col(ManualCheck.done_at).is_(None), col(Case.closed_at).is_(None))
    corrections = select(Correction, Case).join(Case, col(Case.id) == Correction.case_id)
    corrections = corrections.where(Correction.owner_id == actor.id, col(Correction.resolved_at).is_(None))
    found = [Assigned(case, check.kind, check.opened_at, check.reason, None) for check, case in session.exec(checks)]
    found += [Assigned(case, late.kind, late.opened_at, None, late.id) for late, case in session.exec(corrections)]
    return sorted(found, key=lambda one: (MOST_URGENT_FIRST.index(one.case.urgency), one.since))


def colleagues(session: Session, staff_ids: tuple[int, ...], actor: Actor) -> list[tuple[str, str]]:
    """Number and name of those a check may be passed on to, by name, without the actor."""
    query = select(Staff).where(col(Staff.id).in_(staff_ids), Staff.id != actor.id).order_by(Staff.name)
    return [(str(one.id), one.name) for one in session.exec(query)]
