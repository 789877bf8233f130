"""Moving a letter between hospitals: a desk asks, the office confirms, and only then the letter is the other hospital's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import advance, audit
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.letter_states import LetterState
from workflows.permissions import Permission, check
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.records.transfer import Transfer, TransferOutcome
from workflows.saying import say


class TransferRefused(Conflict):
    """The letter cannot be moved to this hospital now; the sentence says why."""

    slug = "pindah-ditolak"
    sentence = "Surat ini tidak dapat dipindahkan. Periksa lagi suratnya, atau telepon Dinas Sosial."


@dataclass(frozen=True, slots=True)
class AskedTransfer:
    """A request with what an office needs to answer it; ``acceptance`` is the first one, where the letter is in use."""

    transfer: Transfer
    letter: Letter
    case: Case
    giver: Hospital
    taker: Hospital
    acceptance: Acceptance | None


def confirmed(session: Session, letter_id: int | None) -> Transfer | None:
    """The newest confirmed move of a letter."""
    moved = select(Transfer).where(Transfer.letter_id == letter_id, Transfer.outcome == TransferOutcome.CONFIRMED)
    return session.exec(moved.order_by(col(Transfer.id).desc()).limit(1)).first()


def holder(session: Session, letter: Letter) -> str | None:
    """Whose the letter is now: where it was moved to, else who accepted it, else whom it names; None where it names nobody."""
    if moved := confirmed(session, letter.id):
        return moved.to_hospital
    acceptance = session.get(Acceptance, letter.id)
    return acceptance.hospital_code if acceptance else letter.hospital_code


def request(
    session: Session, letter: Letter | None, reason: str, registration_number: str | None, actor: Actor, *, now: datetime
) -> Transfer:
    """Ask for a letter that another hospital has or that names another; ``TransferRefused`` says why not."""
    check(actor, Permission.ACCEPT_LETTER)
    if letter is None:
        raise NotFound(say("Tidak ada surat untuk data ini. Pindai lagi suratnya."))
    case = advance.lock_by_id(session, letter.case_id)
    session.refresh(letter)
    giver = holder(session, letter)
    _check_movable(letter, giver, actor, now)
    assert letter.id is not None and giver is not None and actor.hospital_code is not None
    asked = Transfer(
        letter_id=letter.id,
        from_hospital=giver,
        to_hospital=actor.hospital_code,
        reason=reason,
        registration_number=registration_number,
        requested_by=actor.person_id,
        requested_at=now,
    )
    try:
        with session.begin_nested():
            session.add(asked)
            session.flush()
    except IntegrityError:
        raise TransferRefused(say("Sudah ada permintaan pindah untuk surat ini. Tunggu jawaban Dinas Sosial.")) from None
    detail = {"letter": letter.number, "from_hospital": giver, "to_hospital": actor.hospital_code}
    audit.record(session, advance.subject(case), "ASK_TRANSFER", actor=actor, now=now, **detail)
    return asked


def decide(session: Session, transfer_id: int, *, confirms: bool, note: str | None, actor: Actor, now: datetime) -> Transfer:
    """Say yes or no to a request of the actor's region; whoever holds the letter by now must still be who was asked."""
    check(actor, Permission.CONFIRM_TRANSFER)
    found = session.exec(select(Transfer, Letter).join(Letter).where(Transfer.id == transfer_id)).first()
    if found is None:
        raise NotFound(say("Permintaan pindah ini tidak ada. Muat ulang daftarnya."))
    asked, letter = found
    case = advance.lock_by_id(session, letter.case_id)
    session.refresh(asked)
    session.refresh(letter)
    if case.region_code != actor.region_code:
        raise NotFound(say("Permintaan pindah ini tidak ada. Muat ulang daftarnya."))
    _check_open(session, asked, letter, confirms=confirms, now=now)
    if not confirms and not note:
        raise InvalidInput(say("Isi alasan penolakan. Rumah sakit membacanya."), field="note")
    asked.outcome = TransferOutcome.CONFIRMED if confirms else TransferOutcome.REFUSED
    asked.decided_by, asked.decided_at, asked.note = actor.person_id, now, note
    session.add(asked)
    session.flush()
    action = "CONFIRM_TRANSFER" if confirms else "REFUSE_TRANSFER"
    detail = {"letter": letter.number, "from_hospital": asked.from_hospital, "to_hospital": asked.to_hospital}
    audit.record(session, advance.subject(case), action, actor=actor, now=now, **detail)
    return asked


