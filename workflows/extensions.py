"""A new letter for one that expired before the patient came: the desk asks with one key, the office opens a case from the old one.

The new case is weighed and decided like any other; what the office knew and which papers it had go on into it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import advance, audit, intake, letters, transfers
from workflows.actor import Actor
from workflows.erasing import is_erased
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.intake import AMENDABLE, ONCE, Intake
from workflows.letter_states import LetterState
from workflows.permissions import Permission, check
from workflows.records.case import Case, CaseDocument
from workflows.records.extension import Extension, ExtensionOutcome
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.retention import Erased
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.states import State
from workflows.vocabulary import AT_HOSPITAL, Channel, DocumentType

GONE = say("Permintaan perpanjangan ini tidak ada. Muat ulang daftarnya.")


class ExtensionRefused(Conflict):
    """No new letter can be asked for in this one's place; the sentence says why."""

    slug = "perpanjangan-ditolak"
    sentence = "Surat ini tidak dapat diperpanjang. Periksa lagi suratnya, atau telepon Dinas Sosial."


@dataclass(frozen=True, slots=True)
class AskedExtension:
    """A wish with what an office needs to answer it."""

    extension: Extension
    letter: Letter
    case: Case
    hospital: Hospital


@dataclass(frozen=True, slots=True)
class Prolonged:
    """What became of a wish: ``letter`` is the new one, once it was out; it may have ended since."""

    extension: Extension
    case: Case | None
    letter: Letter | None


def request(session: Session, letter: Letter | None, actor: Actor, *, now: datetime) -> Extension:
    """Ask for a new letter; ``ExtensionRefused`` where the old one is good, was used, or is another hospital's, ``Erased`` where nothing
    is known of the person any more."""
    check(actor, Permission.ACCEPT_LETTER)
    if letter is None:
        raise NotFound(say("Tidak ada surat untuk data ini. Pindai lagi suratnya."))
    case = advance.lock_by_id(session, letter.case_id)
    session.refresh(letter)
    if is_erased(session, case):
        raise Erased
    _check_alive(case)
    _check_expired(session, letter, actor, now)
    assert letter.id is not None and actor.hospital_code is not None
    asked = Extension(letter_id=letter.id, hospital_code=actor.hospital_code, requested_by=actor.person_id, requested_at=now)
    try:
        with session.begin_nested():
            session.add(asked)
            session.flush()
    except IntegrityError:
        raise ExtensionRefused(say("Perpanjangan surat ini sudah diminta. Tunggu jawaban Dinas Sosial.")) from None
    detail = {"letter": letter.number, "hospital": actor.hospital_code}
    audit.record(session, advance.subject(case), "ASK_EXTENSION", actor=actor, now=now, **detail)
    return asked


def open_again(session: Session, extension_id: int, policy: RegionPolicy, actor: Actor, *, now: datetime) -> Case:
    """Open the new case with what is known of the old one. ``OpenCaseExists`` where the person has an open case already."""
    check(actor, Permission.OPEN_CASE)
    asked, letter, old = _locked(session, extension_id, actor)
    _check_alive(old)
    letters.expire(session, old, now=now)
    case = intake.open_application(session, _known(session, old, asked), actor, policy, now=now)
    _answer(asked, ExtensionOutcome.OPENED, actor, now=now)
    asked.case_id = case.id
    session.add(asked)
    session.flush()
    detail = {"letter": letter.number, "hospital": asked.hospital_code}
    audit.record(session, advance.subject(old), "OPEN_EXTENSION", actor=actor, now=now, ticket=case.ticket, **detail)
    audit.record(session, advance.subject(case), "EXTENDS", actor=actor, now=now, ticket=old.ticket, **detail)
    return case


def refuse(session: Session, extension_id: int, note: str | None, actor: Actor, *, now: datetime) -> Extension:
    """Say why there will be no new letter; the hospital reads it and may ask again."""
    check(actor, Permission.CONFIRM_TRANSFER)
    asked, letter, old = _locked(session, extension_id, actor)
    if not note:
        raise InvalidInput(say("Isi alasan penolakan. Rumah sakit membacanya."), field="note")
    _answer(asked, ExtensionOutcome.REFUSED, actor, now=now)
    asked.note = note
    session.add(asked)
    session.flush()
    detail = {"letter": letter.number, "hospital": asked.hospital_code}
    audit.record(session, advance.subject(old), "REFUSE_EXTENSION", actor=actor, now=now, **detail)
    return asked


