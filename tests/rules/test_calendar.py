"""Office time: deadlines, pauses, cut-offs and holidays, by table and by property."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.policy_file import load_policies
from verify.holidays import national_holidays
from workflows.rules.calendar import (
    Calendar,
    Counting,
    Cutoff,
    Cutoffs,
    Interval,
    NeverOpen,
    counted_between,
    deadline,
    merged,
    paused_between,
    promise,
    working_day_after,
    working_hours_between,
)

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
NATIONAL = national_holidays()
MORNING, AFTERNOON = (time(8), time(11, 30)), (time(13), time(16, 30))
WEEK = (*[((time(8), time(16)),)] * 4, (MORNING, AFTERNOON), (), ())
SERANG = Calendar("Asia/Jakarta", WEEK, NATIONAL)
SIDOARJO = Cutoffs((Cutoff(time(12), time(13)), Cutoff(time(15), time(15, 30))), later_days=1)


def wib(text: str) -> datetime:
    """``2026-11-23 09:00`` in Serang."""
    return datetime.fromisoformat(f"{text}+07:00")


# --- tables


@pytest.mark.parametrize(
    ("start", "hours", "counting", "due"),
    [
        ("2026-11-23 09:00", 72, Counting.CLOCK, "2026-11-26 09:00"),
        ("2026-11-27 09:00", 72, Counting.CLOCK, "2026-11-30 09:00"),
        ("2026-11-27 09:00", 72, Counting.WORKING_DAYS, "2026-12-02 09:00"),
        ("2026-11-28 09:00", 72, Counting.WORKING_DAYS, "2026-12-03 00:00"),
        ("2026-11-23 09:00", 2, Counting.WORKING, "2026-11-23 11:00"),
        ("2026-11-23 15:00", 2, Counting.WORKING, "2026-11-24 09:00"),
        ("2026-11-27 11:00", 2, Counting.WORKING, "2026-11-27 14:30"),
        ("2026-11-27 16:00", 2, Counting.WORKING, "2026-11-30 09:30"),
        ("2026-11-28 10:00", 0, Counting.WORKING, "2026-11-30 08:00"),
        # Christmas 2026: cuti bersama on Thursday the 24th, Christmas on Friday, then a weekend
        ("2026-12-23 15:00", 2, Counting.WORKING, "2026-12-28 09:00"),
        # the year's end: Friday 1 January 2027 is a day off
        ("2026-12-31 15:00", 2, Counting.WORKING, "2027-01-04 09:00"),
        # Lebaran and Nyepi 2026: closed from Wednesday 18 to Tuesday 24 March
        ("2026-03-17 15:30", 1, Counting.WORKING, "2026-03-25 08:30"),
        ("2026-03-17 12:00", 24, Counting.WORKING_DAYS, "2026-03-25 12:00"),
        ("2026-03-17 12:00", 72, Counting.CLOCK, "2026-03-20 12:00"),
        # Lebaran 2025: closed from Friday 28 March to Monday 7 April
        ("2025-03-27 12:00", 72, Counting.WORKING_DAYS, "2025-04-10 12:00"),
        ("2025-03-27 15:59", 1, Counting.WORKING, "2025-04-08 08:59"),
        # the leap day of 2024, a Thursday
        ("2024-02-28 15:00", 9, Counting.WORKING, "2024-02-29 16:00"),
    ],
)
def test_a_deadline_by_the_office_calendar(start: str, hours: int, counting: Counting, due: str) -> None:
    assert deadline(wib(start), hours, SERANG, counting) == wib(due)


@pytest.mark.parametrize(
    ("received", "ready"),
    [
        ("2026-11-23 06:00", "2026-11-23 13:00"),
        ("2026-11-23 11:59", "2026-11-23 13:00"),
        ("2026-11-23 12:00", "2026-11-23 13:00"),
        ("2026-11-23 12:01", "2026-11-23 15:30"),
        ("2026-11-23 15:00", "2026-11-23 15:30"),
        ("2026-11-23 15:01", "2026-11-24 16:00"),
        ("2026-11-23 23:59", "2026-11-24 16:00"),
        ("2026-11-26 16:00", "2026-11-27 16:30"),
        ("2026-11-27 15:01", "2026-11-30 16:00"),
        ("2026-11-28 10:00", "2026-11-30 13:00"),
        ("2026-12-23 15:01", "2026-12-28 16:00"),
        ("2026-12-24 09:00", "2026-12-28 13:00"),
        ("2026-03-17 15:01", "2026-03-25 16:00"),
        ("2026-03-21 09:00", "2026-03-25 13:00"),
        ("2026-12-31 15:30", "2027-01-04 16:00"),
    ],
)
def test_the_cut_offs_of_sidoarjo(received: str, ready: str) -> None:
    assert promise(wib(received), SIDOARJO, SERANG) == wib(ready)


@pytest.mark.parametrize("zone", ZONES)
def test_a_cut_off_is_local_time(zone: str) -> None:
    calendar = Calendar(zone, WEEK)
    noon = calendar.at(date(2026, 11, 23), time(12))
    assert promise(noon, SIDOARJO, calendar) == noon + timedelta(hours=1)
    assert promise(noon + timedelta(minutes=1), SIDOARJO, calendar) == noon + timedelta(hours=3.5)


def test_one_moment_is_three_local_days() -> None:
    late = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    assert [Calendar(zone, WEEK).day_of(late).day for zone in ZONES] == [22, 22, 23]


def test_a_pause_of_a_weekend_moves_no_working_deadline() -> None:
    weekend = (wib("2026-11-28 00:00"), wib("2026-11-30 00:00"))
    start = wib("2026-11-27 16:00")
    assert deadline(start, 2, SERANG, Counting.WORKING, [weekend]) == deadline(start, 2, SERANG, Counting.WORKING)
    assert deadline(start, 48, SERANG, pauses=[weekend]) == deadline(start, 48, SERANG) + timedelta(days=2)


def test_a_pause_that_ends_before_it_begins_is_none() -> None:
    start, end = wib("2026-11-23 09:00"), wib("2026-11-23 10:00")
    assert merged([(end, start), (start, start)]) == ()
    assert paused_between(start, end, [(end, start)]) == timedelta()


def test_pauses_that_overlap_count_once() -> None:
    start = wib("2026-11-23 09:00")
    one, two = (start, start + timedelta(hours=2)), (start + timedelta(hours=1), start + timedelta(hours=3))
    assert paused_between(start, start + timedelta(hours=8), [two, one]) == timedelta(hours=3)
    assert deadline(start, 1, SERANG, pauses=[two, one]) == start + timedelta(hours=4)


def test_an_office_that_never_opens_is_refused() -> None:
    with pytest.raises(NeverOpen):
        deadline(wib("2026-11-23 09:00"), 1, Calendar("Asia/Jakarta", ((),) * 7), Counting.WORKING)
    assert working_day_after(date(2026, 11, 27), SERANG, 2) == date(2026, 12, 1)


def test_nothing_counts_backwards() -> None:
    start = wib("2026-11-23 09:00")
    assert [counted_between(start, start - timedelta(hours=1), SERANG, counting) for counting in Counting] == [timedelta()] * 3


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 3, 21), "Hari Raya Idul Fitri"),
        (date(2026, 3, 20), "Cuti Bersama Hari Raya Idul Fitri"),
        (date(2026, 8, 17), "Hari Kemerdekaan Republik Indonesia"),
        (date(2026, 12, 24), "Cuti Bersama Hari Raya Natal"),
    ],
)
def test_the_days_off_of_2026(day: date, name: str) -> None:
    assert NATIONAL[day] == name
    assert not SERANG.is_working(day)


def test_a_region_adds_and_removes_days() -> None:
    policy = load_policies().at("3673", date(2026, 11, 23))
    assert policy.calendar({date(2026, 11, 24): "Libur"}).holidays == {date(2026, 11, 24): "Libur"}
    assert policy.calendar(NATIONAL).hours == WEEK


# --- properties

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 7 * 366 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
ENDS = st.sampled_from([wib(f"{year}-{day}") for year in (2025, 2026, 2027, 2028) for day in ("12-31 23:59", "02-28 23:30", "03-31 16:00")])
STARTS = MOMENTS | ENDS
HOURS = st.integers(0, 400)
COUNTINGS = st.sampled_from(Counting)
OPENINGS = st.lists(st.integers(0, 23 * 4), min_size=2, max_size=6, unique=True).map(
    lambda quarters: tuple(
        (time(begin // 4, begin % 4 * 15), time(end // 4, end % 4 * 15))
        for begin, end in zip(*[iter(sorted(quarters[: len(quarters) // 2 * 2]))] * 2, strict=True)
    )
)
WEEKS = st.lists(OPENINGS | st.just(()), min_size=6, max_size=6).flatmap(lambda days: OPENINGS.map(lambda one: (one, *days)))
DAYS_OFF = st.sampled_from([{}, dict(NATIONAL)]) | st.dictionaries(
    st.dates(date(2024, 1, 1), date(2031, 1, 1)), st.just("Libur"), max_size=40
)
CALENDARS = st.builds(Calendar, st.sampled_from(ZONES), WEEKS, DAYS_OFF)


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Interval]:
    """Up to five stretches of up to a fortnight in the two months around a moment."""
    spans = draw(st.lists(st.tuples(st.integers(-200, 1500), st.integers(0, 336)), max_size=5))
    return [(start + timedelta(hours=begin), start + timedelta(hours=begin + length)) for begin, length in spans]


def is_open(moment: datetime, calendar: Calendar) -> bool:
    """Whether the office is open, opening and closing time included."""
    day = calendar.day_of(moment)
    spans = calendar.hours[day.weekday()] if calendar.is_working(day) else ()
    return any(calendar.at(day, begin) <= moment <= calendar.at(day, end) for begin, end in spans)


@given(STARTS, HOURS, CALENDARS, st.data())
def test_a_working_deadline_lies_in_office_hours(start: datetime, hours: int, calendar: Calendar, data: st.DataObject) -> None:
    due = deadline(start, hours, calendar, Counting.WORKING, data.draw(pauses_after(start)))
    assert is_open(due, calendar)
    assert due >= start


@given(STARTS, HOURS, CALENDARS)
def test_a_deadline_in_working_days_lies_on_one_or_ends_one(start: datetime, hours: int, calendar: Calendar) -> None:
    due = deadline(start, hours, calendar, Counting.WORKING_DAYS)
    assert calendar.is_working(calendar.day_of(due)) or calendar.is_working(calendar.day_of(due - timedelta(microseconds=1)))


@given(STARTS, HOURS, CALENDARS, COUNTINGS, st.data())
def test_hours_added_are_the_hours_measured(
    start: datetime, hours: int, calendar: Calendar, counting: Counting, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    due = deadline(start, hours, calendar, counting, pauses)
    assert counted_between(start, due, calendar, counting, pauses) == timedelta(hours=hours)
    if counting is Counting.WORKING and not pauses:
        assert working_hours_between(start, due, calendar) == hours


@given(STARTS, HOURS, CALENDARS, COUNTINGS, st.data())
def test_one_more_pause_never_shortens_a_deadline(
    start: datetime, hours: int, calendar: Calendar, counting: Counting, data: st.DataObject
) -> None:
    pauses, more = data.draw(pauses_after(start)), data.draw(pauses_after(start))
    assert deadline(start, hours, calendar, counting, [*pauses, *more]) >= deadline(start, hours, calendar, counting, pauses)


@given(STARTS, HOURS, st.integers(0, 100), st.integers(0, 5000), CALENDARS, COUNTINGS)
def test_later_or_longer_is_never_due_earlier(
    start: datetime, hours: int, more: int, minutes: int, calendar: Calendar, counting: Counting
) -> None:
    due = deadline(start, hours, calendar, counting)
    assert deadline(start + timedelta(minutes=minutes), hours, calendar, counting) >= due
    assert deadline(start, hours + more, calendar, counting) >= due


@given(STARTS, HOURS, CALENDARS)
def test_fewer_countable_hours_are_never_due_earlier(start: datetime, hours: int, calendar: Calendar) -> None:
    by_clock, by_day, by_hour = (
        deadline(start, hours, calendar, counting) for counting in (Counting.CLOCK, Counting.WORKING_DAYS, Counting.WORKING)
    )
    assert by_clock <= by_day <= by_hour


@given(STARTS, st.integers(0, 5000), st.integers(0, 5000), CALENDARS, COUNTINGS, st.data())
def test_stretches_add_up(start: datetime, first: int, second: int, calendar: Calendar, counting: Counting, data: st.DataObject) -> None:
    pauses = data.draw(pauses_after(start))
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    parts = [counted_between(a, b, calendar, counting, pauses) for a, b in ((start, middle), (middle, end), (start, end))]
    assert parts[0] + parts[1] == parts[2] <= end - start
    if counting is Counting.CLOCK:
        assert parts[2] + paused_between(start, end, pauses) == end - start


@given(STARTS, CALENDARS, st.integers(1, 10))
def test_a_promise_is_kept_in_office_days_and_never_before_it_is_made(start: datetime, calendar: Calendar, days: int) -> None:
    ready = promise(start, Cutoffs(SIDOARJO.rows, days), calendar)
    assert calendar.is_working(calendar.day_of(ready))
    assert ready > start


@given(STARTS, HOURS, WEEKS, COUNTINGS)
def test_zones_differ_by_whole_hours_and_nothing_else(start: datetime, hours: int, week: tuple[()], counting: Counting) -> None:
    """The same local start gives the same local deadline in WIB, WITA and WIT: there is no summer time."""
    local = {
        deadline(Calendar(zone, week).at(start.date(), start.time()), hours, Calendar(zone, week), counting)
        + timedelta(hours=ZONES.index(zone))
        for zone in ZONES
    }
    assert len(local) == 1
