"""How far the cards are: counts by village from the lists alone, and by name who has none yet, for lurah and camat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from workflows import audit
from workflows.actor import Actor
from workflows.errors import InvalidInput
from workflows.population import cards, new_members
from workflows.population.new_members import Member
from workflows.population.tally import Share
from workflows.records.card import Card, CardAnswer, CardList
from workflows.records.extract import Extract
from workflows.saying import say

AREAS = (6, 10)
"""Digits of a district and of a village."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A list and how far it is: cards by answer, None for those without one."""

    listed: CardList
    answers: Mapping[CardAnswer | None, int]

    @property
    def cards(self) -> int:
        """On the list."""
        return sum(self.answers.values())


@dataclass(frozen=True, slots=True)
class Handed:
    """The people of a village who were ever listed, each once, by what came of their last card; None for no answer."""

    village: str
    answers: Mapping[CardAnswer | None, int]

    @property
    def people(self) -> int:
        """Everybody listed."""
        return sum(self.answers.values())

    @property
    def handed(self) -> int:
        """Who has the card."""
        return self.answers.get(CardAnswer.HANDED_OVER, 0)

    @property
    def rest(self) -> int:
        """Whose card is still to be handed over: no answer yet, or not found."""
        return self.answers.get(None, 0) + self.answers.get(CardAnswer.NOT_FOUND, 0)

    @property
    def share(self) -> Share:
        """Handed over of everybody listed."""
        return Share(self.handed, self.people)


def standings(session: Session, region_code: str) -> list[Standing]:
    """All lists of a region, newest first."""
    lists = session.exec(select(CardList).where(CardList.region_code == region_code).order_by(col(CardList.id).desc())).all()
    counted: dict[int | None, dict[CardAnswer | None, int]] = {one.id: {} for one in lists}
    here = select(Card.list_id, Card.answer, func.count()).join(CardList).where(CardList.region_code == region_code)
    for list_id, said, number in session.execute(here.group_by(col(Card.list_id), col(Card.answer))):
        counted[list_id][said] = number
    return [Standing(one, counted[one.id]) for one in lists]


def by_village(session: Session, area: str) -> list[Handed]:
    """Every village of a region or district in which cards were listed, in order of code; each person counts once."""
    query = select(CardList.village_code, Card.answer, func.count()).join(Card, col(Card.list_id) == CardList.id)
    query = query.where(col(CardList.village_code).startswith(area), col(Card.newest))
    counted: dict[str, dict[CardAnswer | None, int]] = {}
    for village, said, number in session.execute(query.group_by(col(CardList.village_code), col(Card.answer))):
        counted.setdefault(village, {})[said] = number
    return [Handed(village, counted[village]) for village in sorted(counted)]


def summed(villages: list[Handed], area: str) -> Handed:
    """All of them as one."""
    answers: dict[CardAnswer | None, int] = {}
    for one in villages:
        for said, number in one.answers.items():
            answers[said] = answers.get(said, 0) + number
    return Handed(area, answers)


def rest(session: Session, area: str, purpose: str, by: Actor, *, now: datetime) -> list[Member]:
    """New members of a village or district whose card is still to be handed over, listed or not; who looked goes into the trail."""
    if len(area) not in AREAS or not area.startswith(by.region_code):
        raise InvalidInput(say("Daftar sisa hanya ada per kecamatan, kelurahan atau desa. Pilih satu."))
    held = cards.compared_with(session, by.region_code)
    found = cards.left_over(session, new_members.new_members(session, by.region_code, area, held), held, running_too=True)
    # Two looks at once take turns in the trail.
    session.exec(select(Extract.id).where(Extract.id == held.residents.id).with_for_update()).one()
    audit.record(session, f"cards:{area}", "READ_CARDS_LEFT", actor=by, now=now, area=area, purpose=purpose, people=len(found))
    return found
