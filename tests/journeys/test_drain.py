"""SIGTERM, as an upgrade or a host that goes down sends it: what runs is finished and answered, the rest waits, nothing is lost."""

import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.engine import make_url

from tests import services
from tests.office import Office, ktp
from tests.processes import Processes, children_of
from verify.clock import utc_now
from verify.composition import Rekom
from verify.config import Settings
from verify.doorbell import QUEUES, WAKE, TaskJob, job_name
from verify.health import relay_lives
from verify.keys import make_keys
from verify.seeds import DEMO_PASSWORD, seed_demo
from workflows.audit import verify_chain
from workflows.records import Case
from workflows.states import CHECKS

DRAINED = 30
"""Seconds that an orchestrator waits before it kills."""
PATIENCE = 180
"""Seconds for a program to start on a busy machine."""


@pytest.fixture
def running(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[Office, Processes]]:
    """An office whose programs are real processes; no registry is connected."""
    with services.valkey({}) as redis_url:
        settings = Settings(environment="test", database_url=sqlite_url, redis_url=redis_url, data_dir=str(tmp_path), secret_key="x" * 32)
        make_keys(settings.folder / "keys")
        rekom = Rekom(settings)
        seed_demo(rekom)
        processes = Processes(settings, tmp_path)
        yield Office(rekom, utc_now), processes
        processes.stop()
        rekom.database.close()
        rekom.doorbell.impatient.close()


@contextmanager
def writers_wait(office: Office) -> Iterator[None]:
    """Hold the one place SQLite has for a writer, so that whoever wants to write is in the middle of it."""
    connection = sqlite3.connect(str(make_url(office.rekom.settings.database_url).database), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def until(done: Any, what: str, processes: Processes) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, f"{what}: {processes.last_words()}"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_request_that_runs_is_answered_before_the_web_server_leaves(running: tuple[Office, Processes]) -> None:
    office, processes = running
    with socket.create_server(("127.0.0.1", 0)) as listening:
        web = processes.start("web", "--fd", str(listening.fileno()), "--workers", "1", pass_fds=(listening.fileno(),))
        client = httpx2.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=PATIENCE)
        with client:
            token = client.post("/api/v1/session", json={"username": "loket", "password": DEMO_PASSWORD}).json()["token"]
            answers: list[Any] = []
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "sekali-saja"}
            asking = threading.Thread(target=lambda: answers.append(client.post("/api/v1/applications", json=ktp(1), headers=headers)))
            with writers_wait(office):
                asking.start()
                time.sleep(3)  # it waits for its turn to write by now
                web.send_signal(signal.SIGTERM)
                time.sleep(1)
                assert web.poll() is None and not answers
            web.wait(DRAINED)
            asking.join(DRAINED)
    assert [answer.status_code for answer in answers] == [201]
    assert office.count(Case) == 1 and web.returncode == 0


@pytest.mark.slow
def test_a_job_that_runs_is_finished_and_the_next_is_left_for_others(running: tuple[Office, Processes]) -> None:
    office, processes = running
    worker = processes.start("worker")
    tickets = [office.open(1), office.open(2)]
    due = office.due()
    with writers_wait(office):
        for number in due:  # the relay's bell, which could not note it now
            office.rekom.doorbell.ring(number, urgent=False)
        until(lambda: children_of(worker.pid), "a job runs", processes)
        worker.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert worker.poll() is None
    assert worker.wait(DRAINED) == 0
    begun = [task for ticket in tickets for task in office.tasks(ticket) if task.attempts]
    assert begun and all(task.done_at or task.due_at > task.created_at for task in begun)  # finished, or put back for later
    relay = processes.start("relay")
    processes.start("worker")
    until(lambda: all(task.attempts for ticket in tickets for task in office.tasks(ticket)), "others take over", processes)
    until(lambda: relay_lives(office.rekom.settings), "the relay has begun to listen", processes)
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(DRAINED) == 0
    for ticket in tickets:  # no registry is connected: each check was asked once and is a person's now
        assert {task.job for task in office.tasks(ticket)} >= set(CHECKS)
        assert verify_chain(office.events(ticket)) is None


def rung(office: Office) -> set[str]:
    """Jobs that stand in a queue."""
    bell = office.rekom.doorbell.impatient
    queues = (Queue(name, connection=bell, serializer=JSONSerializer, job_class=TaskJob) for name in QUEUES)
    return {job_id for queue in queues for job_id in queue.get_job_ids()}


@pytest.mark.slow
def test_a_relay_in_the_middle_of_a_look_rings_for_what_it_leased_before_it_leaves(running: tuple[Office, Processes]) -> None:
    office, processes = running
    ticket = office.open(1)
    bell = office.rekom.doorbell.impatient
    with writers_wait(office):
        relay = processes.start("relay")
        until(lambda: dict(bell.pubsub_numsub(WAKE)).get(WAKE.encode()), "the relay listens", processes)
        time.sleep(3)  # it waits for its turn to note a lease by now
        relay.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert relay.poll() is None and not rung(office)
    assert relay.wait(DRAINED) == 0
    leased = [task for task in office.tasks(ticket) if task.leased_until]
    assert leased and {job_name(task.id or 0) for task in leased} == rung(office)
