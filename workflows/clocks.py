"""The clocks of a case, and whether promises were kept: computed from what is stored anyway, never stored themselves.

While a paper the region asks for is missing, the office waits for the applicant: the promise is paused. When each paper
came is on record, so that pause is computed too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows.facts import opened_on
from workflows.intake import AMENDABLE_STATES
from workflows.letter_states import LetterState
from workflows.records.case import Case, CaseDocument
from workflows.records.collective import CollectiveLetter
from workflows.records.letter import Letter
from workflows.rules.calendar import Calendar, Counting, Interval, counted_between, deadline, paused_between, promise
from workflows.rules.papers import asked_papers
from workflows.rules.policy import RegionPolicy
from workflows.sealed import left_sealed
from workflows.states import FINAL, LETTER_OUT, OWNER, Role, State

SOON = 4
"""A clock is nearly out when a quarter of its time or less is left."""


class ClockKind(StrEnum):
    """What a clock measures: the hospital's patience, papers that may follow, the office's promise, a letter's validity, the
    answer to an objection."""

    HOSPITAL = "HOSPITAL"
    PAPERS = "PAPERS"
    PROMISE = "PROMISE"
    VALIDITY = "VALIDITY"
    OBJECTION = "OBJECTION"


class ClockState(StrEnum):
    """How a clock stands."""

    ON_TIME = "ON_TIME"
    SOON = "SOON"
    LATE = "LATE"


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """The rules a case is pinned to, the calendar its time is counted by, and the working days to answer an objection."""

    policy: RegionPolicy
    calendar: Calendar
    answer_days: int


OfficeOf = Callable[[Case | CollectiveLetter], OfficeTime]
Seen = Mapping[str, datetime]
"""When each paper was first seen."""


@dataclass(frozen=True, slots=True)
class RunningClock:
    """One clock. ``allowed`` and ``remaining`` are counted time, ``paused`` is by the wall clock.

    ``waiting``: it stands still now, and ``due`` is when it would end if it went on at once. ``owner`` is None where it
    is the applicant's turn.
    """

    kind: ClockKind
    counting: Counting
    start: datetime
    due: datetime
    allowed: timedelta
    remaining: timedelta
    paused: timedelta
    waiting: bool
    state: ClockState
    owner: Role | None


@dataclass(frozen=True, slots=True)
class LateCase:
    """A clock that ran out, by the ticket of its case; nothing here names a person."""

    ticket: str
    region_code: str
    timezone: str
    clock: RunningClock


@dataclass(frozen=True, slots=True)
class KeptMonth:
    """The letters issued in one local month, how many of them within the promise, and the cases whose promise ran out in that month
    and that have no letter yet."""

    month: date
    issued: int
    kept: int
    overdue: int = 0

    @property
    def promised(self) -> int:
        """How many promises came to an end in the month, kept or broken."""
        return self.issued + self.overdue

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.kept / self.promised

    @property
    def percent(self) -> int:
        """Whole percent, a hundred only where every promise was kept."""
        return 100 * self.kept // self.promised


def clocks_of(
    case: Case, seen: Seen, validity: Interval | None, office: OfficeTime, *, now: datetime, replacing: bool = False
) -> tuple[RunningClock, ...]:
    """The clocks that run on a case now; ``validity`` is that of its issued letter. ``replacing``: a letter was out before, and the one
    that comes in its place was not promised.
    """
    if case.state in FINAL:
        return ()
    if case.state is State.OBJECTION:
        return (_objection(case, office, now),)
    clocks = (
        _hospital(case, office, now),
        _papers(case, seen, office, now),
        None if replacing else _promise(case, seen, office, now),
        _validity(case, validity, office, now),
    )
    return tuple(clock for clock in clocks if clock)


def late(session: Session, office_of: OfficeOf, *, now: datetime, region_code: str | None = None) -> list[LateCase]:
    """Every clock of every open case that ran out, the longest late first."""
    query = select(Case).where(col(Case.closed_at).is_(None)).options(*left_sealed(Case))
    cases = list(session.exec(query.where(Case.region_code == region_code) if region_code else query))
    seen, valid, given = papers_seen(session, cases), validities(session, cases), with_letter(session, cases)
    found = (
        LateCase(case.ticket, case.region_code, case.timezone, clock)
        for case in cases
        for clock in clocks_of(
            case, seen.get(case.id or 0, {}), valid.get(case.id or 0), office_of(case), now=now, replacing=case.id in given
        )
        if clock.state is ClockState.LATE
    )
    return sorted(found, key=lambda one: one.clock.due)


def awaiting_papers(session: Session, office_of: OfficeOf, *, now: datetime, region_code: str) -> frozenset[str]:
    """The tickets of an office's open cases that still lack a paper."""
    query = select(Case).where(col(Case.closed_at).is_(None), Case.region_code == region_code, col(Case.state).in_(AMENDABLE_STATES))
    cases = list(session.exec(query.options(*left_sealed(Case))))
    seen = papers_seen(session, cases)
    return frozenset(case.ticket for case in cases if _papers(case, seen.get(case.id or 0, {}), office_of(case), now))


