"""Whom four eyes keep from the step a case waits for, state by state: one answer for who asks, hands on and does it."""

from sqlmodel import Session, col, select, update

from tests.approval_office import give, to_paraf, with_chain
from tests.office import Office
from tests.seat_office import approve, make_decidable, with_seats
from tests.workflows.test_refusals import answer, object_to, second_signer
from workflows import advance, four_eyes, hand_batches
from workflows.records import Case, CheckResult, Staff
from workflows.states import Role, State
from workflows.vocabulary import DocumentType, ObjectionOutcome

WORKED = {"loket", "peksos", "validator"}


def kept(office: Office, ticket: str) -> tuple[State, set[str]]:
    """The state of a case, and by name whom it keeps."""
    case = office.case(ticket)
    with office.read() as session:
        return case.state, names(session, four_eyes.kept_from(session, case))


def kept_from_agreeing(office: Office, ticket: str) -> set[str]:
    """By name whom it keeps from a quorum."""
    case = office.case(ticket)
    with office.read() as session:
        return names(session, four_eyes.kept_from_agreeing(session, case))


def names(session: Session, people: frozenset[int]) -> set[str]:
    return set(session.exec(select(Staff.username).where(col(Staff.id).in_(people))))


def test_on_the_way_up(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI, Role.KABID)
    ticket = office.open()
    office.drain()
    assert kept(office, ticket) == (State.ASSESSMENT, set())
    office.assess(ticket)
    office.drain()
    assert kept(office, ticket) == (State.VALIDATION, {"peksos"})
    office.validate(ticket)
    assert (kept(office, ticket), kept_from_agreeing(office, ticket)) == ((State.PARAF_KASI, WORKED), set())
    give(office, ticket, "kasi")
    assert kept(office, ticket) == (State.PARAF_KABID, WORKED | {"kasi"})
    give(office, ticket, "kabid")
    recorder = office.hire("pencatat", Role.CASEWORKER)
    with office.write() as session:
        session.exec(update(CheckResult).values(recorded_by=recorder, task_id=None, note="Uji."))
    assert kept(office, ticket) == (State.DECISION, WORKED | {"kasi", "kabid", "pencatat"})
    assert kept_from_agreeing(office, ticket) == WORKED | {"pencatat"}


def test_where_intake_is_apart(sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    sqlite_office.drain()
    with sqlite_office.write() as session:
        session.exec(update(Case).values(separate_intake=True))
    assert kept(sqlite_office, ticket) == (State.ASSESSMENT, {"loket"})
    sqlite_office.assess(ticket)
    sqlite_office.drain()
    assert kept(sqlite_office, ticket) == (State.VALIDATION, {"loket", "peksos"})


def test_a_post_is_asked_again_after_the_findings_changed_and_may_take_the_case(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI, Role.KABID)
    ticket = to_paraf(office, documents=frozenset({DocumentType.KTP}))
    give(office, ticket, "kasi")
    office.amend(ticket, documents=frozenset({DocumentType.KK}))
    office.drain()
    assert kept(office, ticket) == (State.PARAF_KASI, WORKED)
    kasi = office.actor("kasi")
    with office.write() as session:
        hand_batches.take(session, advance.lock(session, ticket, kasi), kasi, now=office.clock())
    give(office, ticket, "kasi")


def test_in_line_for_a_seat(sqlite_office: Office) -> None:
    with_seats(sqlite_office, 1)
    first, second = make_decidable(sqlite_office, 2)
    approve(sqlite_office, first)
    approve(sqlite_office, second)
    assert kept(sqlite_office, second) == (State.WAITLISTED, WORKED)


def test_an_objection_and_what_comes_of_it(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI)
    first = to_paraf(office)
    give(office, first, "kasi")
    office.reject(first)
    assert kept(office, first) == (State.REJECTED, set())
    object_to(office, first)
    assert kept(office, first) == (State.OBJECTION, WORKED | {"kasi", "kadis"})
    answer(office, first, ObjectionOutcome.OVERTURNED, second_signer(office))
    (again,) = {case.ticket for case in _cases(office)} - {first}
    office.drain()
    office.assess(again)
    office.drain()
    office.validate(again)
    give(office, again, "kasi")
    assert kept(office, again) == (State.DECISION, WORKED | {"kasi", "kadis"})
    assert kept_from_agreeing(office, again) == WORKED | {"kadis"}


def _cases(office: Office) -> list[Case]:
    with office.read() as session:
        return list(session.exec(select(Case)))
