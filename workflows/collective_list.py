"""The list of a letter E: who stands in its file and was not answered yet, frozen and named by one SHA-256."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import registering
from workflows.errors import Conflict, TransitionRefused
from workflows.letter_states import LetterState
from workflows.records.case import Case
from workflows.records.collective import CollectiveLetter, CollectiveRow
from workflows.records.letter import Letter
from workflows.records.registration import BatchRow, Registration, RegistrationBatch
from workflows.saying import say


class ListedElsewhere(Conflict):
    """Somebody in the file stands on the list of another cover letter that is not at its end."""

    slug = "orang-di-surat-pengantar-lain"
    sentence = "Ada orang dalam kiriman ini yang masih tercantum di surat pengantar lain. Cabut surat itu dulu."


class ListOutOfDate(Conflict):
    """Somebody on the list was answered, left it, or has another letter now: it is not what BPJS is asked for any more."""

    slug = "daftar-pengantar-usang"
    sentence = "Daftar surat pengantar ini tidak sesuai lagi. Kembalikan usulannya, lalu ajukan daftar baru."


NAMED = 3
"""So many names stand in a sentence."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of the list with what it rests on: the place in the file, the case, letter A."""

    registration_id: int
    case_id: int
    letter_id: int
    nik: str
    name: str
    letter_number: str
    letter_day: date


def people_in(session: Session, batch: RegistrationBatch) -> tuple[Listed, ...]:
    """Everybody in the file who is still waited for, in its order; ``TransitionRefused`` where nobody is."""
    query = (
        select(Registration, Case)
        .join(BatchRow, col(BatchRow.registration_id) == Registration.id)
        .join(Case, col(Case.id) == Registration.case_id)
        .where(BatchRow.batch_id == batch.id, col(BatchRow.outcome).is_(None))
    )
    found = tuple(_listed(session, *pair) for pair in session.exec(query.order_by(col(BatchRow.position))))
    if not found:
        raise TransitionRefused(say("Semua orang dalam kiriman ini sudah dijawab atau ditutup. Surat pengantar tidak diperlukan."))
    return found


def digest_of(file_sha256: str, people: Sequence[Listed]) -> str:
    """SHA-256 over the file's own and every row in its order: what a paraf and a decision are given to."""
    rows = [asdict(one) | {"letter_day": one.letter_day.isoformat()} for one in people]
    return hashlib.sha256(json.dumps([file_sha256, rows], sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def digest_now(session: Session, letter: CollectiveLetter) -> str:
    """The same over the rows as the database holds them."""
    return digest_of(letter.file_sha256, [_kept(row) for row in rows_of(session, letter)])


def write(session: Session, letter: CollectiveLetter, people: Sequence[Listed]) -> None:
    """Freeze the list; ``ListedElsewhere`` where a person stands on another."""
    assert letter.id is not None
    try:
        with session.begin_nested():
            for position, one in enumerate(people, 1):
                session.add(CollectiveRow(collective_id=letter.id, position=position, batch_id=letter.batch_id, **asdict(one)))
    except IntegrityError:
        raise ListedElsewhere from None


def check_current(session: Session, letter: CollectiveLetter) -> None:
    """``ListOutOfDate`` names who on the list is not waited for any more, or whose letter was replaced."""
    changed = col(CollectiveRow.ended_at).is_not(None) | (col(Letter.state) == LetterState.REPLACED)
    query = select(CollectiveRow.name).join(Letter, col(Letter.id) == CollectiveRow.letter_id)
    query = query.where(CollectiveRow.collective_id == letter.id, changed).order_by(col(CollectiveRow.position))
    if names := session.exec(query).all():
        rest = say(" dan {count} orang lain", count=len(names) - NAMED) if len(names) > NAMED else ""
        raise ListOutOfDate(
            say(
                "Sudah dijawab, ditutup, atau suratnya diganti: {names}{rest}. Kembalikan usulan ini, lalu ajukan daftar baru.",
                names=", ".join(names[:NAMED]),
                rest=rest,
            )
        )


def rows_of(session: Session, letter: CollectiveLetter) -> Sequence[CollectiveRow]:
    """The list in its order."""
    query = select(CollectiveRow).where(CollectiveRow.collective_id == letter.id)
    return session.exec(query.order_by(col(CollectiveRow.position))).all()


def batch_of(session: Session, letter: CollectiveLetter) -> RegistrationBatch:
    """The file the letter goes with."""
    return session.get_one(RegistrationBatch, letter.batch_id)


def _listed(session: Session, registration: Registration, case: Case) -> Listed:
    letter = registering.letter_of(session, case)
    assert letter and letter.id and registration.id and case.id and case.nik, "who is in a file has a NIK and a letter"
    day = letter.signed_at.astimezone(ZoneInfo(case.timezone)).date()
    return Listed(registration.id, case.id, letter.id, case.nik, case.name, letter.number, day)


def _kept(row: CollectiveRow) -> Listed:
    return Listed(row.registration_id, row.case_id, row.letter_id, row.nik, row.name, row.letter_number, row.letter_day)
