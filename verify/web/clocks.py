"""A case's clocks in words: what remains of each, until when, and whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from verify.auth import parts
from verify.office_time import clocks_on
from verify.web.times import duration, local_time
from verify.web.words import ROLE
from workflows.clocks import ClockKind, ClockState, RunningClock
from workflows.queries import CaseView
from workflows.rules.calendar import Counting

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

CLOCK: Mapping[ClockKind, str] = {
    ClockKind.HOSPITAL: "Waktu dari rumah sakit",
    ClockKind.PAPERS: "Berkas susulan",
    ClockKind.PROMISE: "Janji surat terbit",
    ClockKind.VALIDITY: "Masa berlaku surat",
    ClockKind.OBJECTION: "Jawaban keberatan",
}
TONE: Mapping[ClockState, tuple[str, str]] = {
    ClockState.ON_TIME: ("wait", "clock"),
    ClockState.SOON: ("warn", "clock"),
    ClockState.LATE: ("warn", "warning"),
}
APPLICANT = "Pemohon"


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock on the page."""

    label: str
    words: str
    hint: str
    tone: str
    icon: str


def clock_words(view: CaseView, *, now: datetime) -> dict[str, Any]:
    """``clocks``: a line for each; ``hospital_clock``: the sentence on top, None where nobody waits in a hospital."""
    clocks = clocks_on(view, parts().policies, now=now)
    hospital = next((hospital_sentence(clock, now=now) for clock in clocks if clock.kind is ClockKind.HOSPITAL), None)
    return {"clocks": [line_of(clock, view.case.timezone, now=now) for clock in clocks], "hospital_clock": hospital}


def line_of(clock: RunningClock, timezone: str, *, now: datetime) -> ClockLine:
    """One clock as a line."""
    owner = ROLE[clock.owner] if clock.owner else APPLICANT
    tone, icon = TONE[clock.state]
    if clock.waiting:
        return ClockLine(CLOCK[clock.kind], "berhenti sampai berkas lengkap", f"giliran: {owner.lower()}", tone, icon)
    left = f"lewat {duration(now - clock.due)}" if clock.state is ClockState.LATE else f"sisa {spoken(clock.remaining, clock.counting)}"
    return ClockLine(CLOCK[clock.kind], left, f"sampai {local_time(clock.due, timezone)}; giliran: {owner.lower()}", tone, icon)


def hospital_sentence(clock: RunningClock, *, now: datetime) -> str:
    """``Sisa waktu 3 × 24 jam: 2 hari 14 jam.``"""
    days = f"{round(clock.allowed / HOUR) // 24} × 24 jam{' hari kerja' if clock.counting is Counting.WORKING_DAYS else ''}"
    return f"Waktu {days} sudah lewat." if clock.due <= now else f"Sisa waktu {days}: {duration(clock.remaining)}."


def spoken(span: timedelta, counting: Counting) -> str:
    """How much counted time: opening hours are never said as days, which would be taken for 24 hours."""
    if counting is not Counting.WORKING:
        return duration(span)
    hours, rest = divmod(span, HOUR)
    words = [f"{hours} jam"] * (hours > 0) + [f"{rest // MINUTE} menit"] * (rest >= MINUTE or hours == 0)
    return f"{' '.join(words)} kerja"
