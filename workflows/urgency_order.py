"""Whose turn it is: the most urgent first, among equals whoever has waited longest; said in SQL, so that it holds across pages."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import col

from workflows.records.case import Case
from workflows.vocabulary import Urgency

RANKS = {urgency: rank for rank, urgency in enumerate(Urgency)}
"""The vocabulary names the most urgent first."""

RANK: ColumnElement[int] = case({urgency.value: rank for urgency, rank in RANKS.items()}, value=col(Case.urgency), else_=len(RANKS))
MOST_URGENT_FIRST = (RANK, col(Case.state_since), col(Case.id))
"""For ``order_by``; the id leaves no two cases equal."""


EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
WORD = re.compile(r"([0-9])\.([0-9a-f]{1,13})\.([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in this order a case stood when it was shown: it stays a place also when the case has moved on."""

    rank: int
    since: datetime
    id: int

    @property
    def word(self) -> str:
        """For an address; the time as hexadecimal, for sixteen digits of it would look like a NIK."""
        return f"{self.rank}.{(self.since - EPOCH) // MICROSECOND:x}.{self.id}"


def place_in(word: str) -> Place | None:
    """The place behind a word; None for a strange one."""
    numbers = WORD.fullmatch(word)
    if numbers is None:
        return None
    rank, since, number = numbers.groups()
    return Place(int(rank), EPOCH + int(since, 16) * MICROSECOND, int(number))


def place_of(found: Case) -> Place:
    """The place of a case as it was read."""
    assert found.id is not None
    return Place(RANKS[found.urgency], found.state_since, found.id)


def behind(place: Place) -> ColumnElement[bool]:
    """Whoever comes after a place."""
    rank, since, number = RANK, col(Case.state_since), col(Case.id)
    same_time = and_(since == place.since, number > place.id)
    return or_(rank > place.rank, and_(rank == place.rank, or_(since > place.since, same_time)))
