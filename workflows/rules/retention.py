"""How long personal data is kept: dated policy, by kind and, where a region says otherwise, by region."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows.errors import PolicyRefused
from workflows.saying import say


class Kept(StrEnum):
    """What is kept for a time: cases by how they ended, then what stands beside them, each counted from its own moment."""

    CLOSED_CASE = "CLOSED_CASE"
    REFUSED_CASE = "REFUSED_CASE"
    WITHDRAWN_CASE = "WITHDRAWN_CASE"
    ABANDONED_BEDSIDE = "ABANDONED_BEDSIDE"
    DRAFTS = "DRAFTS"
    COVER_LETTERS = "COVER_LETTERS"
    EXPORT_FILES = "EXPORT_FILES"
    EXTRACTS = "EXTRACTS"
    JAMKESDA = "JAMKESDA"
    MATCHES = "MATCHES"
    MEMBERSHIP_REPORTS = "MEMBERSHIP_REPORTS"
    PREMIUM_DISPUTES = "PREMIUM_DISPUTES"
    ACCESS_LOG = "ACCESS_LOG"
    COUNTERS = "COUNTERS"
    ANSWERS = "ANSWERS"
    SESSIONS = "SESSIONS"
    WEBHOOKS = "WEBHOOKS"
    BACKUPS = "BACKUPS"


CASES = frozenset({Kept.CLOSED_CASE, Kept.REFUSED_CASE, Kept.WITHDRAWN_CASE, Kept.ABANDONED_BEDSIDE})
"""Kinds that end as a tombstone; of all others the rows or the files go."""


@dataclass(frozen=True, slots=True)
class Term:
    """Days a kind is kept, from a day on, and what that rests on. ``region`` None holds wherever no region says otherwise."""

    kind: Kept
    valid_from: date
    days: int
    reference: str
    document: str
    decided_on: date
    region: str | None = None
    example: bool = False


def term_on(terms: Iterable[Term], kind: Kept, region: str, day: date) -> Term:
    """The term of a kind in a region on a day, its own before the nation's; ``PolicyRefused`` before the first one."""
    begun = [term for term in terms if term.kind is kind and term.valid_from <= day]
    for place in (region, None):
        if found := [term for term in begun if term.region == place]:
            return found[-1]
    raise PolicyRefused(say("Belum ada masa simpan {value} untuk {day}. Hubungi admin aturan.", value=kind.value, day=f"{day:%d-%m-%Y}"))
