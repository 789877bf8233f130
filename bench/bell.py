"""Goals 7 and 8: the worker we ship against RQ's own, and what promising a job in the database costs against pushing it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import text

from bench.contest import Bar, Measure, contest, share
from bench.goal import Outcome, Size, demand
from bench.place import office
from bench.serving import process
from tests import services
from tests.office import Office
from verify.config import variable
from verify.doorbell import JOB_SECONDS, NORMAL, TASK_FUNCTION, TaskJob
from workflows import advance, audit, tasks
from workflows.states import Job

JOBS, FEWER, BELLS, WRITES = 2_000, 40, 300, 1_000
PATIENCE = 30.0
"""Seconds. The stock worker gets a ``FEWER``-th of the jobs: it needs a second for each."""


# --- The worker -------------------------------------------------------------------------------------------


def run_worker(size: Size) -> Outcome:
    """Seconds a job that finds nothing to do, each in a process of its own, without the time a worker needs to start."""
    numbers = {OURS: size.of(JOBS, 3), STOCK: size.of(JOBS // FEWER, 2)}
    with services.valkey() as url, office("postgresql", redis_url=url) as made:
        starts = 1 if size.smoke else 2
        empty = {side: min(drained(made, url, 0, side) for _ in range(starts)) for side in (OURS, STOCK)}

        def one(side: str) -> float:
            return max(drained(made, url, numbers[side], side) - empty[side], 1e-6) / numbers[side]

        measure = contest("", lambda: one(OURS), lambda: one(STOCK), Bar(5.0, 10.0, higher=True), rounds=size.rounds)
        survived(made, url)
    return Outcome([measure], checked=sum(numbers.values()))


OURS, STOCK = "ours", "stock"


def drained(made: Office, url: str, number: int, side: str) -> float:
    """Seconds until a worker in burst has emptied its queue and ended."""
    with Redis.from_url(url) as redis:
        redis.flushdb()
        queue = Queue(NORMAL, connection=redis, serializer=JSONSerializer, **({"job_class": TaskJob} if side == OURS else {}))
        for task_id in range(number):
            queue.enqueue(TASK_FUNCTION, 1_000_000 + task_id, result_ttl=0, job_timeout=JOB_SECONDS)
        given = {variable(name): str(getattr(made.rekom.settings, name)) for name in made.rekom.settings.__dataclass_fields__}
        command = [sys.executable, "-m", "bench.serving", "worker", "burst"] if side == OURS else stock(url)
        began = time.perf_counter()
        done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False, timeout=600)
        took = time.perf_counter() - began
        demand(done.returncode == 0, f"{side} worker ended with {done.returncode}: {done.stderr[-300:]}")
        demand(len(queue) == 0 and queue.failed_job_registry.count == 0, f"{side} worker left or failed jobs")
        return took


def stock(url: str) -> list[str]:
    """RQ's own worker as its guide starts it."""
    return [
        sys.executable,
        "-m",
        "rq.cli",
        "worker",
        "--burst",
        "--quiet",
        "--url",
        url,
        "--serializer",
        "rq.serializers.JSONSerializer",
        NORMAL,
    ]


def survived(made: Office, url: str) -> None:
    """A job whose process is killed does not stop the worker."""
    with Redis.from_url(url) as redis:
        redis.flushdb()
        queue = Queue(NORMAL, connection=redis, serializer=JSONSerializer, job_class=TaskJob)
        with process("worker", settings=made.rekom.settings, REKOM_BENCH_DIES="1"):
            for task_id in (1, 2):
                queue.enqueue(TASK_FUNCTION, task_id, result_ttl=0, job_timeout=JOB_SECONDS)
            until = time.monotonic() + PATIENCE
            while len(queue) or queue.started_job_registry.count:
                demand(time.monotonic() < until, "a killed job stopped the worker")
                time.sleep(0.05)


# --- The doorbell -----------------------------------------------------------------------------------------


def run_bell(size: Size) -> Outcome:
    """Seconds from a commit to the job in a worker's hands (p95); and seconds a written case with its promised job."""
    with services.valkey() as url, office("postgresql", redis_url=url, wakes=True) as made, process("relay", settings=made.rekom.settings):
        made.open()
        made.drain()
        made.rekom.doorbell.impatient.flushdb()
        with listening(url) as ear:
            rung = heard(made, ear, size)
        return Outcome([rung, written(made, size)], checked=ear.heard)


@dataclass
class Ear:
    """Takes jobs as a worker would, and says when."""

    redis: Redis
    came: threading.Event
    at: float = 0.0
    heard: int = 0

    def listen(self) -> None:
        while (found := self.redis.blpop([f"rq:queue:{NORMAL}"], timeout=0)) and found[1] != b"stop":
            self.at, self.heard = time.perf_counter(), self.heard + 1
            self.came.set()


@contextmanager
def listening(url: str) -> Iterator[Ear]:
    with Redis.from_url(url) as redis:
        ear = Ear(redis, threading.Event())
        hand = threading.Thread(target=ear.listen)
        hand.start()
        try:
            yield ear
        finally:
            with Redis.from_url(url) as other:
                other.rpush(f"rq:queue:{NORMAL}", "stop")
            hand.join(PATIENCE)


def heard(made: Office, ear: Ear, size: Size) -> Measure:
    """Ours: the task's row commits, the relay is woken, looks, leases and rings. The limit: commit, then push."""
    rings, names = size.of(BELLS, 3), count(1)
    queue = Queue(NORMAL, connection=made.rekom.doorbell.impatient, serializer=JSONSerializer, job_class=TaskJob)

    def ours() -> None:
        with made.write() as session:
            tasks.add(session, advance.lock_by_id(session, 1), Job.FINDINGS, f"bench-{next(names)}", now=made.clock())

    def limit() -> None:
        with made.write() as session:
            session.execute(text("UPDATE task SET attempts = attempts WHERE id = 1"))
        queue.enqueue(TASK_FUNCTION, 1, result_ttl=0, job_timeout=JOB_SECONDS)

    def round_of(write: Callable[[], None]) -> float:
        return share([between(write, made, ear) for _ in range(rings)], 0.95)

    return contest("commit to job, p95", lambda: round_of(ours), lambda: round_of(limit), Bar(2.5, 1.5, higher=False), rounds=size.rounds)


def between(write: Callable[[], None], made: Office, ear: Ear) -> float:
    """Seconds from before the write to the job in hand; then the task is closed, so that the next one is free."""
    ear.came.clear()
    began = time.perf_counter()
    write()
    demand(ear.came.wait(PATIENCE), "a promised job never came")
    with made.rekom.database.write() as session:
        session.execute(text("UPDATE task SET done_at = :now, leased_until = NULL WHERE done_at IS NULL"), {"now": made.clock()})
    return ear.at - began


def written(made: Office, size: Size) -> Measure:
    """Ours: an event and the promise of a job in one commit. The limit: the event alone."""
    writes, names, actor = size.of(WRITES, 3), count(1), made.actor("loket")

    def one(*, promise: bool) -> float:
        began = time.perf_counter()
        for _ in range(writes):
            with made.write() as session:
                case = advance.lock_by_id(session, 1)
                audit.record(session, advance.subject(case), "DESK_CHECK", actor=actor, now=made.clock(), answer="VALID")
                if promise:
                    tasks.add(session, case, Job.FINDINGS, f"write-{next(names)}", now=made.clock())
        return (time.perf_counter() - began) / writes

    ours, limit = (lambda: one(promise=True)), (lambda: one(promise=False))
    return contest("write with its promise", ours, limit, Bar(1.3, 1.0, higher=False), rounds=size.rounds)
