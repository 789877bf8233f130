"""Jamkesda moving over as a campaign: lists in, doubles, covered, dead and moved out, the rest in batches.

Every line of every standing list has one outcome, so lists in = doubles + covered + dead + moved + batched + remaining, always.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Text, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.look_alikes import folded
from workflows.population.known import covers, member_files, member_rows, residents_of
from workflows.records.extract import ExtractKind
from workflows.records.jamkesda import MOST_IN_A_BATCH, JamkesdaBatch, JamkesdaList, JamkesdaOutcome, JamkesdaPerson
from workflows.records.resident import ResidentRow, ResidentStatus
from workflows.retention import Erased
from workflows.sealed import EMPTY, left_sealed, vault_of
from workflows.turns import JAMKESDA, take_turn

J = JamkesdaOutcome
SORTED = (J.REMAINING, J.COVERED, J.DIED, J.MOVED)
"""What newer files may change."""
GONE: Mapping[ResidentStatus, JamkesdaOutcome] = {ResidentStatus.DIED: J.DIED, ResidentStatus.MOVED: J.MOVED}
Render = Callable[[Sequence[tuple[JamkesdaPerson, ResidentRow | None]]], bytes]


class AlreadyImported(Conflict):
    """The same list stands already; nothing was changed."""

    slug = "jamkesda-sudah-ada"
    sentence = "Daftar ini sudah diimpor. Tidak ada yang diubah."


@dataclass(frozen=True, slots=True)
class JamkesdaLine:
    """One line of a list; ``details`` are name, family card, address, village and old card, as far as they are there."""

    line: int
    nik: str
    details: dict[str, str]


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list that was read to its end: its lines, and how many could not be read."""

    sha256: str
    file_name: str
    lines: Sequence[JamkesdaLine]
    refused: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The campaign in numbers; ``registered`` are those of the batched whom the member files know as active."""

    lists: int
    people: int
    refused: int
    outcomes: Mapping[JamkesdaOutcome, int]
    registered: int

    @property
    def remaining(self) -> int:
        """Who still waits for a batch."""
        return self.outcomes.get(J.REMAINING, 0)


def take(session: Session, region_code: str, file: ListFile, by: Actor, *, now: datetime) -> JamkesdaList:
    """Keep a list and sort its people, in the caller's transaction.

    Raises ``AlreadyImported`` where the same file stands, ``InvalidInput`` where no line can be used.
    """
    if not file.lines:
        raise InvalidInput("Tidak ada satu baris pun yang dapat dipakai. Tidak ada yang disimpan.")
    _take_turn(session, region_code)
    standing = select(JamkesdaList).where(JamkesdaList.region_code == region_code, JamkesdaList.sha256 == file.sha256)
    if (known := session.exec(standing.where(col(JamkesdaList.undone_at).is_(None))).first()) is not None:
        raise AlreadyImported(f"Daftar ini sudah diimpor sebagai #{known.id}. Tidak ada yang diubah.")
    people = len(file.lines)
    listed = JamkesdaList(
        region_code=region_code,
        sha256=file.sha256,
        file_name=file.file_name,
        imported_at=now,
        imported_by=by.name,
        people=people,
        refused=file.refused,
    )
    session.add(listed)
    try:
        session.flush()
    except IntegrityError:  # somebody imported the same file between our look and our row
        raise AlreadyImported() from None
    _keep(session, listed, file.lines)
    sort(session, region_code)
    audit.record(session, subject(listed), "IMPORT", actor=by, now=now, sha256=file.sha256, people=people, refused=file.refused)
    return listed


def sort(session: Session, region_code: str) -> None:
    """Ask the newest residents and the member files again about everybody who is in no batch, and which batched are active."""
    _take_turn(session, region_code)
    residents, members = extracts.newest(session, ExtractKind.RESIDENTS), member_files(session)
    people = list(session.exec(_people(region_code).where(col(JamkesdaPerson.outcome).in_((*SORTED, J.BATCHED)), is_somebody())))
    for start in range(0, len(people), extracts.CHUNK):
        some = people[start : start + extracts.CHUNK]
        niks = [one.nik for one in some]
        covered = {nik for nik, (row, on) in member_rows(session, members, niks).items() if covers(row, on)}
        lives = residents_of(session, residents, niks)
        for one in some:
            if one.outcome is J.BATCHED:
                one.registered = one.nik in covered
            else:
                row = lives.get(one.nik)
                gone = GONE.get(row.status) if row and row.status else None
                one.outcome = gone or (J.COVERED if one.nik in covered else J.REMAINING)
            session.add(one)
    session.flush()


def undo(session: Session, region_code: str, list_id: int, by: Actor, *, now: datetime) -> JamkesdaList:
    """Take a list back: its people go, its line and the audit stay. Whoever was a double of them counts on the other list."""
    _take_turn(session, region_code)
    listed = session.exec(select(JamkesdaList).where(JamkesdaList.id == list_id).with_for_update()).first()
    if listed is None or listed.region_code != region_code:
        raise NotFound(f"Tidak ada daftar Jamkesda bernomor {list_id}. Lihat nomornya dengan rekom jamkesda list.")
    if listed.undone_at is not None:
        raise Conflict(f"Daftar #{list_id} sudah dibatalkan. Tidak ada yang diubah.")
    batched = select(JamkesdaPerson.line).where(JamkesdaPerson.list_id == list_id, JamkesdaPerson.outcome == J.BATCHED)
    if session.exec(batched.limit(1)).first() is not None:
        raise Conflict(f"Orang di daftar #{list_id} ada di kiriman. Batalkan kirimannya dulu dengan rekom jamkesda void.")
    doubles = _doubles_of(session, region_code, list_id)
    session.exec(delete(JamkesdaPerson).where(col(JamkesdaPerson.list_id) == list_id))
    listed.undone_at, listed.undone_by = now, by.name
    session.add(listed)
    session.flush()
    _count_first(session, doubles)
    sort(session, region_code)
    audit.record(session, subject(listed), "UNDO", actor=by, now=now)
    return listed


def make_batch(
    session: Session, region_code: str, size: int, cut_off: date, render: Render, by: Actor, zone: str, *, now: datetime
) -> JamkesdaBatch:
    """Put the next ``size`` of the remaining into one file for BPJS; they are asked about once more before."""
    if not 1 <= size <= MOST_IN_A_BATCH:
        raise InvalidInput(f"Isi kiriman harus 1 sampai {MOST_IN_A_BATCH} orang.")
    if cut_off < now.astimezone(ZoneInfo(zone)).date():
        raise InvalidInput("Batas waktu kiriman sudah lewat. Pilih hari ini atau sesudahnya.")
    sort(session, region_code)
    waiting = _people(region_code).where(JamkesdaPerson.outcome == J.REMAINING, is_somebody())
    ordered = waiting.order_by(col(JamkesdaPerson.list_id), col(JamkesdaPerson.line)).limit(size).with_for_update(of=JamkesdaPerson)
    chosen = list(session.exec(ordered))
    if not chosen:
        raise Conflict("Tidak ada yang tersisa untuk dikirim. Impor daftar lain, atau lihat rekom jamkesda show.")
    lives = residents_of(session, extracts.newest(session, ExtractKind.RESIDENTS), [one.nik for one in chosen])
    file = render([(one, lives.get(one.nik)) for one in chosen])
    last = session.exec(select(func.max(JamkesdaBatch.number)).where(JamkesdaBatch.region_code == region_code)).one()
    batch = JamkesdaBatch(
        region_code=region_code,
        number=(last or 0) + 1,
        people=len(chosen),
        cut_off=cut_off,
        sha256=hashlib.sha256(file).hexdigest(),
        file=file,
        made_at=now,
        made_by=by.name,
    )
    session.add(batch)
    session.flush()
    for one in chosen:
        one.outcome, one.batch_id = J.BATCHED, batch.id
        session.add(one)
    session.flush()
    told = {"people": batch.people, "cut_off": cut_off.isoformat(), "sha256": batch.sha256}
    audit.record(session, f"jamkesda-batch:{batch.id}", "MAKE_BATCH", actor=by, now=now, **told)
    return batch


def void_batch(session: Session, region_code: str, number: int, by: Actor, *, now: datetime) -> JamkesdaBatch:
    """Take a batch back; its people remain again."""
    _take_turn(session, region_code)
    batch = find_batch(session, region_code, number, lock=True)
    if batch.void_at is not None:
        raise Conflict(f"Kiriman {number} sudah dibatalkan. Tidak ada yang diubah.")
    gone = select(JamkesdaPerson.line).where(JamkesdaPerson.batch_id == batch.id, ~is_somebody())
    if session.exec(gone.limit(1)).first() is not None:
        raise Conflict(f"Data orang di kiriman {number} sudah dihapus menurut jadwal retensi. Kiriman ini tidak dapat dibatalkan lagi.")
    batch.void_at, batch.void_by = now, by.name
    session.add(batch)
    back = {"outcome": J.REMAINING, "batch_id": None, "registered": False}
    session.exec(update(JamkesdaPerson).where(col(JamkesdaPerson.batch_id) == batch.id).values(**back))
    session.flush()
    session.expire_all()
    sort(session, region_code)
    audit.record(session, f"jamkesda-batch:{batch.id}", "VOID_BATCH", actor=by, now=now)
    return batch


def find_batch(session: Session, region_code: str, number: int, *, lock: bool = False) -> JamkesdaBatch:
    """One batch of a region."""
    query = select(JamkesdaBatch).where(JamkesdaBatch.region_code == region_code, JamkesdaBatch.number == number)
    batch = session.exec(query.with_for_update() if lock else query).first()
    if batch is None:
        raise NotFound(f"Tidak ada kiriman Jamkesda bernomor {number}. Lihat nomornya dengan rekom jamkesda show.")
    return batch


def export(session: Session, region_code: str, number: int, by: Actor, *, now: datetime) -> bytes:
    """A batch's file once more, byte for byte; ``Erased`` after its term."""
    batch = find_batch(session, region_code, number, lock=True)
    if not batch.file:
        raise Erased(f"Berkas kiriman {number} sudah dihapus menurut jadwal retensi. Jumlah orang dan SHA-256-nya tetap.")
    audit.record(session, f"jamkesda-batch:{batch.id}", "EXPORT_BATCH", actor=by, now=now, people=batch.people, sha256=batch.sha256)
    return batch.file


