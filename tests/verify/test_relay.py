"""The relay rings for what is due and for what a dead worker or a wiped Redis left behind; the worker runs one function only."""

import json
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import JobStatus
from rq.serializers import JSONSerializer
from sqlalchemy import text

from tests.office import NOBODY, Office, person, running_office
from tests.workflows.test_bedside import KNOWN, admit
from verify import jobs, relay, worker
from verify.cli import main
from verify.doorbell import NORMAL, QUEUES, TASK_FUNCTION, URGENT, TaskJob, job_name
from verify.health import RELAY_SIGN
from workflows import guards, imports, tasks
from workflows.records import CheckResult, Provisional
from workflows.states import State
from workflows.vocabulary import Urgency

CALLED: list[Any] = []


def planted(*arguments: Any) -> None:
    """What somebody who can write to Redis would like a worker to run."""
    CALLED.append(arguments)


@pytest.fixture
def ringing(database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office with a real Valkey, whose worker process is this one."""
    with running_office(database_url, tmp_path, redis_url=redis_url) as office:
        monkeypatch.setattr(jobs, "this_process", lambda: office.rekom)
        CALLED.clear()
        yield office


def queue(office: Office, name: str = NORMAL) -> Queue:
    return Queue(name, connection=office.rekom.doorbell.impatient, serializer=JSONSerializer, job_class=TaskJob)


def waiting(office: Office) -> list[str]:
    return [job_id for name in QUEUES for job_id in queue(office, name).get_job_ids()]


def work_off(office: Office, names: Sequence[str] = QUEUES, *, most: int | None = None) -> list[str]:
    """Run a worker of RQ's in this process until the queues are empty; returns the ids of the jobs it ran, in order."""
    own = SimpleWorker(list(names), connection=office.rekom.doorbell.impatient, job_class=TaskJob, serializer=JSONSerializer)
    ran: list[str] = []
    perform = own.perform_job
    own.perform_job = lambda job, *rest, **more: (ran.append(job.id), perform(job, *rest, **more))[1]  # type: ignore[method-assign]
    own.work(burst=True, max_jobs=most, logging_level="ERROR", with_scheduler=False)
    return ran


def first_task(office: Office, ticket: str) -> int:
    return office.tasks(ticket)[0].id or 0


def test_a_case_normally_costs_one_job(ringing: Office) -> None:
    ticket = ringing.open()
    assert (relay.once(ringing.rekom), waiting(ringing)) == (1, [job_name(first_task(ringing, ticket))])
    assert (len(work_off(ringing)), ringing.case(ticket).state) == (1, State.ASSESSMENT)
    assert (relay.once(ringing.rekom), waiting(ringing)) == (0, [])
    assert ringing.rekom.doorbell.impatient.keys("rq:job:*") == []  # nothing of the case stays in Redis


def test_cases_are_rung_for_before_files_are_looked_at(ringing: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = ringing.open()

    def breaks(*_: Any, **__: Any) -> None:
        raise OSError("no file today")

    monkeypatch.setattr(imports, "due", breaks)
    with pytest.raises(OSError, match="no file today"):
        relay.once(ringing.rekom)
    assert waiting(ringing) == [job_name(first_task(ringing, ticket))]


def test_emergencies_have_their_own_queue_and_go_first(ringing: Office) -> None:
    ringing.open(1)
    urgent = ringing.open(2, urgency=Urgency.EMERGENCY)
    relay.once(ringing.rekom)
    assert [len(queue(ringing, name)) for name in (URGENT, NORMAL)] == [1, 1]
    assert queue(ringing, URGENT).get_job_ids() == [job_name(first_task(ringing, urgent))]
    assert QUEUES == (URGENT, NORMAL)


def test_a_flood_of_routine_cases_delays_no_emergency(ringing: Office) -> None:
    """The relay rings for it first, any worker takes it next, and the one that is kept for emergencies takes nothing else."""
    flood = [ringing.open(number) for number in range(2, 22)]
    relay.once(ringing.rekom)
    first = ringing.open(1, urgency=Urgency.EMERGENCY)
    with ringing.read() as session:
        assert [task.id for task in tasks.due(session, now=ringing.clock(), limit=1)] == [first_task(ringing, first)]
    relay.once(ringing.rekom)
    assert work_off(ringing, worker.queues(only_urgent=False), most=1) == [job_name(first_task(ringing, first))]
    second = ringing.open(30, urgency=Urgency.EMERGENCY)
    relay.once(ringing.rekom)
    assert work_off(ringing, worker.queues(only_urgent=True)) == [job_name(first_task(ringing, second))]
    assert {ringing.case(ticket).state for ticket in (first, second)} == {State.ASSESSMENT}
    assert {ringing.case(ticket).state for ticket in flood} == {State.RECEIVED}
    assert len(queue(ringing, NORMAL)) == len(flood)


def test_the_command_keeps_a_worker_for_emergencies(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, bool]] = []
    monkeypatch.setattr(worker, "run", lambda _, **options: asked.append(options))
    for words in (["worker", "--only-urgent"], ["worker", "--burst"]):
        assert CliRunner().invoke(main, words).exit_code == 0
    assert asked == [{"burst": False, "only_urgent": True}, {"burst": True, "only_urgent": False}]
    assert worker.queues(only_urgent=True) == [URGENT]


def test_redis_holds_an_id_and_nothing_else(ringing: Office) -> None:
    ticket, known = ringing.open(), person()
    relay.once(ringing.rekom)
    job = queue(ringing).jobs[0]
    assert (job.func_name, job.args, job.kwargs) == (TASK_FUNCTION, [first_task(ringing, ticket)], {})
    kept = " ".join(str(ringing.rekom.doorbell.impatient.hgetall(key)) for key in ringing.rekom.doorbell.impatient.keys("rq:job:*"))
    assert not any(str(secret) in kept for secret in known.values())


def test_what_is_leased_is_not_rung_for_until_the_lease_is_over(ringing: Office) -> None:
    ringing.open()
    assert [relay.once(ringing.rekom), relay.once(ringing.rekom)] == [1, 0]
    ringing.clock.pass_by(seconds=4.9)
    assert relay.once(ringing.rekom) == 0
    ringing.clock.pass_by(seconds=0.1)  # a worker that lives renews its lease three times in these five seconds
    assert (relay.once(ringing.rekom), len(waiting(ringing))) == (1, 1)  # rung again, but it stands in the queue once


def test_a_wiped_redis_loses_nothing(ringing: Office) -> None:
    tickets = [ringing.open(number) for number in range(1, 6)]
    relay.once(ringing.rekom)
    ringing.rekom.doorbell.impatient.flushall()
    ringing.clock.pass_by(seconds=30)
    assert relay.once(ringing.rekom) == 5
    work_off(ringing)
    assert {ringing.case(ticket).state for ticket in tickets} == {State.ASSESSMENT}


@pytest.mark.parametrize("left", [JobStatus.QUEUED, JobStatus.STARTED, JobStatus.FAILED, JobStatus.FINISHED])
def test_a_job_left_behind_by_a_dead_worker_is_rung_again(ringing: Office, left: JobStatus) -> None:
    ticket = ringing.open()
    relay.once(ringing.rekom)
    job = queue(ringing).jobs[0]
    job.set_status(left)
    ringing.rekom.doorbell.impatient.lrem(queue(ringing).key, 0, job.id)
    ringing.clock.pass_by(seconds=30)
    assert (relay.once(ringing.rekom), waiting(ringing)) == (1, [job.id])
    assert (len(work_off(ringing)), ringing.case(ticket).state) == (1, State.ASSESSMENT)


def test_a_sign_of_life_written_after_a_wipe_keeps_no_task_from_its_job(ringing: Office) -> None:
    ticket = ringing.open()
    relay.once(ringing.rekom)
    (job,) = queue(ringing).jobs
    ringing.rekom.doorbell.impatient.flushall()
    job.heartbeat(ringing.clock(), 90)  # of a worker that had taken it before, and is then killed
    ringing.clock.pass_by(seconds=30)
    assert (relay.once(ringing.rekom), waiting(ringing)) == (1, [job.id])
    assert (len(work_off(ringing)), ringing.case(ticket).state) == (1, State.ASSESSMENT)


def test_without_redis_tasks_are_given_back_and_rung_later(sqlite_office: Office) -> None:
    office = sqlite_office
    assert office.rekom.settings.redis_url == NOBODY
    ticket = office.open()
    assert relay.once(office.rekom) == 0
    assert {task.leased_until for task in office.tasks(ticket)} == {None}
    assert office.due() == [first_task(office, ticket)]


def test_a_case_that_cannot_be_closed_holds_up_nobody(ringing: Office, caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = ringing.to_letter(1), ringing.to_letter(2)
    with ringing.write() as session:  # somebody mended by hand, and not well
        session.connection().execute(text("UPDATE case_file SET state = 'DECISION' WHERE id = 1"))
    ringing.clock.pass_by(days=4)
    ringing.open(3)
    assert relay.once(ringing.rekom) == 1
    assert [ringing.case(ticket).state for ticket in (broken, sound)] == [State.DECISION, State.EXPIRED]
    assert "letter of case 1 not closed: TransitionRefused" in caplog.text


def test_a_case_that_does_not_open_keeps_nobody_from_being_reminded_or_rung_for(ringing: Office, caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = admit(ringing), admit(ringing, **KNOWN)
    with ringing.write() as session:
        session.connection().execute(text("UPDATE case_file SET phone = 'r1.1.AAAA' WHERE id = 1"))
    ringing.clock.pass_by(hours=40)
    assert relay.once(ringing.rekom) == len(waiting(ringing)) > 0
    with ringing.read() as session:
        reminded = [session.get_one(Provisional, one.provisional.case_id).reminded_at for one in (broken, sound)]
    assert reminded == [None, ringing.clock()]
    assert "nobody reminded of case 1: SealBroken" in caplog.text


# --- what a worker may run


@pytest.mark.parametrize("function", [f"{__name__}.planted", "os.system", "builtins.eval", "verify.jobs.work", "verify.jobs.run_task "])
def test_a_worker_runs_nothing_but_run_task(ringing: Office, function: str) -> None:
    queue(ringing).enqueue(function, 1, job_id="planted", result_ttl=0, failure_ttl=0)
    job = queue(ringing).jobs[0]
    with pytest.raises(PermissionError, match=f"^worker refuses '{function}'$"):
        job.perform()
    assert (len(work_off(ringing)), CALLED) == (1, [])


@pytest.mark.parametrize("asked", [9999, "no id"])
def test_a_worker_calls_nobody_back(ringing: Office, asked: Any) -> None:
    queue(ringing).enqueue(TASK_FUNCTION, asked, job_id="planted", result_ttl=0, failure_ttl=0)
    written = {f"{name}_callback_name": f"{__name__}.planted" for name in ("success", "failure", "stopped")}
    webhook = {"url": "http://127.0.0.1:9/", "job_status": "finished"}
    ringing.rekom.doorbell.impatient.hset("rq:job:planted", mapping=written | {"webhooks": json.dumps([webhook])})
    job = queue(ringing).jobs[0]
    assert (job.success_callback, job.failure_callback, job.stopped_callback, job.webhooks) == (None, None, None, [])
    assert (len(work_off(ringing)), CALLED) == (1, [])


def test_what_breaks_off_leaves_no_personal_data_in_redis_or_in_the_log(
    ringing: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticket, nik = ringing.open(), person()["nik"]

    def fail(*_: Any) -> Any:
        raise ValueError(f"cannot weigh {nik}")

    with monkeypatch.context() as broken:
        broken.setattr(guards, "holds", fail)
        relay.once(ringing.rekom)
        with caplog.at_level(logging.DEBUG):
            work_off(ringing)
    kept = [ringing.rekom.doorbell.impatient.dump(key) or b"" for key in ringing.rekom.doorbell.impatient.keys("*")]
    assert not any(nik.encode() in value for value in kept)
    assert "ValueError" in caplog.text
    assert nik not in caplog.text
    ringing.clock.pass_by(seconds=30)
    relay.once(ringing.rekom)
    work_off(ringing)
    assert (ringing.case(ticket).state, ringing.count(CheckResult)) == (State.ASSESSMENT, 4)


# --- the loop


@contextmanager
def looping(office: Office) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=relay.run, args=(office.rekom, stop), daemon=True)
    thread.start()
    yield stop
    stop.set()
    office.rekom.doorbell.wake_relay()  # or it would hear of it at its next look only
    thread.join(30)
    assert not thread.is_alive()


def eventually(question: Any, seconds: float = 3) -> bool:
    deadline = time.monotonic() + seconds
    while not question() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(question())


def test_a_commit_wakes_the_relay(database_url: str, redis_url: str, tmp_path: Path) -> None:
    """The relay's first look reads calendars and rules, and a quarter of a second for Redis is little on a busy machine: both get time."""
    with running_office(database_url, tmp_path, redis_url=redis_url, wakes=True, relay_poll_seconds=20) as office:
        vars(office.rekom.doorbell)["impatient"] = watcher = Redis.from_url(redis_url)
        with looping(office):
            assert eventually(lambda: watcher.exists(RELAY_SIGN), 60)
            began = time.monotonic()
            office.open()
            assert eventually(lambda: waiting(office), 10)
            assert time.monotonic() - began < 10  # long before its own next look
        watcher.close()


def test_the_relay_looks_by_itself_where_nobody_wakes_it(database_url: str, redis_url: str, tmp_path: Path) -> None:
    with running_office(database_url, tmp_path, redis_url=redis_url, relay_poll_seconds=0.05) as office, looping(office):
        office.open()
        assert eventually(lambda: waiting(office), 60)


def test_the_relay_stops_when_told_though_redis_is_gone(sqlite_url: str, tmp_path: Path) -> None:
    with running_office(sqlite_url, tmp_path, relay_poll_seconds=0.05) as office, looping(office):
        time.sleep(0.15)
