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
from workflows.saying import say
from workflows.states import Role

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

CLOCK: Mapping[ClockKind, str] = {
    ClockKind.HOSPITAL: say("Waktu dari rumah sakit"),
    ClockKind.PAPERS: say("Berkas susulan"),
    ClockKind.PROMISE: say("Janji surat terbit"),
    ClockKind.VALIDITY: say("Masa berlaku surat"),
    ClockKind.OBJECTION: say("Jawaban keberatan"),
}
TONE: Mapping[ClockState, tuple[str, str]] = {
    ClockState.ON_TIME: ("wait", "clock"),
    ClockState.SOON: ("warn", "clock"),
    ClockState.LATE: ("warn", "warning"),
}
APPLICANT = say("Pemohon")


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock on the page."""

    label: str
    words: str
    hint: str
    tone: str
    icon: str
    stands: bool = False


def clock_words(view: CaseView, *, now: datetime) -> dict[str, Any]:
    """``clocks``: a line for each; ``hospital_clock``: the sentence on top, None where nobody waits in a hospital."""
    clocks = clocks_on(view, parts().policies, now=now)
    hospital = next((hospital_sentence(clock, now=now) for clock in clocks if clock.kind is ClockKind.HOSPITAL), None)
    return {"clocks": [line_of(clock, view.case.timezone, now=now) for clock in clocks], "hospital_clock": hospital}


def line_of(clock: RunningClock, timezone: str, *, now: datetime) -> ClockLine:
    """One clock as a line."""
    owner = _whose(clock)
    tone, icon = TONE[clock.state]
    if clock.waiting:
        return ClockLine(CLOCK[clock.kind], say("berhenti sampai berkas lengkap"), say("giliran: {owner}", owner=owner), tone, icon, True)
    left = (
        say("lewat {duration}", duration=duration(now - clock.due))
        if clock.state is ClockState.LATE
        else say("sisa {spoken}", spoken=spoken(clock.remaining, clock.counting))
    )
    return ClockLine(
        CLOCK[clock.kind], left, say("sampai {due}; giliran: {owner}", due=local_time(clock.due, timezone), owner=owner), tone, icon
    )


def _whose(clock: RunningClock) -> str:
    """Whose turn it is, within a sentence: only Rekom keeps its capital."""
    word = ROLE[clock.owner] if clock.owner else APPLICANT
    return word if clock.owner is Role.SYSTEM else word.lower()


def hospital_sentence(clock: RunningClock, *, now: datetime) -> str:
    """``Sisa waktu 3 × 24 jam: 2 hari 14 jam.``"""
    count = round(clock.allowed / HOUR) // 24
    days = (
        say("{count} × 24 jam hari kerja", count=count) if clock.counting is Counting.WORKING_DAYS else say("{count} × 24 jam", count=count)
    )
    return (
        say("Waktu {days} sudah lewat.", days=days)
        if clock.due <= now
        else say("Sisa waktu {days}: {duration}.", days=days, duration=duration(clock.remaining))
    )


def spoken(span: timedelta, counting: Counting) -> str:
    """How much counted time: opening hours are never said as days, which would be taken for 24 hours."""
    if counting is not Counting.WORKING:
        return duration(span)
    hours, rest = divmod(span, HOUR)
    minutes = rest // MINUTE
    if hours and minutes:
        return say("{hours} jam {minutes} menit kerja", hours=hours, minutes=minutes)
    return say("{hours} jam kerja", hours=hours) if hours else say("{minutes} menit kerja", minutes=minutes)