def progress(session: Session, region_code: str) -> Progress:
    """Where everybody is, over all standing lists."""
    lists, people, refused = session.execute(
        select(func.count(), func.coalesce(func.sum(JamkesdaList.people), 0), func.coalesce(func.sum(JamkesdaList.refused), 0)).where(
            *_standing(region_code)
        )
    ).one()
    counted = select(JamkesdaPerson.outcome, func.count()).join(JamkesdaList).where(*_standing(region_code))
    outcomes: dict[JamkesdaOutcome, int] = {}
    for outcome, number in session.execute(counted.group_by(col(JamkesdaPerson.outcome))):
        outcomes[outcome] = number
    active = select(func.count()).select_from(JamkesdaPerson).join(JamkesdaList)
    registered = session.exec(active.where(*_standing(region_code), col(JamkesdaPerson.registered))).one()
    return Progress(lists, int(people), int(refused), outcomes, registered)


def lists(session: Session, region_code: str) -> list[JamkesdaList]:
    """All lists, newest first, undone ones included."""
    return list(session.exec(select(JamkesdaList).where(JamkesdaList.region_code == region_code).order_by(col(JamkesdaList.id).desc())))


def batches(session: Session, region_code: str) -> list[JamkesdaBatch]:
    """All batches, newest first, void ones included; their files stay sealed."""
    query = select(JamkesdaBatch).where(JamkesdaBatch.region_code == region_code).options(*left_sealed(JamkesdaBatch))
    return list(session.exec(query.order_by(col(JamkesdaBatch.number).desc())))


