"""Jobs when something is wrong with us: an exception, a lease that runs out, two runs of the same task at once."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.office import Office, person, running_office
from verify import jobs
from workflows import guards
from workflows.audit import verify_chain
from workflows.records import CheckResult, Letter
from workflows.states import CHECKS, Job, State
from workflows.steps import STEPS


def first_task(office: Office, ticket: str) -> int:
    return office.tasks(ticket)[0].id or 0


def actions(office: Office, ticket: str) -> Counter[str]:
    return Counter(event.action for event in office.events(ticket))


def test_an_exception_in_a_step_loses_no_case_and_tells_no_secret(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticket, nik = office.open(), person()["nik"]

    def fail(_question: Any) -> Any:
        raise ValueError(f"cannot read {nik}")

    with monkeypatch.context() as planted:
        planted.setattr(office.fakes.poverty, "family", fail)
        office.drain()
    task = office.tasks(ticket, Job.POVERTY)[0]
    assert (task.last_error, task.done_at) == ("Kesalahan dalam (ValueError). Dicoba lagi.", None)
    assert "POVERTY" in caplog.text
    assert "ValueError" in caplog.text
    assert nik not in caplog.text
    office.clock.pass_by(seconds=2)
    office.drain()
    assert office.case(ticket).state == State.ASSESSMENT


def test_findings_are_tried_for_ever(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = office.open()
    with monkeypatch.context() as planted:
        planted.setattr(STEPS[Job.FINDINGS], "gather", lambda *_: 1 / 0)
        for _ in range(12):
            office.drain()
            office.clock.pass_by(minutes=10)
        assert (office.case(ticket).state, office.tasks(ticket, Job.FINDINGS)[0].attempts) == (State.CHECKED, 12)
    office.drain()
    assert office.case(ticket).state == State.ASSESSMENT


def test_a_letter_that_cannot_be_made_is_made_later_and_keeps_its_number(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = office.to_decision()
    number = office.approve(ticket)
    with monkeypatch.context() as planted:
        planted.setattr(office.rekom.ports.press, "press", lambda _: 1 / 0)
        office.drain()
        assert (office.case(ticket).state, office.letter(ticket).pdf) == (State.APPROVED, None)
    office.clock.pass_by(seconds=2)
    office.drain()
    assert (office.case(ticket).state, office.letter(ticket).number, office.count(Letter)) == (State.LETTER_ISSUED, number, 1)


def test_a_conclusion_that_fails_leaves_nothing_half_done(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = office.open()
    with monkeypatch.context() as planted:
        planted.setattr(guards, "holds", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.work(office.rekom, first_task(office, ticket))
    assert (office.count(CheckResult), actions(office, ticket)) == (0, {"OPEN": 1})
    office.clock.pass_by(seconds=30)  # the lease runs out, as when a worker is killed
    office.drain()
    assert (office.case(ticket).state, office.count(CheckResult)) == (State.ASSESSMENT, len(CHECKS))
    assert verify_chain(office.events(ticket)) is None


def test_a_case_closed_meanwhile_takes_no_conclusion(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, asked = office.open(), office.fakes.civil.verify

    def verify(question: Any) -> Any:
        office.withdraw(ticket)
        return asked(question)

    monkeypatch.setattr(office.fakes.civil, "verify", verify)
    office.drain()
    assert (office.case(ticket).state, office.count(CheckResult)) == (State.WITHDRAWN, 0)
    assert {task.done_at for task in office.tasks(ticket)} == {office.clock()}


# --- two at once


def together(office: Office, task_id: int) -> list[BaseException]:
    """Two workers on the same task, both inside ``gather`` before either concludes."""
    both, failures = threading.Barrier(2, timeout=10), []
    asked: Callable[[Any], Any] = office.fakes.civil.verify

    def verify(question: Any) -> Any:
        both.wait()
        return asked(question)

    def act() -> None:
        try:
            jobs.work(office.rekom, task_id)
        except BaseException as error:
            failures.append(error)

    office.fakes.civil.verify = verify  # type: ignore[method-assign]
    threads = [threading.Thread(target=act, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failures


def test_two_runs_of_the_same_job_at_once_conclude_once(office: Office) -> None:
    ticket = office.open()
    assert together(office, first_task(office, ticket)) == []
    office.drain()
    assert office.tasks(ticket, Job.IDENTITY)[0].attempts == 2  # both really ran
    assert actions(office, ticket) == {"OPEN": 1, "CHECK": 4, "FINISH_CHECKS": 1, "WEIGH": 1}
    assert (office.case(ticket).state, office.count(CheckResult)) == (State.ASSESSMENT, 4)
    assert verify_chain(office.events(ticket)) is None


def test_a_slow_run_keeps_its_lease(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_office(database_url, tmp_path, task_lease_seconds=0.09) as office:
        ticket, asked = office.open(), office.fakes.civil.verify
        seen: list[list[int]] = []

        def verify(question: Any) -> Any:
            office.clock.pass_by(seconds=25)
            renewed, deadline = office.clock() + timedelta(seconds=0.09), time.monotonic() + 5
            while office.tasks(ticket)[0].leased_until != renewed and time.monotonic() < deadline:
                time.sleep(0.01)
            seen.append(office.due())
            return asked(question)

        monkeypatch.setattr(office.fakes.civil, "verify", verify)
        jobs.work(office.rekom, first_task(office, ticket))
        assert seen == [[]]
