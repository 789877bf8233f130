"""Counting a city: residents beside members, by village and segment, and what was counted before.

Counting reads millions of rows once, in the database, in one pass; pages read the few hundred cells that come of it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, and_, case, delete, func, insert, literal, or_, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.errors import Conflict, NotFound
from workflows.population.same_people import living, members_by_match
from workflows.population.tally import Tally
from workflows.records.coverage import CoverageCell, CoverageSegment, CoverageSnapshot
from workflows.records.extract import Extract, ExtractKind, MemberRow
from workflows.records.resident import ResidentRow
from workflows.saying import say
from workflows.turns import COVERAGE, take_turn

ACTIVE_CODE = "0"
"""The only status code of BPJS that is known to mean active."""
FIRST_HALF_ENDS, SECOND_HALF_ENDS = (6, 30), (12, 31)

Cell = tuple[str, CoverageSegment, int, int]
"""Village, segment, people, active."""


class AlreadyCounted(Conflict):
    """These two files were counted before."""

    slug = "cakupan-sudah-dihitung"
    sentence = "Berkas penduduk dan anggota ini sudah dihitung. Tidak ada yang diubah."


@dataclass(frozen=True, slots=True)
class Published:
    """A figure somebody published, spread over villages; ``reference`` says whose."""

    region_code: str
    as_of: datetime
    reference: str


def count(session: Session, region_code: str, by: Actor, *, now: datetime) -> CoverageSnapshot:
    """Count a region from the newest residents and the newest member file that holds every member.

    The same two files are counted anew where people were matched or told apart since; the count keeps its number and its day.
    Raises ``NotFound`` where one of them is missing, ``AlreadyCounted`` where nothing is new, ``Conflict`` where the members are gone.
    """
    take_turn(session, COVERAGE.format(region_code))  # whoever looked at the matches last also writes last
    residents = extracts.newest(session, ExtractKind.RESIDENTS)
    members = extracts.newest_of_everybody(session, ExtractKind.MEMBERS)
    if residents is None:
        raise NotFound(say("Belum ada data penduduk. Impor dulu di halaman Data."))
    if members is None:
        raise NotFound(say("Belum ada berkas anggota BPJS yang memuat semua peserta. Impor dulu di halaman Data."))
    extracts.check_whole(session, members)
    matched = _matched(session, region_code, residents, members)
    cells = _moved(_cells(session, region_code, residents, members), matched)
    if not cells:
        raise NotFound(say("Data penduduk tidak memuat orang di daerah ini. Periksa kode wilayah di berkasnya."))
    elsewhere = _listed(session, members) - sum(people for _, segment, people, _ in cells if segment is not CoverageSegment.NONE)
    found = sum(people for _, _, people, _ in matched)
    if before := _counted_before(session, region_code, residents, members):
        return _counted_anew(session, before, cells, (elsewhere, found), by, now)
    snapshot = CoverageSnapshot(
        region_code=region_code,
        residents_id=residents.id,
        members_id=members.id,
        residents_as_of=residents.as_of,
        members_as_of=members.as_of,
        members_elsewhere=elsewhere,
        members_matched=found,
        made_at=now,
        made_by=by.name,
    )
    return _keep(session, snapshot, cells, by, now)


def publish(session: Session, told: Published, cells: Iterable[Cell], by: Actor, *, now: datetime) -> CoverageSnapshot:
    """Keep a published figure as a snapshot of its day, so that a trend has a past."""
    snapshot = CoverageSnapshot(
        region_code=told.region_code,
        residents_as_of=told.as_of,
        members_as_of=told.as_of,
        members_elsewhere=0,
        reference=told.reference,
        made_at=now,
        made_by=by.name,
    )
    return _keep(session, snapshot, list(cells), by, now)


def newest(session: Session, region_code: str) -> CoverageSnapshot | None:
    """The newest count whose files still stand and whose member file holds everybody."""
    found: CoverageSnapshot | None = session.exec(_standing(region_code).limit(1)).first()
    return found


def series(session: Session, region_code: str, under: str = "") -> list[tuple[CoverageSnapshot, Tally]]:
    """All standing counts of a region that found somebody below ``under``, with their totals there, oldest first."""
    found = list(session.exec(_standing(region_code)))[::-1]
    counted = [snapshot.id for snapshot in found]
    sums = (func.sum(CoverageCell.people), func.sum(CoverageCell.active))
    query = (
        select(CoverageCell.snapshot_id, CoverageCell.segment, *sums)
        .where(col(CoverageCell.snapshot_id).in_(counted), col(CoverageCell.village_code).startswith(under))
        .group_by(col(CoverageCell.snapshot_id), col(CoverageCell.segment))
    )
    people: dict[int, dict[CoverageSegment, int]] = {}
    active: dict[int, dict[CoverageSegment, int]] = {}
    for number, segment, everybody, covered in session.execute(query):
        people.setdefault(number, {})[segment] = int(everybody)
        active.setdefault(number, {})[segment] = int(covered)
    return [(one, Tally(people[one.id], active[one.id])) for one in found if one.id in people]


def tallies(session: Session, snapshot: CoverageSnapshot, *, under: str = "", digits: int = 10) -> dict[str, Tally]:
    """Everything below ``under``, by the first ``digits`` of the village code, in order of code."""
    place = func.substr(CoverageCell.village_code, 1, digits).label("place")
    query = (
        select(place, CoverageCell.segment, func.sum(CoverageCell.people), func.sum(CoverageCell.active))
        .where(CoverageCell.snapshot_id == snapshot.id, col(CoverageCell.village_code).startswith(under))
        .group_by("place", CoverageCell.segment)
        .order_by("place")
    )
    people: dict[str, dict[CoverageSegment, int]] = {}
    active: dict[str, dict[CoverageSegment, int]] = {}
    for code, segment, all_of_them, covered in session.execute(query):
        people.setdefault(code, {})[segment] = int(all_of_them)
        active.setdefault(code, {})[segment] = int(covered)
    return {code: Tally(people[code], active[code]) for code in people}


def uncovered(session: Session, snapshot: CoverageSnapshot, village: str, purpose: str, by: Actor, *, now: datetime) -> list[ResidentRow]:
    """The residents of a village who are no members, by family; who looked and why goes into the audit trail.

    Empty where the count is a published figure: it names nobody. Raises ``Conflict`` where the members it was counted from are gone.
    """
    check_members(session, snapshot)
    found: list[ResidentRow] = []
    if snapshot.residents_id is not None:
        found = list(session.exec(without_cover(snapshot, village).order_by(col(ResidentRow.family_card), col(ResidentRow.name))))
    # Two looks at once take turns in the trail.
    session.exec(select(CoverageSnapshot.id).where(CoverageSnapshot.id == snapshot.id).with_for_update()).one()
    audit.record(
        session, f"coverage:{snapshot.id}", "READ_UNCOVERED", actor=by, now=now, village=village, purpose=purpose, people=len(found)
    )
    return found


def check_members(session: Session, snapshot: CoverageSnapshot) -> None:
    """Raises ``Conflict`` where rows of the member file are gone: those residents would stand there as uncovered."""
    if snapshot.members_id is not None:
        extracts.check_whole(session, session.get_one(Extract, snapshot.members_id))


def without_cover(snapshot: CoverageSnapshot, village: str) -> Any:
    """The query for residents of a village who are no members, by the two files of a count and by what was matched.

    It names nobody where the rows of the member file are gone.
    """
    assert snapshot.residents_id is not None and snapshot.members_id is not None
    same = members_by_match(snapshot.residents_id, snapshot.members_id)
    by_match = select(same.c.resident_nik).where(same.c.resident_nik == ResidentRow.nik)
    member = aliased(MemberRow)
    is_member = select(member.nik).where(
        member.extract_id == snapshot.members_id, member.nik == ResidentRow.nik, col(member.fault).is_(None)
    )
    here = (*living(ResidentRow, snapshot.residents_id), ResidentRow.village_code == village)
    known = aliased(MemberRow)
    still_there = select(known.nik).where(known.extract_id == snapshot.members_id)
    return select(ResidentRow).where(*here, still_there.exists(), ~is_member.exists(), ~by_match.exists())


def semester(as_of: datetime, zone: ZoneInfo) -> str:
    """The Dukcapil semester a figure belongs to: I ends on 30 June, II on 31 December."""
    day = as_of.astimezone(zone).date()
    if (day.month, day.day) >= SECOND_HALF_ENDS:
        return f"Semester II {day.year}"
    return f"Semester I {day.year}" if (day.month, day.day) >= FIRST_HALF_ENDS else f"Semester II {day.year - 1}"


def _cells(session: Session, region_code: str, residents: Extract, members: Extract) -> list[Cell]:
    assert residents.id is not None
    payer = case((col(MemberRow.nik).is_(None), literal(CoverageSegment.NONE.value)), else_=_segment()).label("payer")
    joined = and_(col(MemberRow.extract_id) == members.id, col(MemberRow.nik) == ResidentRow.nik, col(MemberRow.fault).is_(None))
    query = (
        select(ResidentRow.village_code, payer, func.count(), _number_active(members))
        .select_from(ResidentRow)
        .outerjoin(MemberRow, joined)
        .where(*living(ResidentRow, residents.id), col(ResidentRow.village_code).startswith(region_code))
        .group_by(col(ResidentRow.village_code), "payer")
    )
    return _cells_of(session.execute(query))


def _matched(session: Session, region_code: str, residents: Extract, members: Extract) -> list[Cell]:
    """Residents who are members under another NIK: few, so they are asked for apart and the great pass stays what it is."""
    assert residents.id is not None and members.id is not None
    same, payer = members_by_match(residents.id, members.id), _segment().label("payer")
    member = and_(col(MemberRow.extract_id) == members.id, col(MemberRow.nik) == same.c.member_nik)
    query = (
        select(ResidentRow.village_code, payer, func.count(), _number_active(members))
        .select_from(ResidentRow)
        .join(same, same.c.resident_nik == ResidentRow.nik)
        .join(MemberRow, member)
        .where(*living(ResidentRow, residents.id), col(ResidentRow.village_code).startswith(region_code))
        .group_by(col(ResidentRow.village_code), "payer")
    )
    return _cells_of(session.execute(query))


def _cells_of(counted: Iterable[Any]) -> list[Cell]:
    return [(village, CoverageSegment(word), int(people), int(active)) for village, word, people, active in counted if village]


def _moved(cells: Iterable[Cell], matched: Iterable[Cell]) -> list[Cell]:
    """The cells with the matched in their payers' segments instead of in nobody's."""
    people, active = Counter[tuple[str, CoverageSegment]](), Counter[tuple[str, CoverageSegment]]()
    for village, segment, number, covered in cells:
        people[village, segment] += number
        active[village, segment] += covered
    for village, segment, number, covered in matched:
        people[village, CoverageSegment.NONE] -= number
        people[village, segment] += number
        active[village, segment] += covered
    return [(village, segment, number, active[village, segment]) for (village, segment), number in people.items() if number]


def _counted_before(session: Session, region_code: str, residents: Extract, members: Extract) -> CoverageSnapshot | None:
    query = select(CoverageSnapshot).where(
        CoverageSnapshot.region_code == region_code,
        CoverageSnapshot.residents_id == residents.id,
        CoverageSnapshot.members_id == members.id,
    )
    return session.exec(query.with_for_update()).first()


def _counted_anew(
    session: Session, before: CoverageSnapshot, cells: list[Cell], sums: tuple[int, int], by: Actor, now: datetime
) -> CoverageSnapshot:
    """The count of the same files after other matches; its day stays, for answers at doors are held against it."""
    known = session.exec(select(CoverageCell).where(CoverageCell.snapshot_id == before.id))
    if sorted(cells) == sorted((cell.village_code, cell.segment, cell.people, cell.active) for cell in known):
        raise AlreadyCounted()
    session.execute(delete(CoverageCell).where(col(CoverageCell.snapshot_id) == before.id))
    before.members_elsewhere, before.members_matched = sums
    session.add(before)
    _store(session, before, cells, by, now)
    return before


def _segment() -> Any:
    return func.coalesce(type_coerce(MemberRow.segment, String), CoverageSegment.OTHER.value)


def _number_active(members: Extract) -> Any:
    on = members.as_of.astimezone(ZoneInfo(members.timezone)).date()
    return func.sum(case((_active(on), 1), else_=0))


def _active(on: date) -> Any:
    """Listed for the file's month, or active by status within the days of cover."""
    begun = or_(col(MemberRow.cover_from).is_(None), col(MemberRow.cover_from) <= on)
    lasts = or_(col(MemberRow.cover_until).is_(None), col(MemberRow.cover_until) >= on)
    return or_(col(MemberRow.month).is_not(None), and_(col(MemberRow.status_code) == ACTIVE_CODE, begun, lasts))


