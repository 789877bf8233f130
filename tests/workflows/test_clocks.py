"""The clocks of a case, what is late, and whether promises were kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.office import MORNING, PAPERS, POLICIES, Office
from verify.escalation import limits_today
from verify.office_time import clocks_on, months_back, office_of, offices_of
from workflows import advance, clocks, replacements
from workflows.clocks import ClockKind, ClockState, OfficeTime, RunningClock
from workflows.queries import case_view
from workflows.records import Case
from workflows.rules.calendar import Counting, Cutoff, Cutoffs
from workflows.rules.limits import Waiting
from workflows.rules.policy import RegionPolicy, Ruled
from workflows.states import FINAL, Role, State
from workflows.stuck import waits
from workflows.vocabulary import DocumentType, LetterType, Urgency

SERANG = POLICIES.at("3673", date(2026, 11, 23))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIDOARJO = Cutoffs((Cutoff(time(12), time(13)), Cutoff(time(15), time(15, 30))))
ALL: Mapping[str, datetime] = MappingProxyType({"KTP": MORNING, "KK": MORNING})
K = ClockKind


def office_time(**changes: Any) -> OfficeTime:
    """Serang's rules with some values changed, and no holidays."""
    ruled = {name: Ruled(value, "Contoh", "contoh", MORNING.date(), example=True) for name, value in changes.items()}
    policy: RegionPolicy = replace(SERANG, **ruled)
    return OfficeTime(policy, policy.calendar({}), 10)


def case(**facts: Any) -> Case:
    """An adult's case of Serang, opened on Monday at nine."""
    known: dict[str, Any] = {"id": 1, "ticket": "ABCD-2345", "state": State.ASSESSMENT, "state_since": MORNING, "opened_at": MORNING}
    person = {"name": "SITI CONTOH", "birth_date": date(1990, 1, 1), "nik": "9901014101900001", "phone": "08120000000"}
    office = {"region_code": "3673", "timezone": "Asia/Jakarta", "policy_valid_from": SERANG.valid_from, "policy_sha256": SERANG.sha256}
    return Case(**{**known, **person, **office, "urgency": Urgency.ROUTINE, "letter_type": LetterType.REKOM_PBPU_PEMDA, **facts})


def running(
    file: Case, now: datetime, *, seen: Mapping[str, datetime] = ALL, office: OfficeTime | None = None, validity: Any = None
) -> dict[ClockKind, RunningClock]:
    return {clock.kind: clock for clock in clocks.clocks_of(file, seen, validity, office or office_time(), now=now)}


@pytest.mark.parametrize(
    ("hours", "state", "remaining"),
    [
        (0, ClockState.ON_TIME, 72),
        (53, ClockState.ON_TIME, 19),
        (54, ClockState.SOON, 18),
        (72, ClockState.LATE, 0),
        (80, ClockState.LATE, 0),
    ],
)
def test_the_hospital_clock(hours: int, state: ClockState, remaining: int) -> None:
    clock = running(case(admitted_at=MORNING), MORNING + hours * HOUR)[K.HOSPITAL]
    assert (clock.start, clock.due, clock.allowed) == (MORNING, MORNING + 3 * DAY, 3 * DAY)
    assert (clock.state, clock.remaining, clock.owner) == (state, remaining * HOUR, Role.CASEWORKER)


def test_the_hospital_clock_in_working_days_skips_the_weekend() -> None:
    friday = MORNING - 3 * DAY
    clock = running(case(admitted_at=friday), MORNING, office=office_time(hospital_clock_counting=Counting.WORKING_DAYS))[K.HOSPITAL]
    assert (clock.due, clock.remaining) == (friday + 5 * DAY, 2 * DAY)


def test_nobody_in_a_hospital_has_no_hospital_clock() -> None:
    assert set(running(case(), MORNING)) == {K.PROMISE}


def test_the_promise_runs_in_opening_hours() -> None:
    late_on_monday = MORNING + 6 * HOUR  # 15.00, an hour before closing time
    clock = running(case(opened_at=late_on_monday), MORNING + 8 * HOUR, seen={"KTP": MORNING, "KK": MORNING})[K.PROMISE]
    assert (clock.due, clock.remaining) == (MORNING + DAY, HOUR)  # Tuesday, nine o'clock
    assert (clock.state, clock.waiting, clock.paused) == (ClockState.ON_TIME, False, timedelta())


