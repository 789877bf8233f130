"""Jobs: a case is worked through by one run, whatever fails on the way is tried again or becomes a person's, and nothing is done twice."""

import time
from datetime import timedelta
from typing import Any

import pytest

from tests.office import Office
from verify import jobs
from workflows import facts, guards, manual_checks
from workflows.records import CheckResult, FindingSet
from workflows.states import Job, State
from workflows.vocabulary import Urgency

REGISTRIES = (Job.IDENTITY, Job.MEMBERSHIP, Job.POVERTY)
SILENT = "Sistem rujukan belum menjawab. Berkas tersimpan dan dicoba lagi."


def first_task(office: Office, ticket: str) -> int:
    return office.tasks(ticket)[0].id or 0


def outcomes(office: Office, ticket: str) -> dict[Job, str | None]:
    with office.read() as session:
        return {kind: row.outcome for kind, row in facts.checks_of(session, office.case(ticket)).items()}


def test_one_run_takes_a_new_case_to_its_assessment(office: Office) -> None:
    ticket = office.open()
    jobs.work(office.rekom, first_task(office, ticket))
    assert office.case(ticket).state == State.ASSESSMENT
    assert outcomes(office, ticket) == {
        Job.IDENTITY: "MATCH",
        Job.MEMBERSHIP: "NOT_FOUND",
        Job.POVERTY: "FOUND",
        Job.DUPLICATES: "CLEAR",
    }
    assert {task.attempts for task in office.tasks(ticket)} == {1}
    assert {task.done_at for task in office.tasks(ticket)} == {office.clock()}
    assert office.due() == []


def test_results_name_source_and_time(office: Office) -> None:
    ticket = office.open()
    office.drain()
    with office.read() as session:
        found = facts.checks_of(session, office.case(ticket))
    assert {kind: row.source for kind, row in found.items()} == {
        Job.IDENTITY: "Dukcapil",
        Job.MEMBERSHIP: "BPJS VClaim",
        Job.POVERTY: "DTSEN",
        Job.DUPLICATES: "Rekom",
    }
    assert {row.recorded_at for row in found.values()} == {office.clock()}
    assert found[Job.POVERTY].as_of.date().isoformat() == "2026-10-01"  # the extract's own date


def test_running_it_again_or_a_task_that_is_not_there_does_nothing(office: Office) -> None:
    ticket = office.open()
    office.drain()
    before = (office.events(ticket), office.count(CheckResult), office.count(FindingSet))
    for task_id in (*(task.id or 0 for task in office.tasks(ticket)), 9999):
        jobs.work(office.rekom, task_id)
    assert (office.events(ticket), office.count(CheckResult), office.count(FindingSet)) == before


def test_no_transaction_is_open_while_a_registry_is_waited_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, asked = office.open(), office.fakes.civil.verify

    def verify(question: Any) -> Any:
        office.open(2)  # would wait thirty seconds for SQLite's only writer, or for the case's row
        return asked(question)

    monkeypatch.setattr(office.fakes.civil, "verify", verify)
    began = time.monotonic()
    jobs.work(office.rekom, first_task(office, ticket))
    assert (office.case(ticket).state, time.monotonic() - began < 20) == (State.ASSESSMENT, True)


# --- a registry that is silent, or refuses


def test_silence_puts_a_check_off_and_leaves_the_others_alone(office: Office) -> None:
    ticket = office.open()
    office.fakes.switch.off()
    office.drain()
    due = {task.job: task.due_at - office.clock() for task in office.tasks(ticket) if task.done_at is None}
    assert due == dict.fromkeys(REGISTRIES, timedelta(seconds=2))
    assert {task.last_error for task in office.tasks(ticket)} == {SILENT, None}
    assert (outcomes(office, ticket), office.case(ticket).state) == ({Job.DUPLICATES: "CLEAR"}, State.RECEIVED)


def test_each_try_waits_twice_as_long_and_the_answer_ends_it(office: Office) -> None:
    ticket = office.open()
    office.fakes.switch.off()
    for attempt, pause in enumerate((2, 4, 8), 1):
        office.drain()
        assert {(task.attempts, task.due_at) for task in office.tasks(ticket, Job.POVERTY)} == {
            (attempt, office.clock() + timedelta(seconds=pause))
        }
        office.clock.pass_by(seconds=pause)
    office.fakes.switch.on()
    office.drain()
    assert (office.case(ticket).state, outcomes(office, ticket)[Job.POVERTY]) == (State.ASSESSMENT, "FOUND")
    assert {task.last_error for task in office.tasks(ticket)} == {None}


def wait_in_vain(office: Office) -> None:
    office.fakes.switch.off()
    for pause in (2, 4, 8, 16):
        office.drain()
        office.clock.pass_by(seconds=pause)
    office.drain()


def test_when_the_tries_are_used_up_the_case_goes_on_and_a_named_person_takes_over(office: Office) -> None:
    ticket = office.open()
    wait_in_vain(office)
    assert office.case(ticket).state == State.ASSESSMENT
    assert outcomes(office, ticket) == {Job.DUPLICATES: "CLEAR", **dict.fromkeys(REGISTRIES)}
    with office.read() as session:
        open_checks = manual_checks.open_checks(session, office.case(ticket))
        current = guards.current_findings(session, office.case(ticket))
    assert {(check.kind, check.owner_id, check.reason) for check in open_checks} == {(job, 2, SILENT) for job in REGISTRIES}
    assert current is not None
    needs = {finding["rule"] for finding in current.findings if finding["outcome"] == "NEEDS_PERSON"}
    assert {"identitas", "kepesertaan", "kelayakan"} <= needs
    office.assess(ticket)  # no dead end: people finish it
    office.drain()
    office.validate(ticket)
    assert office.approve(ticket, reason="KTP dan KK asli dilihat.") == "400.9/001/Dinsos/XI/2026"


def test_it_is_still_asked_for_days_and_the_late_answer_counts(office: Office) -> None:
    ticket = office.open()
    wait_in_vain(office)
    office.clock.pass_by(hours=10)
    office.fakes.switch.on()
    office.drain()
    assert outcomes(office, ticket)[Job.IDENTITY] == "MATCH"
    assert {task.done_at is not None for task in office.tasks(ticket)} == {True}
    with office.read() as session:
        assert manual_checks.open_checks(session, office.case(ticket)) == ()


def test_after_some_days_nobody_asks_any_more(office: Office) -> None:
    ticket = office.open()
    wait_in_vain(office)
    office.clock.pass_by(hours=73)
    office.drain()
    assert {task.done_at is not None for task in office.tasks(ticket)} == {True}
    assert outcomes(office, ticket)[Job.IDENTITY] is None


def test_an_emergency_does_not_wait_for_a_second_try(office: Office) -> None:
    ticket = office.open(urgency=Urgency.EMERGENCY)
    office.fakes.switch.off()
    office.drain()
    assert (office.case(ticket).state, outcomes(office, ticket)[Job.IDENTITY]) == (State.ASSESSMENT, None)


def test_what_is_refused_is_a_persons_at_once(office: Office) -> None:
    ticket = office.open()
    office.fakes.switch.refuse()
    office.drain()
    assert (office.case(ticket).state, outcomes(office, ticket)[Job.MEMBERSHIP]) == (State.ASSESSMENT, None)
    assert {(task.attempts, task.done_at) for task in office.tasks(ticket)} == {(1, office.clock())}
