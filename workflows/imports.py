"""Files of people's data from the upload to the receipt: tried by a worker, stored by a person's second press.

The row here is the truth about a file, as a task's is about a case: a worker takes it for a time, says how far it is, and lets it run
out when it dies. Each run has a number, and what an overtaken one still says is not taken.
"""

import json
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.records.extract import Extract, ExtractKind
from workflows.records.import_file import MOVING, OPEN, ImportFile, ImportPart, ImportPhase, ImportStatus, PartOf
from workflows.records.staff import Staff
from workflows.saying import say

PIECE = 1 << 20
"""Bytes of a file in one row."""
MOST_ATTEMPTS = 5
"""Runs that ended without a word before a file is given back: the next would end as they did."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=20), timedelta(minutes=10)
"""After a run that broke off; each further one waits twice as long, so that a fault that passes does not use them all up."""
PACKED = 1
"""How hard a piece is packed: a sheet of people shrinks to a sixth at this already."""
S = ImportStatus


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file as it was uploaded."""

    file_name: str
    size: int
    sha256: str
    timezone: str
    kind: ExtractKind | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a dry run came to, beside the file's newest predecessor ``compared_with``."""

    kind: ExtractKind
    layout: str
    as_of: datetime | None
    head: Mapping[str, Any]
    faults: Mapping[str, int]
    counts: Mapping[str, int]
    compared_with: int | None


class Overtaken(Conflict):
    """Another run has this file by now; what this one found is not taken."""

    slug = "impor-disusul"
    sentence = "Proses lain sudah melanjutkan berkas ini. Muat ulang halaman untuk melihat hasilnya."


def receive(session: Session, arrival: Arrival, content: Iterable[bytes], by: Actor, *, now: datetime) -> ImportFile:
    """Keep an upload for a worker; a file that waits already is that one, and one that is stored already is told so.

    What waits as another kind or as of another day than is said now goes, and is tried anew.
    """
    if arrival.as_of:
        extracts.check_as_of(arrival.as_of, now=now)
    waiting = select(ImportFile).where(ImportFile.sha256 == arrival.sha256, ImportFile.region_code == by.region_code, _is(OPEN))
    if (found := session.exec(waiting).first()) and not _said_otherwise(found, arrival):
        return found
    if found:
        drop(session, found.id or 0, by, now=now)
    stands = extracts.standing_of_any_kind(session, arrival.sha256)
    file = _new(arrival, by, now, stands)
    try:
        with session.begin_nested():
            session.add(file)
    except IntegrityError:  # somebody uploaded the same file between our look and our row
        return session.exec(waiting).one()
    if stands is None:
        keep(session, file, PartOf.FILE, content)
    audit.record(session, subject(file), "UPLOAD", actor=by, now=now, sha256=file.sha256, size=file.size)
    return file


def keep(session: Session, file: ImportFile, part_of: PartOf, content: Iterable[bytes]) -> None:
    """Put content away piece by piece, packed and sealed."""
    assert file.id is not None
    for position, piece in enumerate(content):
        part = ImportPart(file_id=file.id, part_of=part_of, position=position, content=zlib.compress(piece, PACKED))
        session.add(part)
        session.flush()
        session.expunge(part)


def content(session: Session, file: ImportFile, part_of: PartOf) -> Iterator[bytes]:
    """The pieces in their order; each is read when it is asked for."""
    position = 0
    while part := session.get(ImportPart, (file.id, part_of, position)):
        session.expunge(part)
        yield zlib.decompress(part.content)
        position += 1


def due(session: Session, *, now: datetime) -> int | None:
    """The file a worker should take now: the oldest that moves, one at a time, so that most workers stay with cases."""
    put_off = and_(col(ImportFile.phase).is_(None), col(ImportFile.attempts) > 0)
    held = select(ImportFile.id).where(_is(MOVING), col(ImportFile.leased_until) > now, ~put_off)
    if session.exec(held.limit(1)).first() is not None:
        return None
    return session.exec(select(ImportFile.id).where(_is(MOVING), _free(now)).order_by(col(ImportFile.id)).limit(1)).first()


def lease(session: Session, file_id: int, *, now: datetime, seconds: float) -> bool:
    """Take a free file for ``seconds``; False where somebody else took it first, or works on its row just now: nobody waits for it."""
    free = select(ImportFile).where(ImportFile.id == file_id, _is(MOVING), _free(now)).with_for_update(skip_locked=True)
    file = session.exec(free.execution_options(populate_existing=True)).first()
    if file is None:
        return False
    file.leased_until = now + timedelta(seconds=seconds)
    session.add(file)
    return True


