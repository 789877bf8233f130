"""The audit trail: every change of state has its one event, the chain shows each kind of tampering, the database refuses all of them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from tests.office import Office, person
from workflows import advance, audit, contracts, desk
from workflows.actor import SYSTEM
from workflows.audit import GENESIS, event_hash, verify_chain
from workflows.contracts import Contract
from workflows.records import AuditEvent, Letter

MOVES = [
    ("OPEN", None, "RECEIVED"),
    ("FINISH_CHECKS", "RECEIVED", "CHECKED"),
    ("WEIGH", "CHECKED", "ASSESSMENT"),
    ("ASSESS", "ASSESSMENT", "VALIDATION"),
    ("SEND_BACK", "VALIDATION", "ASSESSMENT"),
    ("ASSESS", "ASSESSMENT", "VALIDATION"),
    ("VALIDATE", "VALIDATION", "DECISION"),
    ("APPROVE", "DECISION", "APPROVED"),
    ("ISSUE", "APPROVED", "LETTER_ISSUED"),
    ("ACCEPT", "LETTER_ISSUED", "ACCEPTED"),
]


def whole_way(office: Office) -> str:
    ticket = office.open()
    for step in (lambda: office.assess(ticket), lambda: office.send_back(ticket, by="validator"), lambda: office.assess(ticket)):
        office.drain()
        step()
    office.drain()
    office.validate(ticket)
    office.approve(ticket)
    office.drain()
    rs = office.actor("rs")
    with office.write() as session:
        desk.accept(session, session.get(Letter, office.letter(ticket).id), None, rs, now=office.clock())
    return ticket


def test_every_change_of_state_has_exactly_one_event(office: Office) -> None:
    ticket = whole_way(office)
    moves = [event for event in office.events(ticket) if "target" in event.detail or event.action == "OPEN"]
    assert [(event.action, event.detail.get("source"), event.detail.get("target") or event.detail["state"]) for event in moves] == MOVES
    assert [event.actor_name for event in moves][:4] == ["Rini Contoh", "Rekom", "Rekom", "Agus Contoh"]
    weighed_while_waiting = 1  # the new answers of the first round; those of the second are the same and were weighed before
    assert office.case(ticket).version == len(MOVES) + weighed_while_waiting
    assert verify_chain(office.events(ticket)) is None
    assert [event.sequence for event in office.events(ticket)] == list(range(1, len(office.events(ticket)) + 1))


def test_chains_are_apart_and_begin_at_nothing(office: Office) -> None:
    for number in (1, 2):
        office.open(number)
    with office.read() as session:
        first = session.exec(select(AuditEvent).where(AuditEvent.sequence == 1)).all()
    assert {event.subject for event in first} == {"case:1", "case:2", "staff:1"}
    assert {event.previous_hash for event in first} == {GENESIS}


def test_no_event_holds_a_nik_or_a_name_of_an_applicant(office: Office) -> None:
    whole_way(office)
    known = person()
    with office.read() as session:
        told = " ".join(f"{event.actor_name} {event.detail}" for event in session.exec(select(AuditEvent)))
    assert not any(secret in told for secret in (known["nik"], known["name"], known["kk"], known["phone"]))


def test_two_at_once_write_one_after_the_other(office: Office) -> None:
    ticket = office.open()
    loket, ready = office.actor("loket"), threading.Barrier(6, timeout=10)

    def look(number: int) -> None:
        ready.wait()
        with office.write() as session:
            case = advance.lock(session, ticket, loket)
            audit.record(session, advance.subject(case), "LOOK", actor=loket, now=office.clock(), number=number)

    threads = [threading.Thread(target=look, args=(number,), daemon=True) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    looks = [event for event in office.events(ticket) if event.action == "LOOK"]
    assert sorted(event.detail["number"] for event in looks) == list(range(6))
    assert verify_chain(office.events(ticket)) is None


# --- tampering: what the database refuses, and what the chain shows where somebody went around it


@contextmanager
def unguarded(office: Office) -> Iterator[Session]:
    """The database as its owner can have it: without the triggers."""
    postgresql = office.rekom.settings.database_url.startswith("postgresql")
    with office.write() as session:
        if postgresql:
            session.connection().execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        else:
            for verb in ("UPDATE", "DELETE"):
                session.connection().execute(text(f"DROP TRIGGER audit_event_no_{verb}"))
        yield session


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_name = 'Orang Lain'",
        "UPDATE audit_event SET hash = hash",
        "DELETE FROM audit_event WHERE id = 1",
        "DELETE FROM audit_event",
    ],
)
def test_the_database_refuses_change(office: Office, statement: str) -> None:
    ticket = office.open()
    with pytest.raises(DBAPIError, match="audit_event is append-only"), office.write() as session:
        session.connection().execute(text(statement))
    assert verify_chain(office.events(ticket)) is None


def test_postgresql_refuses_to_truncate(office: Office) -> None:
    if not office.rekom.settings.database_url.startswith("postgresql"):
        return  # SQLite knows no TRUNCATE; DELETE is refused above
    office.open()
    with pytest.raises(DBAPIError, match="audit_event is append-only"), office.write() as session:
        session.connection().execute(text("TRUNCATE audit_event CASCADE"))


def test_replacing_is_refused_like_changing(office: Office) -> None:
    ticket = office.open()
    columns = "id, subject, sequence, at, actor_id, actor_name, action, detail, previous_hash, hash"
    row = columns.replace("actor_name", "'Orang Lain'")
    verb, ending = ("INSERT", "ON CONFLICT (id) DO UPDATE SET actor_name = 'Orang Lain'")
    if office.rekom.settings.database_url.startswith("sqlite"):
        verb, ending = "INSERT OR REPLACE", ""
    with pytest.raises(DBAPIError, match="audit_event is append-only"), office.write() as session:
        session.connection().execute(text(f"{verb} INTO audit_event ({columns}) SELECT {row} FROM audit_event WHERE id = 1 {ending}"))
    assert "Orang Lain" not in {event.actor_name for event in office.events(ticket)}


FIELDS: dict[str, Any] = {
    "actor_id": 99,
    "actor_name": "Orang Lain",
    "action": "APPROVE",
    "detail": {"state": "APPROVED"},
    "previous_hash": "f" * 64,
    "hash": "e" * 64,
    "sequence": 77,
}


@pytest.mark.parametrize("name", [*FIELDS, "at"])
def test_a_changed_field_is_found_at_its_place(sqlite_office: Office, name: str) -> None:
    events = sqlite_office.events(whole_way(sqlite_office))
    for place in (0, 3, len(events) - 1):
        changed = [AuditEvent(**event.model_dump()) for event in events]
        value = changed[place].at + timedelta(microseconds=1) if name == "at" else FIELDS[name]
        setattr(changed[place], name, value)
        assert verify_chain(changed) == place + 1
    assert verify_chain(events) is None


def test_a_forged_hash_is_found_one_further_on(sqlite_office: Office) -> None:
    events = sqlite_office.events(whole_way(sqlite_office))
    events[3].actor_name = "Orang Lain"
    events[3].hash = event_hash(events[3])
    assert verify_chain(events) == 5
    events[4].previous_hash = events[3].hash  # and on and on: whoever changes one event has to rewrite all that follow
    assert verify_chain(events) == 5
    events[4].hash = event_hash(events[4])
    assert verify_chain(events) == 6


def test_what_was_deleted_swapped_doubled_or_slipped_in_is_found(sqlite_office: Office) -> None:
    events = sqlite_office.events(whole_way(sqlite_office))
    assert verify_chain(events[1:]) == 1
    assert verify_chain([*events[:3], *events[4:]]) == 4
    assert verify_chain([*events[:2], events[3], events[2], *events[4:]]) == 3
    assert verify_chain([*events[:3], events[2], *events[3:]]) == 4
    stranger = AuditEvent(**(events[3].model_dump() | {"subject": "case:9"}))
    assert verify_chain([*events[:3], stranger, *events[4:]]) == 4
    assert verify_chain([]) is None
    assert verify_chain(events[:-1]) is None  # a cut tail is seen only against a checkpoint held elsewhere


def test_tampering_in_the_database_itself_is_found(office: Office) -> None:
    ticket = whole_way(office)
    with unguarded(office) as session:
        session.connection().execute(text("UPDATE audit_event SET actor_name = 'Orang Lain' WHERE subject = 'case:1' AND sequence = 4"))
    assert verify_chain(office.events(ticket)) == 4
    with office.write() as session:  # the triggers are gone already
        session.connection().execute(text("DELETE FROM audit_event WHERE subject = 'case:1' AND sequence = 2"))
    assert verify_chain(office.events(ticket)) == 2


def test_the_hash_is_the_same_on_both_databases_and_after_reading_back(office: Office) -> None:
    ticket = office.open()
    with office.write() as session:
        written = audit.record(session, "case:1", "UJI", actor=SYSTEM, now=office.clock(), text="é “ü” 漢", number=1.5, nothing=None)
    read = office.events(ticket)[-1]
    assert (read.hash, event_hash(read)) == (written, written)


@pytest.mark.parametrize("typed", ["9901014101900001", "990101 410190 0001", "9901-0141-0190-0001"])
def test_a_number_typed_into_a_reason_stays_out_of_the_trail(office: Office, typed: str) -> None:
    ticket = office.to_decision()
    office.approve(ticket, reason=f"NIK {typed} sudah benar.")
    trail = str([event.detail for event in office.events(ticket)])
    assert typed not in trail and "NIK [nomor] sudah benar." in trail
    assert verify_chain(office.events(ticket)) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("NIK9901014101900001", "NIK[nomor]"),
        ("NIK-9901014101900001", "NIK-[nomor]"),
        ("KK 9901/01/410190/0001.", "KK [nomor]."),
        ("990101 - 410190 - 0001", "[nomor]"),
        ("usia 26 990101 410190 0001 5 orang", "usia 26 [nomor] 5 orang"),
        ("3673013112650002", "[nomor]"),
        *((same, same) for same in ("01.11.2026-15.11.2026", "400.9.4.3.000123.2026", "0901014101900001", "9901017201900001")),
        *((same, same) for same in ("9901014113900001", "99010141019000012", "a9901014101900001f", "9.9.0.1.014101900001")),
    ],
)
def test_what_has_the_shape_of_a_nik_is_blotted_and_nothing_else(typed: str, kept: str) -> None:
    assert audit.blotted({"reason": [typed]}) == {"reason": [kept]}


@pytest.mark.parametrize("name", ["letter", "replaces", "number", "reference", "master", "by"])
def test_what_nobody_types_is_not_blotted(name: str) -> None:
    assert audit.blotted({name: "400/9901014101900001/2026"}) == {name: "400/9901014101900001/2026"}


def test_a_contracts_number_is_typed(sqlite_office: Office) -> None:
    admin, contract = sqlite_office.actor("admin"), Contract("PKS 9901/0141/0190/0001", date(2026, 1, 1), date(2026, 12, 31))
    with sqlite_office.write() as session:
        contracts.sign_contract(session, "RS-CONTOH-1", contract, admin, now=sqlite_office.clock())
    with sqlite_office.read() as session:
        assert audit.events_of(session, "office:3673")[-1].detail["contract"] == "PKS [nomor]"


def test_what_is_no_such_number_stands_in_the_trail_as_it_is() -> None:
    digest, handle = "1234567890123456" * 4, "12345678-1234-1234-1234-123456789012"
    detail = {
        "sha256": digest,
        "nonce": handle,
        "at": "2026-11-23T02:00:00+00:00",
        "rows": 9901014101900001,
        "letters": ["400.9/001/XI/2026"],
    }
    assert audit.blotted(detail) == detail
