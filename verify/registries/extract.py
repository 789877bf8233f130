"""Imported extracts behind the registry ports: what DTSEN and BPJS said as of a file, where they cannot be asked now.

An extract is a snapshot. It answers only what its file can know, and says since when; all else is ``Unavailable``,
so that a person finds out.
"""

from calendar import monthrange
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schemas.bpjs import ACTIVE_CODE
from schemas.desk_check import local_time
from schemas.extract_cells import DIGITS
from schemas.extract_file import MONTHLY
from schemas.foreign import Reason, refused
from schemas.names import check_name
from verify.config import Settings
from verify.registries.http import Clock, utc_now
from workflows import extracts
from workflows.errors import RegistryError, Unavailable
from workflows.long_date import MONTHS
from workflows.ports import (
    MembershipEvidence,
    MembershipOutcome,
    MembershipQuestion,
    MembershipRegistry,
    PovertyEvidence,
    PovertyOutcome,
    PovertyQuestion,
    PovertyRegistry,
)
from workflows.records.extract import DtsenRow, Extract, ExtractKind, MemberRow

DTSEN, MEMBERS = "DTSEN", "Berkas anggota BPJS"
FRESH = timedelta(days=31)
"""Status changes with each month's premium: an older file says nothing about a day."""

Port = TypeVar("Port")


class Reads(Protocol):
    """The database, as far as a look-up needs it."""

    def read(self) -> AbstractContextManager[Session]:
        """A session for looking."""


class FirstAnswer(Generic[Port]):
    """Asks ``first``; where it does not answer, ``second`` does, and its source says so. Never the other way.

    What ``first`` refuses stays refused. Where ``second`` has nothing either, the error is that of ``first``: it may
    answer later, and its answer is the better one.
    """

    def __init__(self, first: Port, second: Port) -> None:
        self._first = first
        self._second = second

    def family(self: "FirstAnswer[PovertyRegistry]", question: PovertyQuestion) -> PovertyEvidence:
        """See ``PovertyRegistry``."""
        try:
            return self._first.family(question)
        except Unavailable as silent:
            try:
                return self._second.family(question)
            except RegistryError:
                raise silent from None

    def membership(self: "FirstAnswer[MembershipRegistry]", question: MembershipQuestion) -> MembershipEvidence:
        """See ``MembershipRegistry``."""
        try:
            return self._first.membership(question)
        except Unavailable as silent:
            try:
                return self._second.membership(question)
            except RegistryError:
                raise silent from None


class ExtractPovertyRegistry:
    """The newest DTSEN extract as ``PovertyRegistry``."""

    def __init__(self, database: Reads, settings: Settings, clock: Clock = utc_now) -> None:
        self._database = database
        self._name_score = settings.registry_name_score
        self._oldest = timedelta(days=settings.dtsen_oldest_days)
        self._clock = clock

    def family(self, question: PovertyQuestion) -> PovertyEvidence:
        """What the extract says; ``NOT_FOUND`` only where there is an extract that does not hold the person."""
        _check_shape(DTSEN, question.nik)
        with self._database.read() as session:
            extract = extracts.newest(session, ExtractKind.DTSEN)
            row = extracts.dtsen_row(session, extract, question.nik) if extract else None
        if extract is None:
            raise _unavailable(DTSEN, "no_extract", "Belum ada ekstrak DTSEN yang diimpor. Periksa di SIKS-NG, lalu catat hasilnya.")
        if extract.as_of < self._clock() - self._oldest:
            raise _unavailable(DTSEN, Reason.OUTDATED, "Ekstrak DTSEN yang diimpor sudah terlalu lama. Impor yang baru.")
        if row is not None:
            _check_believed(DTSEN, row, question.name, self._name_score)
        return _family(extract, row)


class ExtractMembershipRegistry:
    """The newest member file as ``MembershipRegistry``, and for whom it leaves out the newest of everybody.

    The file lists members, so absence proves nothing, unless it was imported as holding every member of the region, all its rows are
    there, and ``complete`` says that such files are believed.
    """

    def __init__(self, database: Reads, settings: Settings, *, complete: bool = False) -> None:
        self._database = database
        self._name_score = settings.registry_name_score
        self._complete = complete

    def membership(self, question: MembershipQuestion) -> MembershipEvidence:
        """Membership as at the day asked for, where the file is about that day."""
        _check_shape(MEMBERS, question.nik)
        with self._database.read() as session:
            told = extracts.newest_member(session, question.nik)
            whole = told is not None and told[1] is None and self._proves_absence(session, told[0])
        if told is None:
            raise _unavailable(MEMBERS, "no_extract", "Belum ada berkas anggota BPJS yang diimpor. Periksa di Mobile JKN.")
        extract, row = told
        if row is None:
            return _absent(extract, question.on, whole)
        _check_believed(MEMBERS, row, question.name, self._name_score)
        return _listed(extract, row, question.on) if row.month else _described(extract, row, question.on)

    def _proves_absence(self, session: Session, extract: Extract) -> bool:
        believed = self._complete and extract.complete and not extract.rows_unreadable
        return believed and extracts.is_whole(session, extract)


