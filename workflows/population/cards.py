"""Cards of new members handed out by lists: a village's list, the cards on it, and what came of each.

A list takes everybody new in a village whose card is neither handed over nor on another running list. What "new" is compared with
stays what it was for the region's first list, so that nobody is lost who was not found, or not listed in time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, or_, select, update

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.codes import new_code
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.population import new_members
from workflows.population.new_members import Files, Member
from workflows.records.card import MOST, Card, CardAnswer, CardList, CardReceiver
from workflows.records.extract import Extract, ExtractKind, MemberRow
from workflows.records.resident import ResidentRow
from workflows.saying import say
from workflows.sealed import Hashed

NO_LIST = say("Daftar kartu ini tidak ada di daerah Anda. Pilih dari daftar.")
NO_CARD = say("Kode kartu ini tidak dikenal. Periksa hurufnya di daftar, lalu ketik lagi.")
OVER = say("Daftar kartu ini sudah berakhir. Minta daftar baru ke kantor Dinas Sosial.")
ANSWERED = say("Kartu ini sudah dijawab lain. Bila keliru, ketik kodenya di halaman /kartu.")
BY_OFFICE = say("Jawaban kartu ini sudah dicatat kantor. Telepon kantor bila keliru.")
NO_RECEIVER = say("Pilih siapa yang menerima kartu.")
LISTED_AGAIN = say("Kartu ini sudah ada di daftar yang lebih baru. Pakai kode di daftar itu.")
NOBODY = say("Tidak ada kartu yang perlu dibagikan di sini. Semua sudah diserahkan atau ada di daftar lain.")
GONE = (CardAnswer.MOVED, CardAnswer.DIED)
"""Believed until a newer residents' extract says otherwise."""


@dataclass(frozen=True, slots=True)
class CardWish:
    """A list that is asked for: for how many days, given to whom and what for."""

    village: str
    days: int
    given_to: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a card; with ``HANDED_OVER`` who took it and when (today where nobody says)."""

    answer: CardAnswer
    receiver: CardReceiver | None = None
    handed_on: date | None = None


@dataclass(frozen=True, slots=True)
class CardView:
    """A card with its member and the last digits on it; without them where the extract is gone."""

    card: Card
    person: ResidentRow | None
    card_end: str | None


def make(session: Session, region_code: str, wish: CardWish, by: Actor, *, now: datetime) -> CardList:
    """A list of a village, in the caller's transaction.

    Raises ``NotFound`` without residents, ``Conflict`` where no card waits to be handed over.
    """
    if len(wish.village) != 10 or not wish.village.startswith(region_code):
        raise InvalidInput(say("Daftar kartu hanya ada per kelurahan atau desa. Pilih satu."))
    held = compared_with(session, region_code)
    _let_go_of_ended(session, now)
    chosen = left_over(session, new_members.new_members(session, region_code, wish.village, held), held, running_too=False)[:MOST]
    _hold_cards(session, chosen)
    chosen = left_over(session, chosen, held, running_too=False)  # somebody may have answered while we waited
    if not chosen:
        raise Conflict(NOBODY)
    assert held.residents.id is not None
    listed = CardList(
        region_code=region_code,
        village_code=wish.village,
        residents_id=held.residents.id,
        members_id=held.members[0].id if held.members else None,
        before_id=held.before.id if held.before else None,
        purpose=wish.purpose,
        given_to=wish.given_to,
        made_at=now,
        made_by=by.name,
        ends_at=now + timedelta(days=wish.days),
    )
    session.add(listed)
    session.flush()
    _put_on(session, listed, chosen)
    told = {"village": wish.village, "cards": len(chosen), "purpose": wish.purpose, "given_to": wish.given_to}
    audit.record(session, subject(listed), "MAKE_CARDS", actor=by, now=now, **told)
    return listed


def compared_with(session: Session, region_code: str) -> Files:
    """The files in which a region's new members are found: the member file before is that of its first list that began from everybody."""
    whole = (col(Extract.complete), col(Extract.undone_at).is_(None))
    first = select(CardList.before_id).join(Extract, col(Extract.id) == CardList.before_id)
    first = first.where(CardList.region_code == region_code, *whole)
    return new_members.files(session, session.exec(first.order_by(col(CardList.id)).limit(1)).first())


