"""What RQ knows: run what is due for a task's case, one direction, each step its own durable task.

    start (short transaction: claim, read frozen facts) -> gather (network, no session)
      -> conclude (one transaction: close the task, draw the conclusion, promise the next) -> start again

A job keeps its case: after concluding it takes the case's next due tasks, and independent registry checks are
gathered side by side. A worker that dies simply stops renewing its lease; the relay hands the task out again.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from verify import traces
from verify.composition import Rekom
from verify.config import load_settings
from verify.imports import running
from verify.log_context import job_context, name_case
from verify.logs import place_of
from workflows import advance, checks, facts, manual_checks, tasks
from workflows.errors import NotConnected, RegistryError, Unavailable
from workflows.records.case import Case
from workflows.records.task import Task
from workflows.states import CHECKS, ON_NEWS, Job
from workflows.steps import SOURCE, STEPS
from workflows.vocabulary import Urgency

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 4
LONGEST_WAIT = 60.0
"""Seconds: a registry that says to come back later than this (a used-up quota) is a person's at once."""


@dataclass(frozen=True, slots=True)
class Started:
    """A claimed task with the facts it is to work on."""

    task: Task
    facts: Any


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of a task: evidence, or the error that stood in its way."""

    task: Task
    evidence: Any
    error: Exception | None


class RunFailed(RuntimeError):
    """A run that broke off; its task's lease runs out and the relay rings again."""


def run_task(task_id: int) -> None:
    """RQ's entry: everything but the id is in the database."""
    with _discreet(), job_context(task_id):
        work(this_process(), task_id)


def run_import(file_id: int) -> None:
    """RQ's entry for an uploaded file that is to be tried or stored."""
    with _discreet():
        running.work(this_process(), file_id)


@contextmanager
def _discreet() -> Iterator[None]:
    """RQ writes an exception's text into its log and into Redis, and ours may hold a statement's personal data."""
    try:
        yield
    except Exception as error:
        raise RunFailed(f"{type(error).__name__} at {place_of(error)}") from None
    finally:
        traces.flush()


@cache
def this_process() -> Rekom:
    """This worker process's parts, made after the fork. It need not wake the relay: it keeps its case."""
    return Rekom(load_settings(), wakes=False)


def work(rekom: Rekom, task_id: int) -> None:
    """Run the task and whatever becomes due for its case meanwhile."""
    with traces.following("job", rekom.database, task_id):
        started = _start(rekom, task_id)
        while started:
            with _renewed(rekom, started):
                gathered = _gather_all(rekom, started)
            for one in gathered[:-1]:
                with rekom.database.write() as session:
                    _finish(rekom, session, one)
            started = _finish_last(rekom, gathered[-1])


def _start(rekom: Rekom, task_id: int) -> list[Started]:
    with rekom.database.write() as session:
        task = session.get(Task, task_id)
        if task is None or task.done_at is not None:
            return []
        return _claim(rekom, session, task, task_id)


def _finish_last(rekom: Rekom, one: Gathered) -> list[Started]:
    # Claimed in the same transaction that promised it, the next task never waits for the relay.
    with rekom.database.write() as session:
        _finish(rekom, session, one)
        return _claim(rekom, session, one.task, None)


def _claim(rekom: Rekom, session: Session, like: Task, asked: int | None) -> list[Started]:
    lease, news = rekom.settings.task_lease_seconds, like.job in ON_NEWS
    claimed = tasks.start(session, like.case_id, asked, now=rekom.clock(), seconds=lease, news=news)
    if not claimed:
        return []
    case = session.get_one(Case, like.case_id)
    name_case(case.ticket)
    return [Started(task, facts.of_task(session, case, task)) for task in claimed]


def _gather_all(rekom: Rekom, started: Sequence[Started]) -> list[Gathered]:
    if len(started) == 1:
        return [_gather(rekom, started[0])]
    assert rekom.ports is not None, "made once, before the threads share them"
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        running = [pool.submit(copy_context().run, _gather, rekom, one) for one in started]  # the log knows the task there too
        return [one.result() for one in running]


