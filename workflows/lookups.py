"""Questions by NIK are counted by the hour, because about a hundred guesses find a person whose region and birthday are known.

One rule with two clocks. The hour (here) counts every question, right or wrong, and opens again by itself: no desk has more
patients than that. The day (``verify.lookups``) counts only those that led nowhere, for these are guesses, and what it closes for
a person an admin opens (``rekom staff unlock``). A code that was scanned is counted by neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, delete

from workflows import audit
from workflows.actor import Actor
from workflows.errors import RekomError
from workflows.letter_counter import INSERT
from workflows.records.lookup import LookupCount, LookupScope

HOUR = timedelta(hours=1)
KEPT = timedelta(days=1)
"""How long a count is kept."""


class TooManyLookups(RekomError):
    """More questions by NIK than one desk has patients; nothing was looked up."""

    slug = "terlalu-banyak-nik"
    sentence = "Terlalu banyak NIK diperiksa dalam satu jam. Pindai QR surat, atau telepon Dinas Sosial. Pasien tetap dilayani."


@dataclass(frozen=True, slots=True)
class Counted:
    """What an hour's count stands at after this question. ``first`` is the first one above the limit."""

    over: bool
    first: bool
    seconds_left: int


def count(session: Session, keys: Mapping[LookupScope, str], limits: Mapping[LookupScope, int], actor: Actor, *, now: datetime) -> Counted:
    """Count one question under all its keys, refused ones too; the first above a limit stands in the audit trail."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    counts = {scope: _raise(session, scope, keys[scope], hour) for scope in LookupScope}
    over = [scope for scope in LookupScope if counts[scope] > limits[scope]]
    first = [scope for scope in over if counts[scope] == limits[scope] + 1]
    for scope in first:
        audit.record_on_person(session, "LOOKUP_LIMIT", actor=actor, now=now, scope=scope.value, limit=limits[scope])
    return Counted(bool(over), bool(first), int((hour + HOUR - now).total_seconds()) + 1)


def _raise(session: Session, scope: LookupScope, key: str, hour: datetime) -> int:
    insert = INSERT[session.get_bind().dialect.name]
    first = insert(LookupCount).values(scope=scope, key=key, hour=hour, count=1)
    raised = first.on_conflict_do_update(index_elements=["scope", "key", "hour"], set_={"count": LookupCount.count + 1})
    reached = int(session.exec(raised.returning(col(LookupCount.count))).scalar_one())
    if reached == 1:
        session.exec(delete(LookupCount).where(col(LookupCount.hour) < hour - KEPT))
    return reached
