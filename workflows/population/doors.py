"""The next doors to knock at: which families of a village, why these, and what is answered.

Of the families without insurance those are taken whom the region's rule would take: within its desil limit, everybody where it takes
everybody, and those whose desil nobody knows, last. Whoever answered since the count is not asked again before the next one, for
the registries must have a chance to follow; whoever was not found is asked after all others. A family of whom somebody is at the
office already is left to the counter, which asks about the whole family card.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, or_, select, update

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.codes import new_code
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.permissions import Permission, check
from workflows.population import coverage
from workflows.population.in_hand import in_hand
from workflows.population.same_people import living
from workflows.records.coverage import CoverageSnapshot
from workflows.records.door import Door, DoorAnswer, DoorList, DoorReason
from workflows.records.extract import DtsenRow, ExtractKind
from workflows.records.resident import ResidentRow
from workflows.rules.policy import EligibilityBasis, RegionPolicy
from workflows.saying import say
from workflows.sealed import Hashed, vault_of

NO_LIST = say("Daftar pintu ini tidak ada di daerah Anda. Pilih dari daftar.")
NO_DOOR = say("Kode pintu ini tidak dikenal. Periksa hurufnya di daftar, lalu ketik lagi.")
OVER = say("Daftar ini sudah berakhir. Minta daftar baru ke kantor Dinas Sosial.")
ANSWERED = say("Pintu ini sudah dijawab lain. Bila keliru, ketik kodenya di halaman /pintu.")
BY_OFFICE = say("Jawaban pintu ini sudah dicatat kantor. Telepon kantor bila keliru.")
NEWER = say("Pintu ini sudah dijawab sesudah halaman ini dibuka. Jawaban Anda yang benar? Kirim sekali lagi.")
NOBODY = say("Tidak ada keluarga yang perlu dikunjungi di sini. Semua sudah peserta, sudah dilayani, sudah dijawab, atau di daftar lain.")
RANK = (DoorReason.DESIL, DoorReason.UNIVERSAL, DoorReason.TO_ASSESS)
FINAL = (DoorAnswer.REGISTERED, DoorAnswer.MOVED, DoorAnswer.DIED, DoorAnswer.REFUSES)
"""After these nobody knocks again before the next count."""
UNKNOWN_DESIL = 11


@dataclass(frozen=True, slots=True)
class Family:
    """Residents of one family card (or one without a card) who are not insured; ``desil`` is the lowest that is known of them.

    ``left_out`` is DTSEN's own word that it takes them off its lists.
    """

    key: str
    people: tuple[ResidentRow, ...]
    desil: int | None
    left_out: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A list that is asked for: how many doors, for how many days, given to whom and what for."""

    village: str
    many: int
    days: int
    given_to: str
    purpose: str