def test_a_missing_paper_is_the_applicants_clock_and_pauses_the_promise() -> None:
    found = running(case(), MORNING + 5 * HOUR, seen={"KTP": MORNING})
    papers, promise = found[K.PAPERS], found[K.PROMISE]
    assert (papers.owner, papers.due, papers.remaining) == (None, MORNING + 2 * DAY, 43 * HOUR)
    assert (promise.owner, promise.waiting, promise.paused) == (None, True, 5 * HOUR)
    assert (promise.remaining, promise.due) == (2 * HOUR, MORNING + 7 * HOUR)


def test_the_promise_goes_on_when_the_papers_are_there() -> None:
    found = running(case(), MORNING + 6 * HOUR, seen={"KTP": MORNING, "KK": MORNING + 5 * HOUR})
    assert set(found) == {K.PROMISE}
    assert (found[K.PROMISE].waiting, found[K.PROMISE].paused, found[K.PROMISE].remaining) == (False, 5 * HOUR, HOUR)


def test_no_paper_is_asked_for_that_this_person_does_not_need() -> None:
    assert set(running(case(birth_date=date(2020, 1, 1)), MORNING, seen={"KK": MORNING})) == {K.PROMISE}


@pytest.mark.parametrize(("came", "due"), [(0, 4), (3, 4), (4, 6.5), (6, 6.5), (7, 31)])
def test_the_promise_by_cut_offs_starts_when_the_papers_are_complete(came: int, due: float) -> None:
    clock = running(case(), MORNING + DAY, seen={"KTP": MORNING, "KK": MORNING + came * HOUR}, office=office_time(cutoffs=SIDOARJO))[
        K.PROMISE
    ]
    assert clock.due == MORNING + due * HOUR
    assert clock.counting is Counting.WORKING


def test_an_issued_letter_has_its_validity_and_no_promise() -> None:
    validity = (MORNING, MORNING + 3 * DAY)
    found = running(case(state=State.LETTER_ISSUED), MORNING + DAY, validity=validity)
    assert set(found) == {K.VALIDITY}
    assert (found[K.VALIDITY].due, found[K.VALIDITY].remaining, found[K.VALIDITY].owner) == (validity[1], 2 * DAY, Role.HOSPITAL)


@pytest.mark.parametrize(
    ("state", "turn"),
    [(State.ACCEPTED, Role.HOSPITAL), (State.REGISTERING, Role.LOKET), (State.ACTIVE, Role.HOSPITAL)],
)
def test_after_the_letter_no_promise_runs_on(state: State, turn: Role) -> None:
    """Or every case on its way to BPJS would be late; a letter B is in its family's hands, not at a desk."""
    found = running(case(state=state), MORNING + DAY, validity=(MORNING, MORNING + 3 * DAY))
    assert {kind: clock.owner for kind, clock in found.items()} == {K.VALIDITY: turn}


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_closed_case_has_no_clock(state: State) -> None:
    assert running(case(state=state, admitted_at=MORNING), MORNING, seen={}) == {}


@given(st.integers(0, 600), st.integers(0, 600), st.sampled_from([Cutoffs(), SIDOARJO]), st.sampled_from(Counting))
def test_papers_that_come_later_never_shorten_the_promise(first: int, more: int, cutoffs: Cutoffs, counting: Counting) -> None:
    office = office_time(cutoffs=cutoffs, sla_counting=counting)
    one, two = (
        running(case(), MORNING + 1500 * HOUR, seen={"KTP": MORNING, "KK": MORNING + hours * HOUR}, office=office)[K.PROMISE]
        for hours in (first, first + more)
    )
    assert two.paused >= one.paused
    if not cutoffs.rows:  # by cut-offs a file that comes a little later can be ready earlier: 15.01 takes a day, the next morning an hour
        assert two.due >= one.due


@given(st.integers(-100, 2000), st.integers(0, 2000), st.sampled_from([{}, dict(ALL), {"KTP": MORNING, "KK": MORNING + 30 * HOUR}]))
def test_every_clock_adds_up(admitted: int, passed: int, seen: dict[str, datetime]) -> None:
    now = MORNING + passed * HOUR / 4
    for clock in running(case(admitted_at=MORNING + admitted * HOUR / 4), now, seen=seen).values():
        assert timedelta() <= clock.remaining <= max(clock.allowed, clock.due - now)
        assert (clock.state is ClockState.LATE) == (clock.due <= now)
        assert not (clock.waiting and clock.state is ClockState.LATE)


