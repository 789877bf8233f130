"""The task table: a promise is given once, held by one, kept once, and put off for longer each time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from tests.office import Office
from workflows import advance, tasks
from workflows.records import Task
from workflows.states import CHECKS, ON_OPENING, Job
from workflows.vocabulary import Urgency


@contextmanager
def held(office: Office, ticket: str) -> Iterator[tuple[Session, advance.Case]]:
    """A transaction with the case under its lock."""
    with office.write() as session:
        yield session, advance.lock_by_id(session, office.case(ticket).id or 0)


def lease(office: Office, task: Task, *, seconds: float = 30) -> bool:
    with office.write() as session:
        return tasks.lease(session, task, now=office.clock(), seconds=seconds)


def start(office: Office, ticket: str, asked: int | None = None) -> list[int]:
    with office.write() as session:
        found = tasks.start(session, office.case(ticket).id or 0, asked, now=office.clock(), seconds=30)
        return [task.id or 0 for task in found]


def finish(office: Office, task: Task) -> bool:
    with office.write() as session:
        return tasks.finish(session, task, now=office.clock())


def test_a_promise_is_given_once(office: Office) -> None:
    ticket = office.open()
    with held(office, ticket) as (session, case):
        for _ in range(3):
            tasks.add(session, case, Job.FINDINGS, "f" * 64, now=office.clock())
    assert len(office.tasks(ticket, Job.FINDINGS)) == 1
    finish(office, office.tasks(ticket, Job.FINDINGS)[0])
    with held(office, ticket) as (session, case):
        tasks.add(session, case, Job.FINDINGS, "f" * 64, now=office.clock())
    assert [task.done_at for task in office.tasks(ticket, Job.FINDINGS)] == [office.clock()]


def test_the_database_too_keeps_it_to_one(office: Office) -> None:
    ticket = office.open()
    first = office.tasks(ticket)[0]
    with pytest.raises(IntegrityError, match=r"uq_task_case_id_job_input_hash|task\.input_hash"), office.write() as session:
        session.add(Task(**first.model_dump(exclude={"id"})))


def test_another_input_is_another_promise(office: Office) -> None:
    ticket = office.open()
    with held(office, ticket) as (session, case):
        tasks.add(session, case, Job.IDENTITY, "f" * 64, now=office.clock())
    assert len(office.tasks(ticket, Job.IDENTITY)) == 2
    assert len(office.tasks(ticket)) == len(ON_OPENING) + 1


def test_only_one_of_a_case_is_handed_out_at_a_time(office: Office) -> None:
    tickets = [office.open(number) for number in (1, 2)]
    first = [office.tasks(ticket)[0].id for ticket in tickets]
    assert office.due() == first
    assert lease(office, office.tasks(tickets[0])[2])  # whichever is held, the case is in hands
    assert office.due() == first[1:]
    office.clock.pass_by(seconds=30)
    assert office.due() == first


def test_emergencies_come_first_then_who_waits_longest(office: Office) -> None:
    early = office.open(1)
    office.clock.pass_by(seconds=1)
    late, urgent = office.open(2), office.open(3, urgency=Urgency.EMERGENCY)
    assert office.due() == [office.tasks(ticket)[0].id for ticket in (urgent, early, late)]


def test_what_is_not_due_yet_is_left_alone(office: Office) -> None:
    ticket = office.open()
    with office.write() as session:
        for task in office.tasks(ticket):
            tasks.postpone(session, task.model_copy(update={"attempts": 1}), now=office.clock(), first_pause=2, error="uji")
    assert (office.due(), start(office, ticket)) == ([], [])
    office.clock.pass_by(seconds=2)
    assert len(start(office, ticket)) == len(CHECKS)


def test_a_lease_is_taken_once_and_runs_out(office: Office) -> None:
    task = office.tasks(office.open())[0]
    assert [lease(office, task), lease(office, task)] == [True, False]
    office.clock.pass_by(seconds=29)
    assert lease(office, task) is False
    office.clock.pass_by(seconds=1)
    assert lease(office, task) is True


def test_eight_who_lease_at_once_one_has_it(office: Office) -> None:
    task, ready = office.tasks(office.open())[0], threading.Barrier(8, timeout=10)
    said: list[bool | Exception] = []

    def act() -> None:
        try:
            ready.wait()
            said.append(lease(office, task))
        except Exception as error:
            said.append(error)

    threads = [threading.Thread(target=act, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(said, key=str) == [False] * 7 + [True]


def test_a_lease_can_be_given_back_and_renewed(office: Office) -> None:
    task = office.tasks(office.open())[0]
    lease(office, task)
    with office.write() as session:
        tasks.release(session, task)
    assert lease(office, task) is True
    office.clock.pass_by(seconds=20)
    with office.write() as session:
        tasks.renew(session, [task.id or 0], now=office.clock(), seconds=30)
    office.clock.pass_by(seconds=20)
    assert lease(office, task) is False


def test_a_run_takes_all_free_tasks_of_its_case_and_of_no_other(office: Office) -> None:
    ticket = office.open(1)
    office.open(2)
    mine = [task.id for task in office.tasks(ticket)]
    lease(office, office.tasks(ticket)[0])
    assert start(office, ticket) == mine[1:]  # without being asked for it, the held one stays where it is
    assert [task.attempts for task in office.tasks(ticket)] == [0, 1, 1, 1]
    assert start(office, ticket, asked=mine[0]) == mine[:1]  # the one it was rung for is its own
    assert start(office, ticket) == []


def test_a_task_ends_once(office: Office) -> None:
    ticket = office.open()
    task = office.tasks(ticket)[0]
    start(office, ticket)
    assert [finish(office, task), finish(office, task)] == [True, False]
    ended = office.tasks(ticket)[0]
    assert (ended.done_at, ended.leased_until) == (office.clock(), None)
    assert lease(office, task) is False
    assert task.id not in start(office, ticket, asked=task.id)


@pytest.mark.parametrize(
    ("attempts", "pause"), [(1, 2), (2, 4), (3, 8), (5, 32), (9, 512), (10, 600), (47, 600), (500, 600), (100_000, 600)]
)
def test_each_failure_puts_it_off_for_longer_up_to_ten_minutes(sqlite_office: Office, attempts: int, pause: int) -> None:
    office, ticket = sqlite_office, sqlite_office.open()
    task = office.tasks(ticket)[0].model_copy(update={"attempts": attempts})
    lease(office, task)
    with office.write() as session:
        tasks.postpone(session, task, now=office.clock(), first_pause=2, error="x" * 500)
    stored = office.tasks(ticket)[0]
    assert (stored.due_at, stored.leased_until) == (office.clock() + timedelta(seconds=pause), None)
    assert stored.last_error == "x" * 300


def test_what_ended_is_not_put_off_or_held_again(office: Office) -> None:
    ticket = office.open()
    task = office.tasks(ticket)[0]
    finish(office, task)
    with office.write() as session:
        tasks.postpone(session, task.model_copy(update={"attempts": 1}), now=office.clock(), first_pause=2, error="uji")
        tasks.renew(session, [task.id or 0], now=office.clock(), seconds=30)
    stored = office.tasks(ticket)[0]
    assert (stored.due_at, stored.leased_until, stored.last_error) == (stored.created_at, None, None)
