"""What the relay does for seats: it opens a new year's on the region's first day of it, so that members stand in its books before
anybody asks, and writes down whose turn has come in the line, whatever freed a seat."""

import logging
from datetime import datetime, timedelta

from sqlmodel import select

from verify.composition import Rekom
from workflows import advance, seat_years, seats
from workflows.errors import RekomError
from workflows.records.seat import SeatQuota

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=10)
"""Between two looks."""
MOST = 80
"""Turns told in one look: as many as one screen of approvals shows."""


class SeatKeeping:
    """When one process looked last."""

    def __init__(self, rekom: Rekom) -> None:
        self._rekom = rekom
        self._next_look: datetime | None = None

    def look_when_due(self) -> int:
        """Open years and tell turns where the last look is some time ago; returns how many regions' years were opened."""
        now = self._rekom.clock()
        if self._next_look is not None and now < self._next_look:
            return 0
        self._next_look = now + PAUSE
        opened = open_years(self._rekom)
        tell_next(self._rekom)
        return opened


def tell_next(rekom: Rekom) -> int:
    """Tell each case in line for which there is a seat, in a transaction of its own; returns how many were told."""
    with rekom.database.read() as session:
        regions = session.exec(select(SeatQuota.region_code).distinct()).all()
        next_ones = [case.id for region_code in regions for case in seats.untold(session, region_code, MOST)]
    return sum(_told(rekom, case_id) for case_id in next_ones if case_id is not None)


def open_years(rekom: Rekom) -> int:
    """Open the current year of every region that counts seats; returns how many were opened."""
    with rekom.database.read() as session:
        counting = set(session.exec(select(SeatQuota.region_code).distinct())) & set(rekom.policies.regions)
    return sum(_tried(rekom, region_code) for region_code in sorted(counting))


def _told(rekom: Rekom, case_id: int) -> bool:
    try:
        with rekom.database.write() as session:
            return seats.tell_turn(session, advance.lock_by_id(session, case_id), now=rekom.clock())
    except RekomError as error:
        log.error("turn of case %s not told: %s", case_id, type(error).__name__)
        return False


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