def kept_promises(
    session: Session, office_of: OfficeOf, *, since: datetime, now: datetime, region_code: str | None = None
) -> list[KeptMonth]:
    """How many of the letters issued since a moment came within the promise, month by month; one that replaces another was not promised.

    A promise that ran out without a letter is broken already, and counts in the month it ran out.
    """
    query = select(Case, col(Letter.issued_at)).join(Letter, col(Letter.case_id) == Case.id)
    query = query.where(col(Letter.issued_at) >= since, col(Letter.replaces_id).is_(None))
    found = session.exec(query.where(Case.region_code == region_code) if region_code else query)
    rows = [(case, issued_at) for case, issued_at in found if issued_at]
    seen = papers_seen(session, [case for case, _ in rows])
    months: dict[date, list[bool]] = {}
    for case, issued_at in rows:
        months.setdefault(_month(case, issued_at), []).append(was_kept(case, seen.get(case.id or 0, {}), office_of(case), issued_at))
    broken = Counter(month for month in _overdue(session, office_of, since, region_code, now))
    return [KeptMonth(month, len(kept := months.get(month, [])), sum(kept), broken[month]) for month in sorted({*months, *broken})]


def _overdue(session: Session, office_of: OfficeOf, since: datetime, region_code: str | None, now: datetime) -> Iterator[date]:
    """The month of each promise of an open case that ran out since a moment."""
    query = select(Case).where(col(Case.closed_at).is_(None), col(Case.state).not_in(list(LETTER_OUT))).options(*left_sealed(Case))
    cases = list(session.exec(query.where(Case.region_code == region_code) if region_code else query))
    seen, given = papers_seen(session, cases), with_letter(session, cases)
    for case in cases:
        for kind, due in run_out(case, seen.get(case.id or 0, {}), office_of(case), now, replacing=case.id in given):
            if kind is ClockKind.PROMISE and due >= since:
                yield _month(case, due)


def was_kept(case: Case, seen: Seen, office: OfficeTime, issued_at: datetime) -> bool:
    """Whether a letter came within its promise."""
    return issued_at <= _promised(case, paused(case, seen, office, issued_at), office)


def papers_late_since(case: Case, seen: Seen, office: OfficeTime, now: datetime) -> datetime | None:
    """Since when papers that were to follow are late; None while they are not, or where they came."""
    papers = _papers(case, seen, office, now)
    return papers.due if papers and papers.state is ClockState.LATE else None


def run_out(case: Case, seen: Seen, office: OfficeTime, now: datetime, *, replacing: bool = False) -> list[tuple[ClockKind, datetime]]:
    """The hospital's clock and the promise of a case without a letter that is out, as far as they are over, and since when.

    The hospital's runs on while papers are missing; the promise stands still then. In line for a seat only the hospital is pressed,
    and an objection has its own clock. ``replacing``: as for ``clocks_of``.
    """
    if case.state in LETTER_OUT | FINAL | {State.OBJECTION}:
        return []
    running = (_hospital(case, office, now), None if replacing or case.state == State.WAITLISTED else _promise(case, seen, office, now))
    return [(one.kind, one.due) for one in running if one and one.state is ClockState.LATE and not one.waiting]


def paused(case: Case, seen: Seen, office: OfficeTime, now: datetime) -> tuple[Interval, ...]:
    """While the office waited for the applicant's papers, as far as ``now``."""
    until = min(_complete_at(case, seen, office) or now, now)
    return ((case.opened_at, until),) if until > case.opened_at else ()


def asked_of(case: Case, policy: RegionPolicy) -> tuple[str, ...]:
    """The papers the region asks for in a case, whoever asks: office, hospital or family."""
    born, day, authority = case.birth_date, opened_on(case), case.by_third_party
    return asked_papers(policy, birth_date=born, on=day, no_nik=case.lane, kind=case.letter_type, by_third_party=authority)


def papers_seen(session: Session, cases: Iterable[Case]) -> dict[int, Seen]:
    """When the papers of many cases came, by case."""
    found: dict[int, dict[str, datetime]] = {}
    for some in _in_hundreds(cases):
        for row in session.exec(select(CaseDocument).where(col(CaseDocument.case_id).in_(some))):
            found.setdefault(row.case_id, {})[row.type.value] = row.received_at
    return dict(found)


