"""Acceptances without network: each kept once, first come first served, a double one a conflict that a person settles."""

import hashlib
import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from tests.many_letters import make_letters, size
from tests.office import Office
from verify.db import _alembic
from workflows import desk, late_acceptances
from workflows.actor import Actor
from workflows.errors import IdempotencyReuse, NotAllowed, NotFound
from workflows.late_acceptances import AlreadySettled, Sent
from workflows.records import Acceptance, LateAcceptance, LateOutcome, Letter

DOUBLES = size("REKOM_DOUBLES", 100)


def sent(letter: Letter, claimed_at: datetime, nonce: str | None = None) -> Sent:
    return Sent(nonce or str(uuid4()), hashlib.sha256(str(letter.token).encode()).hexdigest(), claimed_at)


def receive(office: Office, letter: Letter | None, given: Sent, by: str | Actor = "rs", refused: Any = None) -> LateAcceptance:
    actor = office.actor(by)
    with office.write() as session:
        known = session.get(Letter, letter.id) if letter else None
        return late_acceptances.receive(session, known, refused, given, actor, now=office.clock())[0]


def open_ones(office: Office) -> list[str]:
    with office.read() as session:
        return [found.late.nonce for found in late_acceptances.unsettled(session, "3673")]


def test_the_first_to_arrive_has_the_letter_whatever_clocks_say(office: Office) -> None:
    letter = office.letter(office.to_letter())
    early, late = office.clock() - timedelta(hours=3), office.clock() - timedelta(hours=1)
    first = receive(office, letter, sent(letter, late), "rs")
    second = receive(office, letter, sent(letter, early), "rs2")
    assert (first.outcome, first.taken_by) == (LateOutcome.TAKEN, "RS-CONTOH-1")
    assert (second.outcome, second.taken_by, second.answer) == (LateOutcome.CONFLICT, "RS-CONTOH-1", "ALREADY_USED")
    assert open_ones(office) == [second.nonce]
    with office.read() as session:
        acceptance = session.exec(select(Acceptance)).one()
        assert (acceptance.hospital_code, acceptance.accepted_at) == ("RS-CONTOH-1", office.clock())
        assert late_acceptances.claimed_when(session, acceptance) == late


def test_sent_twice_it_is_one_and_a_nonce_serves_one_letter(office: Office) -> None:
    letter, other = (office.letter(office.to_letter(number)) for number in (1, 2))
    given = sent(letter, office.clock())
    assert [receive(office, letter, given).outcome for _ in range(3)] == [LateOutcome.TAKEN] * 3
    assert office.count(LateAcceptance) == 1
    with pytest.raises(IdempotencyReuse):
        receive(office, other, sent(other, office.clock(), given.nonce))
    with pytest.raises(IdempotencyReuse):
        receive(office, letter, given, "rs2")
    assert receive(office, letter, sent(letter, office.clock())).outcome == LateOutcome.OURS


