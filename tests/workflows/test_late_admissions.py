"""Accepted in time and sent after the letter's end: a conflict until a person makes it an acceptance, and never by itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from tests.office import Office, person
from tests.workflows.test_late_acceptances import insert, open_ones, receive, row, sent
from verify.db import _alembic
from workflows import late_admissions, letters, seats, trust
from workflows.errors import NotAllowed, NotFound, OpenCaseExists, TransitionRefused
from workflows.late_acceptances import AlreadySettled
from workflows.letter_states import LetterState
from workflows.records import Acceptance, LateAcceptance, LateOutcome, Letter, Registration
from workflows.registration_states import RegistrationStatus
from workflows.seats import QuotaFull
from workflows.states import State
from workflows.vocabulary import SEATED

HERE = {"hospital_code": "RS-CONTOH-1"}


def expire(office: Office, ticket: str) -> None:
    """As the sweeper does."""
    with office.write() as session:
        letters.expire(session, office.case(ticket), now=office.clock())


def late(office: Office, ticket: str, claimed_at: datetime, by: str = "rs") -> LateAcceptance:
    """A sending that comes after the letter's end."""
    if office.clock() < office.letter(ticket).valid_until:
        office.clock.pass_by(hours=80)
        expire(office, ticket)
    letter = office.letter(ticket)
    return receive(office, letter, sent(letter, claimed_at), by)


def admit(office: Office, nonce: str, by: str = "peksos", **rules: Any) -> LateAcceptance:
    actor, seat_rules = office.actor(by), replace(office.seat_rules, **rules)
    with office.write() as session:
        return late_admissions.admit(session, nonce, "Rekam medis memuat jam masuk.", seat_rules, actor, now=office.clock())


def test_it_waits_for_a_person_and_becomes_an_acceptance_of_its_own_day(office: Office) -> None:
    ticket, claimed_at = office.to_letter(**HERE), office.clock() + timedelta(hours=2)
    found = late(office, ticket, claimed_at)
    assert (found.outcome, found.answer, office.count(Acceptance)) == (LateOutcome.REFUSED, "EXPIRED", 0)
    assert (open_ones(office), office.case(ticket).state) == ([found.nonce], State.EXPIRED)
    assert office.case(ticket).letter_type in SEATED
    settled = admit(office, found.nonce)
    assert (settled.admitted_to, settled.settlement) == ("RS-CONTOH-1", "Rekam medis memuat jam masuk.")
    case, letter = office.case(ticket), office.letter(ticket)
    assert (case.state, case.closed_at, letter.state, open_ones(office)) == (State.ACCEPTED, None, LetterState.ACCEPTED, [])
    with office.read() as session:
        acceptance = session.exec(select(Acceptance)).one()
        assert (acceptance.accepted_at, acceptance.hospital_code, acceptance.accepted_by) == (claimed_at, "RS-CONTOH-1", found.sent_by)
        assert seats.live_seat(session, case) is not None
        assert session.exec(select(Registration.status)).one() == RegistrationStatus.WAITING
    events = office.events(ticket)
    assert [event.action for event in events][-4:] == ["DESK_CHECK", "LATE_ACCEPTANCE", "ADMIT_LATE", "SETTLE_LATE"]
    assert events[-2].detail["claimed_at"] == claimed_at.isoformat()
    with pytest.raises(AlreadySettled):
        admit(office, found.nonce)


def test_one_that_the_sweeper_has_not_seen_is_expired_first(office: Office) -> None:
    ticket, claimed_at = office.to_letter(**HERE), office.clock() + timedelta(hours=2)
    office.clock.pass_by(hours=80)
    letter = office.letter(ticket)
    found = receive(office, letter, sent(letter, claimed_at))
    admit(office, found.nonce)
    assert (office.case(ticket).state, office.letter(ticket).state) == (State.ACCEPTED, LetterState.ACCEPTED)


@pytest.mark.parametrize("hours", [-1, 72, 73, 200])
def test_what_was_not_made_in_time_is_settled_in_words_only(office: Office, hours: int) -> None:
    ticket, claimed_at = office.to_letter(**HERE), office.clock() + timedelta(hours=hours)
    found = late(office, ticket, claimed_at)
    with pytest.raises(TransitionRefused, match="tidak dibuat selama surat berlaku"):
        admit(office, found.nonce)
    assert (office.count(Acceptance), office.case(ticket).state, open_ones(office)) == (0, State.EXPIRED, [found.nonce])


def test_a_letter_that_was_revoked_or_used_is_not_given_so(office: Office) -> None:
    gone, used = office.to_letter(1), office.to_letter(2)
    claimed_at = office.clock() + timedelta(minutes=1)
    office.revoke(gone)
    first = [receive(office, office.letter(used), sent(office.letter(used), claimed_at), by) for by in ("rs", "rs2")]
    refused = [receive(office, office.letter(gone), sent(office.letter(gone), claimed_at)), first[1]]
    assert [one.outcome for one in refused] == [LateOutcome.REFUSED, LateOutcome.CONFLICT]
    for one in refused:
        with pytest.raises(TransitionRefused):
            admit(office, one.nonce)
    assert office.count(Acceptance) == 1


