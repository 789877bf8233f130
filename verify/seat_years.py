"""A new year's seats, opened by the relay on the region's first day of it: members stand in its books before anybody asks."""

import logging
from datetime import datetime, timedelta

from sqlmodel import select

from verify.composition import Rekom
from workflows import seat_years
from workflows.errors import RekomError
from workflows.records.seat import SeatQuota

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=10)
"""Between two looks."""


class SeatYears:
    """When one process looked last."""

    def __init__(self, rekom: Rekom) -> None:
        self._rekom = rekom
        self._next_look: datetime | None = None

    def open_when_due(self) -> int:
        """Look where the last look is some time ago; returns how many regions' years were opened."""
        now = self._rekom.clock()
        if self._next_look is not None and now < self._next_look:
            return 0
        self._next_look = now + PAUSE
        return open_years(self._rekom)


def open_years(rekom: Rekom) -> int:
    """Open the current year of every region that counts seats; returns how many were opened."""
    with rekom.database.read() as session:
        counting = set(session.exec(select(SeatQuota.region_code).distinct())) & set(rekom.policies.regions)
    return sum(_tried(rekom, region_code) for region_code in sorted(counting))


def _tried(rekom: Rekom, region_code: str) -> bool:
    try:
        return _open(rekom, region_code)
    except RekomError as error:
        # A region without rules for today must keep neither the others' years nor the relay from their work.
        log.error("seats of region %s not opened: %s", region_code, type(error).__name__)
        return False


def _open(rekom: Rekom, region_code: str) -> bool:
    now = rekom.clock()
    rules = seat_years.rules_on(rekom.policies, region_code, now=now)
    with rekom.database.read() as session:
        known = seat_years.year_of(session, region_code, rules.today(now).year)
    if known is not None:
        return False
    with rekom.database.write() as session:
        seat_years.open_year(session, rules, now=now)
    return True
