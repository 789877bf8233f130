"""Many cases through real processes, with Redis wiped and a worker killed in mid-run: each ends in its one letter.

``REKOM_KILL_CASES=300`` for hundreds of them."""

import hashlib
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rq import Worker
from sqlmodel import col, func, select

from tests import services
from tests.office import Office
from tests.processes import Processes, children_of, send
from verify.clock import utc_now
from verify.composition import Rekom
from verify.config import Settings
from verify.keys import make_keys
from verify.seeds import seed_demo
from verify.simulator import running_simulator
from workflows.actor import Actor
from workflows.audit import verify_chain
from workflows.errors import TransitionRefused
from workflows.records import AuditEvent, Case, Decision, Letter, Task
from workflows.states import State
from workflows.vocabulary import Urgency

CASES = int(os.environ.get("REKOM_KILL_CASES", "60"))
PATIENCE, LONGEST = 60.0, 120.0 + 4.0 * CASES
"""Seconds without a new letter, and seconds for one run however busy the machine is, after which it has failed."""
STALK = 1.0
"""Seconds, in each round, to wait for a worker that is caught in the middle of a task."""
MOST_UNDER_WAY = 40
"""Cases at once; more only make the queue longer."""
PATH = ["OPEN", "FINISH_CHECKS", "WEIGH", "ASSESS", "VALIDATE", "APPROVE", "ISSUE"]


@dataclass
class People:
    """Everybody in the office: they open cases as they come, and do what lies on the desk."""

    office: Office
    actors: dict[str, Actor]
    opened: int = 0

    def open(self, cases: int) -> None:
        """Let people in as long as not too many are under way."""
        under_way = self.opened - self.stand()[State.LETTER_ISSUED]
        for _ in range(min(cases - self.opened, MOST_UNDER_WAY - under_way)):
            self.opened += 1
            urgency = Urgency.EMERGENCY if self.opened % 10 == 0 else Urgency.INPATIENT
            self.office.open(self.opened, by=self.actors["loket"], urgency=urgency)

    def work(self, most: int) -> None:
        """Take one step in every case that waits for a person, but decide no more than ``most``."""
        waiting = self.waiting()
        decisions = [one for one in waiting if one[1] == State.DECISION][:most]
        for ticket, state in [one for one in waiting if one[1] != State.DECISION] + decisions:
            with suppress(TransitionRefused):  # something is weighed again just now: look at it in the next round
                if state == State.ASSESSMENT:
                    self.office.assess(ticket, by=self.actors["peksos"])
                elif state == State.VALIDATION:
                    self.office.validate(ticket, by=self.actors["validator"])
                elif state == State.DECISION:
                    self.office.approve(ticket, by=self.actors["kadis"])

    def waiting(self) -> list[tuple[str, State]]:
        """Cases in which no job has to run first."""
        running = select(Task.id).where(Task.case_id == Case.id, col(Task.done_at).is_(None)).exists()
        with self.office.read() as session:
            return list(session.exec(select(Case.ticket, Case.state).where(~running).order_by(col(Case.id))).all())

    def stand(self) -> Counter[State]:
        """How many cases stand where."""
        with self.office.read() as session:
            return Counter(dict(session.exec(select(Case.state, func.count()).group_by(col(Case.state))).all()))


def stalk(office: Office, worker: subprocess.Popen[bytes]) -> bool:
    """Kill the worker as soon as it is in the middle of a task; False if it was not for a while."""
    until = time.monotonic() + STALK
    while time.monotonic() < until:
        if kill_at_work(office, worker):
            return True
    return False


def kill_at_work(office: Office, worker: subprocess.Popen[bytes]) -> bool:
    """Kill the worker and its horse, both by SIGKILL, in the middle of a task; False if there is none just now."""
    horses = children_of(worker.pid)
    send(horses, signal.SIGSTOP)
    if not horses or not begun(office, worker.pid):
        send(horses, signal.SIGCONT)
        return False
    send([worker.pid, *horses], signal.SIGKILL)
    worker.wait(timeout=10)
    return True


def begun(office: Office, pid: int) -> bool:
    """Whether the task the worker was rung for is counted as tried and not yet as done."""
    found = [one.get_current_job_id() for one in Worker.all(connection=office.rekom.doorbell.impatient) if one.pid == pid]
    task_id = int(found[0].removeprefix("task-")) if found and found[0] else 0
    with office.read() as session:
        task = session.get(Task, task_id)
        return task is not None and task.attempts > 0 and task.done_at is None


