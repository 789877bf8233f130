"""The list for verifiers: told in the transaction of what it tells, numbered without a gap, never lower, never taken back."""

import threading
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from tests.office import Office
from verify.db import _alembic
from workflows import advance, desk, letters, trust
from workflows.actor import SYSTEM
from workflows.desk import DeskAnswer
from workflows.letters import SealWithdrawn
from workflows.records import Letter, TrustEntry, TrustKind
from workflows.states import State
from workflows.trust import RAN_OUT, Told


def told(office: Office) -> Told:
    with office.read() as session:
        return trust.told(session, now=office.clock())


def accept(office: Office, ticket: str, *, by: str = "rs") -> DeskAnswer:
    actor, letter = office.actor(by), office.letter(ticket)
    with office.write() as session:
        return desk.accept(session, session.get(Letter, letter.id), None, actor, now=office.clock())[0].answer


def withdraw(office: Office, key_id: str) -> bool:
    with office.write() as session:
        return trust.withdraw_key(session, key_id, SYSTEM, now=office.clock())


def test_revoked_and_used_letters_are_told_by_their_random_ids(office: Office) -> None:
    revoked, used, untouched = (office.to_letter(number) for number in (1, 2, 3))
    assert told(office) == Told(0, frozenset(), frozenset(), frozenset())
    office.revoke(revoked)
    accept(office, used)
    ids = [office.letter(ticket).token_id for ticket in (revoked, used, untouched)]
    assert told(office) == Told(2, frozenset(ids[:1]), frozenset(ids[1:2]), frozenset())


def test_a_second_acceptance_tells_nothing_new(office: Office) -> None:
    ticket = office.to_letter()
    assert [accept(office, ticket, by=by) for by in ("rs", "rs", "rs2")] == [DeskAnswer.ALREADY_USED] * 3
    assert told(office).counter == 1


def test_what_is_rolled_back_was_never_told(office: Office) -> None:
    ticket, kadis = office.to_letter(), office.actor("kadis")
    with pytest.raises(RuntimeError), office.write() as session:
        letters.revoke(session, advance.lock(session, ticket, kadis), kadis, reason="Salah orang", now=office.clock())
        assert trust.counter(session) == 1
        raise RuntimeError
    assert told(office) == Told(0, frozenset(), frozenset(), frozenset())


def test_a_letter_that_ran_out_leaves_the_list_and_the_counter_stays(office: Office) -> None:
    ticket = office.to_letter()
    office.revoke(ticket)
    office.clock.pass_by(days=4)
    assert told(office).gone == frozenset()
    assert told(office).counter == 1
    office.clock.pass_by(hours=-1)
    assert told(office).gone == {office.letter(ticket).token_id}