def _listed(session: Session, members: Extract) -> int:
    query = select(func.count()).select_from(MemberRow).where(MemberRow.extract_id == members.id, col(MemberRow.fault).is_(None))
    return session.exec(query).one()


def _keep(session: Session, snapshot: CoverageSnapshot, cells: list[Cell], by: Actor, now: datetime) -> CoverageSnapshot:
    try:
        with session.begin_nested():  # flushes what waits before it: the snapshot is added inside
            session.add(snapshot)
            session.flush()
    except IntegrityError:
        raise AlreadyCounted() from None
    _store(session, snapshot, cells, by, now)
    return snapshot


def _store(session: Session, snapshot: CoverageSnapshot, cells: list[Cell], by: Actor, now: datetime) -> None:
    session.execute(insert(CoverageCell), [_row(snapshot, cell) for cell in cells])
    people = sum(number for _, _, number, _ in cells)
    audit.record(session, f"coverage:{snapshot.id}", "COUNT", actor=by, now=now, region=snapshot.region_code, people=people)


def _row(snapshot: CoverageSnapshot, cell: Cell) -> Mapping[str, Any]:
    village, segment, people, active = cell
    return {"snapshot_id": snapshot.id, "village_code": village, "segment": segment, "people": people, "active": active}


def _standing(region_code: str) -> Any:
    gone = select(Extract.id).where(
        or_(col(Extract.id) == CoverageSnapshot.residents_id, col(Extract.id) == CoverageSnapshot.members_id),
        or_(col(Extract.undone_at).is_not(None), and_(col(Extract.id) == CoverageSnapshot.members_id, ~col(Extract.complete))),
    )
    newest_first = (
        col(CoverageSnapshot.members_as_of).desc(),
        col(CoverageSnapshot.residents_as_of).desc(),
        col(CoverageSnapshot.id).desc(),
    )
    return select(CoverageSnapshot).where(CoverageSnapshot.region_code == region_code, ~gone.exists()).order_by(*newest_first)