def test_the_same_one_sent_by_five_tabs_at_once_is_one(office: Office) -> None:
    letter = office.letter(office.to_letter())
    given, rs, said = sent(letter, office.clock()), office.actor("rs"), []
    ready = threading.Barrier(5, timeout=10)

    def act() -> None:
        ready.wait()
        try:
            said.append(receive(office, letter, given, rs).outcome)
        except Exception as error:
            said.append(error)

    threads = [threading.Thread(target=act, daemon=True) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert said == [LateOutcome.TAKEN] * 5
    assert (office.count(LateAcceptance), office.count(Acceptance)) == (1, 1)


def test_what_cannot_be_used_any_more_is_kept_too(office: Office) -> None:
    gone, elsewhere = office.to_letter(1), office.to_letter(2, hospital_code="RS-CONTOH-2")
    office.revoke(gone)
    kept = [
        receive(office, office.letter(gone), sent(office.letter(gone), office.clock())),
        receive(office, office.letter(elsewhere), sent(office.letter(elsewhere), office.clock())),
        receive(office, None, Sent(str(uuid4()), "0" * 64, office.clock()), refused=desk.FORGED),
    ]
    assert [(late.outcome, late.answer) for late in kept] == [
        (LateOutcome.REFUSED, "REVOKED"),
        (LateOutcome.REFUSED, "OTHER_HOSPITAL"),
        (LateOutcome.REFUSED, "FORGED"),
    ]
    assert open_ones(office) == [late.nonce for late in kept]
    assert office.count(Acceptance) == 0
    assert [event.action for event in office.events(gone)][-1] == "LATE_ACCEPTANCE"


def test_a_person_of_the_office_settles_once(office: Office) -> None:
    letter = office.letter(office.to_letter())
    receive(office, letter, sent(letter, office.clock()), "rs")
    double = receive(office, letter, sent(letter, office.clock()), "rs2")

    def settle(by: str) -> None:
        actor = office.actor(by)
        with office.write() as session:
            late_acceptances.settle(session, double.nonce, "Pasien tetap di RS pertama.", actor, now=office.clock())

    with pytest.raises(NotAllowed):
        settle("rs")
    office.hire("jauh", *office.actor("kadis").roles, region="3316")
    with pytest.raises(NotFound):
        settle("jauh")
    settle("peksos")
    with pytest.raises(AlreadySettled):
        settle("kadis")
    assert open_ones(office) == []


@pytest.mark.slow
def test_offline_doubles_are_all_flagged_when_they_arrive(office: Office) -> None:
    letters, rs, rs2 = make_letters(office, DOUBLES), office.actor("rs"), office.actor("rs2")
    mine, theirs = ([sent(letter, office.clock()) for letter in letters] for _ in range(2))
    for letter, given in zip(letters, mine, strict=True):
        receive(office, letter, given, rs)
    for letter, given in zip(letters, theirs, strict=True):
        assert receive(office, letter, given, rs2).outcome == LateOutcome.CONFLICT
    assert sorted(open_ones(office)) == sorted(given.nonce for given in theirs)
    assert (office.count(LateAcceptance), office.count(Acceptance)) == (2 * DOUBLES, DOUBLES)


# --- what the database itself refuses


def row(letter: Letter, **changes: Any) -> dict[str, Any]:
    """An acceptance by RS-CONTOH-2 that found the letter at RS-CONTOH-1."""
    facts = {"nonce": str(uuid4()), "hospital_code": "RS-CONTOH-2", "letter_id": letter.id, "code_sha256": "0" * 64}
    facts |= {"outcome": "CONFLICT", "answer": "ALREADY_USED", "taken_by": "RS-CONTOH-1", "sent_by": 1}
    return {**facts, "claimed_at": "2026-11-23 02:00:00+00:00", "received_at": "2026-11-23 02:00:00+00:00", **changes}


def insert(office: Office, facts: dict[str, Any]) -> None:
    names, values = ", ".join(facts), ", ".join(f":{name}" for name in facts)
    with office.write() as session:
        session.execute(text(f"INSERT INTO late_acceptance ({names}) VALUES ({values})"), facts)


@pytest.mark.parametrize(
    "lie",
    [
        {"taken_by": None},
        {"taken_by": "RS-CONTOH-2"},
        {"taken_by": "RS-CONTOH-3"},
        {"outcome": "TAKEN"},
        {"outcome": "REFUSED"},
        {"outcome": "LOST"},
        {"letter_id": None},
        {"hospital_code": "RS-CONTOH-1"},
        {"settled_at": "2026-11-23 03:00:00+00:00"},
        {"outcome": "OURS", "hospital_code": "RS-CONTOH-1", "settled_at": "2026-11-23 03:00:00+00:00", "settled_by": 1, "settlement": "x"},
    ],
    ids=str,
)
def test_a_false_row_cannot_be_written(office: Office, lie: dict[str, Any]) -> None:
    letter, rs = office.letter(office.to_letter()), office.actor("rs")
    with pytest.raises(DBAPIError):
        insert(office, row(letter))  # no conflict before there is a first acceptance
    with office.write() as session:
        desk.accept(session, session.get(Letter, letter.id), None, rs, now=office.clock())
    with pytest.raises(DBAPIError):
        insert(office, row(letter, **lie))
    insert(office, row(letter))


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM late_acceptance",
        "UPDATE late_acceptance SET outcome = 'REFUSED', taken_by = NULL",
        "UPDATE late_acceptance SET hospital_code = 'RS-CONTOH-1'",
        "UPDATE late_acceptance SET claimed_at = '2026-01-01 00:00:00+00:00'",
        "UPDATE late_acceptance SET nonce = 'x'",
        "DELETE FROM acceptance",
    ],
)
def test_what_was_sent_is_neither_dropped_nor_rewritten(office: Office, change: str) -> None:
    letter = office.letter(office.to_letter())
    for by in ("rs", "rs2"):
        receive(office, letter, sent(letter, office.clock()), by)
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text(change))
    settle = "UPDATE late_acceptance SET settled_at = received_at, settled_by = 1, settlement = 'x' WHERE outcome = 'CONFLICT'"
    with office.write() as session:
        session.execute(text(settle))
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text("UPDATE late_acceptance SET settlement = 'y' WHERE outcome = 'CONFLICT'"))


def test_the_migration_goes_back_and_forth(database_url: str) -> None:
    for step in (command.downgrade, command.upgrade):
        step(_alembic(database_url), "0008" if step is command.downgrade else "head")
