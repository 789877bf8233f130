"""The numbers behind the masks: for a case, with a reason, within a day's budget, and never unseen."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from workflows import audit, meters
from workflows.actor import Actor
from workflows.advance import subject
from workflows.erasing import is_erased
from workflows.errors import InvalidInput
from workflows.meters import Limit
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.meter import Purpose
from workflows.retention import Erased
from workflows.saying import say

SHORTEST_REASON = 10
LONG_NUMBER = re.compile(r"\d(?:[\s.\-]?\d){11,}")


@dataclass(frozen=True, slots=True)
class Revealed:
    """What the masks hide."""

    nik: str | None
    mother_nik: str | None
    kk: str | None
    phone: str
    proxy_phone: str | None


def limit(per_day: int) -> Limit:
    """A person's budget."""
    return Limit(per_day, timedelta(days=1))


def reveal(session: Session, case: Case, reason: str, per_day: int, actor: Actor, *, now: datetime) -> Revealed:
    """Show a case's numbers once; ``TooMany`` where the person's day is used up, ``Erased`` where they
    are gone. The case is locked by the caller."""
    check(actor, Permission.REVEAL)
    if len(reason) < SHORTEST_REASON or LONG_NUMBER.search(reason):
        raise InvalidInput(
            say("Tulis alasan paling sedikit {shortest_reason} huruf, tanpa NIK atau nomor lain.", shortest_reason=SHORTEST_REASON),
            field="reason",
        )
    if is_erased(session, case):
        raise Erased
    meters.count(session, Purpose.REVEAL, str(actor.person_id), limit(per_day), now=now)
    audit.record(session, subject(case), "REVEAL", actor=actor, now=now, reason=reason)
    return Revealed(case.nik, case.mother_nik, case.kk, case.phone, case.proxy_phone)