def _gather(rekom: Rekom, one: Started) -> Gathered:
    try:
        with traces.step(f"gather {one.task.job.value}"):
            return Gathered(one.task, STEPS[one.task.job].gather(rekom.ports, one.facts), None)
    except RegistryError as error:
        return Gathered(one.task, None, error)
    except Exception as error:
        # A fault of ours must not take the case down with it: it is logged, tried again, and in the end a person's.
        log.error("step %s of case %s failed: %s at %s", one.task.job.value, one.task.case_id, type(error).__name__, place_of(error))
        return Gathered(one.task, None, error)


def _finish(rekom: Rekom, session: Session, one: Gathered) -> None:
    case = advance.lock_by_id(session, one.task.case_id)
    now = rekom.clock()
    if one.error is None:
        if tasks.finish(session, one.task, now=now) and _still_matters(case, one.task.job):
            with traces.step(f"conclude {one.task.job.value}"):
                STEPS[one.task.job].conclude(session, case, one.task, one.evidence, now=now)
        return
    if _is_handed_over(rekom, case, one) and case.closed_at is None:
        checks.record_undetermined(session, case, one.task, source=SOURCE[one.task.job], reason=_words(one.error), now=now)
    _try_later(rekom, session, one, now=now)


def _try_later(rekom: Rekom, session: Session, one: Gathered, *, now: datetime) -> None:
    # A check that a person has taken over is still asked for some days: what was decided by hand is compared with
    # the registry's own word when it is back. What a registry refuses it will refuse again.
    refused = isinstance(one.error, RegistryError) and not isinstance(one.error, Unavailable)
    too_old = now - one.task.created_at > timedelta(hours=rekom.settings.recheck_hours)
    if one.task.job in CHECKS and (refused or too_old):
        tasks.finish(session, one.task, now=now)
    else:
        first, told = rekom.settings.task_backoff_seconds, _told(one.error)
        tasks.postpone(session, one.task, now=now, first_pause=first, error=_words(one.error), told=told)


def _still_matters(case: Case, job: Job) -> bool:
    """News is told of a closed case too, a check's answer is kept for a served one; findings and letters only for an open one."""
    return job in ON_NEWS or case.closed_at is None or (job in CHECKS and case.state not in manual_checks.UNSERVED)


def _is_handed_over(rekom: Rekom, case: Case, one: Gathered) -> bool:
    """Whether a person takes a check over now: an emergency's at the first silence, others' after some tries.

    Findings and letters are tried for ever, with growing pauses.
    """
    if one.task.job not in CHECKS:
        return False
    refused = isinstance(one.error, RegistryError) and not isinstance(one.error, Unavailable)
    alone = isinstance(one.error, NotConnected) or _told(one.error) > LONGEST_WAIT
    return refused or alone or case.urgency == Urgency.EMERGENCY or one.task.attempts >= rekom.settings.task_attempts


def _told(error: Exception | None) -> float:
    """The seconds a registry asked us to wait."""
    told = error.context.get("retry_after", "") if isinstance(error, RegistryError) else ""
    return float(told) if told.isdecimal() else 0


def _words(error: Exception | None) -> str:
    # Only our own errors are known to hold no personal data.
    return str(error) if isinstance(error, RegistryError) else f"Kesalahan dalam ({type(error).__name__}). Dicoba lagi."


@contextmanager
def _renewed(rekom: Rekom, started: Sequence[Started]) -> Iterator[None]:
    """Keep the leases while gathering; only needed where that takes longer than a lease."""
    ids = [one.task.id for one in started if one.task.id is not None]
    lease, stop = rekom.settings.task_lease_seconds, threading.Event()

    def renew() -> None:
        while not stop.wait(lease / 3):
            try:
                with rekom.database.write() as session:
                    tasks.renew(session, ids, now=rekom.clock(), seconds=lease)
            except SQLAlchemyError as error:
                log.warning("lease not renewed: %s", type(error).__name__)

    keeper = threading.Thread(target=renew, daemon=True, name="lease-keeper")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


assert {job for job in Job if job in CHECKS} <= set(SOURCE)
