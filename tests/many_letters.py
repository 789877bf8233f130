"""Many issued letters at once, without the way to them: their residents are opened, weighed and decided in a few rows."""

import os

from tests.office import FakePress, Office
from tests.seat_office import approve, make_decidable, with_seats
from workflows import advance, facts, letters
from workflows.records import Letter
from workflows.states import Job
from workflows.steps import STEPS


def size(variable: str, in_the_suite: int) -> int:
    """How many; the full figure is asked for by a variable, such as ``REKOM_RACES=10000``."""
    return int(os.environ.get(variable, in_the_suite))


def make_letters(office: Office, number: int, *, first: int = 1) -> list[Letter]:
    """Issued letters of that many residents, for any hospital."""
    tickets = make_decidable(with_seats(office, number + first), number, first=first)
    return [_issued(office, ticket) for ticket in tickets]


def _issued(office: Office, ticket: str) -> Letter:
    given = approve(office, ticket)
    assert isinstance(given, Letter)
    assert isinstance(office.rekom.ports.press, FakePress)
    with office.write() as session:
        case = advance.lock_by_id(session, given.case_id)
        finished = STEPS[Job.LETTER].gather(office.rekom.ports, facts.read(session, case, Job.LETTER))
        letters.press(session, case, finished.letter_id, finished.pressed, now=office.clock())
    return office.letter(ticket)
