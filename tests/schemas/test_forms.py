"""A form as a browser sends it, made into what our schemas load."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from schemas.fields import Moment
from schemas.forms import UNREADABLE, day_and_time, grouped, plain

ZONE = "Asia/Jakarta"


def test_empty_fields_and_the_forms_own_are_left_out() -> None:
    form = MultiDict([("csrf_token", "x"), ("kunci", "y"), ("name", " Siti "), ("address", "  ")])
    assert plain(form, zone=ZONE) == {"name": "Siti"}


def test_a_field_that_may_be_taken_back_says_none_when_empty() -> None:
    form = MultiDict([("address", ""), ("admitted_at_day", ""), ("admitted_at_time", "")])
    assert plain(form, zone=ZONE, clearable=("address", "admitted_at", "hospital_code")) == {"address": None, "admitted_at": None}


def test_boxes_become_a_list_and_the_version_a_number() -> None:
    form = MultiDict([("documents", "KTP"), ("documents", ""), ("documents", "KK"), ("version", "3")])
    assert plain(form, zone=ZONE, many=("documents",)) == {"documents": ["KTP", "KK"], "version": 3}


def test_a_version_that_is_no_number_is_left_to_the_schema() -> None:
    assert plain(MultiDict({"version": "3x"}), zone=ZONE) == {"version": "3x"}


@pytest.mark.parametrize("day", ["23-11-2026", "23/11/2026", "23.11.2026", "2026-11-23"])
@pytest.mark.parametrize("time", ["08.15", "08:15", "8.15"])
def test_a_moment_is_taken_in_the_offices_time(day: str, time: str) -> None:
    given = plain(MultiDict({"admitted_at_day": day, "admitted_at_time": time}), zone=ZONE)
    assert Moment().deserialize(given["admitted_at"]) == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "time"), [("kemarin", "8.15"), ("31-02-2026", "8.15"), ("23-11-2026", "25.00"), ("23-11-2026", ""), ("", "8.15")]
)
def test_a_moment_nobody_can_read_is_left_to_the_schema(day: str, time: str) -> None:
    assert plain(MultiDict({"admitted_at_day": day, "admitted_at_time": time}), zone=ZONE) == {"admitted_at": UNREADABLE}


@given(st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_a_moment_shown_and_sent_back_is_the_same_minute(moment: datetime) -> None:
    day, time = day_and_time(moment, ZONE)
    sent = plain(MultiDict({"as_of_day": day, "as_of_time": time}), zone=ZONE)["as_of"]
    assert Moment().deserialize(sent) == moment.replace(second=0, microsecond=0)


def test_radio_buttons_of_questions_come_together() -> None:
    assert grouped({"answers.pangan": "YES", "answers.lantai": "NO", "note": "x"}, "answers") == {
        "answers": {"pangan": "YES", "lantai": "NO"},
        "note": "x",
    }
