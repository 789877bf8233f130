"""Take a witness of the audit trail from time to time, for the trust bundle to carry out of the building."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError

from verify.composition import Rekom
from workflows import checkpoints
from workflows.records.checkpoint import Checkpoint

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)
"""Between two tries: while one waits for a long transaction, all who write wait behind it."""


class Witnesses:
    """When one process took the last witness, or last tried to."""

    def __init__(self, rekom: Rekom) -> None:
        self._rekom = rekom
        self._next_look: datetime | None = None

    def take_when_due(self) -> Checkpoint | None:
        """Take one where the newest is older than the setting says and something has happened since."""
        now = self._rekom.clock()
        if self._next_look is not None and now < self._next_look:
            return None
        self._next_look = now + PAUSE
        with self._rekom.database.read() as session:
            newest = checkpoints.newest(session)
            old = newest is None or now - newest.at >= timedelta(minutes=self._rekom.settings.witness_minutes)
            due = old and checkpoints.newest_event(session) != (newest.last_event if newest else 0)
        return _try(self._rekom) if due else None


def take(rekom: Rekom) -> Checkpoint | None:
    """A witness of everything settled so far; None of an empty trail. Only the first of three steps holds writers up."""
    with rekom.database.write() as session:
        last_event = checkpoints.settle(session)
    if not last_event:
        return None
    with rekom.database.read() as session:
        chains = checkpoints.heads(session, last_event)
    with rekom.database.write() as session:
        return checkpoints.keep(session, last_event, chains, now=rekom.clock())


def _try(rekom: Rekom) -> Checkpoint | None:
    try:
        return take(rekom)
    except OperationalError as error:
        log.warning("no witness taken: %s", type(error).__name__)
        return None
