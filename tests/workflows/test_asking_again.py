"""Asking a registry again: what it refused, what it answered, never twice at once, from the command line too."""

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from click.testing import CliRunner

from tests.office import Office
from verify.cli import main
from verify.config import variable
from verify.simulator.personas import Population
from workflows import advance, asking_again, casework, facts, manual_checks
from workflows.actor import SYSTEM
from workflows.states import Job, State

IDENTITY = Job.IDENTITY


def ask(office: Office, ticket: str, kind: Job = IDENTITY) -> bool:
    with office.write() as session:
        case = advance.lock_by_id(session, office.case(ticket).id)
        return asking_again.ask_again(session, case, kind, SYSTEM, now=office.clock())


def outcome(office: Office, ticket: str) -> str | None:
    with office.read() as session:
        return facts.checks_of(session, office.case(ticket))[IDENTITY].outcome


def waiting(office: Office) -> list[int]:
    with office.read() as session:
        return asking_again.waiting_for_a_person(session, IDENTITY)


def refused(office: Office, number: int = 1) -> str:
    office.fakes.switch.refuse()
    ticket = office.open(number)
    office.drain()
    office.fakes.switch.on()
    assert outcome(office, ticket) is None
    return ticket


def test_what_was_refused_is_answered_and_the_person_relieved(office: Office) -> None:
    ticket = refused(office)
    assert waiting(office) == [office.case(ticket).id]
    office.drain()
    assert outcome(office, ticket) is None, "by itself a refusal is not asked again"
    assert ask(office, ticket)
    office.drain()
    assert (outcome(office, ticket), waiting(office)) == ("MATCH", [])
    with office.read() as session:
        assert {check.kind for check in manual_checks.open_checks(session, office.case(ticket))} == {Job.MEMBERSHIP, Job.POVERTY}
    assert [event.detail["kind"] for event in office.events(ticket) if event.action == "ASK_AGAIN"] == ["IDENTITY"]


def test_what_was_answered_can_be_asked_as_often_as_wanted(sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    sqlite_office.drain()
    for asked in range(2, 5):
        assert ask(sqlite_office, ticket)
        sqlite_office.drain()
        assert len(sqlite_office.tasks(ticket, IDENTITY)) == asked
    assert (outcome(sqlite_office, ticket), sqlite_office.case(ticket).state) == ("MATCH", State.ASSESSMENT)


def test_there_is_an_end_to_asking(sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    sqlite_office.drain()
    asked = 1
    while ask(sqlite_office, ticket):
        sqlite_office.drain()
        asked += 1
    assert asked == facts.TIMES


def test_the_newest_answer_counts(sqlite_office: Office) -> None:
    ticket = sqlite_office.open(name="SITI LAIN SEKALI")
    sqlite_office.drain()
    assert outcome(sqlite_office, ticket) == "PARTIAL"
    resident = sqlite_office.fakes.civil.population.find(sqlite_office.case(ticket).nik)
    corrected = replace(resident, civil=replace(resident.civil, name="SITI LAIN SEKALI"))
    sqlite_office.fakes.civil.population = Population((corrected,))
    assert ask(sqlite_office, ticket)
    sqlite_office.drain()
    assert outcome(sqlite_office, ticket) == "MATCH"


def test_what_is_being_asked_is_not_asked_twice(sqlite_office: Office) -> None:
    sqlite_office.fakes.switch.off()
    ticket = sqlite_office.open()
    assert not ask(sqlite_office, ticket)
    sqlite_office.drain()
    assert not ask(sqlite_office, ticket)
    assert len(sqlite_office.tasks(ticket, IDENTITY)) == 1


def test_a_closed_case_is_left_alone(sqlite_office: Office) -> None:
    ticket, actor = refused(sqlite_office), sqlite_office.actor("loket")
    with sqlite_office.write() as session:
        casework.withdraw(session, advance.lock(session, ticket, actor), "Uji.", actor, now=sqlite_office.clock())
    assert not ask(sqlite_office, ticket)
    assert waiting(sqlite_office) == []


@pytest.fixture
def type_in(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    for field in fields(sqlite_office.rekom.settings):
        monkeypatch.setenv(variable(field.name), str(getattr(sqlite_office.rekom.settings, field.name)))

    def typed(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["registries", "ask-again", *words])
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.output

    return typed


def test_from_the_command_line(sqlite_office: Office, type_in: Callable[..., str]) -> None:
    first, second = refused(sqlite_office, 1), refused(sqlite_office, 2)
    assert type_in("dukcapil", first.lower()) == "1 berkas ditanyakan lagi.\n"
    assert type_in("dukcapil") == "1 berkas ditanyakan lagi.\n", "the first is being asked already"
    assert type_in("dukcapil") == "0 berkas ditanyakan lagi.\n"
    assert "tidak ditemukan" in type_in("bpjs", "XXXX-XXXX", code=2)
    sqlite_office.clock.pass_by(days=2000)
    sqlite_office.drain()
    assert {outcome(sqlite_office, first), outcome(sqlite_office, second)} == {"MATCH"}
