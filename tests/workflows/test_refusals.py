"""A refusal by the list, the objection in its term, other eyes on it; and a patient who died. In words and in the database."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlmodel import select

from tests.office import GROUNDS, POLICIES, Office
from tests.workflows.test_four_eyes import insert, refused
from verify.db import _alembic
from verify.office_time import objection_term
from workflows import advance, deaths, decision, refusals, seats
from workflows.actor import Actor
from workflows.deaths import Death
from workflows.errors import FourEyes, InvalidInput, NotAllowed, OpenCaseExists, TransitionRefused
from workflows.letter_states import LetterState
from workflows.records import Case, Decision, DecisionGround, Objection
from workflows.refusals import Objecting
from workflows.rules.policy import refusals_on
from workflows.states import Role, State
from workflows.vocabulary import ObjectionOutcome

WHY = Objecting("SITI CONTOH", "Saya sudah pindah KK.")
REASONS = POLICIES.national.refusal_reasons
OTHER = next(reason for reason in REASONS if reason.needs_words)


@pytest.fixture
def deputy(office: Office) -> Actor:
    """A second signer, with no hand in anything yet."""
    return second_signer(office)


def second_signer(office: Office) -> Actor:
    office.let_sign(office.hire("plt", Role.KADIS), date(2026, 1, 1), date(2027, 12, 31))
    return office.actor("plt")


def to_refusal(office: Office, number: int = 1) -> str:
    ticket = office.to_decision(number)
    office.reject(ticket)
    return ticket


def object_to(office: Office, ticket: str, *, by: str = "loket") -> Objection:
    actor = office.actor(by)
    with office.write() as session:
        case = advance.lock(session, ticket, actor)
        decided_at = session.exec(select(Decision.decided_at).where(Decision.case_id == case.id)).one()
        term = objection_term(case, POLICIES, decided_at=decided_at)
        return refusals.object_to(session, case, term, WHY, actor, now=office.clock())


def answer(office: Office, ticket: str, outcome: ObjectionOutcome, actor: Actor) -> Objection:
    with office.write() as session:
        return refusals.answer(session, advance.lock(session, ticket, actor), outcome, "Sudah diperiksa lagi.", actor, now=office.clock())


def die(office: Office, ticket: str, *, by: str = "loket") -> None:
    actor = office.actor(by)
    with office.write() as session:
        case = advance.lock(session, ticket, actor)
        deaths.record_death(session, case, Death(date(2026, 11, 23), "istri pasien"), actor, now=office.clock())


# --- the refusal


def test_what_the_family_was_told_stays(office: Office) -> None:
    ticket = to_refusal(office)
    with office.read() as session:
        (ground,) = session.exec(select(DecisionGround)).all()
        decided = session.exec(select(Decision)).one()
    assert (ground.code, ground.sentence, ground.place) == (GROUNDS[0].code, GROUNDS[0].sentence, GROUNDS[0].place)
    assert decided.reason == f"{GROUNDS[0].sentence} Uji."
    assert office.case(ticket).state is State.REJECTED


@pytest.mark.parametrize(("grounds", "words"), [((), "Tidak layak."), ((OTHER,), None)])
def test_a_refusal_names_a_reason_of_the_list(sqlite_office: Office, grounds: tuple[Any, ...], words: str | None) -> None:
    ticket, kadis = sqlite_office.to_decision(), sqlite_office.actor("kadis")
    with pytest.raises(InvalidInput), sqlite_office.write() as session:
        decision.reject(session, advance.lock(session, ticket, kadis), grounds, words, kadis, now=sqlite_office.clock())
    assert sqlite_office.case(ticket).state is State.DECISION


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_each_reason_is_plain_and_rests_on_something(reason: Any) -> None:
    for words in (reason.sentence, reason.next_step, reason.place):
        assert max(len(sentence.split()) for sentence in words.split(". ")) <= 20
    assert reason.reference and reason.document
    assert reason.example == ("belum dipastikan" in reason.reference)


def test_a_later_row_replaces_a_reason_from_its_day_on() -> None:
    later = [*REASONS, replace(REASONS[0], valid_from=date(2027, 1, 1))]
    assert refusals_on(tuple(later), date(2026, 12, 31))[REASONS[0].code] is REASONS[0]
    assert refusals_on(tuple(later), date(2027, 1, 1))[REASONS[0].code] is later[-1]
    assert refusals_on(REASONS, date(2025, 12, 31)) == {}


# --- the objection


def test_an_objection_granted_goes_on_as_a_new_case(office: Office, deputy: Actor) -> None:
    first = to_refusal(office)
    object_to(office, first)
    assert (office.case(first).state, office.case(first).closed_at) == (State.OBJECTION, None)
    objection = answer(office, first, ObjectionOutcome.OVERTURNED, deputy)
    with office.read() as session:
        new = session.get_one(Case, objection.new_case_id)
        assert refusals.came_from(session, new) == first
    old = office.case(first)
    assert (old.state, old.closed_at is not None) == (State.OVERTURNED, True)
    assert (new.nik, new.policy_sha256, new.state) == (old.nik, old.policy_sha256, State.RECEIVED)
    office.drain()
    office.assess(new.ticket)
    office.drain()
    office.validate(new.ticket)
    with pytest.raises(FourEyes):  # who refused first does not decide on what follows
        office.approve(new.ticket, by="kadis")
    office.approve(new.ticket, by=deputy)
    office.drain()
    assert office.case(new.ticket).state is State.LETTER_ISSUED
    assert [event.action for event in office.events(first)][-2:] == ["OBJECT", "OVERTURN"]


def test_an_objection_refused_is_final(office: Office, deputy: Actor) -> None:
    ticket = to_refusal(office)
    object_to(office, ticket)
    objection = answer(office, ticket, ObjectionOutcome.UPHELD, deputy)
    assert (office.case(ticket).state, objection.new_case_id) == (State.UPHELD, None)
    with pytest.raises(TransitionRefused):
        object_to(office, ticket)
    assert office.open(1)  # but the person may come again


def test_only_other_eyes_answer(office: Office) -> None:
    for number, role in enumerate(("loket", "peksos", "validator"), 1):
        staff = {"loket": 1, "peksos": 2, "validator": 3}[role]
        office.let_sign(staff, date(2026, 1, 1), date(2027, 12, 31))
        ticket = to_refusal(office, number)
        object_to(office, ticket)
        for who in (role, "kadis"):
            with pytest.raises(FourEyes):
                answer(office, ticket, ObjectionOutcome.UPHELD, office.actor(who))


def test_a_signer_out_of_office_does_not_answer(office: Office) -> None:
    ticket = to_refusal(office)
    object_to(office, ticket)
    office.hire("mantan", Role.KADIS)
    with pytest.raises(NotAllowed):
        answer(office, ticket, ObjectionOutcome.UPHELD, office.actor("mantan"))


def test_the_term_is_counted_in_working_days(sqlite_office: Office) -> None:
    ticket = to_refusal(sqlite_office)
    term = objection_term(sqlite_office.case(ticket), POLICIES, decided_at=sqlite_office.clock())
    last_day = term.last_day(sqlite_office.clock())
    day, counted = date(2026, 11, 23), 0
    while counted < 21:
        day += timedelta(days=1)
        counted += term.calendar.is_working(day)
    assert last_day == day
    assert term.calendar.is_working(last_day)
    sqlite_office.clock.now = datetime.combine(last_day, sqlite_office.clock().timetz())
    assert object_to(sqlite_office, ticket).filed_on == last_day


def test_a_late_objection_is_told_so(sqlite_office: Office) -> None:
    ticket = to_refusal(sqlite_office)
    sqlite_office.clock.pass_by(days=60)
    with pytest.raises(TransitionRefused, match="Masa keberatan habis"):
        object_to(sqlite_office, ticket)


def test_whoever_applied_again_has_no_second_open_case(office: Office) -> None:
    ticket = to_refusal(office)
    second = office.open(1)
    with pytest.raises(OpenCaseExists) as told:
        object_to(office, ticket)
    assert told.value.context["ticket"] == second


OBJECTION = {
    "case_id": 1,
    "decision_id": 1,
    "first_opened_by": 1,
    "first_assessed_by": 2,
    "first_validated_by": 3,
    "first_decided_by": 4,
    "objector": "SITI CONTOH",
    "grounds": "Pindah.",
    "filed_by": 1,
    "filed_on": "2026-11-23",
    "last_day": "2026-12-22",
}
DECIDED = {"outcome": "UPHELD", "reason": "uji", "authority_id": 1}
BAD: Mapping[str, tuple[dict[str, Any], str]] = {
    "answered by who decided": ({**DECIDED, "decided_by": 4}, "ck_objection_other_eyes"),
    "answered by who assessed": ({**DECIDED, "decided_by": 2}, "ck_objection_other_eyes"),
    "answered by who validated": ({**DECIDED, "decided_by": 3}, "ck_objection_other_eyes"),
    "answered by who opened and filed": ({**DECIDED, "decided_by": 1}, "ck_objection_other_eyes"),
    "lying about who decided": ({**DECIDED, "first_decided_by": 5, "decided_by": 4}, "fk_objection_first_hands"),
    "lying about who assessed": ({**DECIDED, "first_assessed_by": 5, "decided_by": 2}, "fk_objection_first_hands"),
    "of another case": ({"case_id": 2}, "fk_objection_decision"),
    "after its term": ({"filed_on": "2026-12-23"}, "ck_objection_filed_in_time"),
    "half answered": ({"outcome": "UPHELD"}, "ck_objection_decided_whole"),
    "granted and left there": ({**DECIDED, "outcome": "OVERTURNED", "decided_by": 5}, "ck_objection_granted_goes_on"),
    "refused and gone on": ({**DECIDED, "decided_by": 5, "new_case_id": 2}, "ck_objection_granted_goes_on"),
    "of an unknown kind": ({**DECIDED, "outcome": "MAYBE", "decided_by": 5}, "ck_objection_objectionoutcome"),
}


def test_the_database_itself_refuses(office: Office, subtests: pytest.Subtests) -> None:
    to_refusal(office)
    office.open(2)
    moments = {"filed_at": office.clock(), "answer_due": office.clock()}
    for name, (lie, constraint) in BAD.items():
        row = OBJECTION | moments | lie | ({"decided_at": office.clock()} if "decided_by" in lie else {})
        with subtests.test(name):
            refused(office, insert("objection", row), row, constraint)
    honest = OBJECTION | moments | DECIDED | {"decided_by": 5, "decided_at": office.clock()}
    with office.write() as session:
        session.connection().execute(text(insert("objection", honest)), honest)
    with subtests.test("a second one"):
        refused(office, insert("objection", honest), honest, "uq_objection_decision_id|objection.decision_id")


# --- a patient's death


def stages(office: Office) -> Iterator[str]:
    yield office.open(1)
    yield office.to_decision(2)
    ticket = office.to_decision(3)
    office.approve(ticket)
    yield ticket
    yield office.to_letter(4)
    refused_one = to_refusal(office, 5)
    object_to(office, refused_one)
    yield refused_one


def test_a_death_stops_everything_and_frees_the_seat(office: Office) -> None:
    for ticket in stages(office):
        die(office, ticket)
        office.drain()
        case = office.case(ticket)
        assert (case.state, case.closed_at) == (State.DIED, office.clock())
        with office.read() as session:
            assert seats.live_seat(session, case) is None
            assert {letter.state for letter in _letters(session, case)} <= {LetterState.REVOKED}
    assert office.due() == []


def test_a_death_is_told_by_the_counter_and_not_before_birth(sqlite_office: Office) -> None:
    ticket = sqlite_office.open(1)
    with pytest.raises(NotAllowed):
        die(sqlite_office, ticket, by="peksos")
    actor = sqlite_office.actor("loket")
    with pytest.raises(InvalidInput), sqlite_office.write() as session:
        early = Death(date(1900, 1, 1), "istri pasien")
        deaths.record_death(session, advance.lock(session, ticket, actor), early, actor, now=sqlite_office.clock())
    assert sqlite_office.case(ticket).state is not State.DIED


def test_the_migration_can_be_undone_with_objections_and_deaths(database_url: str, office: Office, deputy: Actor) -> None:
    pending, granted, dead = to_refusal(office, 1), to_refusal(office, 2), office.open(3)
    object_to(office, pending)
    object_to(office, granted)
    answer(office, granted, ObjectionOutcome.OVERTURNED, deputy)
    die(office, dead)
    office.rekom.database.close()
    command.downgrade(_alembic(database_url, office.rekom.new_vault()), "0009")
    command.upgrade(_alembic(database_url, office.rekom.new_vault()), "head")
    assert [office.case(ticket).state for ticket in (pending, granted, dead)] == [State.REJECTED, State.REJECTED, State.WITHDRAWN]


def _letters(session: Any, case: Case) -> list[Any]:
    return list(session.execute(text("SELECT state FROM letter WHERE case_id = :id"), {"id": case.id}).all())
