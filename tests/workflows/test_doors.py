"""The next doors: who stands on a list and why, that no family is asked twice at a time, and what an answer changes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from tests.office import Office, person
from tests.population.city import JUNE, NOVEMBER, ONE, TWO, member, resident, store
from tests.registration_office import ACTIVE, accept, answers, make, registration, send, type_sep
from tests.verify.made_files import nik
from workflows.actor import Actor
from workflows.audit import verify_chain
from workflows.errors import Conflict, InvalidInput, NotAllowed, NotFound
from workflows.extracts import DtsenFact, ResidentFact
from workflows.letter_states import LetterState
from workflows.population import coverage, doors
from workflows.population.doors import DoorView, Wish
from workflows.population.in_hand import in_hand
from workflows.records.audit_event import AuditEvent
from workflows.records.door import Door, DoorAnswer, DoorList, DoorReason
from workflows.records.extract import ExtractKind
from workflows.records.resident import ResidentRow
from workflows.records.staff import Staff
from workflows.registration_states import RegistrationStatus
from workflows.rules.policy import EligibilityBasis, RegionPolicy
from workflows.states import Role

WISH = Wish(ONE, many=100, days=30, given_to="Ani Contoh, kader", purpose="Kunjungan kader Desember")
SEPTEMBER = datetime(2026, 9, 30, 17, tzinfo=UTC)


def worker(office: Office) -> Actor:
    """A caseworker, without signing in: that would wait for whoever writes."""
    with office.read() as session:
        found = session.exec(select(Staff).where(Staff.username == "peksos")).one()
    return Actor(id=found.id, name=found.name, roles=frozenset({Role.CASEWORKER}), region_code="3673")


def family(number: int, card: int, *, village: str = ONE) -> ResidentFact:
    return replace(resident(number, village), family_card=nik(900 + card))


def a_village(office: Office) -> None:
    """Seven families: poor, poorer with three people, insured, too rich, taken off, unknown, and one of another village."""
    people = [
        family(1, 1),
        *(family(number, 2) for number in (2, 3, 4)),
        family(5, 3),
        family(6, 4),
        family(7, 5),
        family(8, 6),
        family(9, 7, village=TWO),
    ]
    dtsen = [
        DtsenFact(nik(1), name="SITI CONTOH", desil=3),
        DtsenFact(nik(2), name="SITI CONTOH", desil=1),
        DtsenFact(nik(3), name="SITI CONTOH", desil=4),
        DtsenFact(nik(6), name="SITI CONTOH", desil=9),
        DtsenFact(nik(7), name="SITI CONTOH", desil=2, exclusion_reason="MENINGGAL"),
        DtsenFact(nik(9), name="SITI CONTOH", desil=1),
    ]
    store(office.rekom.database, ExtractKind.RESIDENTS, people, JUNE)
    store(office.rekom.database, ExtractKind.MEMBERS, [member(5)], SEPTEMBER)
    store(office.rekom.database, ExtractKind.DTSEN, dtsen, SEPTEMBER)
    count(office)


def count(office: Office) -> None:
    with office.write() as session:
        coverage.count(session, "3673", worker(office), now=office.clock())


def policy(office: Office, basis: EligibilityBasis = EligibilityBasis.DESIL) -> RegionPolicy:
    found = office.rekom.policy_today("3673")
    return replace(found, eligibility=replace(found.eligibility, value=basis), desil_max=replace(found.desil_max, value=5))


def made(office: Office, wish: Wish = WISH, basis: EligibilityBasis = EligibilityBasis.DESIL) -> list[DoorView]:
    with office.write() as session:
        listed = doors.make(session, policy(office, basis), wish, worker(office), now=office.clock())
        assert listed.id
        return doors.show(session, worker(office), listed.id, now=office.clock(), why="READ_DOORS")[1]


def told(office: Office, code: str, said: DoorAnswer, by: Actor | None = None) -> Door:
    with office.write() as session:
        return doors.answer(session, code, said, by, now=office.clock())[1]


def niks(views: list[DoorView]) -> list[list[str]]:
    return [[one.nik for one in view.people] for view in views]


def test_the_poorest_come_first_and_who_must_be_assessed_last(office: Office) -> None:
    a_village(office)
    views = made(office)
    assert niks(views) == [[nik(2), nik(3), nik(4)], [nik(1)], [nik(8)]]
    assert [(view.door.reason, view.door.desil, view.door.people) for view in views] == [
        (DoorReason.DESIL, 1, 3),
        (DoorReason.DESIL, 3, 1),
        (DoorReason.TO_ASSESS, None, 1),
    ]
    assert [view.door.position for view in views] == [1, 2, 3]


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (EligibilityBasis.UNIVERSAL, [DoorReason.UNIVERSAL] * 5),
        (EligibilityBasis.SKTM, [DoorReason.TO_ASSESS] * 4),
    ],
)
def test_the_regions_rule_decides_who_is_likely(sqlite_office: Office, basis: EligibilityBasis, expected: list[DoorReason]) -> None:
    a_village(sqlite_office)
    assert [view.door.reason for view in made(sqlite_office, basis=basis)] == expected


def test_nobody_is_on_two_lists_at_a_time(office: Office) -> None:
    a_village(office)
    first = made(office, replace(WISH, many=2))
    second = made(office)
    assert niks(second) == [[nik(8)]]
    with pytest.raises(Conflict, match="Tidak ada keluarga"):
        made(office)
    with pytest.raises(IntegrityError), office.write() as session:  # nor by whoever goes past the program
        session.execute(update(Door).where(col(Door.code) == second[0].door.code).values(family_digest=first[0].door.family_digest))


def test_a_family_that_is_at_the_office_is_left_to_the_counter(sqlite_office: Office) -> None:
    here = {number: str(person(number)["nik"]) for number in (1, 2)}
    people = [replace(resident(number), nik=nik, family_card=nik) for number, nik in here.items()]
    store(sqlite_office.rekom.database, ExtractKind.RESIDENTS, people, JUNE)
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [member(5)], NOVEMBER)
    count(sqlite_office)

    def waiting() -> set[str]:
        with sqlite_office.read() as session:
            snapshot = coverage.newest(session, "3673")
            assert snapshot
            return set(here.values()) - in_hand(session, "3673", list(here.values()), snapshot.members_as_of)

    ticket = sqlite_office.to_letter(1)
    assert sqlite_office.letter(ticket).state is LetterState.ISSUED and waiting() == {here[2]}
    assert niks(made(sqlite_office, basis=EligibilityBasis.UNIVERSAL)) == [[here[2]]]
    accept(sqlite_office, ticket)
    assert registration(sqlite_office, ticket).status is RegistrationStatus.WAITING and waiting() == {here[2]}
    make(sqlite_office)
    send(sqlite_office)
    answers(sqlite_office, {1: ACTIVE})
    type_sep(sqlite_office, ticket)
    assert sqlite_office.case(ticket).closed_at and waiting() == {here[2]}, "active, and no member file says so yet"
    with sqlite_office.read() as session:
        assert not in_hand(session, "3673", [here[1]], sqlite_office.clock() + timedelta(days=1)), "a newer file would know"


def test_a_member_who_is_at_the_office_to_be_active_again_keeps_the_family_off_a_list(sqlite_office: Office) -> None:
    father = str(person(1)["nik"])
    people = [replace(family(0, 1), nik=father), family(2, 1), family(3, 2), replace(family(4, 2), family_card=None)]
    store(sqlite_office.rekom.database, ExtractKind.RESIDENTS, people, JUNE)
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [replace(member(0, status="2"), nik=father)], NOVEMBER)
    count(sqlite_office)
    sqlite_office.open(1)
    assert sorted(niks(made(sqlite_office, basis=EligibilityBasis.UNIVERSAL))) == [[nik(3)], [nik(4)]]


def test_a_case_that_was_withdrawn_keeps_nobody_off_a_list(sqlite_office: Office) -> None:
    ticket, nik = sqlite_office.open(1), str(person(1)["nik"])
    with sqlite_office.read() as session:
        assert in_hand(session, "3673", [nik], sqlite_office.clock()) == {nik}
        assert in_hand(session, "3275", [nik], sqlite_office.clock()) == set()
    sqlite_office.withdraw(ticket)
    with sqlite_office.read() as session:
        assert in_hand(session, "3673", [nik], sqlite_office.clock()) == set()


def test_a_list_that_has_ended_lets_its_families_go(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    first = made(sqlite_office, replace(WISH, days=1))
    sqlite_office.clock.pass_by(hours=24)
    with pytest.raises(Conflict, match="sudah berakhir"):
        told(sqlite_office, first[0].door.code, DoorAnswer.MOVED)
    assert niks(made(sqlite_office)) == niks(first)


def test_who_answered_is_asked_again_after_the_next_count_only(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    first = made(sqlite_office)
    told(sqlite_office, first[0].door.code, DoorAnswer.REFUSES)
    told(sqlite_office, first[1].door.code, DoorAnswer.NOT_FOUND)
    told(sqlite_office, first[2].door.code, DoorAnswer.REGISTERED)
    assert niks(made(sqlite_office)) == [[nik(1)]]  # not found: knocked at again
    sqlite_office.clock.pass_by(hours=24 * 40)
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [member(5), member(8)], NOVEMBER)
    count(sqlite_office)
    assert niks(made(sqlite_office)) == [[nik(2), nik(3), nik(4)], [nik(1)]]


def test_who_was_not_found_is_asked_after_all_others(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    first = made(sqlite_office, replace(WISH, many=1))
    told(sqlite_office, first[0].door.code, DoorAnswer.NOT_FOUND)
    assert niks(made(sqlite_office))[-1] == [nik(2), nik(3), nik(4)]


def test_a_later_answer_takes_the_place_of_an_earlier_one_and_the_trail_keeps_both(office: Office) -> None:
    a_village(office)
    view = made(office)[0]
    told(office, view.door.code, DoorAnswer.NOT_FOUND)
    told(office, view.door.code, DoorAnswer.NOT_FOUND)
    door = told(office, view.door.code, DoorAnswer.MOVED, worker(office))
    assert (door.answer, door.answered_by) == (DoorAnswer.MOVED, worker(office).id)
    with office.read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "ANSWER_DOOR").order_by(col(AuditEvent.id))).all()
    assert [(event.actor_name, event.detail["answer"]) for event in events] == [
        ("Pemegang kode pintu", "NOT_FOUND"),
        (worker(office).name, "MOVED"),
    ]
    assert not any(digits in str(event.detail) for event in events for digits in (nik(2), "SITI"))


def test_what_is_kept_of_a_door_names_nobody_and_goes_dark_with_the_residents(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    view = made(sqlite_office)[0]
    with sqlite_office.write() as session:
        kept = str(session.get_one(Door, view.door.code).model_dump()) + str(session.get_one(DoorList, view.door.list_id).model_dump())
        assert "SITI" not in kept and nik(2) not in kept and nik(902) not in kept
        session.execute(ResidentRow.__table__.delete())  # type: ignore[attr-defined]
        views = doors.show(session, worker(sqlite_office), view.door.list_id, now=sqlite_office.clock(), why="READ_DOORS")[1]
    assert niks(views) == [[], [], []]


def test_each_look_and_each_export_is_in_the_trail_with_its_purpose(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    listed = made(sqlite_office)[0].door.list_id
    with sqlite_office.write() as session:
        doors.show(session, worker(sqlite_office), listed, now=sqlite_office.clock(), why="EXPORT_DOORS")
        events = session.exec(select(AuditEvent).where(AuditEvent.subject == f"doors:{listed}").order_by(col(AuditEvent.id))).all()
        assert [event.action for event in events] == ["MAKE_DOORS", "READ_DOORS", "EXPORT_DOORS"]
        assert {event.detail["purpose"] for event in events} == {WISH.purpose}


@pytest.mark.parametrize("village", ["3673", "367301", "3604012001"])
def test_a_list_is_of_one_village_of_the_region(sqlite_office: Office, village: str) -> None:
    a_village(sqlite_office)
    with pytest.raises(InvalidInput, match="per kelurahan atau desa"):
        made(sqlite_office, replace(WISH, village=village))


def test_without_a_count_it_says_what_to_do(sqlite_office: Office) -> None:
    with pytest.raises(NotFound, match="belum dihitung"):
        made(sqlite_office)


@pytest.mark.parametrize("username", ["loket", "rs"])
def test_who_may_not_see_names_makes_no_list(sqlite_office: Office, username: str) -> None:
    a_village(sqlite_office)
    actor = sqlite_office.actor(username)
    with pytest.raises(NotAllowed), sqlite_office.write() as session:
        doors.make(session, policy(sqlite_office), WISH, actor, now=sqlite_office.clock())


def test_a_code_of_another_region_is_unknown_to_an_officer(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    code = made(sqlite_office)[0].door.code
    elsewhere = replace(worker(sqlite_office), region_code="3275")
    for asked in ("AAAA-2222", code):
        with pytest.raises(NotFound, match="tidak dikenal"):
            told(sqlite_office, asked, DoorAnswer.MOVED, elsewhere)


@pytest.mark.parametrize(
    "changed",
    [
        {"answer": "MOVED"},
        {"answered_at": datetime(2026, 11, 23, tzinfo=UTC)},
        {"answer": "MOVED", "answered_at": datetime(2026, 11, 23, tzinfo=UTC), "waits": True},
        {"answered_by": 1},
        {"position": 101},
        {"people": 0},
        {"desil": None},
    ],
)
def test_the_table_refuses_what_cannot_be(office: Office, changed: dict[str, object]) -> None:
    a_village(office)
    code = made(office)[0].door.code
    with pytest.raises(IntegrityError), office.write() as session:
        session.execute(update(Door).where(col(Door.code) == code).values(**changed))


def test_many_answer_and_look_at_once_and_nothing_is_lost(office: Office) -> None:
    a_village(office)
    views, by = made(office, basis=EligibilityBasis.UNIVERSAL), worker(office)

    def look(_: int) -> None:
        with office.write() as session:
            doors.show(session, by, views[0].door.list_id, now=office.clock(), why="READ_DOORS")

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(told, office, view.door.code, DoorAnswer.NOT_FOUND) for view in views]
        looks = [pool.submit(look, number) for number in range(4)]
        for one in (*answers, *looks):
            one.result()
    with office.read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.subject == f"doors:{views[0].door.list_id}")).all()
    assert verify_chain(sorted(events, key=lambda event: event.sequence)) is None
    assert len(events) == 2 + len(answers) + len(looks)


def test_who_holds_the_code_changes_no_answer_of_the_office_and_a_sheet_changes_none(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    first, second = made(sqlite_office)[:2]
    told(sqlite_office, first.door.code, DoorAnswer.DIED, worker(sqlite_office))
    with pytest.raises(Conflict, match="dicatat kantor"):
        told(sqlite_office, first.door.code, DoorAnswer.MOVED)
    told(sqlite_office, second.door.code, DoorAnswer.REGISTERED)
    by = worker(sqlite_office)
    with sqlite_office.write() as session:
        listed = doors.find(session, by, second.door.list_id)
        with pytest.raises(Conflict, match="sudah dijawab lain"):
            doors.answer_by_sheet(session, listed, second.door.code, DoorAnswer.MOVED, by, now=sqlite_office.clock())
