"""Letter B's loop: typed into SIKS-NG, the ministry's word, the membership seen active, the case closed; each step with evidence."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.letter_office import to_letter_b
from tests.office import Office
from tests.registration_office import ACTIVE, REFUSED, SEEN_ACTIVE, by_hand, make, registration
from tests.workflows.test_replacements import replaced
from verify.db import _alembic
from workflows import advance, letters, registering
from workflows.batches import BatchRefused
from workflows.errors import InvalidInput, NotAllowed, TransitionRefused
from workflows.records import Duty
from workflows.records.seat import Seat
from workflows.registration_states import RegistrationStatus
from workflows.states import State

S = RegistrationStatus
PROOF = "Tangkapan layar SIKS-NG, 23-11-2026."


def test_the_whole_way_closes_the_case(office: Office) -> None:
    ticket = to_letter_b(office)
    assert (office.case(ticket).state, registration(office, ticket).status) == (State.REGISTERING, S.WAITING)
    seen = []
    for what, given in (("send_by_hand", "SIKS-1"), ("grant", PROOF), ("answer", SEEN_ACTIVE)):
        by_hand(office, ticket, what, given)
        seen.append((registration(office, ticket).status, office.case(ticket).state))
    assert seen == [(S.SENT, State.REGISTERING), (S.GRANTED, State.REGISTERING), (S.ACTIVE, State.CLOSED)]
    kept = registration(office, ticket)
    assert (kept.reference, kept.active_on, kept.rounds) == ("SIKS-1", date(2026, 11, 23), 1)
    trail = {event.action: event.detail for event in office.events(ticket)}
    assert (trail["REGISTER_GRANTED"]["evidence"], trail["REGISTER_ACTIVE"]["evidence"]) == (PROOF, SEEN_ACTIVE.note)
    assert (office.count(Seat), office.count(Duty)) == (0, 1)


def test_what_the_ministry_refuses_is_mended_and_typed_again_or_closed_with_a_reason(office: Office) -> None:
    ticket = to_letter_b(office)
    by_hand(office, ticket, "send_by_hand", None)
    by_hand(office, ticket, "answer", REFUSED)
    assert (registration(office, ticket).status, office.case(ticket).state) == (S.REFUSED, State.REGISTERING)
    by_hand(office, ticket, "mend", {"no_kk": "9901010101900001"})
    by_hand(office, ticket, "send_by_hand", "SIKS-2")
    assert (registration(office, ticket).status, registration(office, ticket).rounds) == (S.SENT, 2)
    by_hand(office, ticket, "answer", REFUSED)
    by_hand(office, ticket, "give_up", "Tidak memenuhi syarat.")
    assert (registration(office, ticket).status, office.case(ticket).state) == (S.GIVEN_UP, State.UNREGISTERED)
    assert office.count(Duty) == 0


def test_the_end_of_the_letter_does_not_end_the_case(sqlite_office: Office) -> None:
    """Its thirty days are for the family; the answer may come later."""
    office = sqlite_office
    ticket = to_letter_b(office)
    office.clock.pass_by(days=40)
    with office.write() as session:
        (overdue,) = letters.overdue(session, now=office.clock())
        letters.expire(session, advance.lock_by_id(session, overdue), now=office.clock())
    assert (office.case(ticket).state, registration(office, ticket).status) == (State.REGISTERING, S.WAITING)
    by_hand(office, ticket, "send_by_hand", None)
    by_hand(office, ticket, "answer", SEEN_ACTIVE)
    assert office.case(ticket).state == State.CLOSED


@pytest.mark.parametrize("what", ["grant", "answer"])
def test_nothing_is_answered_that_was_not_sent(sqlite_office: Office, what: str) -> None:
    ticket = to_letter_b(sqlite_office)
    with pytest.raises(TransitionRefused):
        by_hand(sqlite_office, ticket, what, PROOF if what == "grant" else SEEN_ACTIVE)


def test_an_answer_without_evidence_is_none(sqlite_office: Office) -> None:
    ticket = to_letter_b(sqlite_office)
    by_hand(sqlite_office, ticket, "send_by_hand", None)
    with pytest.raises(InvalidInput, match="bukti"):
        by_hand(sqlite_office, ticket, "answer", ACTIVE)
    assert (registration(sqlite_office, ticket).status, sqlite_office.count(Duty)) == (S.SENT, 0)


def test_an_answer_is_written_down_once(office: Office) -> None:
    ticket = to_letter_b(office)
    by_hand(office, ticket, "send_by_hand", None)
    by_hand(office, ticket, "answer", SEEN_ACTIVE)
    with pytest.raises(TransitionRefused, match="Aktif"):
        by_hand(office, ticket, "answer", SEEN_ACTIVE)
    assert office.count(Duty) == 1


def test_nothing_is_seen_active_before_its_day(sqlite_office: Office) -> None:
    ticket = to_letter_b(sqlite_office)
    by_hand(sqlite_office, ticket, "send_by_hand", None)
    with pytest.raises(InvalidInput, match="belum tiba"):
        by_hand(sqlite_office, ticket, "answer", replace(SEEN_ACTIVE, active_on=date(2026, 11, 24)))
    assert sqlite_office.count(Duty) == 0


def test_the_ministry_answers_reactivations_alone_and_no_file_holds_them(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.to_letter(2)
    with pytest.raises(TransitionRefused, match="BPJS"):
        by_hand(office, ticket, "grant", PROOF)
    by_hand(office, ticket, "answer", ACTIVE)
    to_letter_b(office)
    with pytest.raises(BatchRefused):
        make(office)


def test_only_the_counter_writes_it_down(sqlite_office: Office) -> None:
    ticket = to_letter_b(sqlite_office)
    kadis = sqlite_office.actor("kadis")
    with pytest.raises(NotAllowed), sqlite_office.write() as session:
        registering.grant(session, advance.lock(session, ticket, kadis), PROOF, kadis, now=sqlite_office.clock())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registration SET status = 'GRANTED'",
        "UPDATE registration SET status = 'REFUSED', refusal = 'OTHER'",
        "UPDATE registration SET status = 'ACTIVE', active_on = '2026-11-23'",
        "UPDATE registration SET status = 'GRANTED', note = 'ada', route = 'BPJS_FILE'",
    ],
)
def test_raw_sql_cannot_answer_without_evidence(office: Office, statement: str) -> None:
    to_letter_b(office)
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text(statement))


def test_a_letter_that_was_out_before_gets_its_registration(database_url: str, office: Office) -> None:
    ticket = to_letter_b(office)
    with office.write() as session:
        session.execute(text("DELETE FROM registration"))
        session.execute(text("UPDATE case_file SET state = 'LETTER_ISSUED'"))
    office.rekom.database.close()
    command.downgrade(_alembic(database_url, office.rekom.new_vault()), "0031")
    command.upgrade(_alembic(database_url, office.rekom.new_vault()), "head")
    assert registration(office, ticket).status == S.WAITING
    by_hand(office, ticket, "send_by_hand", None)
    assert office.case(ticket).state == State.REGISTERING
    office.clock.now += timedelta(days=1)
    by_hand(office, ticket, "answer", SEEN_ACTIVE)
    assert office.case(ticket).state == State.CLOSED


def test_a_letter_b_whose_paper_is_wrong_is_replaced_and_its_way_goes_on(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = to_letter_b(office)
    by_hand(office, ticket, "send_by_hand", "SIKS-1")
    old = office.letter(ticket)
    replaced(office, ticket, name="SITI CONTOH BARU")
    assert (office.letter(ticket).replaces_id, office.case(ticket).state) == (old.id, State.REGISTERING)
    assert registration(office, ticket).status == S.SENT
    by_hand(office, ticket, "answer", SEEN_ACTIVE)
    assert office.case(ticket).state == State.CLOSED
