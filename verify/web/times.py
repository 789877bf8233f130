"""Dates, times and durations as people say them."""

from datetime import date, datetime, timedelta

from schemas.desk_check import ZONES, local_time
from workflows.long_date import MONTHS

__all__ = ["ZONES", "clock_time", "day", "duration", "left", "local_time"]

HOUR, DAY = 3600, 86400


def day(value: date) -> str:
    """``22 November 2026``."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def clock_time(moment: datetime, timezone: str) -> str:
    """The time alone, ``14.05 WIB``."""
    return local_time(moment, timezone).split(", ")[1]


def duration(span: timedelta) -> str:
    """How long: ``3 jam 12 menit``, ``2 hari 4 jam``; two units at most."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 60:
        return "kurang dari 1 menit"
    if seconds < HOUR:
        return f"{seconds // 60} menit"
    if seconds < DAY:
        return _two(seconds // HOUR, "jam", seconds % HOUR // 60, "menit")
    return _two(seconds // DAY, "hari", seconds % DAY // HOUR, "jam")


def left(until: datetime, now: datetime) -> str | None:
    """What remains until a moment, None where it has passed."""
    return duration(until - now) if until > now else None


def _two(first: int, unit: str, second: int, smaller: str) -> str:
    return f"{first} {unit} {second} {smaller}" if second else f"{first} {unit}"