def validities(session: Session, cases: Iterable[Case]) -> dict[int, Interval]:
    """From when until when the issued letters of many cases hold, by case; the paper itself is not read."""
    found: dict[int, Interval] = {}
    for some in _in_hundreds(cases):
        query = select(col(Letter.case_id), col(Letter.valid_from), col(Letter.valid_until)).where(Letter.state == LetterState.ISSUED)
        found |= {case_id: (begin, end) for case_id, begin, end in session.exec(query.where(col(Letter.case_id).in_(some)))}
    return found


def with_letter(session: Session, cases: Iterable[Case]) -> frozenset[int]:
    """Which of many cases a letter was given in, the one that is out now or one that another takes the place of."""
    found: set[int] = set()
    for some in _in_hundreds(cases):
        found |= set(session.exec(select(Letter.case_id).where(col(Letter.case_id).in_(some), col(Letter.issued_at).is_not(None))))
    return frozenset(found)


def _hospital(case: Case, office: OfficeTime, now: datetime) -> RunningClock | None:
    if case.admitted_at is None:
        return None
    counting = office.policy.hospital_clock_counting.value
    due = deadline(case.admitted_at, office.policy.hospital_clock_hours.value, office.calendar, counting)
    return _running(ClockKind.HOSPITAL, counting, (case.admitted_at, due), (), OWNER[case.state], office, now)


def _papers(case: Case, seen: Seen, office: OfficeTime, now: datetime) -> RunningClock | None:
    if case.state not in AMENDABLE_STATES or _complete_at(case, seen, office) is not None:
        return None
    due = deadline(case.opened_at, office.policy.papers_due_hours.value, office.calendar)
    return _running(ClockKind.PAPERS, Counting.CLOCK, (case.opened_at, due), (), None, office, now)


def _promise(case: Case, seen: Seen, office: OfficeTime, now: datetime) -> RunningClock | None:
    if case.state in LETTER_OUT:
        return None
    pauses, waiting = paused(case, seen, office, now), _complete_at(case, seen, office) is None
    span = (case.opened_at, _promised(case, pauses, office))
    return _running(ClockKind.PROMISE, _service_counting(office), span, pauses, None if waiting else OWNER[case.state], office, now)


def _validity(case: Case, validity: Interval | None, office: OfficeTime, now: datetime) -> RunningClock | None:
    if validity is None:
        return None
    turn = OWNER[case.state] if case.state is State.REGISTERING else Role.HOSPITAL  # a letter B goes to no desk
    return _running(ClockKind.VALIDITY, Counting.CLOCK, validity, (), turn, office, now)


def _objection(case: Case, office: OfficeTime, now: datetime) -> RunningClock:
    counting = Counting.WORKING_DAYS
    span = (case.state_since, deadline(case.state_since, office.answer_days * 24, office.calendar, counting))
    return _running(ClockKind.OBJECTION, counting, span, (), OWNER[case.state], office, now)


def _running(
    kind: ClockKind, counting: Counting, span: Interval, pauses: tuple[Interval, ...], owner: Role | None, office: OfficeTime, now: datetime
) -> RunningClock:
    start, due = span
    allowed = counted_between(start, due, office.calendar, counting, pauses)
    remaining = counted_between(now, due, office.calendar, counting, pauses)
    state = ClockState.LATE if due <= now else ClockState.SOON if remaining * SOON <= allowed else ClockState.ON_TIME
    waiting = kind is ClockKind.PROMISE and owner is None
    return RunningClock(kind, counting, start, due, allowed, remaining, paused_between(start, now, pauses), waiting, state, owner)


def _promised(case: Case, pauses: tuple[Interval, ...], office: OfficeTime) -> datetime:
    """Until when the letter is promised: by the cut-offs of the day the papers are complete, or within the office's hours."""
    cutoffs = office.policy.cutoffs.value
    if cutoffs.rows:
        return promise(pauses[-1][1] if pauses else case.opened_at, cutoffs, office.calendar)
    return deadline(case.opened_at, office.policy.sla_hours.value, office.calendar, office.policy.sla_counting.value, pauses)


def _service_counting(office: OfficeTime) -> Counting:
    return Counting.WORKING if office.policy.cutoffs.value.rows else office.policy.sla_counting.value


def _complete_at(case: Case, seen: Seen, office: OfficeTime) -> datetime | None:
    """When the last paper the region asks for came; None while one is missing."""
    asked = asked_of(case, office.policy)
    if any(paper not in seen for paper in asked):
        return None
    return max((seen[paper] for paper in asked), default=case.opened_at)


def _month(case: Case, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(case.timezone)).date().replace(day=1)


def _in_hundreds(cases: Iterable[Case]) -> Iterable[list[int]]:
    ids = [case.id for case in cases if case.id is not None]
    return (ids[at : at + 500] for at in range(0, len(ids), 500))
