"""Witnesses of the audit trail: each way to rewrite history contradicts a root that somebody else keeps."""

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from tests.office import Office, running_office
from verify.witness import Witnesses, take
from workflows import advance, audit, checkpoints
from workflows.audit import GENESIS, event_hash
from workflows.checkpoints import Walk, merkle_root
from workflows.records import AuditEvent, Checkpoint

LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The test vectors of the Certificate Transparency reference implementation."""


@pytest.mark.parametrize("size", range(1, 9))
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    assert merkle_root(bytes.fromhex(leaf) for leaf in LEAVES[:size]).hex() == ROOTS[size - 1]


def walked(office: Office, last_event: int) -> Walk:
    with office.read() as session:
        return checkpoints.walk(session, last_event)


def witness(office: Office) -> Checkpoint:
    taken = take(office.rekom)
    assert taken is not None
    return taken


def test_a_witness_covers_all_chains_and_holds_while_the_trail_grows(office: Office) -> None:
    office.to_letter(1)
    seen = witness(office)
    before = {event.subject for event in all_events(office)}
    assert (seen.chains, seen.at) == (len(before), office.clock())
    office.to_letter(2)
    assert walked(office, seen.last_event) == Walk(seen.chains, seen.root, None)
    later = witness(office)
    assert later.last_event > seen.last_event
    assert later.root != seen.root


def all_events(office: Office) -> list[AuditEvent]:
    with office.read() as session:
        return list(session.exec(select(AuditEvent).order_by(col(AuditEvent.id))))


def edit(session: Session, events: list[AuditEvent]) -> None:
    """Change one word in the middle."""
    session.connection().execute(text("UPDATE audit_event SET actor_name = 'Orang Lain' WHERE id = :id"), {"id": events[2].id})


def cut(session: Session, events: list[AuditEvent]) -> None:
    """Take the newest link of a chain away: what is left is a good chain."""
    session.connection().execute(text("DELETE FROM audit_event WHERE id = :id"), {"id": events[-1].id})


def leave_out(session: Session, events: list[AuditEvent]) -> None:
    """Take a whole chain away."""
    session.connection().execute(text("DELETE FROM audit_event WHERE subject = :subject"), {"subject": events[0].subject})


def rewrite(session: Session, events: list[AuditEvent]) -> None:
    """Change a link and make every hash after it anew: what is left is a good chain."""
    previous = GENESIS
    for event in events:
        event.previous_hash, event.actor_name = previous, "Orang Lain"
        event.hash = previous = event_hash(event)
        content = {"id": event.id, "name": event.actor_name, "previous": event.previous_hash, "hash": event.hash}
        query = "UPDATE audit_event SET actor_name = :name, previous_hash = :previous, hash = :hash WHERE id = :id"
        session.connection().execute(text(query), content)


@pytest.mark.parametrize(("tamper", "seen_without_witness"), [(edit, True), (cut, False), (leave_out, False), (rewrite, False)])
def test_each_way_to_rewrite_history_contradicts_the_witness(
    office: Office, tamper: Callable[[Session, list[AuditEvent]], None], seen_without_witness: bool
) -> None:
    ticket = office.to_letter()
    seen, events = witness(office), office.events(ticket)
    with office.write() as session:
        _unguard(office, session)
        tamper(session, events)
    found = walked(office, seen.last_event)
    assert (found.broken is not None) == seen_without_witness
    assert found.root != seen.root or found.broken


def _unguard(office: Office, session: Session) -> None:
    """The database as its owner can have it."""
    if office.rekom.settings.database_url.startswith("postgresql"):
        session.connection().execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        return
    for verb in ("UPDATE", "DELETE"):
        session.connection().execute(text(f"DROP TRIGGER audit_event_no_{verb}"))


@pytest.mark.parametrize(
    ("written", "holds"),
    [(lambda one: json.dumps(one, indent=1), True), (lambda one: json.dumps(one | {"note": "lain"}), False), (lambda _: "{", False)],
    ids=["other letters", "other value", "no JSON"],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the other kind refuses what is no JSON
def test_a_detail_holds_by_its_value_and_not_by_its_letters(office: Office, written: Callable[[dict[str, Any]], str], holds: bool) -> None:
    first = office.events(office.to_letter())[0]
    with office.write() as session:
        _unguard(office, session)
        content = {"id": first.id, "detail": written(first.detail)}
        session.connection().execute(text("UPDATE audit_event SET detail = :detail WHERE id = :id"), content)
    found = walked(office, 1_000)
    assert found.broken == (None if holds else f"{first.subject} #1")


def test_a_moment_before_the_first_year_is_not_taken_for_the_one_after(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        first = office.events(office.to_letter())[0]
        before = first.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00 BC")
        with office.write() as session:
            _unguard(office, session)
            moved = text("UPDATE audit_event SET at = CAST(CAST(:before AS text) AS timestamptz) WHERE id = :id")
            session.connection().execute(moved, {"id": first.id, "before": before})
        assert walked(office, 1_000).broken == f"{first.subject} #1"


def test_a_word_is_not_taken_for_nobody(sqlite_office: Office) -> None:
    sqlite_office.to_letter()
    nobodys = next(event for event in all_events(sqlite_office) if event.actor_id is None)
    assert walked(sqlite_office, 1_000).broken is None
    with sqlite_office.write() as session:
        _unguard(sqlite_office, session)
        session.connection().execute(text("UPDATE audit_event SET actor_id = 'null' WHERE id = :id"), {"id": nobodys.id})
    assert walked(sqlite_office, 1_000).broken == f"{nobodys.subject} #{nobodys.sequence}"


def test_a_detail_is_stored_as_it_is_hashed(office: Office) -> None:
    loket, value = office.actor("loket"), {"z": "Sá “ya”\n", "a": [1, None, True, 0.5], "m": {"b": 1, "a": "</"}}
    with office.write() as session:
        own = audit.record_on_person(session, "TRY", actor=loket, now=office.clock(), **value)
        event = session.exec(select(AuditEvent).where(AuditEvent.hash == own)).one()
        stored = session.execute(text("SELECT CAST(detail AS TEXT) FROM audit_event WHERE id = :id"), {"id": event.id}).scalar_one()
    assert stored == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    names = ("subject", "sequence", "actor_id", "actor_name", "action", "detail")
    whole = {name: getattr(event, name) for name in names} | {"at": event.at.astimezone(UTC).isoformat(timespec="microseconds")}
    hashed = event.previous_hash + json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert event.hash == hashlib.sha256(hashed.encode()).hexdigest()


def test_a_late_chain_does_not_disturb_an_old_witness(office: Office) -> None:
    ticket = office.to_letter()
    seen, loket = witness(office), office.actor("loket")
    with office.write() as session:
        case = advance.lock(session, ticket, loket)
        audit.record(session, advance.subject(case), "LOOK", actor=loket, now=office.clock() - timedelta(days=9))
    assert walked(office, seen.last_event).root == seen.root


@pytest.mark.parametrize("change", ["UPDATE checkpoint SET root = 'x'", "DELETE FROM checkpoint"])
def test_a_witness_cannot_be_changed_where_it_was_made(office: Office, change: str) -> None:
    office.open()
    witness(office)
    with pytest.raises(DBAPIError, match="append-only"), office.write() as session:
        session.connection().execute(text(change))


def test_the_relay_takes_one_when_it_is_time_and_something_happened(office: Office) -> None:
    witnesses = Witnesses(office.rekom)
    assert witnesses.take_when_due() is None  # an empty trail
    office.open(1)
    assert witnesses.take_when_due() is None  # it has just looked
    office.clock.pass_by(minutes=1)
    assert witnesses.take_when_due() is not None
    for minutes, opened, expected in ((1, 2, False), (60, None, True), (61, None, False), (1, 3, True)):
        if opened:
            office.open(opened)
        office.clock.pass_by(minutes=minutes)
        assert (witnesses.take_when_due() is not None) == expected
    assert office.count(Checkpoint) == 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_witness_waits_for_whoever_holds_an_older_number(office: Office) -> None:
    """Numbers are given before rows are seen: without waiting, a chain could gain an event below the line."""
    ticket = office.open()
    loket, taken = office.actor("loket"), []
    with office.write() as session:
        case = advance.lock(session, ticket, loket)
        audit.record(session, advance.subject(case), "LOOK", actor=loket, now=office.clock())
        thread = threading.Thread(target=lambda: taken.append(take(office.rekom)), daemon=True)
        thread.start()
        thread.join(0.2)
        assert taken == []
    thread.join(10)
    seen: Any = taken[0]
    assert seen.last_event == all_events(office)[-1].id
    assert walked(office, seen.last_event).root == seen.root


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_writer_who_takes_long_is_not_waited_for(office: Office) -> None:
    ticket = office.open()
    office.clock.pass_by(minutes=1)
    loket = office.actor("loket")
    with office.write() as session:
        case = advance.lock(session, ticket, loket)
        audit.record(session, advance.subject(case), "LOOK", actor=loket, now=office.clock())
        assert Witnesses(office.rekom).take_when_due() is None
    assert Witnesses(office.rekom).take_when_due() is not None
