"""What waits too long is found by the rules' own hours, told to the next person once a step, and forgotten when it moves."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from tests.office import PAPERS, Office, running_office
from tests.registration_office import ACTIVE, REFUSED, TERMS, accept, answers, by_hand, make, reactivated
from tests.workflows.test_late_acceptances import open_ones, receive, sent
from tests.workflows.test_transfers import ask, decide
from verify import relay
from verify.escalation import Escalations, limits_today, stuck_in, sweep
from verify.office_time import offices_of
from workflows import advance, duties, escalations, late_acceptances
from workflows.duties import months_after
from workflows.errors import NotAllowed, NotFound, PolicyRefused
from workflows.records import Duty, Escalation
from workflows.registration_states import ENDED, RegistrationStatus
from workflows.registration_states import OWNER as REGISTRATION_OWNER
from workflows.rules.limits import Waiting
from workflows.states import FINAL, OWNER, Role, State
from workflows.stuck import HOUR, Wait, waits
from workflows.vocabulary import Urgency


def stuck(office: Office) -> list[Wait]:
    return stuck_in(office.rekom, "3673")


def everything(office: Office) -> list[Wait]:
    with office.read() as session:
        return list(waits(session, offices_of(office.rekom.policies), limits_today(office.rekom), now=office.clock()))


def one(office: Office, kind: str) -> Wait:
    (found,) = [wait for wait in stuck(office) if wait.pending.kind == kind]
    return found


def rows(office: Office) -> list[Escalation]:
    with office.read() as session:
        return list(session.exec(select(Escalation).order_by(col(Escalation.id))))


UNREADABLE = {
    "its NIK does not open": "UPDATE case_file SET nik = phone WHERE ticket = :ticket",
    "its rules are gone": "UPDATE case_file SET policy_valid_from = '1999-01-01' WHERE ticket = :ticket",
}


@pytest.mark.parametrize("statement", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_one_unreadable_case_stops_no_other(sqlite_office: Office, caplog: pytest.LogCaptureFixture, statement: str) -> None:
    office = sqlite_office
    bad, good = office.open(1), office.open(2)
    bad_id, good_id = office.case(bad).id, office.case(good).id
    with office.write() as session:
        session.execute(text(statement), {"ticket": bad})
    office.clock.pass_by(days=30)
    assert sweep(office.rekom) > 0
    assert {row.case_id for row in rows(office)} == {good_id}
    assert good in {wait.pending.ticket for wait in stuck(office)}
    said = [record.getMessage() for record in caplog.records if f"case_id={bad_id}," in record.getMessage()]
    assert said and not any(bad in one or "99010" in one for one in said)


def test_every_open_state_has_a_limit_and_somebody_to_tell(sqlite_office: Office) -> None:
    limits = limits_today(sqlite_office.rekom)
    assert {state.value for state in State if state not in FINAL} | set(Waiting) == set(limits)
    assert all(limit.hours > 0 and Role.SYSTEM not in limit.ladder for limit in limits.values())
    assert {status for status in RegistrationStatus if status not in ENDED} == set(REGISTRATION_OWNER)


def test_a_case_has_one_owner_and_one_clock_in_every_state_of_its_life(sqlite_office: Office) -> None:
    """Whatever its state: exactly one row of the list is the state's own, with the role of the table and a time that ends."""
    office, seen = sqlite_office, set()
    ticket = office.open()
    for state in State:
        with office.write() as session:
            moved = {"state": state.value, "closed": office.clock().isoformat(" ") if state in FINAL else None}
            session.execute(text("UPDATE case_file SET state = :state, closed_at = :closed"), moved)
        own = [wait for wait in everything(office) if wait.pending.kind in State.__members__]
        if state in FINAL:
            assert own == []
            continue
        (wait,) = own
        assert (wait.pending.ticket, wait.pending.kind, wait.pending.owner) == (ticket, state, OWNER[state])
        assert wait.pending.since == office.clock() < wait.due
        assert (wait.level, wait.told, wait.next) == (0, None, wait.ladder[0])
        seen.add(state)
    assert seen == set(State) - FINAL


def test_a_registration_has_one_owner_and_one_clock_in_every_status(sqlite_office: Office) -> None:
    office = sqlite_office
    office.to_letter()
    for status in RegistrationStatus:
        day = "2026-11-23" if status == RegistrationStatus.ACTIVE else None
        with office.write() as session:
            change = "UPDATE registration SET route = 'SIKS_NG', status = :status, refusal = 'OTHER', note = 'uji', active_on = :day"
            session.execute(text(change), {"status": status.value, "day": day})
        own = [wait for wait in everything(office) if wait.pending.kind.startswith("REGISTRATION_")]
        expected = [] if status in ENDED else [(f"REGISTRATION_{status}", Role.LOKET)]
        assert [(wait.pending.kind, wait.pending.owner) for wait in own] == expected
        assert all(wait.due > wait.pending.since for wait in own)


