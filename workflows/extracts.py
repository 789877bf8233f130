"""Imported extracts: apply one as a whole, undo one as a whole, look a NIK up in the newest.

Newest is by ``as_of``, not by the day of import: an old file that comes late never displaces newer knowledge.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from workflows import audit
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.ports import Segment
from workflows.records.extract import DtsenRow, Extract, ExtractKind, ExtractState, MemberRow
from workflows.records.resident import ResidentRow, ResidentStatus
from workflows.saying import say

CHUNK = 5_000
"""Rows sent to the database at a time."""


@dataclass(frozen=True, slots=True)
class DtsenFact:
    """One row of a DTSEN extract. With a ``fault`` the person is known to be in the file, and nothing else."""

    nik: str
    name: str | None = None
    desil: int | None = None
    exclusion_reason: str | None = None
    fault: str | None = None
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class MemberFact:
    """One row of a member file; words as received beside the mapped segment."""

    nik: str
    card: str | None = None
    name: str | None = None
    segment_text: str | None = None
    segment: Segment | None = None
    status_code: str | None = None
    status_text: str | None = None
    month: int | None = None
    year: int | None = None
    cover_from: date | None = None
    cover_until: date | None = None
    fault: str | None = None
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class ResidentFact:
    """One row of a Dukcapil extract: ``village_code`` is where the person lives, or lived until ``status_on``."""

    nik: str
    family_card: str | None = None
    name: str | None = None
    birth_date: date | None = None
    village_code: str | None = None
    address: str | None = None
    status: ResidentStatus | None = None
    status_on: date | None = None
    fault: str | None = None


Fact = DtsenFact | MemberFact | ResidentFact
TABLES: Mapping[ExtractKind, type[DtsenRow] | type[MemberRow] | type[ResidentRow]] = {
    ExtractKind.DTSEN: DtsenRow,
    ExtractKind.MEMBERS: MemberRow,
    ExtractKind.RESIDENTS: ResidentRow,
}
COLUMNS: Mapping[ExtractKind, tuple[str, ...]] = {
    ExtractKind.DTSEN: tuple(field.name for field in fields(DtsenFact)),
    ExtractKind.MEMBERS: tuple(field.name for field in fields(MemberFact)),
    ExtractKind.RESIDENTS: tuple(field.name for field in fields(ResidentFact)),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was read to its end, and what it came to."""

    kind: ExtractKind
    sha256: str
    file_name: str
    layout: str
    as_of: datetime
    timezone: str
    rows_good: int
    rows_bad: int
    rows_unreadable: int
    complete: bool = False


class AlreadyImported(Conflict):
    """The same file stands already; nothing was changed."""

    slug = "ekstrak-sudah-ada"
    sentence = "Berkas ini sudah diimpor. Tidak ada yang diubah."


def check_as_of(as_of: datetime, *, now: datetime) -> None:
    """Content cannot be true as of a time that has not come."""
    if as_of > now:
        raise InvalidInput("Waktu data ini di masa depan. Periksa tanggal dan jam di --as-of.")


def apply(
    session: Session, received: Received, facts: Iterable[Fact], by: Actor, *, now: datetime, told: Callable[[int], None] = lambda _: None
) -> Extract:
    """Store a file as the newest knowledge, in the caller's one transaction; ``told`` hears how many rows are in.

    Raises ``AlreadyImported`` where the same file stands. A count that differs from what was received is a fault of
    ours and undoes everything.
    """
    extract = begin(session, received, by, now=now)
    assert extract.id is not None
    stored = _store(session, extract.id, received.kind, facts, told)
    if stored != received.rows_good:
        raise RuntimeError(f"{stored} rows stored, {received.rows_good} were read")
    finish(session, extract, by, now=now)
    return extract


def begin(session: Session, received: Received, by: Actor, *, now: datetime) -> Extract:
    """The line of an extract whose rows are still to come: nobody uses it until ``finish``. Raises ``AlreadyImported``."""
    check_as_of(received.as_of, now=now)
    known = standing(session, received.kind, received.sha256)
    if known is not None:
        raise AlreadyImported(say("Berkas ini sudah diimpor sebagai #{number}. Tidak ada yang diubah.", number=known.id))
    extract = Extract(**_values(received), imported_at=now, imported_by=by.name, storing=True)
    session.add(extract)
    try:
        session.flush()
    except IntegrityError:  # somebody imported the same file between our look and our row
        raise AlreadyImported() from None
    return extract