def alike(session: Session, region_code: str) -> list[list[JamkesdaPerson]]:
    """People who may be one although their NIKs differ: same letters of the name, and same family card or village. To be looked at."""
    groups: dict[tuple[str, str], list[JamkesdaPerson]] = {}
    for one in session.exec(_people(region_code).where(JamkesdaPerson.outcome != J.DOUBLE, is_somebody())):
        home = one.details.get("kk") or folded(one.details.get("village", ""))
        groups.setdefault((folded(one.details.get("name", "")), home), []).append(one)
    return [group for (name, home), group in groups.items() if name and home and len(group) > 1]


def subject(listed: JamkesdaList) -> str:
    """The list's place in the audit trail."""
    return f"jamkesda:{listed.id}"


def _take_turn(session: Session, region_code: str) -> None:
    """Lists, batches and sorting of a region follow one another: each counts on where the one before left everybody."""
    take_turn(session, JAMKESDA.format(region_code))


def is_somebody() -> ColumnElement[bool]:
    """Whether a line still says who it is of; after the term only what became of it stays."""
    return type_coerce(JamkesdaPerson.nik, Text) != EMPTY


def _standing(region_code: str) -> tuple[ColumnElement[bool], ...]:
    return (col(JamkesdaList.region_code) == region_code, col(JamkesdaList.undone_at).is_(None))