def test_opening_hours_count_and_the_next_person_is_named(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.open()
    office.drain()
    office.clock.pass_by(hours=3, minutes=59)
    assert stuck(office) == []
    office.clock.pass_by(minutes=1)
    wait = one(office, "ASSESSMENT")
    assert (wait.pending.ticket, wait.pending.owner) == (ticket, Role.CASEWORKER)
    assert (wait.level, wait.told, wait.next) == (1, Role.VALIDATOR, Role.KADIS)
    assert wait.due == datetime(2026, 11, 23, 6, tzinfo=UTC)
    office.clock.pass_by(hours=10)  # the office is closed
    assert one(office, "ASSESSMENT").level == 1
    office.clock.now = datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert (one(office, "ASSESSMENT").told, one(office, "ASSESSMENT").next) == (Role.KADIS, None)


def test_time_stands_still_while_the_applicant_is_waited_for(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.open(documents=frozenset())
    office.drain()
    office.clock.pass_by(days=3)
    assert stuck(office) == []
    office.clock.pass_by(days=1)
    late = one(office, Waiting.PAPERS)  # due after 48 hours, then two working days for the counter to ask after them
    assert (late.pending.ticket, late.pending.owner, late.told, late.next) == (ticket, Role.LOKET, Role.LOKET, Role.KADIS)
    assert len(stuck(office)) == 1
    office.amend(ticket, documents=PAPERS)
    office.drain()
    office.clock.pass_by(hours=6)  # a Friday, with its longer break
    assert one(office, "ASSESSMENT").level == 1


def test_a_hospitals_clock_that_ran_out_is_told_whatever_papers_are_missing(office: Office) -> None:
    ticket = office.open(documents=frozenset(), hospital_code="RS-CONTOH-1", admitted_at=office.clock())
    office.drain()
    office.clock.pass_by(hours=72)
    assert [wait for wait in stuck(office) if wait.pending.kind == Waiting.HOSPITAL_CLOCK] == []
    office.clock.pass_by(hours=1)
    wait = one(office, Waiting.HOSPITAL_CLOCK)
    assert (wait.pending.ticket, wait.pending.since, wait.told, wait.next) == (ticket, wait.due - HOUR, Role.CASEWORKER, Role.KADIS)
    assert [sweep(office.rekom), sweep(office.rekom)] == [1, 0]
    office.clock.pass_by(hours=1)
    assert [sweep(office.rekom), sweep(office.rekom)] == [1, 0]
    assert [(row.role, row.subject) for row in rows(office)] == [(Role.CASEWORKER, "HOSPITAL_CLOCK"), (Role.KADIS, "HOSPITAL_CLOCK")]


def test_a_promise_that_ran_out_is_told_until_the_letter_is_out(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.to_decision()
    office.clock.pass_by(days=3)
    assert one(office, Waiting.PROMISE_CLOCK).pending.owner == Role.KADIS
    sweep(office.rekom)
    office.approve(ticket)
    office.drain()
    assert [wait for wait in everything(office) if wait.pending.kind == Waiting.PROMISE_CLOCK] == []
    sweep(office.rekom)
    assert all(row.ended_at for row in rows(office) if row.subject == Waiting.PROMISE_CLOCK)


def test_registrations_checks_and_duties_wait_too(sqlite_office: Office) -> None:
    office = sqlite_office
    waiting, sent, refused = (office.to_letter(number) for number in (1, 2, 3))
    by_hand(office, waiting, "mend", {"rt": "001"})
    office.clock.pass_by(days=2)
    unsent = {wait.pending.ticket for wait in stuck(office) if wait.pending.kind == Waiting.REGISTRATION_WAITING}
    assert unsent == {waiting, sent, refused}
    make(office)
    answers(office, {3: REFUSED})
    office.clock.pass_by(days=2)
    kinds = {(wait.pending.ticket, wait.pending.kind) for wait in stuck(office)}
    assert (refused, Waiting.REGISTRATION_REFUSED) in kinds
    assert (waiting, Waiting.REGISTRATION_BATCHED) in kinds
    assert (waiting, Waiting.REGISTRATION_WAITING) not in kinds


def test_a_manual_check_waits_for_its_person(sqlite_office: Office) -> None:
    office = sqlite_office
    office.fakes.switch.off()
    office.open(urgency=Urgency.EMERGENCY)
    office.drain()
    office.clock.pass_by(hours=5)
    found = [wait for wait in stuck(office) if wait.pending.kind == Waiting.MANUAL_CHECK]
    assert {wait.pending.name for wait in found} == {"Agus Contoh"}
    assert len({wait.pending.subject for wait in found}) == len(found) == 3


def test_what_hospitals_leave_to_the_office_waits_too(sqlite_office: Office) -> None:
    """A move that was asked for, and an acceptance without network that collided with another hospital's."""
    office = sqlite_office
    elsewhere, twice = office.to_letter(1, hospital_code="RS-CONTOH-1"), office.to_letter(2)
    asked = ask(office, office.letter(elsewhere))
    letter = office.letter(twice)
    for desk in ("rs", "rs2"):
        receive(office, letter, sent(letter, office.clock()), desk)
    office.clock.pass_by(days=2)
    kinds = {Waiting.TRANSFER, Waiting.LATE_ACCEPTANCE}
    assert {(wait.pending.ticket, wait.pending.kind) for wait in stuck(office) if wait.pending.kind in kinds} == {
        (elsewhere, Waiting.TRANSFER),
        (twice, Waiting.LATE_ACCEPTANCE),
    }
    decide(office, asked, confirms=False, note="Kamar ada.")
    peksos = office.actor("peksos")
    with office.write() as session:
        late_acceptances.settle(session, open_ones(office)[0], "Pasien di RS Contoh 1.", peksos, now=office.clock())
    assert [wait for wait in stuck(office) if wait.pending.kind in kinds] == []


def test_another_region_sees_nothing_of_it(sqlite_office: Office) -> None:
    office = sqlite_office
    office.to_letter()
    office.clock.pass_by(days=10)
    assert {wait.pending.region_code for wait in stuck_in(office.rekom, None)} == {"3673"}
    assert stuck_in(office.rekom, "3316") == []


# --- escalation


def test_each_step_is_told_once_whoever_looks_how_often(office: Office) -> None:
    ticket = office.open()
    office.drain()
    office.clock.pass_by(hours=4)
    assert [sweep(office.rekom) for _ in range(3)] == [1, 0, 0]
    office.clock.now = datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert [sweep(office.rekom) for _ in range(2)] == [1, 0]
    found = rows(office)
    assert [(row.level, row.role, row.subject, row.ended_at) for row in found] == [
        (1, Role.VALIDATOR, "ASSESSMENT", None),
        (2, Role.KADIS, "ASSESSMENT", None),
    ]
    told = [event.detail for event in office.events(ticket) if event.action == "ESCALATE"]
    assert [(one["level"], one["to"]) for one in told if one["waiting"] == "ASSESSMENT"] == [
        (1, "Dewi Contoh"),
        (2, "Dra. Hj. Wati Contoh, M.Si."),
    ]
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(
            text(
                "INSERT INTO escalation (case_id, region_code, subject, since, level, role, at) "
                "SELECT case_id, region_code, subject, since, level, role, at FROM escalation"
            )
        )


def test_a_step_for_the_own_role_reaches_the_person_whose_name_is_on_it(sqlite_office: Office) -> None:
    office = sqlite_office
    office.hire("budi", Role.CASEWORKER)
    office.fakes.switch.off()
    office.open(urgency=Urgency.EMERGENCY)
    office.drain()
    office.clock.pass_by(hours=5)
    owners = {wait.pending.subject: wait.pending.person_id for wait in stuck(office) if wait.pending.kind == Waiting.MANUAL_CHECK}
    sweep(office.rekom)
    assert {row.subject: row.staff_id for row in rows(office) if row.subject in owners} == owners
    assert (len(owners), len(set(owners.values()))) == (3, 2)


def test_the_head_is_whoever_holds_the_office_that_day(sqlite_office: Office) -> None:
    office = sqlite_office
    office.open()
    office.drain()
    with office.write() as session:
        session.execute(text("UPDATE signing_authority SET valid_to = '2026-11-23'"))
    office.let_sign(acting := office.hire("plt"), date(2026, 11, 24), date(2026, 11, 30))
    office.clock.now = datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert sweep(office.rekom) == 2
    assert [row.staff_id for row in rows(office) if row.role == Role.KADIS] == [acting]


def test_rules_that_cannot_be_read_do_not_stop_the_relay(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unread(_: object) -> None:
        raise PolicyRefused("Aturan tidak ada.")

    monkeypatch.setattr("verify.escalation.limits_today", unread)
    assert Escalations(sqlite_office.rekom).tell_when_due() == 0
    assert "nothing that waits was looked at" in caplog.text


def test_steps_missed_while_the_relay_was_down_are_told_later(office: Office) -> None:
    office.open()
    office.drain()
    office.clock.now = datetime(2026, 11, 25, 2, tzinfo=UTC)
    assert sweep(office.rekom) == 3
    assert sorted((row.subject, row.level) for row in rows(office)) == [("ASSESSMENT", 1), ("ASSESSMENT", 2), ("PROMISE_CLOCK", 1)]


def test_what_moves_on_ends_its_escalation(office: Office) -> None:
    ticket = office.open()
    office.drain()
    office.clock.pass_by(hours=4)
    sweep(office.rekom)
    validator = office.actor("validator")
    with office.read() as session:
        assert escalations.told_to(session, validator) == 1
    office.assess(ticket)
    sweep(office.rekom)
    (row,) = rows(office)
    assert row.ended_at == office.clock()
    with office.read() as session:
        assert escalations.told_to(session, validator) == 0


def test_a_case_that_moved_between_look_and_word_is_not_told_of(office: Office) -> None:
    ticket = office.open()
    office.drain()
    office.clock.pass_by(hours=4)
    wait = one(office, "ASSESSMENT")
    office.clock.pass_by(minutes=1)
    office.assess(ticket)
    with office.write() as session:
        assert escalations.tell(session, wait, now=office.clock()) == []


def test_the_relay_looks_by_itself_and_not_each_second(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = sqlite_office
    office.open()
    office.drain()
    office.clock.pass_by(hours=4)
    looking = Escalations(office.rekom)
    assert [looking.tell_when_due(), looking.tell_when_due()] == [1, 0]
    counted: list[int] = []
    monkeypatch.setattr("verify.escalation._look", lambda _: (counted.append(1) or 0, False))
    looking.tell_when_due()
    office.clock.pass_by(minutes=2)
    looking.tell_when_due()
    assert counted == [1]


def test_a_long_backlog_is_told_bit_by_bit_so_that_the_relay_rings_in_between(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = sqlite_office
    for number in (1, 2, 3):
        office.open(number)
    office.drain()
    office.clock.pass_by(hours=4)
    monkeypatch.setattr("verify.escalation.MOST", 2)
    looking = Escalations(office.rekom)
    assert [looking.tell_when_due() for _ in range(3)] == [2, 1, 0]


def test_the_relay_itself_tells(sqlite_url: str, tmp_path: Path, redis_url: str) -> None:
    """In its own loop, not only by the functions it calls."""
    stop = threading.Event()
    with running_office(sqlite_url, tmp_path, redis_url=redis_url) as office:
        office.open()
        office.drain()
        office.clock.pass_by(hours=4)
        loop = threading.Thread(target=relay.run, args=(office.rekom, stop), daemon=True)
        loop.start()
        try:
            until(lambda: len(rows(office)) == 1)
        finally:
            stop.set()
            loop.join(timeout=30)
        assert not loop.is_alive()


def until(holds: Callable[[], bool]) -> None:
    """Look until it does; the machine may be busy."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never held")


# --- duties


def test_a_reactivation_leaves_a_dated_duty_with_an_owner(office: Office) -> None:
    ticket = reactivated(office)
    with office.read() as session:
        ((duty, case, owner),) = duties.listed(session, "3673")
    assert (case.ticket, owner.name, duty.due_on, duty.remind_on) == (ticket, "Agus Contoh", date(2027, 5, 23), date(2027, 4, 23))
    office.clock.now = datetime(2027, 6, 25, 3, tzinfo=UTC)
    assert one(office, Waiting.DTSEN_DUTY).pending.name == "Agus Contoh"
    peksos, kadis = office.actor("peksos"), office.actor("kadis")
    with pytest.raises(NotAllowed), office.write() as session:
        duties.done(session, advance.lock(session, ticket, kadis), "Sudah.", kadis, now=office.clock())
    with office.write() as session:
        duties.done(session, advance.lock(session, ticket, peksos), "Tangkapan layar SIKS-NG.", peksos, now=office.clock())
    assert [wait for wait in stuck(office) if wait.pending.kind == Waiting.DTSEN_DUTY] == []
    with pytest.raises(NotFound), office.write() as session:
        duties.done(session, advance.lock(session, ticket, peksos), "Lagi.", peksos, now=office.clock())


def test_a_new_member_leaves_none(office: Office) -> None:
    ticket = office.to_letter()
    accept(office, ticket)
    by_hand(office, ticket, "answer", ACTIVE)
    assert office.count(Duty) == 0
    assert TERMS.months == 6


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE duty SET remind_on = '2030-01-01'",
        "UPDATE duty SET done_by = 1",
        "UPDATE duty SET note = 'x'",
        "INSERT INTO duty (case_id, kind, due_on, remind_on, owner_id, opened_at) "
        "SELECT case_id, kind, due_on, remind_on, owner_id, opened_at FROM duty",
    ],
)
def test_raw_sql_cannot_break_a_duty(office: Office, statement: str) -> None:
    reactivated(office)
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text(statement))


@given(day=st.dates(date(2026, 1, 1), date(2050, 12, 31)), months=st.integers(1, 24))
def test_months_after_a_day_are_that_many_and_never_skip_one(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