@dataclass(frozen=True, slots=True)
class DoorView:
    """A door with its people; without them where the residents' extract is gone or they are insured or moved by now."""

    door: Door
    people: tuple[ResidentRow, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A list and how far it is: doors by answer, None for those that wait."""

    listed: DoorList
    doors: int
    answers: Mapping[DoorAnswer | None, int]

    @property
    def answered(self) -> int:
        """Doors that were answered."""
        return self.doors - self.answers.get(None, 0)


def reason_for(family: Family, policy: RegionPolicy) -> DoorReason | None:
    """Why a family is likely to be taken here; None where it is not."""
    basis = policy.eligibility.value
    if basis is EligibilityBasis.UNIVERSAL:
        return DoorReason.UNIVERSAL
    if family.left_out:
        return None
    if family.desil is None or basis is EligibilityBasis.SKTM:  # a village head's word is asked for at the counter, whatever the desil
        return DoorReason.TO_ASSESS
    return DoorReason.DESIL if family.desil <= policy.desil_max.value else None


def choose(families: Iterable[Family], policy: RegionPolicy, not_found: frozenset[str], many: int) -> list[tuple[Family, DoorReason]]:
    """The next doors, likeliest first: by reason, desil, and how many people wait behind the door."""
    likely = [(family, reason) for family in families if (reason := reason_for(family, policy)) is not None]

    def rank(one: tuple[Family, DoorReason]) -> tuple[bool, int, int, int, str]:
        family, reason = one
        desil = UNKNOWN_DESIL if family.desil is None else family.desil
        return family.key in not_found, RANK.index(reason), desil, -len(family.people), family.key

    return sorted(likely, key=rank)[:many]


def make(session: Session, policy: RegionPolicy, wish: Wish, actor: Actor, *, now: datetime) -> DoorList:
    """A list from the newest count, in the caller's transaction; two lists never hold one family at a time.

    Raises ``NotFound`` where nothing was counted, ``Conflict`` where nobody is left to be asked.
    """
    check(actor, Permission.READ_UNCOVERED)
    _check(wish, actor.region_code)
    snapshot = _counted(session, actor.region_code)
    dtsen = extracts.newest(session, ExtractKind.DTSEN)
    _let_go_of_ended(session, now)
    asked, not_found = _asked_already(session, snapshot)
    waiting = [one for one in families(session, snapshot, wish.village, dtsen.id if dtsen else None) if one.key not in asked]
    waiting = _not_at_the_office(session, snapshot, waiting)
    chosen = choose(waiting, policy, not_found, wish.many)
    if not chosen:
        raise Conflict(NOBODY)
    assert snapshot.id is not None
    listed = DoorList(
        region_code=actor.region_code,
        village_code=wish.village,
        snapshot_id=snapshot.id,
        dtsen_id=dtsen.id if dtsen else None,
        purpose=wish.purpose,
        given_to=wish.given_to,
        made_at=now,
        made_by=actor.person_id,
        ends_at=now + timedelta(days=wish.days),
    )
    session.add(listed)
    session.flush()
    try:
        with session.begin_nested():
            session.add_all(_door(listed, position, family, reason) for position, (family, reason) in enumerate(chosen, 1))
    except IntegrityError:  # somebody listed one of these families between our look and our doors
        raise Conflict(say("Baru saja ada daftar lain untuk wilayah ini. Muat ulang halaman, lalu buat lagi.")) from None
    told = {"village": wish.village, "doors": len(chosen), "purpose": wish.purpose, "given_to": wish.given_to}
    audit.record(session, subject(listed), "MAKE_DOORS", actor=actor, now=now, **told)
    return listed


def families(session: Session, snapshot: CoverageSnapshot, village: str, dtsen_id: int | None) -> list[Family]:
    """The families of a village somebody of whom is not insured, with what DTSEN says of them; ``key`` is their keyed digest."""
    if snapshot.residents_id is None:
        raise NotFound(say("Angka ini diumumkan tanpa nama. Impor data penduduk dan anggota untuk melihat orangnya."))
    people: dict[str, list[ResidentRow]] = {}
    for one in session.exec(coverage.without_cover(snapshot, village).order_by(ResidentRow.nik)):
        people.setdefault(_card(one), []).append(one)
    known = _dtsen(session, [one.nik for family in people.values() for one in family], dtsen_id)
    digest = vault_of(session.connection().dialect).digest
    return [_family(digest("kk", card), members, known) for card, members in people.items()]


def show(session: Session, actor: Actor, list_id: int, *, now: datetime, why: str) -> tuple[DoorList, list[DoorView]]:
    """A list with the people behind each door; who looked goes into the audit trail under ``why``."""
    listed = _locked(session, find(session, actor, list_id))
    snapshot = session.get_one(CoverageSnapshot, listed.snapshot_id)
    behind = {one.key: one.people for one in families(session, snapshot, listed.village_code, None)}
    doors = session.exec(select(Door).where(Door.list_id == listed.id).order_by(col(Door.position)))
    views = [DoorView(door, behind.get(str(door.family_digest), ())) for door in doors]
    audit.record(session, subject(listed), why, actor=actor, now=now, doors=len(views), purpose=listed.purpose)
    return listed, views


def find(session: Session, actor: Actor, list_id: int) -> DoorList:
    """One list of the actor's region."""
    check(actor, Permission.READ_UNCOVERED)
    listed = session.get(DoorList, list_id)
    if listed is None or listed.region_code != actor.region_code:
        raise NotFound(NO_LIST)
    return listed


def standings(session: Session, region_code: str) -> list[Standing]:
    """All lists of a region, newest first."""
    lists = session.exec(select(DoorList).where(DoorList.region_code == region_code).order_by(col(DoorList.id).desc())).all()
    counted: dict[int | None, dict[DoorAnswer | None, int]] = {one.id: {} for one in lists}
    here = select(Door.list_id, Door.answer, func.count()).join(DoorList).where(DoorList.region_code == region_code)
    numbers = here.group_by(col(Door.list_id), col(Door.answer))
    for list_id, said, number in session.execute(numbers):
        counted[list_id][said] = number
    return [Standing(one, sum(counted[one.id].values()), counted[one.id]) for one in lists]


def answer(
    session: Session, code: str, said: DoorAnswer, actor: Actor | None, *, now: datetime, shown: datetime | None = None
) -> tuple[DoorList, Door]:
    """Write down what came of a visit; a later answer takes the place of an earlier one, and the trail keeps both.

    Without an ``actor`` the code is all that is known; ``shown`` is when its form was opened. Raises ``NotFound`` for a code that is
    none of this region's, ``Conflict`` after the list has ended, for a code alone where an officer answered, and for a form that is
    older than the answer it would change: the back button sends such a one.
    """
    listed, door = _locked_door(session, code)
    if actor is not None and listed.region_code != actor.region_code:
        raise NotFound(NO_DOOR)
    if actor is None and door.answered_by is not None and door.answer is not said:
        raise Conflict(BY_OFFICE)
    if shown is not None and door.answered_at is not None and shown < door.answered_at and door.answer is not said:
        raise Conflict(NEWER)
    return listed, _write_down(session, listed, door, said, actor, now)


def answer_by_sheet(session: Session, listed: DoorList, code: str, said: DoorAnswer, actor: Actor, *, now: datetime) -> Door:
    """The same from a sheet of one list. A sheet may be older than what was told by telephone, so it changes no answer: ``Conflict``."""
    found, door = _locked_door(session, code)
    if found.id != listed.id:
        raise NotFound(NO_DOOR)
    if door.answer is not None and door.answer is not said:
        raise Conflict(ANSWERED)
    return _write_down(session, listed, door, said, actor, now)


def subject(listed: DoorList) -> str:
    """The list's place in the audit trail."""
    return f"doors:{listed.id}"


BY_CODE = Actor(id=None, name="Pemegang kode pintu", roles=frozenset(), region_code="")
"""Whoever holds the list: a village operator, a health cadre. Nobody is signed in."""


def _check(wish: Wish, region_code: str) -> None:
    if len(wish.village) != 10 or not wish.village.startswith(region_code):
        raise InvalidInput(say("Daftar pintu hanya ada per kelurahan atau desa. Pilih satu."))


def _counted(session: Session, region_code: str) -> CoverageSnapshot:
    newest = coverage.newest(session, region_code)
    if newest is None:
        raise NotFound(say("Cakupan daerah ini belum dihitung. Minta admin mengimpor penduduk dan anggota, lalu menghitungnya."))
    coverage.check_members(session, newest)
    return newest


def _asked_already(session: Session, snapshot: CoverageSnapshot) -> tuple[frozenset[str], frozenset[str]]:
    query = select(Door.family_digest, Door.answer).where(or_(col(Door.waits), col(Door.answered_at) >= snapshot.made_at))
    found = [(str(family), said) for family, said in session.exec(query)]
    asked = frozenset(family for family, said in found if said is None or said in FINAL)
    return asked, frozenset(family for family, _ in found) - asked


def _not_at_the_office(session: Session, snapshot: CoverageSnapshot, waiting: Sequence[Family]) -> list[Family]:
    card_of = _everybody(session, snapshot, waiting)
    busy = {card_of[nik] for nik in in_hand(session, snapshot.region_code, list(card_of), snapshot.members_as_of)}
    return [family for family in waiting if _card(family.people[0]) not in busy]


def _everybody(session: Session, snapshot: CoverageSnapshot, families: Iterable[Family]) -> dict[str, str]:
    """The card of each person of these families, by NIK: the members too, for an inactive one may be at the office to be active again."""
    assert snapshot.residents_id is not None
    found = {one.nik: _card(one) for family in families for one in family.people}
    cards = sorted(set(found.values()))
    for start in range(0, len(cards), extracts.CHUNK):
        on_card = col(ResidentRow.family_card).in_(cards[start : start + extracts.CHUNK])
        found |= {
            one.nik: _card(one) for one in session.exec(select(ResidentRow).where(*living(ResidentRow, snapshot.residents_id), on_card))
        }
    return found


def _card(one: ResidentRow) -> str:
    """What holds a family together; who has no card is a family alone."""
    return one.family_card or one.nik


def _locked(session: Session, listed: DoorList) -> DoorList:
    """The list under a lock: whoever writes about it, in its doors or in its trail, takes turns."""
    return session.exec(select(DoorList).where(DoorList.id == listed.id).with_for_update()).one()


def _locked_door(session: Session, code: str) -> tuple[DoorList, Door]:
    found = session.exec(select(DoorList).join(Door, col(Door.list_id) == DoorList.id).where(Door.code == code)).first()
    if found is None:
        raise NotFound(NO_DOOR)
    listed = _locked(session, found)
    fresh = select(Door).where(Door.code == code).execution_options(populate_existing=True)
    return listed, session.exec(fresh).one()


def _write_down(session: Session, listed: DoorList, door: Door, said: DoorAnswer, actor: Actor | None, now: datetime) -> Door:
    if now >= listed.ends_at:
        raise Conflict(OVER)
    if door.answer is said:
        return door
    door.waits, door.answer, door.answered_at, door.answered_by = False, said, now, actor.id if actor else None
    session.add(door)
    session.flush()
    by = actor or BY_CODE
    audit.record(session, subject(listed), "ANSWER_DOOR", actor=by, now=now, position=door.position, answer=said.value)
    return door


def _let_go_of_ended(session: Session, now: datetime) -> None:
    ended = select(DoorList.id).where(col(DoorList.ends_at) <= now)
    session.exec(update(Door).where(col(Door.waits), col(Door.list_id).in_(ended)).values(waits=False))


def _dtsen(session: Session, niks: Sequence[str], dtsen_id: int | None) -> dict[str, DtsenRow]:
    found: dict[str, DtsenRow] = {}
    for start in range(0, len(niks) if dtsen_id else 0, extracts.CHUNK):
        some = niks[start : start + extracts.CHUNK]
        query = select(DtsenRow).where(DtsenRow.extract_id == dtsen_id, col(DtsenRow.nik).in_(some), col(DtsenRow.fault).is_(None))
        found |= {row.nik: row for row in session.exec(query)}
    return found


def _family(key: str, people: Sequence[ResidentRow], known: Mapping[str, DtsenRow]) -> Family:
    rows = [known[one.nik] for one in people if one.nik in known]
    desils = [row.desil for row in rows if row.desil is not None]
    oldest_first = tuple(sorted(people, key=lambda one: (one.birth_date or date.max, one.nik)))
    return Family(key, oldest_first, min(desils, default=None), any(row.exclusion_reason for row in rows))


def _door(listed: DoorList, position: int, family: Family, reason: DoorReason) -> Door:
    assert listed.id is not None
    return Door(
        code=new_code(),
        list_id=listed.id,
        position=position,
        family_digest=Hashed(family.key),
        people=len(family.people),
        reason=reason,
        desil=family.desil,
    )
