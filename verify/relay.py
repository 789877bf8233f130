"""The relay and sweeper in one loop: it rings for tasks that are due and free, closes letters that ran out, tells the next
person of what waits too long, opens a new year's seats, erases what was kept long enough, and takes witnesses of the audit trail.

It is woken through Redis after each commit and looks by itself every second as a net, so a Redis that is
gone delays cases and loses none.
"""

import logging
import threading
from contextlib import closing, suppress

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from verify import collective, traces
from verify.composition import Rekom
from verify.escalation import Escalations
from verify.health import sign_relay
from verify.retention import Retention
from verify.seat_keeping import SeatKeeping
from verify.witness import Witnesses
from workflows import advance, bedside, imports, letters, tasks
from workflows.errors import RekomError
from workflows.records.task import Task

log = logging.getLogger(__name__)


def run(rekom: Rekom, stop: threading.Event) -> None:
    """Loop until ``stop`` is set. Outages of database or Redis are waited out."""
    witnesses, escalations, seats, retention = Witnesses(rekom), Escalations(rekom), SeatKeeping(rekom), Retention(rekom)
    while not stop.is_set():
        try:
            with closing(rekom.doorbell.listen()) as bell:
                while not stop.is_set():
                    once(rekom)
                    witnesses.take_when_due()
                    escalations.tell_when_due()
                    seats.look_when_due()
                    retention.sweep_when_due()
                    sign_relay(rekom.doorbell.impatient, rekom.clock())
                    bell.get_message(timeout=rekom.settings.relay_poll_seconds)
        except (RedisError, SQLAlchemyError, OSError) as error:
            log.warning("relay waits: %s", type(error).__name__)
            stop.wait(rekom.settings.relay_poll_seconds)


def once(rekom: Rekom) -> int:
    """One look: expire what ran out, ring for every free due task; returns how many were rung."""
    _expire(rekom)
    _remind(rekom)
    collective.sweep(rekom)
    leased = _leased(rekom)
    for position, task in enumerate(leased):
        assert task.id is not None
        try:
            with traces.following("ring", rekom.database, task.id):
                rekom.doorbell.ring(task.id, urgent=task.urgent)
        except RedisError:
            log.warning("%s tasks not rung: Redis does not answer", len(leased) - position)
            _release(rekom, leased[position:])
            return position
    _ring_for_file(rekom)  # last: cases never wait for files
    return len(leased)


def _ring_for_file(rekom: Rekom) -> None:
    with rekom.database.read() as session:
        file_id = imports.due(session, now=rekom.clock())
    if file_id is None:
        return
    with rekom.database.write() as session:
        if not imports.lease(session, file_id, now=rekom.clock(), seconds=rekom.settings.task_lease_seconds):
            return
    try:
        rekom.doorbell.ring_import(file_id)
    except RedisError:
        log.warning("file %s not rung: Redis does not answer", file_id)  # its lease runs out by itself


def _leased(rekom: Rekom) -> list[Task]:
    with rekom.database.read() as session:
        found = tasks.due(session, now=rekom.clock())
    if not found:
        return []
    with rekom.database.write() as session:
        lease = rekom.settings.task_lease_seconds
        return [task for task in found if tasks.lease(session, task, now=rekom.clock(), seconds=lease)]


def _release(rekom: Rekom, leased: list[Task]) -> None:
    # A lease that cannot be given back runs out by itself.
    with suppress(SQLAlchemyError), rekom.database.write() as session:
        for task in leased:
            tasks.release(session, task)


def _expire(rekom: Rekom) -> None:
    with rekom.database.read() as session:
        overdue = letters.overdue(session, now=rekom.clock())
    for case_id in overdue:
        try:
            with rekom.database.write() as session:
                letters.expire(session, advance.lock_by_id(session, case_id), now=rekom.clock())
        except RekomError as error:
            # One case that cannot be closed must not keep all others from being rung for; its letter is over by the clock.
            log.error("letter of case %s not closed: %s", case_id, type(error).__name__)


def _remind(rekom: Rekom) -> None:
    with rekom.database.read() as session:
        nearly_due = bedside.to_remind(session, rekom.policies, now=rekom.clock())
    for case_id in nearly_due:
        try:
            with rekom.database.write() as session:
                bedside.remind(session, case_id, rekom.policies, now=rekom.clock())
        except RekomError as error:
            # As above: whoever cannot be reminded keeps nobody else from it, and no task from being rung for.
            log.error("nobody reminded of case %s: %s", case_id, type(error).__name__)