@contextmanager
def whole_office(database_url: str, folder: Path) -> Iterator[tuple[Office, Processes]]:
    """Simulator in a thread, Valkey of its own, relay and two workers as processes."""
    with ExitStack() as until_done:
        redis_url = until_done.enter_context(services.valkey({}))
        settings = Settings(environment="test", database_url=database_url, redis_url=redis_url, data_dir=str(folder), secret_key="x" * 32)
        settings = replace(settings, task_lease_seconds=4.0, task_backoff_seconds=0.5)
        settings = until_done.enter_context(running_simulator(settings)).settings
        make_keys(settings.folder / "keys")
        rekom = Rekom(settings)
        until_done.callback(rekom.database.close)
        until_done.callback(rekom.doorbell.impatient.close)
        seed_demo(rekom)
        processes = Processes(settings, folder)
        until_done.callback(processes.stop)
        for command in ("relay", "worker", "worker"):
            processes.start(command)
        yield Office(rekom, utc_now), processes


def run(office: Office, processes: Processes, cases: int) -> dict[str, float]:
    """Let people work until every letter is issued; kill and wipe on the way. Returns when what happened."""
    people = People(office, {name: office.actor(name) for name in ("loket", "peksos", "validator", "kadis")})
    began, done = time.monotonic(), {"killed": 0.0, "wiped": 0.0}
    last, since = 0, began
    while (issued := people.stand()[State.LETTER_ISSUED]) < cases:
        last, since = (issued, time.monotonic()) if issued > last else (last, since)
        moves = time.monotonic() - since < PATIENCE and time.monotonic() - began < LONGEST
        assert moves, f"{dict(people.stand())} {processes.last_words()}"
        people.open(cases)
        people.work(cases if done["killed"] and done["wiped"] else 1)  # a quick office would be done before it was hurt
        if not done["killed"] and issued >= cases // 4 and stalk(office, processes.started[1]):
            done["killed"] = issued
            processes.start("worker")  # as whatever watches over the processes does
        if not done["wiped"] and issued >= cases // 2:
            office.rekom.doorbell.impatient.flushall()
            done["wiped"] = issued
        time.sleep(0.1)
    return done | {"seconds": time.monotonic() - began}


def check(office: Office, cases: int) -> Counter[str]:
    """Everything that must be true afterwards, read from the tables alone; returns figures."""
    with office.read() as session:
        letters = session.exec(select(Letter).order_by(col(Letter.sequence))).all()
        unfinished = session.exec(select(func.count()).select_from(Task).where(col(Task.done_at).is_(None))).one()
        attempts = session.exec(select(func.sum(Task.attempts))).one()
        tasks = session.exec(select(func.count()).select_from(Task)).one()
        events = session.exec(select(AuditEvent).order_by(AuditEvent.subject, col(AuditEvent.sequence))).all()
        decided = session.exec(select(func.count()).select_from(Decision)).one()
    assert [letter.sequence for letter in letters] == list(range(1, cases + 1))
    assert (len({letter.number for letter in letters}), len({letter.case_id for letter in letters}), decided) == (cases,) * 3
    assert {letter.state for letter in letters} == {"ISSUED"}
    assert all(letter.pdf and letter.pdf.startswith(b"%PDF-") and letter.token for letter in letters)
    assert all(letter.pdf_sha256 == hashlib.sha256(letter.pdf or b"").hexdigest() for letter in letters)
    assert unfinished == 0
    chains: dict[str, list[AuditEvent]] = {}
    for event in events:
        chains.setdefault(event.subject, []).append(event)
    assert [verify_chain(chain) for chain in chains.values()] == [None] * len(chains)
    moves = {
        subject: [event.action for event in chain if event.action in PATH]
        for subject, chain in chains.items()
        if subject.startswith("case:")
    }
    assert list(moves.values()) == [PATH] * cases
    return Counter(letters=len(letters), events=len(events), tasks=tasks, attempts=attempts or 0)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "cases"), [("postgresql", CASES), ("sqlite", CASES // 4)])
def test_every_case_ends_in_its_one_letter(
    kind: str, cases: int, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with whole_office(request.getfixturevalue(f"{kind}_url"), tmp_path) as (office, processes):
        done = run(office, processes, cases)
        found = check(office, cases)
    assert 0 < done["killed"] < cases
    assert 0 < done["wiped"] < cases
    assert found["attempts"] > found["tasks"]  # what the killed worker had begun was begun again
    with capsys.disabled():
        print(  # noqa: T201 -- the figures are what this test is for
            f"\nkill and wipe, {kind}: {found['letters']} letters of {cases} cases in {done['seconds']:.1f} s; "
            f"worker and horse killed at {done['killed']:.0f} letters, Redis wiped at {done['wiped']:.0f}; "
            f"{found['tasks']} tasks in {found['attempts']} tries, {found['events']} audit events, all chains intact"
        )