def test_eight_who_accept_at_once_get_eight_numbers_and_nobody_sees_a_gap(office: Office) -> None:
    tickets = [office.to_letter(number) for number in range(1, 9)]
    actor, seen, stop = office.actor("rs"), [], threading.Event()
    facts = [office.letter(ticket).id for ticket in tickets]
    ready = threading.Barrier(len(tickets), timeout=20)

    def use(letter_id: int) -> None:
        ready.wait()
        with office.write() as session:
            desk.accept(session, session.get(Letter, letter_id), None, actor, now=office.clock())

    def look() -> None:
        while not stop.is_set():
            seen.append(told(office))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    threads = [threading.Thread(target=use, args=(letter_id,), daemon=True) for letter_id in facts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    stop.set()
    watcher.join(10)
    seen.append(told(office))
    assert seen[-1].counter == 8
    assert [len(one.used) for one in seen] == [one.counter for one in seen]
    assert [one.counter for one in seen] == sorted(one.counter for one in seen)


CHANGES = (
    ("UPDATE trust_entry SET kind = 'USED'", "append-only"),
    ("DELETE FROM trust_entry", "append-only"),
    ("UPDATE trust_counter SET last = last - 1", "only rises"),
    ("UPDATE trust_counter SET last = last", "only rises"),
    ("DELETE FROM trust_counter", "only rises"),
)


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_the_database_takes_nothing_back(office: Office, change: str, said: str) -> None:
    office.revoke(office.to_letter())
    with pytest.raises(DBAPIError, match=said), office.write() as session:
        session.connection().execute(text(change))
    assert told(office).counter == 1


@pytest.mark.parametrize(
    "change",
    [
        "INSERT OR REPLACE INTO trust_counter (name, last) VALUES ('bundle', 0)",
        "INSERT OR REPLACE INTO trust_entry SELECT counter, 'USED', token_id, token_sha256, key_id, valid_until, at FROM trust_entry",
    ],
)
def test_sqlite_does_not_replace_either(sqlite_office: Office, change: str) -> None:
    sqlite_office.revoke(sqlite_office.to_letter())
    with pytest.raises(DBAPIError, match="append-only|only rises"), sqlite_office.write() as session:
        session.connection().execute(text(change))


@pytest.mark.parametrize("table", ["trust_entry", "trust_counter", "checkpoint"])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_does_not_truncate_either(office: Office, table: str) -> None:
    with pytest.raises(DBAPIError, match="append-only|only rises"), office.write() as session:
        session.connection().execute(text(f"TRUNCATE {table}"))


def test_after_a_restore_the_counter_is_raised_above_what_was_seen(office: Office) -> None:
    with office.write() as session:
        assert trust.raise_counter(session, 40, SYSTEM, now=office.clock()) == 40
        assert trust.raise_counter(session, 7, SYSTEM, now=office.clock()) == 40
    office.revoke(office.to_letter())
    assert told(office).counter == 41


# --- withdrawn keys


def test_a_withdrawn_key_is_told_once_with_its_place_in_the_audit_trail(office: Office) -> None:
    key_id = office.rekom.keys.current.key_id
    assert [withdraw(office, key_id), withdraw(office, key_id)] == [True, False]
    with office.read() as session:
        assert trust.withdrawn_keys(session) == {key_id}
        assert trust.withdrawn_at(session, key_id) == office.clock()
        assert [entry.kind for entry in session.exec(select(TrustEntry))] == [TrustKind.KEY_WITHDRAWN]


def test_every_letter_under_it_is_refused_by_number_too(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    withdraw(office, office.rekom.keys.current.key_id)
    with office.read() as session:
        verdict = desk.judge(session, office.letter(ticket), "RS-CONTOH-1", now=office.clock())
    assert (verdict.answer, verdict.reason) == (DeskAnswer.REVOKED, "kunci surat ini ditarik")
    assert accept(office, ticket) == DeskAnswer.REVOKED
    assert office.case(ticket).state == State.LETTER_ISSUED


def test_a_used_or_revoked_letter_keeps_its_own_answer(office: Office) -> None:
    used, revoked = office.to_letter(1), office.to_letter(2)
    accept(office, used)
    office.revoke(revoked)
    withdraw(office, office.rekom.keys.current.key_id)
    with office.read() as session:
        answers = [desk.judge(session, office.letter(ticket), None, now=office.clock()) for ticket in (used, revoked)]
    assert [(one.answer, one.reason) for one in answers][1] == (DeskAnswer.REVOKED, "Salah orang")
    assert answers[0].answer == DeskAnswer.ALREADY_USED


def test_a_paper_pressed_under_a_key_withdrawn_meanwhile_is_thrown_away(office: Office) -> None:
    ticket = office.to_decision()
    office.approve(ticket)
    withdraw(office, office.rekom.keys.current.key_id)
    with pytest.raises(SealWithdrawn):
        office.drain()
    assert (office.letter(ticket).token, office.case(ticket).state) == (None, State.APPROVED)


def test_letters_under_a_key_are_counted_by_what_becomes_of_them(office: Office) -> None:
    tickets = [office.to_letter(number) for number in (1, 2, 3)]
    office.revoke(tickets[0])
    accept(office, tickets[1])
    key_id = office.rekom.keys.current.key_id
    with office.read() as session:
        assert trust.letters_under(session, key_id, now=office.clock()) == {"REVOKED": 1, "ACCEPTED": 1, "ISSUED": 1}
        late = office.clock() + timedelta(days=4)
        assert trust.letters_under(session, key_id, now=late) == {"REVOKED": 1, "ACCEPTED": 1, RAN_OUT: 1}
        assert trust.letters_under(session, "0" * 16, now=late) == {}


def test_letters_from_before_there_was_a_list_are_in_it(office: Office) -> None:
    used, revoked, _ = (office.to_letter(number) for number in (1, 2, 3))
    accept(office, used)
    office.revoke(revoked)
    before = told(office)
    url = office.rekom.settings.database_url
    office.rekom.database.close()
    command.downgrade(_alembic(url, office.rekom.new_vault()), "0002")
    command.upgrade(_alembic(url, office.rekom.new_vault()), "0003")
    with Session(office.rekom.database.engine) as session:  # these tables are older than the keys of what lies sealed
        assert trust.told(session, now=office.clock()) == before
