"""A disk without room: what cannot be written whole is not there at all, whoever asked is told, and all goes on once there is room."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.chaos.checker.history import History
from tests.chaos.checker.proof import wrong
from tests.chaos.checker.proving import prove
from tests.office import Office, ktp
from workflows.ports import LetterFacts, PressedLetter
from workflows.records import AuditEvent, Case, IdempotencyRecord, Letter
from workflows.states import Job, State

LARGE = b"%PDF-1.7 " + bytes(400_000)
MOST = 300
"""Cases that find room in what is left of pages already there; far fewer do."""


@contextmanager
def full_disk(office: Office) -> Iterator[None]:
    """No page more than there are: SQLite answers as on a disk without room."""

    def no_room(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # it takes the pages there are for the least it can have

    engine = office.rekom.database.engine
    engine.dispose()
    event.listen(engine, "connect", no_room)
    try:
        yield
    finally:
        event.remove(engine, "connect", no_room)
        engine.dispose()


def broken(office: Office) -> list[str]:
    return wrong(prove(office.rekom.settings.database_url, History(), now=office.clock()))


def test_a_letter_that_finds_no_room_is_made_whole_later(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office, ticket = sqlite_office, sqlite_office.to_decision()
    number, press = office.approve(ticket), office.rekom.ports.press
    small = press.press

    def large(facts: LetterFacts) -> PressedLetter:
        return replace(small(facts), pdf=LARGE, sha256=sha256(LARGE).hexdigest())

    monkeypatch.setattr(press, "press", large)
    events = office.count(AuditEvent)
    with full_disk(office), pytest.raises(OperationalError, match="full"):
        office.drain()
    found = office.letter(ticket)
    assert (found.number, found.pdf, found.token, office.case(ticket).state) == (number, None, None, State.APPROVED)
    assert office.count(AuditEvent) == events
    office.clock.pass_by(seconds=office.rekom.settings.task_lease_seconds)
    office.drain()
    found = office.letter(ticket)
    assert (found.number, found.pdf, office.case(ticket).state) == (number, LARGE, State.LETTER_ISSUED)
    assert (office.count(Letter), office.tasks(ticket, Job.LETTER)[0].attempts) == (1, 2)
    assert broken(office) == []


def test_a_case_whose_trail_finds_no_room_is_refused_and_taken_with_the_same_key_later(sqlite_office: Office) -> None:
    office, loket = sqlite_office, sqlite_office.api("loket")
    with full_disk(office):
        for number in range(1, MOST):
            answer = loket.post("/applications", ktp(number), key=str(UUID(int=number)))
            if answer.status_code != 201:
                break
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert office.count(Case) == office.count(IdempotencyRecord) == number - 1
    assert broken(office) == []
    again = loket.post("/applications", ktp(number), key=str(UUID(int=number)))
    assert (again.status_code, office.count(Case)) == (201, number)
    assert broken(office) == []