def _people(region_code: str) -> SelectOfScalar[JamkesdaPerson]:
    """Everybody of the standing lists of a region."""
    return select(JamkesdaPerson).join(JamkesdaList).where(*_standing(region_code))


def _keep(session: Session, listed: JamkesdaList, lines: Iterable[JamkesdaLine]) -> None:
    assert listed.id is not None
    waiting, seen = list(lines), set[str]()
    for start in range(0, len(waiting), extracts.CHUNK):
        some = waiting[start : start + extracts.CHUNK]
        counts = col(JamkesdaPerson.nik_digest).in_([one.nik for one in some])
        known = session.exec(select(JamkesdaPerson.nik_digest).where(counts, JamkesdaPerson.outcome != J.DOUBLE))
        seen |= {str(one) for one in known}
        for one in some:
            key = vault_of(session.connection().dialect).digest("nik", one.nik)
            outcome = J.DOUBLE if key in seen else J.REMAINING
            seen.add(key)
            session.add(JamkesdaPerson(list_id=listed.id, line=one.line, nik=one.nik, details=one.details, outcome=outcome))
        session.flush()


def _doubles_of(session: Session, region_code: str, list_id: int) -> list[JamkesdaPerson]:
    """Lines of other lists that do not count because one of this list does, in their order. A line whose person was erased after the
    term still counts, and nobody can say of whom; so only what this list says is asked."""
    own = aliased(JamkesdaPerson)
    counts = select(own.nik_digest).where(own.list_id == list_id, own.outcome != J.DOUBLE)
    doubles = _people(region_code).where(
        JamkesdaPerson.outcome == J.DOUBLE, JamkesdaPerson.list_id != list_id, col(JamkesdaPerson.nik_digest).in_(counts)
    )
    return list(session.exec(doubles.order_by(col(JamkesdaPerson.list_id), col(JamkesdaPerson.line))))


def _count_first(session: Session, doubles: Iterable[JamkesdaPerson]) -> None:
    """Of several lines of one person the first counts."""
    for one in {str(double.nik_digest): double for double in reversed(list(doubles))}.values():
        one.outcome = J.REMAINING
        session.add(one)
    session.flush()
