"""A disk without room: what cannot be written whole is not there at all, whoever asked is told, and all goes on once there is room."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.chaos.checker.history import History
from tests.chaos.checker.proof import wrong
from tests.chaos.checker.proving import prove
from tests.office import Office, ktp, running_office
from verify.headers import HEADERS
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


NO_ROOM = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"


@contextmanager
def no_room_at(office: Office, place: int) -> Iterator[list[str]]:
    """The server answers the write of that number as PostgreSQL does on a disk without room (53100); what was refused is listed."""
    writes, refused = count(1), []

    def refuse(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> tuple[str, Any]:
        if statement.split(maxsplit=1)[0] not in ("INSERT", "UPDATE", "DELETE") or next(writes) != place:
            return statement, given
        refused.append(statement)
        return NO_ROOM, ()

    engine = office.rekom.database.engine
    event.listen(engine, "before_cursor_execute", refuse, retval=True)
    try:
        yield refused
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


@pytest.mark.slow
def test_on_postgresql_each_write_of_decision_and_letter_may_find_no_room(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        ticket, kadis, tables = office.to_decision(), office.api("kadis"), set()
        body = {"outcome": "APPROVE", "reason": "Uji.", "version": office.case(ticket).version}
        for place in count(1):
            with no_room_at(office, place) as refused:
                answer = kadis.post(f"/applications/{ticket}/decision", body)
            if not refused:
                break
            tables.add(refused[0].split()[2 if refused[0].startswith("INSERT") else 1])
            assert (answer.status_code, answer.mimetype) == (503, "application/problem+json"), refused
            assert (answer.headers["Cache-Control"], HEADERS.items() <= dict(answer.headers).items()) == ("no-store", True), refused
            done = refused[0].startswith("INSERT INTO case_reading")  # the decision stands; the look at it could not be written down
            assert ("mungkin sudah tersimpan" in answer.get_json()["detail"], "belum tersimpan" in answer.get_json()["detail"]) == (
                done,
                not done,
            )
            assert (office.case(ticket).state, office.count(Letter)) == ((State.APPROVED, 1) if done else (State.DECISION, 0)), refused
        assert {"letter", "seat", "audit_event", "case_file", "case_reading"} <= tables
        assert answer.status_code == 409, "who asks again after the last one finds the decision there"
        number, events = office.letter(ticket).number, office.count(AuditEvent)
        for place in count(1):
            with no_room_at(office, place) as refused:
                due_is_run(office, refused)
            if not refused:
                break
            assert (office.letter(ticket).pdf, office.case(ticket).state) == (None, State.APPROVED), refused
            assert office.count(AuditEvent) == events, refused
            office.clock.pass_by(seconds=office.rekom.settings.task_lease_seconds)
        assert place > 4
        assert (office.letter(ticket).number, office.case(ticket).state, office.count(Letter)) == (number, State.LETTER_ISSUED, 1)
        assert broken(office) == []


def due_is_run(office: Office, refused: list[str]) -> None:
    """One job for what is due; it breaks off where, and only where, there was no room."""
    try:
        office.drain()
    except OperationalError as error:
        assert (getattr(error.orig, "sqlstate", ""), len(refused)) == ("53100", 1)
    else:
        assert refused == []