def source(name: str, extract: Extract) -> str:
    """``DTSEN, ekstrak 1 November 2026 02.00 WIB``."""
    return f"{name}, ekstrak {local_time(extract.as_of, extract.timezone).replace(',', '')}"


def _family(extract: Extract, row: DtsenRow | None) -> PovertyEvidence:
    said = source(DTSEN, extract)
    if row is None:
        return PovertyEvidence(PovertyOutcome.NOT_FOUND, None, None, said, extract.as_of)
    return PovertyEvidence(PovertyOutcome.FOUND, row.desil, row.exclusion_reason, said, extract.as_of)


def _listed(extract: Extract, row: MemberRow, on: date) -> MembershipEvidence:
    """A row of the monthly file: cover for exactly that month, whatever the rest of the year brings."""
    assert row.month and row.year
    if (on.year, on.month) != (row.year, row.month):
        about = f"{MONTHS[row.month - 1]} {row.year}"
        raise _unavailable(MEMBERS, Reason.STALE, f"Berkas anggota BPJS hanya tentang {about}. Periksa di Mobile JKN.")
    row.cover_from = date(row.year, row.month, 1)
    row.cover_until = date(row.year, row.month, monthrange(row.year, row.month)[1])
    return _evidence(extract, row, on, MembershipOutcome.ACTIVE)


def _described(extract: Extract, row: MemberRow, on: date) -> MembershipEvidence:
    """A row of the full file: its status, within its days of cover, as long as the file is about the time asked for."""
    _check_fresh(extract, on)
    covered = (row.cover_from or date.min) <= on <= (row.cover_until or date.max)
    active = covered and row.status_code == ACTIVE_CODE
    return _evidence(extract, row, on, MembershipOutcome.ACTIVE if active else MembershipOutcome.INACTIVE)


def _absent(extract: Extract, on: date, proven: bool) -> MembershipEvidence:
    if not proven:
        raise _unavailable(MEMBERS, "not_listed", "Berkas anggota BPJS tidak memuat orang ini. Itu belum berarti bukan peserta.")
    _check_fresh(extract, on)
    if extract.layout == MONTHLY and (on.year, on.month) != (_told(extract).year, _told(extract).month):
        raise _unavailable(MEMBERS, Reason.STALE, "Berkas anggota BPJS hanya tentang satu bulan, bukan bulan ini.")
    nothing = (None, None, None, None, None, None, None, None)
    said = source(MEMBERS, extract)
    return MembershipEvidence(MembershipOutcome.NOT_FOUND, *nothing, asked_for=on, source=said, as_of=extract.as_of)


def _check_fresh(extract: Extract, on: date) -> None:
    told = _told(extract)
    if abs(on - told) > FRESH:
        raise _unavailable(MEMBERS, Reason.STALE, f"Berkas anggota BPJS tidak mencakup tanggal ini: datanya per {_day(told)}.")


def _told(extract: Extract) -> date:
    return extract.as_of.astimezone(ZoneInfo(extract.timezone)).date()


def _evidence(extract: Extract, row: MemberRow, on: date, outcome: MembershipOutcome) -> MembershipEvidence:
    return MembershipEvidence(
        outcome=outcome,
        segment=row.segment,
        status_code=row.status_code,
        status_text=row.status_text,
        segment_code=None,
        segment_text=row.segment_text,
        card=row.card,
        cover_from=row.cover_from,
        cover_until=row.cover_until,
        asked_for=on,
        source=source(MEMBERS, extract),
        as_of=extract.as_of,
    )


def _check_shape(registry: str, nik: str) -> None:
    if len(nik) != 16 or not DIGITS.fullmatch(nik):
        raise refused(registry, Reason.BAD_FORMAT)


def _check_believed(registry: str, row: DtsenRow | MemberRow, name: str, least: int) -> None:
    """Neither a row that was refused nor one about somebody else is evidence."""
    if row.fault:
        sentence = f"{registry}: baris orang ini di berkas tidak dapat dipercaya ({row.fault}). Periksa di sistem asal."
        raise _unavailable(registry, "doubtful", sentence)
    if row.name:
        check_name(registry, row.name, name, least=least)


def _unavailable(registry: str, reason: str, sentence: str) -> Unavailable:
    return Unavailable(sentence, registry=registry, reason=reason)


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
