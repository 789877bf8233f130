"""The relay's look at what waits too long, from time to time."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from verify.composition import Rekom
from verify.office_time import offices_of
from workflows import escalations, stuck
from workflows.errors import RekomError
from workflows.rules.limits import Limits
from workflows.rules.policy import limits_on

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)
"""Between two looks; limits are hours."""
MOST = 50
"""Waits told of in one look: a long backlog must not keep the relay from ringing for an emergency."""


class Escalations:
    """When one process looked last."""

    def __init__(self, rekom: Rekom) -> None:
        self._rekom = rekom
        self._next_look: datetime | None = None

    def tell_when_due(self) -> int:
        """Look where the last look is some time ago; returns how many steps were told."""
        now = self._rekom.clock()
        if self._next_look is not None and now < self._next_look:
            return 0
        self._next_look = now + PAUSE
        try:
            told, left = _look(self._rekom)
            if left:
                self._next_look = now  # the rest at the relay's next turn
            return told
        except RekomError as error:
            # Rules that cannot be read are the admin's to mend; meanwhile cases must still be rung for.
            log.error("nothing that waits was looked at: %s", type(error).__name__)
            return 0


def sweep(rekom: Rekom) -> int:
    """Tell the steps that are over, each wait in its own transaction, and end those whose wait is; returns how many were told."""
    return _look(rekom)[0]


def _look(rekom: Rekom) -> tuple[int, bool]:
    """How many steps were told, and whether some are left for another look."""
    now = rekom.clock()
    with rekom.database.read() as session:
        waits = list(stuck.waits(session, offices_of(rekom.policies), limits_today(rekom), now=now))
        due = escalations.untold(session, waits)
        over = escalations.over(session, {escalations.key(wait) for wait in waits})
    if over:
        with rekom.database.write() as session:
            escalations.end(session, over, now=now)
    return sum(_tell(rekom, wait, now) for wait in due[:MOST]), len(due) > MOST


def stuck_in(rekom: Rekom, region_code: str | None) -> list[stuck.Wait]:
    """What waits too long in a region, or anywhere, as it is now."""
    with rekom.database.read() as session:
        limits = limits_today(rekom)
        return stuck.stuck(session, offices_of(rekom.policies), limits, now=rekom.clock(), region_code=region_code)


def limits_today(rekom: Rekom) -> Limits:
    """The nation's waiting limits by the installation's own day."""
    today = rekom.clock().astimezone(ZoneInfo(rekom.zone(rekom.settings.region))).date()
    return limits_on(rekom.policies.national.waiting_limits, today)


def _tell(rekom: Rekom, wait: stuck.Wait, now: datetime) -> int:
    try:
        with rekom.database.write() as session:
            return len(escalations.tell(session, wait, now=now))
    except RekomError as error:
        # One wait must not keep all others from being told of.
        log.error("wait of %s not told: %s", wait.pending.about, type(error).__name__)
        return 0
