"""A form as a browser sends it, made into what our schemas load: typed text, local time, check boxes, whole numbers."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from schemas.fields import INDONESIAN_DAY

LOOKED, CHANGE = "diperiksa", "ubah"
"""What the last look before sending adds: that these answers were seen, or which field is to be changed."""

OWN = frozenset({"csrf_token", "kunci", LOOKED, CHANGE})
"""Fields of the form itself: the guard against forged requests, the key against double sending, the last look."""

DAY, TIME = "_day", "_time"
"""A moment is asked as a day and a time of day: ``admitted_at_day``, ``admitted_at_time``."""

ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
BARE_DAY = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})", re.ASCII)
TIME_OF_DAY = re.compile(r"(\d{1,2})[.:](\d{2})")
UNREADABLE = "?"
"""Stands for a moment nobody can read; the schema refuses it with its own words."""


class Typed(Protocol):
    """A multi-dictionary of text, as frameworks give it."""

    def getlist(self, key: str) -> list[str]:
        """All values of a field."""

    def keys(self) -> Iterable[str]:
        """The names of the fields."""


def plain(
    form: Typed,
    *,
    zone: str,
    many: Iterable[str] = (),
    numbers: Iterable[str] = ("version",),
    clearable: Iterable[str] = (),
) -> dict[str, Any]:
    """What was typed, without empty fields; an empty ``clearable`` field says None.

    ``many`` are lists of check boxes, ``numbers`` whole numbers; a moment is taken in the office's time ``zone``.
    """
    found: dict[str, Any] = {}
    for name in form.keys():  # noqa: SIM118 -- a protocol with keys(), not every kind of dictionary
        if name in OWN or name.endswith(TIME):
            continue
        if name in many:
            found[name] = [value for value in form.getlist(name) if value]
        elif name.endswith(DAY):
            found |= _moment(form, name.removesuffix(DAY), zone)
        elif value := form.getlist(name)[0].strip():
            found[name] = int(value) if name in numbers and value.isdecimal() else value
    present = {name.removesuffix(DAY) for name in form.keys()}  # noqa: SIM118
    return found | {name: None for name in clearable if name in present and name not in found}


def whole_day(typed: str, this_year: int) -> str:
    """``060961`` and ``06091961`` as ``06-09-1961``; a short year that could be of two centuries stays as typed, to be asked for."""
    found = BARE_DAY.fullmatch(typed)
    if not found or (len(found[3]) == 2 and int(found[3]) <= this_year % 100):
        return typed
    return f"{found[1]}-{found[2]}-{'19' if len(found[3]) == 2 else ''}{found[3]}"


def grouped(given: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Fields ``prefix.key`` gathered under ``prefix``: radio buttons of one question each."""
    start = f"{prefix}."
    inner = {name.removeprefix(start): value for name, value in given.items() if name.startswith(start)}
    return {name: value for name, value in given.items() if not name.startswith(start)} | {prefix: inner}


def day_and_time(moment: datetime, zone: str) -> tuple[str, str]:
    """A moment as the two fields show it: ``22-11-2026`` and ``14.05``."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%d-%m-%Y}", f"{local:%H.%M}"


def _moment(form: Typed, name: str, zone: str) -> dict[str, str]:
    day = form.getlist(name + DAY)[0].strip()
    time = next(iter(form.getlist(name + TIME)), "").strip()
    if not day and not time:
        return {}
    return {name: _joined(day, time, zone)}


def _joined(day: str, time: str, zone: str) -> str:
    """An ISO moment with its time zone, or a sign for the schema that there is none."""
    hours = TIME_OF_DAY.fullmatch(time)
    parts = _day_parts(day)
    if parts is None or hours is None:
        return UNREADABLE
    try:
        return datetime(*parts, int(hours[1]), int(hours[2]), tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        return UNREADABLE


def _day_parts(day: str) -> tuple[int, int, int] | None:
    if found := INDONESIAN_DAY.fullmatch(day):
        return int(found[3]), int(found[2]), int(found[1])
    if found := ISO_DAY.fullmatch(day):
        return int(found[1]), int(found[2]), int(found[3])
    return None