def add_rows(session: Session, extract: Extract, rows: Sequence[Fact]) -> None:
    """Some more rows of an extract that is being stored."""
    assert extract.id is not None
    session.execute(insert(TABLES[extract.kind]), list(_rows(extract.id, COLUMNS[extract.kind], rows)))


def last_stored(session: Session, extract: Extract) -> str:
    """The greatest NIK whose row is in; rows come in the order of NIKs, so that whoever goes on goes on behind it."""
    table = TABLES[extract.kind]
    return session.exec(select(func.max(table.nik)).where(table.extract_id == extract.id)).one() or ""


def finish(session: Session, extract: Extract, by: Actor, *, now: datetime) -> None:
    """From here on look-ups use it; a number of rows that is not the one received is a fault of ours and undoes this."""
    stored = _good_rows(session, extract)
    if stored != extract.rows_good:
        raise RuntimeError(f"{stored} rows stored, {extract.rows_good} were read")
    extract.storing, extract.imported_at = False, now
    session.add(extract)
    counts = {"good": extract.rows_good, "bad": extract.rows_bad, "as_of": extract.as_of.isoformat(), "complete": extract.complete}
    audit.record(session, subject(extract), "IMPORT", actor=by, now=now, kind=extract.kind.value, sha256=extract.sha256, **counts)


def undo(session: Session, extract_id: int, by: Actor, *, now: datetime) -> Extract:
    """Take an extract back: its rows go, its line and the audit stay, and the one before it counts again."""
    extract = session.exec(select(Extract).where(Extract.id == extract_id).with_for_update()).first()
    if extract is None or extract.storing:
        raise NotFound(f"Tidak ada impor bernomor {extract_id}. Lihat daftarnya dengan rekom import list.")
    if extract.state is ExtractState.UNDONE:
        raise Conflict(f"Impor #{extract_id} sudah dibatalkan. Tidak ada yang diubah.")
    extract.undone_at, extract.undone_by = now, by.name
    table = TABLES[extract.kind]
    session.exec(delete(table).where(col(table.extract_id) == extract_id))
    audit.record(session, subject(extract), "UNDO", actor=by, now=now, kind=extract.kind.value)
    return extract


def say_complete(session: Session, extract_id: int, complete: bool, by: Actor, *, now: datetime) -> Extract:
    """Put right whether a member file holds every member: counts from it stand or fall with that, its rows stay.

    Raises ``NotFound`` where it is no member file that counts, ``Conflict`` where that is its word already or its rows are gone.
    """
    extract = session.exec(select(Extract).where(Extract.id == extract_id).with_for_update()).first()
    if extract is None or extract.kind is not ExtractKind.MEMBERS or extract.state is not ExtractState.APPLIED:
        raise NotFound(f"Impor #{extract_id} bukan berkas anggota yang berlaku. Lihat daftarnya dengan rekom import list.")
    if extract.complete is complete:
        raise Conflict(f"Impor #{extract_id} sudah tercatat begitu. Tidak ada yang diubah.")
    if complete:
        check_whole(session, extract)
    extract.complete = complete
    session.add(extract)
    audit.record(session, subject(extract), "SAY_COMPLETE", actor=by, now=now, complete=complete)
    return extract


def abandon(session: Session, extract: Extract) -> None:
    """An extract that will never be whole goes with its rows and its line: it never counted, and the same file may come again."""
    assert extract.storing
    table = TABLES[extract.kind]
    session.exec(delete(table).where(col(table.extract_id) == extract.id))
    session.delete(extract)
    session.flush()


def applied(kind: ExtractKind) -> SelectOfScalar[Extract]:
    """Extracts whose rows are all in and were not taken back; nothing else may be looked into."""
    return select(Extract).where(Extract.kind == kind, col(Extract.undone_at).is_(None), ~col(Extract.storing))


def standing(session: Session, kind: ExtractKind, sha256: str) -> Extract | None:
    """The applied extract of exactly this file."""
    return session.exec(applied(kind).where(Extract.sha256 == sha256)).first()


