"""Asking a registry again: what it refused, once the reason is gone, and what it answered, once it was put right there."""

from datetime import datetime

from sqlmodel import Session, col, select

from workflows import advance, audit, facts, tasks
from workflows.actor import Actor
from workflows.records.case import Case
from workflows.records.manual_check import ManualCheck
from workflows.records.task import Task
from workflows.states import Job


def ask_again(session: Session, case: Case, kind: Job, actor: Actor, *, now: datetime) -> bool:
    """Promise the check once more on the same facts; False where it is still being asked, was asked too often, or nobody waits.

    What a registry did not answer is asked again by itself; what it refused is not, because it would refuse for ever.
    The caller holds the case's row lock.
    """
    given = session.exec(select(Task).where(Task.case_id == case.id, Task.job == kind)).all()
    known = {task.input_hash for task in given}
    fresh = [one for one in facts.fingerprints(facts.read(session, case, kind)) if one not in known]
    if case.closed_at is not None or not fresh or any(task.done_at is None for task in given):
        return False
    tasks.add(session, case, kind, fresh[0], now=now)
    audit.record(session, advance.subject(case), "ASK_AGAIN", actor=actor, now=now, kind=kind.value)
    return True


def waiting_for_a_person(session: Session, kind: Job) -> list[int]:
    """The open cases in which a person still has to do this check."""
    query = select(ManualCheck.case_id).join(Case).where(ManualCheck.kind == kind, col(ManualCheck.done_at).is_(None))
    return list(session.exec(query.where(col(Case.closed_at).is_(None)).order_by(col(ManualCheck.case_id))))