def left_over(session: Session, members: Iterable[Member], held: Files, *, running_too: bool) -> list[Member]:
    """Of these members those whose card is still to be handed over; ``running_too`` with those on lists that run."""
    waiting = list(members)
    done = set[str]()
    for start in range(0, len(waiting), extracts.CHUNK):
        keys = [Hashed(one.key) for one in waiting[start : start + extracts.CHUNK]]
        gone = col(Card.answer).in_(GONE) & (col(Card.answered_at) >= held.residents.as_of)
        final = or_(col(Card.answer) == CardAnswer.HANDED_OVER, gone)
        out = final if running_too else or_(final, col(Card.waits))
        done |= {str(key) for key in session.exec(select(Card.nik_digest).where(col(Card.newest), col(Card.nik_digest).in_(keys), out))}
    return [one for one in waiting if one.key not in done]


def show(session: Session, by: Actor, list_id: int, *, now: datetime, why: str) -> tuple[CardList, list[CardView]]:
    """A list with the people on it; who looked goes into the audit trail under ``why``."""
    listed = _locked(session, find(session, by.region_code, list_id))
    cards = list(session.exec(select(Card).where(Card.list_id == listed.id).order_by(col(Card.position))))
    people = new_members.of_village(session, listed.residents_id, listed.village_code)
    ends = _card_ends(session, listed, [person.nik for card in cards if (person := people.get(str(card.nik_digest)))])
    found = [(card, people.get(str(card.nik_digest))) for card in cards]
    views = [CardView(card, person, ends.get(person.nik) if person else None) for card, person in found]
    audit.record(session, subject(listed), why, actor=by, now=now, cards=len(views), purpose=listed.purpose)
    return listed, views


def find(session: Session, region_code: str, list_id: int) -> CardList:
    """One list of a region."""
    listed = session.get(CardList, list_id)
    if listed is None or listed.region_code != region_code:
        raise NotFound(NO_LIST)
    return listed


def answer(session: Session, code: str, told: Told, by: Actor | None, zone: str, *, now: datetime) -> tuple[CardList, Card]:
    """Write down what came of a card; a later answer takes the place of an earlier one, and the trail keeps both.

    Without an actor the code is all that is known. Raises ``NotFound`` for a code that is none of this region's, ``Conflict`` after
    the list has ended or where the person stands on a newer one, and for a code alone where an officer answered.
    """
    listed, card = _locked_card(session, code)
    if by is not None and listed.region_code != by.region_code:
        raise NotFound(NO_CARD)
    if by is None and card.answered_by is not None and not _same(card, told):
        raise Conflict(BY_OFFICE)
    return listed, _write_down(session, listed, card, told, by, zone, now)


def answer_by_sheet(session: Session, listed: CardList, code: str, told: Told, by: Actor, zone: str, *, now: datetime) -> Card:
    """The same from a sheet of one list. A sheet may be older than what was told by telephone, so it changes no answer: ``Conflict``."""
    found, card = _locked_card(session, code)
    if found.id != listed.id:
        raise NotFound(NO_CARD)
    if card.answer is not None and not _same(card, told):
        raise Conflict(ANSWERED)
    return _write_down(session, listed, card, told, by, zone, now)


def subject(listed: CardList) -> str:
    """The list's place in the audit trail."""
    return f"cards:{listed.id}"


BY_CODE = Actor(id=None, name="Pemegang kode kartu", roles=frozenset(), region_code="")
"""Whoever holds the list. Nobody is signed in."""


def _hold_cards(session: Session, members: list[Member]) -> None:
    """Lock the cards these people have already: no answer comes to them until the new list stands."""
    keys = [Hashed(one.key) for one in members]
    held = select(Card.code).where(col(Card.newest), col(Card.nik_digest).in_(keys))
    session.exec(held.order_by(col(Card.code)).with_for_update()).all()