def start(session: Session, file_id: int, *, now: datetime, seconds: float) -> ImportFile | None:
    """Begin a run; None where there is nothing to do. A file whose runs died one after the other is refused."""
    file = session.exec(select(ImportFile).where(ImportFile.id == file_id, _is(MOVING)).with_for_update()).first()
    if file is None:
        return None
    if file.attempts >= MOST_ATTEMPTS:
        stopped = say("Pengolahan berkas ini terhenti berulang kali. Minta admin mengimpornya di server (rekom import).")
        _end(session, file, S.REFUSED, now, reason=stopped)
        return None
    file.attempts += 1
    file.leased_until = now + timedelta(seconds=seconds)
    file.phase, file.phase_at, file.told_at = ImportPhase.OPENING, now, now
    file.done = file.total = file.rows_read = 0
    session.add(file)
    session.flush()
    return file


def tell(session: Session, file: ImportFile, values: Mapping[str, Any], *, now: datetime, seconds: float) -> None:
    """Say how far a run is, which keeps its lease; ``Overtaken`` where it is no longer its file."""
    mine = update(ImportFile).where(col(ImportFile.id) == file.id, col(ImportFile.attempts) == file.attempts, _is(MOVING))
    change = mine.values(**values, told_at=now, leased_until=now + timedelta(seconds=seconds))
    if session.exec(change).rowcount != 1:
        raise Overtaken


def put_off(session: Session, run: ImportFile, *, now: datetime) -> None:
    """A run broke off by a fault that may pass: the next comes later, each time twice as late, and other files go before it."""
    file = held(session, run)
    pause = min(FIRST_PAUSE * 2 ** (file.attempts - 1), LONGEST_PAUSE)
    file.phase, file.leased_until = None, now + pause
    session.add(file)


def held(session: Session, file: ImportFile) -> ImportFile:
    """The file under its row's lock, for a run that is still the newest; ``Overtaken`` otherwise."""
    query = select(ImportFile).where(ImportFile.id == file.id, ImportFile.attempts == file.attempts, _is(MOVING))
    found = session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise Overtaken
    return found


def recognised(session: Session, run: ImportFile, kind: ExtractKind, layout: str, head: Mapping[str, Any]) -> None:
    """What kind of file it is, and its first rows with everybody's data covered."""
    file = held(session, run)
    file.kind, file.layout, file.head = kind, layout, dict(head)
    session.add(file)


def tried(session: Session, run: ImportFile, trial: Trial, bad_rows: Iterable[bytes], *, now: datetime) -> None:
    """The dry run is over: a person may look at it and press."""
    file = held(session, run)
    file.kind, file.layout, file.as_of, file.head = trial.kind, trial.layout, trial.as_of, dict(trial.head)
    file.faults, file.compared_with = json.dumps(trial.faults), trial.compared_with
    for name, number in trial.counts.items():
        setattr(file, f"rows_{name}", number)
    keep(session, file, PartOf.BAD_ROWS, bad_rows)
    file.status, file.attempts, file.leased_until, file.phase = S.TRIED, 0, None, None
    session.add(file)
    audit.record(session, subject(file), "TRIED", actor=_reader(session, file), now=now, sha256=file.sha256, **trial.counts)


def refuse(session: Session, run: ImportFile, reason: str, *, now: datetime) -> None:
    """The file as a whole is not taken."""
    _end(session, held(session, run), S.REFUSED, now, reason=reason[:500])


def approve(
    session: Session, file_id: int, as_of: datetime | None, by: Actor, *, now: datetime, complete: bool | None = None
) -> ImportFile:
    """A person's second press: what was tried is to be stored, as of the day the file names or this person does.

    Of a member file the person also says whether it is ``complete``: only from such a one can anybody be told to be uncovered.
    """
    file = lock(session, file_id, by)
    if file.status is not S.TRIED:
        raise Conflict(say("Berkas ini tidak menunggu penerapan. Muat ulang halaman untuk melihat keadaannya."))
    if not file.rows_good:
        raise Conflict(say("Tidak ada satu baris pun yang dapat dipakai. Tidak ada yang disimpan."))
    moment = file.as_of or as_of
    if moment is None:
        raise InvalidInput(say("Berkas ini tidak menyebut tanggal datanya. Isi tanggalnya."), field="data_on")
    if file.kind is ExtractKind.MEMBERS and complete is None:
        asked = say("Pilih apakah berkas ini memuat semua peserta. Cakupan dihitung hanya dari berkas seperti itu.")
        raise InvalidInput(asked, field="complete")
    extracts.check_as_of(moment, now=now)
    file.complete = file.kind is ExtractKind.MEMBERS and bool(complete)
    file.as_of, file.status, file.approved_at, file.approved_by = moment, S.TO_APPLY, now, by.person_id
    session.add(file)
    audit.record(session, subject(file), "APPROVE_IMPORT", actor=by, now=now, sha256=file.sha256, as_of=moment.isoformat())
    return file


def applied(session: Session, run: ImportFile, *, now: datetime) -> None:
    """Every row is in: from here on look-ups use it, and the bytes go."""
    file = held(session, run)
    assert file.extract_id is not None
    extracts.finish(session, session.get_one(Extract, file.extract_id), approver(session, file), now=now)
    _end(session, file, S.APPLIED, now)


