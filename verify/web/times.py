"""Dates, times and durations as people say them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.desk_check import ZONES, local_time
from workflows.long_date import long_date
from workflows.saying import say

__all__ = ["ZONES", "clock_time", "day", "duration", "left", "local_time"]

HOUR, DAY = 3600, 86400


def day(value: date) -> str:
    """``22 November 2026``."""
    return long_date(value)


def clock_time(moment: datetime, timezone: str) -> str:
    """The time alone, ``14.05 WIB``."""
    local = moment.astimezone(ZoneInfo(timezone))
    return say("{hour}.{minute} {zone}", hour=f"{local:%H}", minute=f"{local:%M}", zone=ZONES.get(timezone, timezone))


def duration(span: timedelta) -> str:
    """How long: ``3 jam 12 menit``, ``2 hari 4 jam``; two units at most."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 60:
        return say("kurang dari 1 menit")
    days, hours, minutes = seconds // DAY, seconds // HOUR % 24, seconds // 60 % 60
    if days:
        return say("{days} hari {hours} jam", days=days, hours=hours) if hours else say("{days} hari", days=days)
    if hours:
        return say("{hours} jam {minutes} menit", hours=hours, minutes=minutes) if minutes else say("{hours} jam", hours=hours)
    return say("{minutes} menit", minutes=minutes)


def left(until: datetime, now: datetime) -> str | None:
    """What remains until a moment, None where it has passed."""
    return duration(until - now) if until > now else None