def test_of_two_hospitals_one_gets_it(office: Office) -> None:
    ticket, claimed_at = office.to_letter(), office.clock() + timedelta(hours=1)
    both = [late(office, ticket, claimed_at, by) for by in ("rs", "rs2")]
    admit(office, both[1].nonce)
    with pytest.raises(TransitionRefused, match="Sudah dipakai"):
        admit(office, both[0].nonce)
    with office.read() as session:
        assert session.exec(select(Acceptance.hospital_code)).all() == ["RS-CONTOH-2"]
    assert open_ones(office) == [both[0].nonce]


def test_a_key_that_was_withdrawn_is_believed_no_more(office: Office) -> None:
    ticket, claimed_at = office.to_letter(**HERE), office.clock() + timedelta(hours=1)
    found, kadis = late(office, ticket, claimed_at), office.actor("kadis")
    with office.write() as session:
        trust.withdraw_key(session, str(office.letter(ticket).key_id), kadis, now=office.clock())
    with pytest.raises(TransitionRefused, match="Kunci surat ini ditarik"):
        admit(office, found.nonce)


def test_a_person_with_another_open_case_has_no_second(office: Office) -> None:
    ticket, claimed_at = office.to_letter(**HERE), office.clock() + timedelta(hours=1)
    found = late(office, ticket, claimed_at)
    office.open(1)
    assert office.case(ticket).nik == person(1)["nik"]
    with pytest.raises(OpenCaseExists):
        admit(office, found.nonce)
    assert (office.count(Acceptance), office.letter(ticket).state) == (0, LetterState.EXPIRED)


def test_without_a_seat_nothing_is_promised(office: Office) -> None:
    ticket, claimed_at = office.to_letter(**HERE), office.clock() + timedelta(hours=1)
    found = late(office, ticket, claimed_at)
    with pytest.raises(QuotaFull):
        admit(office, found.nonce, cap=0, over_cap=False)
    assert (office.count(Acceptance), office.case(ticket).state) == (0, State.EXPIRED)


def test_it_takes_a_caseworker_of_the_hospitals_own_office(office: Office) -> None:
    ticket, claimed_at = office.to_letter(**HERE), office.clock() + timedelta(hours=1)
    found = late(office, ticket, claimed_at)
    for by in ("rs", "loket", "validator", "kadis"):
        with pytest.raises(NotAllowed):
            admit(office, found.nonce, by)
    office.hire("jauh", *office.actor("peksos").roles, region="3316")
    with pytest.raises(NotFound):
        admit(office, found.nonce, "jauh")
    assert office.count(Acceptance) == 0


# --- what the database itself refuses

SETTLED = {"settled_at": "2026-11-23 03:00:00+00:00", "settled_by": 1, "settlement": "x"}
EXPIRED = {"outcome": "REFUSED", "answer": "EXPIRED", "taken_by": None, "hospital_code": "RS-CONTOH-1"}


@pytest.mark.parametrize(
    "lie",
    [
        {"settled_at": None, "settled_by": None, "settlement": None},
        {"admitted_to": "RS-CONTOH-2"},
        {"hospital_code": "RS-CONTOH-2", "admitted_to": "RS-CONTOH-2"},
        {"answer": "REVOKED"},
        {"outcome": "OURS", "taken_by": "RS-CONTOH-1"},
        {"letter_id": None},
    ],
    ids=str,
)
def test_a_false_admission_cannot_be_written(office: Office, lie: dict[str, Any]) -> None:
    letter = office.letter(office.to_letter(**HERE))
    true = row(letter, **EXPIRED, **SETTLED, admitted_to="RS-CONTOH-1")
    with pytest.raises(DBAPIError):
        insert(office, true)  # there is no acceptance yet
    receive(office, letter, sent(letter, office.clock()))
    with pytest.raises(DBAPIError):
        insert(office, {**true, **lie})
    insert(office, true)
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text("UPDATE late_acceptance SET admitted_to = NULL WHERE admitted_to IS NOT NULL"))


def test_the_migration_goes_back_and_forth_and_keeps_its_guards(office: Office, database_url: str) -> None:
    letter = office.letter(office.to_letter())
    receive(office, letter, sent(letter, office.clock()))
    for step in (command.downgrade, command.upgrade):
        step(_alembic(database_url), "0057" if step is command.downgrade else "head")
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text("DELETE FROM late_acceptance"))
    assert (office.count(LateAcceptance), office.count(Letter)) == (1, 1)
    insert(office, row(letter, **EXPIRED, **SETTLED, admitted_to="RS-CONTOH-1"))
    with pytest.raises(RuntimeError, match="cannot say which acceptances were admitted"):
        command.downgrade(_alembic(database_url), "0057")
