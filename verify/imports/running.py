"""One run over an uploaded file, in a worker: the dry run by itself, the storing after a person pressed.

A worker that is killed leaves the row as it was said last. The relay rings again; a dry run begins anew, and storing goes on behind the
last row that is in: nobody uses them before the last one came.
"""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from verify.composition import Rekom
from verify.imports.bad_rows import covered_head, pieces
from verify.imports.comparing import compare
from verify.imports.reading import named_day, sieved
from verify.imports.sieve import Sieve
from verify.imports.source import ImportRefused, Source, inspect
from verify.imports.telling import Teller, telling
from workflows import extracts, imports
from workflows.actor import Actor
from workflows.errors import InvalidInput
from workflows.extracts import CHUNK, Received
from workflows.imports import Trial
from workflows.records.extract import Extract
from workflows.records.import_file import ImportFile, ImportPhase, ImportStatus, PartOf
from workflows.saying import say

log = logging.getLogger(__name__)

COMING_IN = say("Berkas ini sedang diimpor lewat jalan lain. Tunggu sampai selesai, lalu unggah lagi bila belum ada di daftar.")


def work(rekom: Rekom, file_id: int) -> None:
    """Do what this file waits for; nothing where another run does it, or did."""
    with rekom.database.write() as session:
        file = imports.start(session, file_id, now=rekom.clock(), seconds=rekom.settings.task_lease_seconds)
    if file is None:
        return
    try:
        with telling(rekom, file) as teller:
            _run(rekom, file, teller)
    except imports.Overtaken:
        log.info("import %s is in other hands", file_id)
    except Exception:
        _put_off(rekom, file)
        raise


def _put_off(rekom: Rekom, file: ImportFile) -> None:
    # What cannot be put off has its lease run out by itself, or is another run's by now.
    with suppress(SQLAlchemyError, imports.Overtaken), rekom.database.write() as session:
        imports.put_off(session, file, now=rekom.clock())


def received(source: Source, sieve: Sieve, file_name: str, as_of: object, zone: str, *, complete: bool) -> Received:
    """A file that was read to its end, as it is stored."""
    return Received(
        kind=sieve.kind,
        sha256=source.sha256,
        file_name=file_name,
        layout=sieve.layout.name,
        as_of=as_of,  # type: ignore[arg-type]  # the caller has looked
        timezone=zone,
        rows_good=sieve.rows_good,
        rows_bad=sieve.rows_bad,
        rows_unreadable=sieve.rows_unreadable,
        complete=complete,
    )


def _run(rekom: Rekom, file: ImportFile, teller: Teller) -> None:
    try:
        with _opened(rekom, file) as source:
            DOING[file.status](rekom, file, source, teller)
    except (ImportRefused, InvalidInput) as error:
        with rekom.database.write() as session:
            imports.refuse(session, file, str(error), now=rekom.clock())


@contextmanager
def _opened(rekom: Rekom, file: ImportFile) -> Iterator[Source]:
    """The file as it came, without a name: it is gone with this process however that ends."""
    with tempfile.TemporaryFile() as copy:
        digest = hashlib.sha256()
        with rekom.database.read() as session:
            for piece in imports.content(session, file, PartOf.FILE):
                digest.update(piece)
                copy.write(piece)
        if digest.hexdigest() != file.sha256:
            raise ImportRefused(say("Isi unggahan ini sudah dihapus. Unggah berkasnya sekali lagi."))
        copy.flush()
        yield inspect(Path(f"/dev/fd/{copy.fileno()}"))


def _try(rekom: Rekom, file: ImportFile, source: Source, teller: Teller) -> None:
    def seen(sieve: Sieve) -> None:
        with rekom.database.write() as session:
            imports.recognised(session, file, sieve.kind, sieve.layout.name, covered_head(sieve))

    teller.enter(ImportPhase.READING)
    with sieved(source, file.kind, practice=rekom.settings.practice, step=teller.step, seen=seen) as sieve:
        teller.enter(ImportPhase.COMPARING)
        total = sieve.rows_good + sieve.rows_bad
        with rekom.database.read() as session:
            newest = extracts.newest(session, sieve.kind)
            before = newest.id if newest else None
            session.rollback()
            counts = compare(session, sieve.kind, sieve.facts(), before, lambda done: teller.step(done, total, done))
        counts.update(good=sieve.rows_good, bad=sieve.rows_bad, unreadable=sieve.rows_unreadable)
        day = file.as_of or named_day(sieve, ZoneInfo(file.timezone))
        found = Trial(sieve.kind, sieve.layout.name, day, covered_head(sieve), sieve.faults(), counts, before)
        with rekom.database.write() as session:
            imports.tried(session, file, found, pieces(sieve), now=rekom.clock())


def _apply(rekom: Rekom, file: ImportFile, source: Source, teller: Teller) -> None:
    teller.enter(ImportPhase.READING)
    with sieved(source, file.kind, practice=rekom.settings.practice, step=teller.step) as sieve:
        if (sieve.rows_good, sieve.rows_bad) != (file.rows_good, file.rows_bad):
            raise ImportRefused(say("Berkas ini terbaca lain daripada saat diuji. Unggah berkasnya sekali lagi."))
        taken = received(source, sieve, file.file_name, file.as_of, file.timezone, complete=file.complete)
        try:
            last = _begin(rekom, file, taken)
        except extracts.AlreadyImported:
            _say_known(rekom, file, source.sha256)
            return
        teller.enter(ImportPhase.STORING)
        _store(rekom, file, sieve, last, teller)
    with rekom.database.write() as session:
        imports.applied(session, file, now=rekom.clock())


def _say_known(rekom: Rekom, file: ImportFile, sha256: str) -> None:
    with rekom.database.write() as session:
        stands = extracts.standing_of_any_kind(session, sha256)
        if stands is None:
            imports.refuse(session, file, COMING_IN, now=rekom.clock())
        else:
            imports.known(session, file, stands, now=rekom.clock())


def _begin(rekom: Rekom, file: ImportFile, taken: Received) -> str:
    """The extract's line, made once; returns the last NIK whose row is in, where a run before this one was cut off."""
    with rekom.database.write() as session:
        held = imports.held(session, file)
        if held.extract_id is not None:
            return extracts.last_stored(session, session.get_one(Extract, held.extract_id))
        person: Actor = imports.approver(session, held)
        held.extract_id = extracts.begin(session, taken, person, now=rekom.clock()).id
        session.add(held)
    return ""


def _store(rekom: Rekom, file: ImportFile, sieve: Sieve, last: str, teller: Teller) -> None:
    facts, total, done = sieve.facts(last), sieve.people(), sieve.people(last)
    while chunk := list(islice(facts, CHUNK)):
        with rekom.database.write() as session:
            held = imports.held(session, file)
            assert held.extract_id is not None
            extracts.add_rows(session, session.get_one(Extract, held.extract_id), chunk)
        done += len(chunk)
        teller.step(done, total, done)


DOING: Mapping[ImportStatus, Callable[[Rekom, ImportFile, Source, Teller], None]] = {
    ImportStatus.TO_TRY: _try,
    ImportStatus.TO_APPLY: _apply,
}
