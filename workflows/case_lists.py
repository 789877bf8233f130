"""Lists of an office's cases, a page at a time, and people found by a part of their name; nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select

from workflows import taking
from workflows.actor import Actor
from workflows.records.case import Case
from workflows.records.taking import Taking
from workflows.states import OWNER, State
from workflows.urgency_order import MOST_URGENT_FIRST, Place, behind

PAGE = 50
MOST_FOUND = 20
"""A name that fits more cases names nobody in particular."""


class Hand(StrEnum):
    """Whose cases are looked for: in my hand, opened by me and still open, or in nobody's hand and for a role of mine."""

    MINE = "MINE"
    OPENED = "OPENED"
    NOBODY = "NOBODY"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is narrowed to; ``tickets`` where something computed decides."""

    state: State | None = None
    hand: Hand | None = None
    tickets: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a case list; ``more`` follow on another one."""

    cases: tuple[Case, ...]
    more: bool
    counts: dict[State, int]


def case_list(session: Session, actor: Actor, *, asked: Asked, before: int | None = None) -> CasePage:
    """An office's cases, newest first, ``PAGE`` at a time, with how many of those asked for there are in each state."""
    return _page(session, actor, asked, [col(Case.id).desc()], [col(Case.id) < before] if before else [])


def work_list(session: Session, actor: Actor, *, asked: Asked, place: Place | None = None) -> CasePage:
    """The same with the most urgent and longest waiting first, also across pages; from behind a ``place`` on."""
    return _page(session, actor, asked, MOST_URGENT_FIRST, [behind(place)] if place else [])


def _page(session: Session, actor: Actor, asked: Asked, order: Iterable[Any], rest: Iterable[ColumnElement[bool]]) -> CasePage:
    narrowed = _narrowed(asked, actor)
    query = select(Case).where(*narrowed, *rest)
    if asked.state:
        query = query.where(Case.state == asked.state)
    found = tuple(session.exec(query.order_by(*order).limit(PAGE + 1)))
    return CasePage(cases=found[:PAGE], more=len(found) > PAGE, counts=_counts(session, narrowed))


def only_counted(session: Session, actor: Actor, *, asked: Asked) -> CasePage:
    """The same without a name in it: how many there are in each state."""
    return CasePage(cases=(), more=False, counts=_counts(session, _narrowed(asked, actor)))


def by_name(session: Session, actor: Actor, words: str) -> tuple[Case, ...]:
    """The office's cases whose name has each of the words, newest first; one more than ``MOST_FOUND`` where there are more."""
    fits = [col(Case.name).icontains(word, autoescape=True) for word in words.split()]
    query = select(Case).where(Case.region_code == actor.region_code, *fits)
    return tuple(session.exec(query.order_by(col(Case.id).desc()).limit(MOST_FOUND + 1)))


def _in_hand(hand: Hand, actor: Actor) -> ColumnElement[bool]:
    if hand is Hand.OPENED:
        return and_(col(Case.opened_by) == actor.id, col(Case.closed_at).is_(None))
    held = select(Taking.case_id).where(taking.held_now()).correlate(Case)
    if hand is Hand.MINE:
        return held.where(Taking.staff_id == actor.id).exists()
    my_turn = {state for state, owner in OWNER.items() if owner in actor.roles}
    return and_(~held.exists(), col(Case.closed_at).is_(None), col(Case.state).in_(my_turn))


def _narrowed(asked: Asked, actor: Actor) -> list[ColumnElement[bool]]:
    """Whose cases and which of them, in whatever state."""
    found = [col(Case.region_code) == actor.region_code]
    if asked.hand is not None:
        found.append(_in_hand(asked.hand, actor))
    if asked.tickets is not None:
        found.append(col(Case.ticket).in_(asked.tickets))
    return found


def _counts(session: Session, narrowed: list[ColumnElement[bool]]) -> dict[State, int]:
    query = select(col(Case.state), func.count()).where(*narrowed).group_by(Case.state)
    return dict(session.exec(query).all())