def _put_on(session: Session, listed: CardList, chosen: list[Member]) -> None:
    assert listed.id is not None
    keys = [Hashed(one.key) for one in chosen]
    cards = [
        Card(code=new_code(), list_id=listed.id, position=position, nik_digest=Hashed(one.key), source=one.source)
        for position, one in enumerate(chosen, 1)
    ]
    try:
        with session.begin_nested():
            session.exec(update(Card).where(col(Card.newest), col(Card.nik_digest).in_(keys)).values(newest=False))
            session.add_all(cards)
    except IntegrityError:  # somebody listed one of these people between our look and our cards
        raise Conflict(say("Baru saja ada daftar kartu lain untuk wilayah ini. Muat ulang halaman, lalu buat lagi.")) from None


def _let_go_of_ended(session: Session, now: datetime) -> None:
    ended = select(CardList.id).where(col(CardList.ends_at) <= now)
    session.exec(update(Card).where(col(Card.waits), col(Card.list_id).in_(ended)).values(waits=False))


def _card_ends(session: Session, listed: CardList, niks: list[str]) -> dict[str, str]:
    """By the two files that made the list: that of everybody, and the newest of that day, which may hold some members."""
    if listed.members_id is None:
        return {}
    newest = extracts.newest(session, ExtractKind.MEMBERS, at=listed.made_at)
    ends = dict[str, str]()
    for members in (listed.members_id, newest.id if newest else None):
        found = select(MemberRow.nik, MemberRow.card).where(MemberRow.extract_id == members, col(MemberRow.nik).in_(niks))
        ends |= {nik: card[-4:] for nik, card in session.exec(found) if card}
    return ends


def _locked(session: Session, listed: CardList) -> CardList:
    """The list under a lock: whoever writes about it, in its cards or in its trail, takes turns."""
    return session.exec(select(CardList).where(CardList.id == listed.id).with_for_update()).one()


def _locked_card(session: Session, code: str) -> tuple[CardList, Card]:
    found = session.exec(select(CardList).join(Card, col(Card.list_id) == CardList.id).where(Card.code == code)).first()
    if found is None:
        raise NotFound(NO_CARD)
    listed = _locked(session, found)
    fresh = select(Card).where(Card.code == code).with_for_update().execution_options(populate_existing=True)
    return listed, session.exec(fresh).one()


def _same(card: Card, told: Told) -> bool:
    """Whether this is what stands there already; a day that nobody said is no other day."""
    return (card.answer, card.receiver) == (told.answer, told.receiver) and told.handed_on in (None, card.handed_on)


def _write_down(session: Session, listed: CardList, card: Card, told: Told, by: Actor | None, zone: str, now: datetime) -> Card:
    if now >= listed.ends_at:
        raise Conflict(OVER)
    if not card.newest:
        raise Conflict(LISTED_AGAIN)
    if _same(card, told):
        return card
    handed_on = _day(listed, told, zone, now) if told.answer is CardAnswer.HANDED_OVER else None
    card.waits, card.answer, card.receiver, card.handed_on = False, told.answer, told.receiver, handed_on
    card.answered_at, card.answered_by = now, by.name if by else None
    session.add(card)
    session.flush()
    known = {"position": card.position, "answer": told.answer.value, "receiver": told.receiver.value if told.receiver else None}
    audit.record(session, subject(listed), "ANSWER_CARD", actor=by or BY_CODE, now=now, **known)
    return card


def _day(listed: CardList, told: Told, zone: str, now: datetime) -> date:
    """When the card was handed over: between the day of the list and today."""
    if told.receiver is None:
        raise InvalidInput(NO_RECEIVER, field="receiver")
    first, today = (moment.astimezone(ZoneInfo(zone)).date() for moment in (listed.made_at, now))
    day = told.handed_on or today
    if not first <= day <= today:
        raise InvalidInput(say("Tanggal serah harus sejak daftar dibuat sampai hari ini."), field="handed_on")
    return day
