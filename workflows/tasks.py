"""The transactional task table: add with the reason, lease to one worker, finish once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from workflows.records.case import Case
from workflows.records.task import Task
from workflows.states import ON_NEWS, Job
from workflows.vocabulary import Urgency

LONGEST_PAUSE = timedelta(minutes=10)
LONGEST_TOLD = timedelta(hours=24)
"""A registry may ask us to wait (Retry-After, a used-up quota), but not for ever."""
MOST_DOUBLINGS = 20
"""Far beyond ``LONGEST_PAUSE``; after days of an outage the number itself would become too large to be a time."""


def add(session: Session, case: Case, job: Job, input_hash: str, *, now: datetime, due_at: datetime | None = None) -> None:
    """Promise that ``job`` will run on this input; a promise already given for the same input is not given twice.

    The caller holds the case's row lock; the unique constraint is the net under that.
    """
    known = select(Task.id).where(Task.case_id == case.id, Task.job == job, Task.input_hash == input_hash)
    if session.exec(known).first() is None:
        urgent = case.urgency == Urgency.EMERGENCY and job not in ON_NEWS
        due = due_at or now
        session.add(Task(case_id=_id(case), job=job, input_hash=input_hash, urgent=urgent, created_at=now, due_at=due))
        session.flush()


def due(session: Session, *, now: datetime, limit: int = 100) -> list[Task]:
    """One due task of each case that no worker holds, urgent ones first: a case is worked by one job at a time.

    News to hospitals goes beside that: a receiver that is slow holds up no case.
    """
    held, earlier = aliased(Task), aliased(Task)
    same = held.case_id == Task.case_id, _is_news(held) == _is_news(Task)
    holds = select(held.id).where(*same, col(held.done_at).is_(None), col(held.leased_until) > now)
    first = select(earlier.id).where(
        earlier.case_id == Task.case_id,
        _is_news(earlier) == _is_news(Task),
        col(earlier.done_at).is_(None),
        earlier.due_at <= now,
        col(earlier.id) < col(Task.id),
    )
    query = select(Task).where(col(Task.done_at).is_(None), Task.due_at <= now, ~holds.exists(), ~first.exists())
    return list(session.exec(query.order_by(col(Task.urgent).desc(), col(Task.due_at), col(Task.id)).limit(limit)))


def lease(session: Session, task: Task, *, now: datetime, seconds: float) -> bool:
    """Take a free task for ``seconds``; False where somebody else took it first."""
    free = or_(col(Task.leased_until).is_(None), col(Task.leased_until) <= now)
    query = update(Task).where(col(Task.id) == task.id, col(Task.done_at).is_(None), free)
    return bool(session.exec(query.values(leased_until=now + timedelta(seconds=seconds))).rowcount == 1)


def release(session: Session, task: Task) -> None:
    """Give a leased task back unworked."""
    session.exec(update(Task).where(col(Task.id) == task.id, col(Task.done_at).is_(None)).values(leased_until=None))


def start(session: Session, case_id: int, asked: int | None, *, now: datetime, seconds: float, news: bool = False) -> list[Task]:
    """Everything a worker may run for a case now: the task it was rung for and the case's other free, due tasks of its kind."""
    free = or_(col(Task.leased_until).is_(None), col(Task.leased_until) <= now, col(Task.id) == asked)
    query = select(Task).where(Task.case_id == case_id, col(Task.done_at).is_(None), Task.due_at <= now, free, _is_news(Task) == news)
    query = query.order_by(col(Task.id))
    # Read under the lock: another run of the same task may have counted its try since this session first saw it.
    tasks = list(session.exec(query.with_for_update().execution_options(populate_existing=True)))
    for task in tasks:
        task.leased_until = now + timedelta(seconds=seconds)
        task.attempts += 1
    session.flush()
    return tasks


def renew(session: Session, task_ids: Sequence[int], *, now: datetime, seconds: float) -> None:
    """Keep the lease of tasks that are still being worked on."""
    until = now + timedelta(seconds=seconds)
    session.exec(update(Task).where(col(Task.id).in_(task_ids), col(Task.done_at).is_(None)).values(leased_until=until))


def finish(session: Session, task: Task, *, now: datetime) -> bool:
    """Close a task; False where another run closed it, and then its conclusion must not be drawn again."""
    done = update(Task).where(col(Task.id) == task.id, col(Task.done_at).is_(None)).values(done_at=now, leased_until=None, last_error=None)
    return bool(session.exec(done).rowcount == 1)


def postpone(session: Session, task: Task, *, now: datetime, first_pause: float, error: str, told: float = 0) -> None:
    """Give a failed task back with a pause that doubles with each try, and is no shorter than the ``told`` seconds."""
    doublings = min(task.attempts - 1, MOST_DOUBLINGS)
    pause = min(timedelta(seconds=first_pause * 2**doublings), LONGEST_PAUSE)
    pause = max(pause, min(timedelta(seconds=told), LONGEST_TOLD))
    values = {"due_at": now + pause, "leased_until": None, "last_error": error[:300]}
    session.exec(update(Task).where(col(Task.id) == task.id, col(Task.done_at).is_(None)).values(**values))


def _is_news(task: Any) -> Any:
    return col(task.job).in_(ON_NEWS)


def _id(case: Case) -> int:
    assert case.id is not None, "the case must be flushed before it gets tasks"
    return case.id