def waiting(session: Session, region_code: str) -> tuple[AskedTransfer, ...]:
    """Requests the office has not answered, oldest first."""
    query = select(Transfer, Letter, Case).join(Letter, col(Letter.id) == Transfer.letter_id).join(Case, col(Case.id) == Letter.case_id)
    rows = session.exec(query.where(col(Transfer.outcome).is_(None), Case.region_code == region_code).order_by(col(Transfer.id)))
    return tuple(_asked(session, transfer, letter, case) for transfer, letter, case in rows)


def of_hospital(session: Session, hospital_code: str, *, since: datetime) -> Sequence[tuple[Transfer, Letter]]:
    """A hospital's requests that are open, or were answered since a moment."""
    query = select(Transfer, Letter).join(Letter, col(Letter.id) == Transfer.letter_id).where(Transfer.to_hospital == hospital_code)
    recent = col(Transfer.outcome).is_(None) | (col(Transfer.decided_at) >= since)
    return session.exec(query.where(recent).order_by(col(Transfer.id))).all()


def from_hospital(session: Session, hospital_code: str, *, since: datetime) -> Sequence[tuple[Transfer, Letter, Hospital]]:
    """Other hospitals' requests for a hospital's letters that are open, or were answered since a moment; with who asked."""
    query = select(Transfer, Letter, Hospital).join(Letter, col(Letter.id) == Transfer.letter_id)
    query = query.join(Hospital, col(Hospital.code) == Transfer.to_hospital).where(Transfer.from_hospital == hospital_code)
    recent = col(Transfer.outcome).is_(None) | (col(Transfer.decided_at) >= since)
    return session.exec(query.where(recent).order_by(col(Transfer.id))).all()


def _asked(session: Session, transfer: Transfer, letter: Letter, case: Case) -> AskedTransfer:
    giver, taker = (session.get_one(Hospital, code) for code in (transfer.from_hospital, transfer.to_hospital))
    return AskedTransfer(transfer, letter, case, giver, taker, session.get(Acceptance, letter.id))


def _check_movable(letter: Letter, giver: str | None, actor: Actor, now: datetime) -> None:
    in_use = letter.state == LetterState.ACCEPTED
    if not in_use and (letter.state != LetterState.ISSUED or letter.valid_until <= now):
        raise TransferRefused(say("Surat ini tidak berlaku lagi, jadi tidak dapat dipindahkan. Minta surat baru ke Dinas Sosial."))
    if giver is None:
        raise TransferRefused(say("Surat ini berlaku di rumah sakit mana pun. Terima saja pasiennya."))
    if giver == actor.hospital_code:
        raise TransferRefused(say("Surat ini sudah milik rumah sakit Anda. Tidak perlu dipindahkan."))


def _check_open(session: Session, asked: Transfer, letter: Letter, *, confirms: bool, now: datetime) -> None:
    if asked.outcome is not None:
        raise TransferRefused(say("Permintaan ini sudah dijawab. Muat ulang daftarnya."))
    moved_on = holder(session, letter) != asked.from_hospital
    ended = letter.state != LetterState.ACCEPTED and (letter.state != LetterState.ISSUED or letter.valid_until <= now)
    if confirms and (moved_on or ended):
        raise TransferRefused(say("Surat ini berubah sejak diminta: dicabut, habis, atau dipakai rumah sakit lain. Tolak permintaan ini."))