def standing_of_any_kind(session: Session, sha256: str) -> Extract | None:
    """The same where the kind is not known yet."""
    found = (standing(session, kind, sha256) for kind in ExtractKind)
    return next((extract for extract in found if extract), None)


def newest(session: Session, kind: ExtractKind, at: datetime | None = None) -> Extract | None:
    """The applied extract that look-ups use, or used ``at`` a moment."""
    known = applied(kind) if at is None else applied(kind).where(col(Extract.imported_at) <= at)
    return session.exec(_newest_first(known).limit(1)).first()


def newest_of_everybody(session: Session, kind: ExtractKind) -> Extract | None:
    """The same where a missing person means something: of member files only those that hold every member of the region."""
    known = applied(kind)
    if kind is ExtractKind.MEMBERS:
        known = known.where(col(Extract.complete))
    return session.exec(_newest_first(known).limit(1)).first()


def is_whole(session: Session, extract: Extract) -> bool:
    """Whether every good row of it is there; its line stays without them.

    An undo takes them all, the term of displaced extracts some thousand at a time. Counts them, so ask once and not per chunk.
    """
    return extract.undone_at is None and _good_rows(session, extract) == extract.rows_good


def check_whole(session: Session, extract: Extract) -> None:
    """Raises ``Conflict`` where even some rows of a member file are gone: those people would be missing in it."""
    if not is_whole(session, extract):
        raise _gone(extract)


def dtsen_row(session: Session, extract: Extract, nik: str) -> DtsenRow | None:
    """One person's row."""
    return session.get(DtsenRow, (extract.id, nik))


def member_row(session: Session, extract: Extract, nik: str) -> MemberRow | None:
    """One member's row."""
    return session.get(MemberRow, (extract.id, nik))


def newest_member(session: Session, nik: str) -> tuple[Extract, MemberRow | None] | None:
    """The member file that speaks of a person, and her row: the newest, and where that leaves her out the newest of everybody.

    A refused row speaks too: what is doubtful now is not told from an older file. Without a row the file is that of everybody, whose
    silence may mean something, or where there is none the newest. None where there is no file at all.
    """
    latest, whole = newest(session, ExtractKind.MEMBERS), newest_of_everybody(session, ExtractKind.MEMBERS)
    if latest is None:
        return None
    row = member_row(session, latest, nik)
    if row is not None or whole is None or whole is latest:
        return latest, row
    return whole, member_row(session, whole, nik)


def listed(session: Session, limit: int = 50) -> list[Extract]:
    """The last imports, newest first, undone ones included."""
    return list(session.exec(select(Extract).order_by(col(Extract.id).desc()).limit(limit)))


def subject(extract: Extract) -> str:
    """The extract's place in the audit trail."""
    return f"extract:{extract.id}"


def _good_rows(session: Session, extract: Extract) -> int:
    table = TABLES[extract.kind]
    good = select(func.count()).select_from(table).where(table.extract_id == extract.id, col(table.fault).is_(None))
    return session.exec(good).one()


def _gone(extract: Extract) -> Conflict:
    return Conflict(
        say("Baris berkas peserta #{number} sudah dihapus. Minta admin membatalkan impornya, lalu mengimpor lagi.", number=extract.id)
    )


def _newest_first(query: SelectOfScalar[Extract]) -> SelectOfScalar[Extract]:
    return query.order_by(col(Extract.as_of).desc(), col(Extract.id).desc())


def _values(received: Received) -> dict[str, Any]:
    return {field.name: getattr(received, field.name) for field in fields(received)}


def _store(session: Session, extract_id: int, kind: ExtractKind, facts: Iterable[Fact], told: Callable[[int], None]) -> int:
    rows, done, good = _rows(extract_id, COLUMNS[kind], facts), 0, 0
    while chunk := list(islice(rows, CHUNK)):
        session.execute(insert(TABLES[kind]), chunk)
        done += len(chunk)
        good += sum(row["fault"] is None for row in chunk)
        told(done)
    return good


def _rows(extract_id: int, columns: tuple[str, ...], facts: Iterable[Fact]) -> Iterator[dict[str, Any]]:
    for fact in facts:
        yield {"extract_id": extract_id, **{name: getattr(fact, name) for name in columns}}
