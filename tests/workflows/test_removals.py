"""Letter D: a member is taken off the list by a case of its own, four eyes decide, and the seat becomes free with the letter."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from tests.office import Office
from tests.registration_office import ACTIVE, accept, answers, make, send, type_sep
from workflows import advance, casework, desk, removals
from workflows.desk import DeskAnswer
from workflows.errors import FourEyes, NotAllowed, OpenCaseExists, TransitionRefused
from workflows.records.seat import ReleaseReason, Seat, SeatQuota, SeatStatus
from workflows.rules.facts import Answer
from workflows.states import State
from workflows.vocabulary import LetterType, RemovalReason


def member(office: Office, number: int = 1) -> str:
    """A patient with letter A whom BPJS Kesehatan made a member; the closed case holds a committed seat."""
    ticket = office.to_letter(number)
    accept(office, ticket)
    make(office)
    send(office)
    answers(office, {number: ACTIVE})
    type_sep(office, ticket)
    assert office.case(ticket).state == State.CLOSED
    return ticket


def start(office: Office, ticket: str, reason: RemovalReason = RemovalReason.DIED, *, by: str = "peksos") -> str:
    actor = office.actor(by)
    with office.write() as session:
        found = advance.lock(session, ticket, actor)
        made = removals.start(session, found, reason, "Akta kematian contoh nomor 1.", office.policy, actor, now=office.clock()).ticket
    office.drain()
    return made


def seat(office: Office, ticket: str) -> Seat:
    with office.read() as session:
        return session.exec(select(Seat).where(Seat.case_id == office.case(ticket).id)).one()


def used(office: Office) -> int:
    with office.read() as session:
        return session.exec(select(SeatQuota.used)).one()


@pytest.mark.parametrize(
    ("reason", "released"),
    [
        (RemovalReason.DIED, ReleaseReason.DIED),
        (RemovalReason.MOVED, ReleaseReason.MOVED),
        (RemovalReason.WORKS, ReleaseReason.OTHER_SEGMENT),
        (RemovalReason.DOUBLE, ReleaseReason.OTHER_SEGMENT),
        (RemovalReason.ON_REQUEST, ReleaseReason.REMOVED),
    ],
)
def test_the_seat_is_free_when_the_letter_is_issued_and_not_before(
    sqlite_office: Office, reason: RemovalReason, released: ReleaseReason
) -> None:
    office = sqlite_office
    held = member(office)
    ticket = start(office, held, reason)
    assert (office.case(ticket).letter_type, office.case(ticket).state) == (LetterType.PENCABUTAN, State.ASSESSMENT)
    answer_and_validate(office, ticket)
    assert (seat(office, held).status, used(office)) == (SeatStatus.COMMITTED, 1)
    office.approve(ticket)
    office.drain()
    assert (seat(office, held).reason, used(office), office.case(ticket).state) == (released, 0, State.REMOVED)
    with office.read() as session:
        letter = office.letter(ticket)
        assert (letter.type, desk.judge(session, letter, "RS-CONTOH-1", now=office.clock()).answer) == (
            LetterType.PENCABUTAN,
            DeskAnswer.NOT_FOR_HOSPITAL,
        )


def answer_and_validate(office: Office, ticket: str) -> None:
    questions = office.rekom.policies.criteria_for(office.policy, LetterType.PENCABUTAN)
    actor = office.actor("peksos")
    with office.write() as session:
        answers = {criterion.key: Answer.YES for criterion in questions.criteria}
        casework.assess(session, advance.lock(session, ticket, actor), questions, answers, None, actor, now=office.clock())
    office.drain()
    office.validate(ticket)


def test_who_starts_a_removal_does_not_decide_it(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = start(office, member(office))
    answer_and_validate(office, ticket)
    with pytest.raises((FourEyes, NotAllowed)):
        office.approve(ticket, by="peksos")


def test_a_removal_needs_a_seat_a_caseworker_and_no_open_case(sqlite_office: Office) -> None:
    office = sqlite_office
    held = member(office)
    with pytest.raises(NotAllowed):
        start(office, held, by="loket")
    start(office, held)
    with pytest.raises(OpenCaseExists):
        start(office, held)
    with pytest.raises(TransitionRefused, match="tidak memegang kursi"):
        start(office, office.to_letter(2))


def test_the_database_holds_what_a_removal_is(office: Office) -> None:
    held = member(office)
    start(office, held)
    for statement in (
        "UPDATE removal SET letter_type = 'REKOM_PBPU_PEMDA'",
        "UPDATE removal SET reason = 'LAIN'",
        "UPDATE removal SET evidence = 'ya'",
        "UPDATE removal SET member_case_id = case_id",
        "UPDATE case_file SET letter_type = 'REKOM_PBPU_PEMDA' WHERE letter_type = 'PENCABUTAN'",
    ):
        with pytest.raises(IntegrityError), office.write() as session:
            session.connection().execute(text(statement))
