"""A case in somebody's hand: one person at a time, for the state it is in, and it keeps nobody from their work."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.office import Office
from workflows import advance, taking
from workflows.case_lists import Asked, Hand, case_list
from workflows.errors import Conflict, InvalidInput, NotAllowed, TakenMeanwhile
from workflows.records.taking import Taking
from workflows.states import Role


def act(office: Office, ticket: str, by: str, step: Callable[..., None], *more: object, **options: object) -> None:
    actor = office.actor(by)
    with office.write() as session:
        step(session, advance.lock(session, ticket, actor), *more, actor, now=office.clock(), **options)


def holder(office: Office, ticket: str) -> str | None:
    with office.read() as session:
        found = taking.holder(session, office.case(ticket))
    return found.name if found else None


@pytest.fixture
def waiting(office: Office) -> str:
    office.hire("rina", Role.CASEWORKER)
    ticket = office.open()
    office.drain()
    return ticket


def test_one_hand_at_a_time(office: Office, waiting: str) -> None:
    act(office, waiting, "rina", taking.take)
    act(office, waiting, "rina", taking.take)
    with pytest.raises(TakenMeanwhile) as refused:
        act(office, waiting, "peksos", taking.take)
    assert refused.value.context == {"holder": "Rina Contoh"}
    act(office, waiting, "peksos", taking.take, over=True)
    assert holder(office, waiting) == office.actor("peksos").name
    assert [event.action for event in office.events(waiting)].count("TAKE") == 2
    assert office.events(waiting)[-1].detail == {"from_owner": "Rina Contoh"}


def test_only_whose_turn_it_is(office: Office, waiting: str) -> None:
    for username in ("validator", "kadis", "loket"):
        with pytest.raises(NotAllowed):
            act(office, waiting, username, taking.take)


def test_giving_back_and_handing_on(office: Office, waiting: str) -> None:
    rina = office.actor("rina").person_id
    with pytest.raises(Conflict):
        act(office, waiting, "peksos", taking.release)
    act(office, waiting, "peksos", taking.take)
    with pytest.raises(InvalidInput):
        act(office, waiting, "peksos", taking.hand_to, office.actor("validator").person_id)
    act(office, waiting, "peksos", taking.hand_to, rina)
    assert holder(office, waiting) == "Rina Contoh"
    act(office, waiting, "rina", taking.release)
    assert holder(office, waiting) is None


def test_a_case_that_moved_on_is_in_nobodys_hand_and_nobody_was_kept_from_it(office: Office, waiting: str) -> None:
    act(office, waiting, "rina", taking.take)
    office.clock.pass_by(minutes=1)
    office.assess(waiting)  # by a colleague
    office.drain()
    assert holder(office, waiting) is None
    office.send_back(waiting, by="validator")
    assert holder(office, waiting) is None, "back where it was, but taken anew"
    act(office, waiting, "peksos", taking.take)
    assert holder(office, waiting) == office.actor("peksos").name
    assert office.count(Taking) == 1


def test_the_list_by_hand(office: Office, waiting: str) -> None:
    other = office.open(2)
    office.drain()
    act(office, waiting, "peksos", taking.take)
    with office.read() as session:
        mine = case_list(session, office.actor("peksos"), asked=Asked(hand=Hand.MINE)).cases
        free = case_list(session, office.actor("peksos"), asked=Asked(hand=Hand.NOBODY)).cases
    assert ([case.ticket for case in mine], [case.ticket for case in free]) == ([waiting], [other])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO taking SELECT case_id, staff_id, in_state, state_since, taken_at FROM taking",
        "UPDATE taking SET staff_id = 999999",
        "UPDATE taking SET case_id = 999999",
        "UPDATE taking SET in_state = 'MINE'",
        "UPDATE taking SET taken_at = NULL",
    ],
)
def test_the_database_refuses(office: Office, waiting: str, statement: str) -> None:
    act(office, waiting, "peksos", taking.take)
    with pytest.raises(IntegrityError), office.write() as session:
        session.execute(text(statement))