def test_what_is_late_is_told_by_ticket(office: Office) -> None:
    here = office.open(1, admitted_at=MORNING, documents=frozenset({DocumentType.KTP}))
    done = office.open(2)
    office.open(3, documents=frozenset())
    office.clock.pass_by(days=2, hours=1)
    fresh = office.open(4)
    with office.read() as session:
        found = clocks.late(session, office_of(POLICIES), now=office.clock())
    assert [(one.ticket, one.clock.kind) for one in found if one.ticket in (here, done, fresh)] == [(done, K.PROMISE), (here, K.PAPERS)]
    assert [one.clock.due for one in found] == sorted(one.clock.due for one in found)
    with office.read() as session:
        assert clocks.late(session, office_of(POLICIES), now=office.clock(), region_code="3316") == []


def test_a_letter_in_time_and_one_too_late(office: Office) -> None:
    office.to_letter(1)
    late = office.to_decision(2)
    office.clock.pass_by(days=9)  # into December
    office.approve(late)
    office.drain()
    office.to_letter(3, documents=frozenset({DocumentType.KTP}))
    since = months_back(12, "Asia/Jakarta", now=office.clock())
    with office.read() as session:
        found = clocks.kept_promises(session, office_of(POLICIES), since=since, now=office.clock(), region_code="3673")
        assert clocks.kept_promises(session, office_of(POLICIES), since=office.clock() + HOUR, now=office.clock()) == []
    assert [(one.month, one.issued, one.kept, one.share) for one in found] == [
        (date(2026, 11, 1), 1, 1, 1.0),
        (date(2026, 12, 1), 2, 1, 0.5),
    ]


def test_an_overdue_case_without_a_letter_is_a_broken_promise(sqlite_office: Office) -> None:
    office = sqlite_office
    office.to_letter(1)
    office.open(2)
    office.open(3, documents=frozenset({DocumentType.KTP}))  # waits for the applicant
    office.drain()
    office.clock.pass_by(days=1)
    since = months_back(12, "Asia/Jakarta", now=office.clock())
    with office.read() as session:
        (month,) = clocks.kept_promises(session, office_of(POLICIES), since=since, now=office.clock())
    assert (month.issued, month.kept, month.overdue, month.share) == (1, 1, 1, 0.5)


def test_a_hundred_percent_is_every_promise() -> None:
    assert [clocks.KeptMonth(date(2026, 11, 1), 399, kept, 1).percent for kept in (399, 0)] == [99, 0]
    assert clocks.KeptMonth(date(2026, 11, 1), 400, 400).percent == 100


def test_a_letter_that_takes_anothers_place_was_not_promised(sqlite_office: Office) -> None:
    office, rules = sqlite_office, office_of(POLICIES)
    ticket = office.to_letter(admitted_at=office.clock() - timedelta(days=2))
    office.clock.pass_by(days=2)
    kadis = office.actor("kadis")
    with office.write() as session:
        replacements.replace(session, advance.lock(session, ticket, kadis), office.policy, {}, "Salah ketik", kadis, now=office.clock())
    assert office.case(ticket).state == State.APPROVED  # its paper is still to be made
    with office.read() as session:
        told = clocks.kept_promises(session, rules, since=months_back(12, "Asia/Jakarta", now=office.clock()), now=office.clock())
        assert [(one.month, one.issued, one.kept, one.overdue) for one in told] == [(date(2026, 11, 1), 1, 1, 0)]
        assert {one.clock.kind for one in clocks.late(session, rules, now=office.clock())} == {K.HOSPITAL}
        over = {one.pending.kind for one in waits(session, offices_of(POLICIES), limits_today(office.rekom), now=office.clock())}
        assert Waiting.PROMISE_CLOCK not in over and Waiting.HOSPITAL_CLOCK in over  # the patient's three days run on all the same
        view = case_view(session, ticket, office.actor("loket"))
    assert K.PROMISE not in {one.kind for one in clocks_on(view, POLICIES, now=office.clock())}


def test_a_view_knows_when_each_paper_came(office: Office) -> None:
    ticket = office.open(1, documents=frozenset({DocumentType.KTP}))
    office.clock.pass_by(hours=1)
    office.amend(ticket, documents=PAPERS)
    with office.read() as session:
        view = case_view(session, ticket, office.actor("loket"))
    assert dict(view.seen) == {"KTP": MORNING, "KK": MORNING + HOUR}
    assert view.documents == ("KK", "KTP")


@pytest.mark.parametrize(
    ("now", "count", "first"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), 1, "2026-11-01"),
        (datetime(2026, 11, 23, tzinfo=UTC), 12, "2025-12-01"),
        (datetime(2026, 12, 31, 18, tzinfo=UTC), 1, "2027-01-01"),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), 12, "2026-01-01"),
    ],
)
def test_months_are_local(now: datetime, count: int, first: str) -> None:
    assert months_back(count, "Asia/Jakarta", now=now).isoformat() == f"{first}T00:00:00+07:00"