def known(session: Session, run: ImportFile, extract: Extract, *, now: datetime) -> None:
    """The same bytes were imported otherwise meanwhile: nothing is changed."""
    file = held(session, run)
    file.extract_id = extract.id
    _end(session, file, S.KNOWN, now)


def drop(session: Session, file_id: int, by: Actor, *, now: datetime) -> ImportFile:
    """Throw an upload away before it is stored."""
    file = lock(session, file_id, by)
    if file.status not in OPEN or file.status is S.TO_APPLY:
        raise Conflict(say("Berkas ini tidak dapat dibuang lagi. Muat ulang halaman untuk melihat keadaannya."))
    _end(session, file, S.DROPPED, now)
    audit.record(session, subject(file), "DROP_IMPORT", actor=by, now=now, sha256=file.sha256)
    return file


def undo(session: Session, file_id: int, by: Actor, *, now: datetime) -> ImportFile:
    """Take back what a file became; the one before counts again, and its first rows are shown no more."""
    file = lock(session, file_id, by)
    if file.status is not S.APPLIED or file.extract_id is None:
        raise Conflict(say("Berkas ini belum diterapkan. Tidak ada yang diubah."))
    extracts.undo(session, file.extract_id, by, now=now)
    file.head = None
    session.add(file)
    return file


def find(session: Session, file_id: int, by: Actor) -> ImportFile:
    """One of the office's own files."""
    file = session.get(ImportFile, file_id)
    if file is None or file.region_code != by.region_code:
        raise NotFound(say("Tidak ada unggahan bernomor {number}. Lihat daftarnya di halaman Data.", number=file_id))
    return file


def lock(session: Session, file_id: int, by: Actor) -> ImportFile:
    """The same under its row's lock."""
    find(session, file_id, by)
    query = select(ImportFile).where(ImportFile.id == file_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def newest(session: Session, by: Actor, limit: int = 30) -> list[tuple[ImportFile, Extract | None]]:
    """The office's last files with what each became, newest first."""
    query = select(ImportFile, Extract).join(Extract, col(Extract.id) == ImportFile.extract_id, isouter=True)
    query = query.where(ImportFile.region_code == by.region_code)
    return [(file, extract) for file, extract in session.exec(query.order_by(col(ImportFile.id).desc()).limit(limit))]


def approver(session: Session, file: ImportFile) -> Actor:
    """Who pressed, as the trail names them."""
    assert file.approved_by is not None
    return _person(session, file.approved_by)


def subject(file: ImportFile) -> str:
    """The file's place in the audit trail."""
    return f"import:{file.id}"


def _said_otherwise(file: ImportFile, arrival: Arrival) -> bool:
    """Whether an upload says another kind or day than the one that waits; what it does not say is as it was, and what is pressed stays."""
    other_kind = arrival.kind not in (None, file.kind)
    return file.status is not S.TO_APPLY and (other_kind or arrival.as_of not in (None, file.as_of))


def _new(arrival: Arrival, by: Actor, now: datetime, stands: Extract | None) -> ImportFile:
    return ImportFile(
        region_code=by.region_code,
        handle=secrets.token_hex(7),
        file_name=arrival.file_name,
        size=arrival.size,
        sha256=arrival.sha256,
        status=S.KNOWN if stands else S.TO_TRY,
        received_at=now,
        received_by=by.person_id,
        kind=stands.kind if stands else arrival.kind,
        as_of=stands.as_of if stands else arrival.as_of,
        timezone=arrival.timezone,
        extract_id=stands.id if stands else None,
        ended_at=now if stands else None,
    )


def _end(session: Session, file: ImportFile, status: ImportStatus, now: datetime, reason: str | None = None) -> None:
    half = session.get(Extract, file.extract_id) if status is S.REFUSED and file.extract_id is not None else None
    file.status, file.ended_at, file.reason, file.leased_until, file.phase = status, now, reason, None, None
    file.extract_id = None if half else file.extract_id
    file.head = None if status in (S.REFUSED, S.DROPPED) else file.head
    session.add(file)
    session.flush()
    if half:
        extracts.abandon(session, half)
    session.exec(delete(ImportPart).where(col(ImportPart.file_id) == file.id, col(ImportPart.part_of) == PartOf.FILE))


def _reader(session: Session, file: ImportFile) -> Actor:
    return _person(session, file.received_by)


def _person(session: Session, staff_id: int) -> Actor:
    person = session.get_one(Staff, staff_id)
    return Actor(person.id, person.name, frozenset(), person.region_code)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(col(ImportFile.leased_until).is_(None), col(ImportFile.leased_until) <= now)


def _is(statuses: Iterable[ImportStatus]) -> ColumnElement[bool]:
    return col(ImportFile.status).in_(statuses)