def waiting(session: Session, region_code: str) -> tuple[AskedExtension, ...]:
    """Wishes the office has not answered, oldest first."""
    query = select(Extension, Letter, Case, Hospital).join(Letter, col(Letter.id) == Extension.letter_id)
    query = query.join(Case, col(Case.id) == Letter.case_id).join(Hospital, col(Hospital.code) == Extension.hospital_code)
    rows = session.exec(query.where(col(Extension.outcome).is_(None), Case.region_code == region_code).order_by(col(Extension.id)))
    return tuple(AskedExtension(*row) for row in rows)


def of_hospital(session: Session, hospital_code: str, *, since: datetime) -> Sequence[tuple[Extension, Letter]]:
    """A hospital's wishes that are open, or were answered since a moment."""
    query = select(Extension, Letter).join(Letter, col(Letter.id) == Extension.letter_id).where(Extension.hospital_code == hospital_code)
    recent = col(Extension.outcome).is_(None) | (col(Extension.decided_at) >= since)
    return session.exec(query.where(recent).order_by(col(Extension.id))).all()


def newest(session: Session, letter: Letter) -> Prolonged | None:
    """What became of the last wish for this letter, if there was one."""
    query = select(Extension).where(Extension.letter_id == letter.id).order_by(col(Extension.id).desc()).limit(1)
    asked = session.exec(query).first()
    return became(session, asked) if asked else None


def became(session: Session, asked: Extension) -> Prolonged:
    """The same of one wish."""
    case = session.get(Case, asked.case_id) if asked.case_id else None
    new = letters.newest_letter(session, case) if case else None
    return Prolonged(asked, case, new if new is not None and new.issued_at is not None else None)


def _check_alive(case: Case) -> None:
    if case.state is State.DIED:
        raise ExtensionRefused(say("Pasien tercatat wafat, jadi suratnya tidak diperpanjang. Bila itu keliru, telepon Dinas Sosial."))


def _check_expired(session: Session, letter: Letter, actor: Actor, now: datetime) -> None:
    over = letter.state == LetterState.EXPIRED or (letter.state == LetterState.ISSUED and letter.valid_until <= now)
    if not over:
        raise ExtensionRefused(say("Hanya surat yang masa berlakunya habis dapat diperpanjang. Pindai lagi suratnya."))
    if letter.type not in AT_HOSPITAL:
        raise ExtensionRefused(say("Surat ini bukan untuk loket rumah sakit. Periksa kepesertaan pasien."))
    if transfers.holder(session, letter) not in (None, actor.hospital_code):
        raise ExtensionRefused(say("Surat ini untuk rumah sakit lain. Ajukan berkas baru dari rumah sakit Anda."))


def _locked(session: Session, extension_id: int, actor: Actor) -> tuple[Extension, Letter, Case]:
    found = session.exec(select(Extension, Letter).join(Letter).where(Extension.id == extension_id)).first()
    if found is None:
        raise NotFound(GONE)
    asked, letter = found
    case = advance.lock_by_id(session, letter.case_id)
    session.refresh(asked)
    session.refresh(letter)
    if case.region_code != actor.region_code:
        raise NotFound(GONE)
    if asked.outcome is not None:
        raise ExtensionRefused(say("Permintaan ini sudah dijawab. Muat ulang daftarnya."))
    return asked, letter, case


def _answer(asked: Extension, outcome: ExtensionOutcome, actor: Actor, *, now: datetime) -> None:
    asked.outcome, asked.decided_by, asked.decided_at = outcome, actor.person_id, now


def _known(session: Session, old: Case, asked: Extension) -> Intake:
    seen = session.exec(select(CaseDocument.type).where(CaseDocument.case_id == old.id))
    known = {name: getattr(old, name) for name in (*ONCE, *AMENDABLE)}
    # Whoever has a NIK by now needs no reason for having none.
    here = {"hospital_code": asked.hospital_code, "channel": Channel.RS, "admitted_at": None, "no_nik": old.lane}
    return Intake(**{**known, **here}, documents=frozenset(DocumentType(paper) for paper in seen))
