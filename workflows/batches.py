"""Registration for many at once: one export file with its receipt, and files of answers that are applied whole or not at all."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from workflows import advance, audit, households, looked, registering, registrations, transfers
from workflows.actor import Actor
from workflows.collective_states import LIVE
from workflows.errors import Conflict, NotFound
from workflows.permissions import Permission, check
from workflows.ports import Segment
from workflows.records.case import Case
from workflows.records.case_reading import Seen
from workflows.records.collective import CollectiveLetter
from workflows.records.registration import BatchRow, Registration, RegistrationAnswer, RegistrationBatch, RowOutcome
from workflows.registering import Answer
from workflows.registration_states import ON_ITS_WAY, RegistrationStatus, Route
from workflows.retention import Erased
from workflows.rules.activation import next_start
from workflows.rules.policy import ActivationMode, RegionPolicy
from workflows.saying import say

S = RegistrationStatus
MOST_PEOPLE = 5_000
"""In one file."""


class BatchRefused(Conflict):
    """There is nothing to send, or the file in hand is not the right one any more."""

    slug = "berkas-kiriman-ditolak"
    sentence = "Berkas kiriman ini tidak dapat dipakai. Buat berkas kiriman baru."


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One person as BPJS is told of her; columns by their names in the region's minimum record, texts all of them."""

    columns: dict[str, str]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One line of an answer file."""

    line: int
    nik: str
    answer: Answer


Render = Callable[[Sequence[ExportRow]], bytes]
"""Rows to the file's bytes; the same rows give the same bytes."""


def make(session: Session, policy: RegionPolicy, render: Render, actor: Actor, *, now: datetime) -> RegistrationBatch:
    """Put everybody who waits and has a NIK into one file; ``BatchRefused`` where nobody does."""
    check(actor, Permission.REGISTER)
    waiting = _waiting(session, policy.region_code)
    if not waiting:
        raise BatchRefused(say("Tidak ada yang menunggu didaftarkan. Muat ulang daftar ini nanti."))
    start = starts_on(policy, now=now)
    file = render([ExportRow(_columns(session, registration, case, start)) for registration, case in waiting])
    batch = RegistrationBatch(
        region_code=policy.region_code,
        number=_next_number(session, policy.region_code),
        people=len(waiting),
        sha256=hashlib.sha256(file).hexdigest(),
        file=file,
        made_at=now,
        made_by=actor.name,
    )
    session.add(batch)
    session.flush()
    for position, (registration, case) in enumerate(waiting, 1):
        _put_in(session, batch, position, registration, case, actor, now)
    session.flush()
    return batch


def mark_sent(session: Session, region_code: str, number: int, actor: Actor, *, now: datetime) -> RegistrationBatch:
    """Write down that BPJS has the file; a second time changes nothing."""
    check(actor, Permission.REGISTER)
    batch = lock(session, region_code, number)
    if batch.void_at is not None:
        raise BatchRefused(say("Berkas kiriman ini sudah dibatalkan. Buat berkas kiriman baru."))
    if batch.sent_at is not None:
        return batch
    rows = _rows(session, batch)
    if any(row.outcome == RowOutcome.VOID for row, _, _ in rows):
        raise BatchRefused(say("Ada berkas yang ditutup sesudah berkas kiriman ini dibuat. Batalkan kiriman ini, lalu buat lagi."))
    batch.sent_at, batch.sent_by = now, actor.name
    session.add(batch)
    for _, registration, case in rows:
        if registration.status == S.BATCHED:
            _sent(session, registration, case, actor, now)
    session.flush()
    return batch


def void(session: Session, region_code: str, number: int, reason: str, actor: Actor, *, now: datetime) -> RegistrationBatch:
    """Take back a file that was not sent; everybody in it waits again."""
    check(actor, Permission.REGISTER)
    batch = lock(session, region_code, number)
    if batch.sent_at is not None or batch.void_at is not None:
        raise BatchRefused(say("Berkas kiriman ini sudah dikirim atau dibatalkan. Muat ulang halaman."))
    live = select(CollectiveLetter.id).where(CollectiveLetter.batch_id == batch.id, col(CollectiveLetter.status).in_(LIVE))
    if session.exec(live).first() is not None:
        raise BatchRefused(say("Surat pengantar kiriman ini masih hidup. Tarik atau cabut surat itu dulu."))
    batch.void_at, batch.void_reason = now, reason
    session.add(batch)
    for _, registration, case in _rows(session, batch):
        if registration.status == S.BATCHED:
            registrations.answer_row(session, registration, RowOutcome.VOID, now=now)
            registrations.move(session, registration, S.WAITING, now=now)
            audit.record(session, advance.subject(case), "REGISTER_VOID", actor=actor, now=now, batch=batch.number, reason=reason)
    session.flush()
    return batch


def apply(session: Session, region_code: str, sha256: str, rows: Sequence[AnswerRow], actor: Actor, *, now: datetime) -> RegistrationAnswer:
    """Apply a file of answers in one transaction. The same file again returns the first receipt and changes nothing.

    Rows nobody waits for are reported with the reason, not guessed at.
    """
    check(actor, Permission.REGISTER)
    known = session.exec(
        select(RegistrationAnswer).where(RegistrationAnswer.region_code == region_code, RegistrationAnswer.sha256 == sha256)
    ).first()
    if known is not None:
        return known
    _lock(session, [pair[1] for row in rows if (pair := _awaited(session, region_code, row.nik))])
    strange: list[dict[str, Any]] = []
    counts = {S.ACTIVE: 0, S.REFUSED: 0}
    for row in rows:
        pair = _awaited(session, region_code, row.nik)
        if (why := _strange(pair[0] if pair else None, row)) or pair is None:
            strange.append({"line": row.line, "reason": why})
            continue
        _conclude(session, *pair, row.answer, actor, now)
        counts[S.REFUSED if row.answer.refusal else S.ACTIVE] += 1
    receipt = RegistrationAnswer(
        region_code=region_code,
        sha256=sha256,
        people=len(rows),
        accepted=counts[S.ACTIVE],
        refused=counts[S.REFUSED],
        strange=strange,
        received_at=now,
        received_by=actor.name,
    )
    session.add(receipt)
    session.flush()
    return receipt


def find(session: Session, region_code: str, number: int) -> RegistrationBatch:
    """One batch of a region, with its bytes as they were made."""
    query = select(RegistrationBatch).where(RegistrationBatch.region_code == region_code, RegistrationBatch.number == number)
    batch = session.exec(query).first()
    if batch is None:
        raise NotFound(say("Berkas kiriman ini tidak ada. Periksa nomornya."))
    if not batch.file:
        raise Erased(say("Berkas kiriman ini sudah dihapus menurut jadwal retensi. Jumlah orang dan SHA-256-nya tetap."))
    if hashlib.sha256(batch.file).hexdigest() != batch.sha256:
        raise BatchRefused(say("Isi berkas kiriman ini berubah sesudah dibuat. Jangan dikirim; hubungi admin."))
    return batch


def lock(session: Session, region_code: str, number: int) -> RegistrationBatch:
    """One batch as it is now, under the locks of its people's cases and then its own: whoever takes both takes them in this order."""
    batch = find(session, region_code, number)
    people = select(Registration.case_id).join(BatchRow, col(BatchRow.registration_id) == Registration.id)
    advance.lock_all(session, session.exec(people.where(BatchRow.batch_id == batch.id)).all())
    session.refresh(batch, ["sent_at", "sent_by", "void_at", "void_reason"], with_for_update={"key_share": True})
    return batch


def hand_out(session: Session, region_code: str, number: int, actor: Actor, *, now: datetime) -> RegistrationBatch:
    """One batch whose file leaves the office with ``actor``: written down once for the file, and at each person in it.

    An account leaves a look; whoever types at the installation itself is none, and leaves a line in the case's own chain.
    """
    check(actor, Permission.REGISTER)
    batch = find(session, region_code, number)
    people = select(Registration.case_id).join(BatchRow, col(BatchRow.registration_id) == Registration.id)
    people = people.where(BatchRow.batch_id == batch.id)
    if actor.id is not None:
        looked.note_all(session, people, Seen.REVEALED, actor, now=now)
    else:
        cases = session.exec(people.order_by(col(Registration.case_id))).all()
        advance.hold(session, cases)
        entries = [audit.Entry(actor, f"case:{number}", "EXPORT_REGISTRATION", {"batch": batch.number}) for number in cases]
        audit.record_all(session, entries, now=now)
    session.exec(select(RegistrationBatch.id).where(RegistrationBatch.id == batch.id).with_for_update()).one()
    facts = {"batch": batch.number, "people": batch.people, "sha256": batch.sha256}
    audit.record(session, f"registration-batch:{batch.id}", "EXPORT_REGISTRATION", actor=actor, now=now, **facts)
    return batch


def newest(session: Session, region_code: str, limit: int = 30) -> list[RegistrationBatch]:
    """A region's last batches."""
    query = select(RegistrationBatch).where(RegistrationBatch.region_code == region_code)
    return list(session.exec(query.order_by(col(RegistrationBatch.number).desc()).limit(limit)))


def answers(session: Session, region_code: str, limit: int = 30) -> list[RegistrationAnswer]:
    """A region's last files of answers."""
    query = select(RegistrationAnswer).where(RegistrationAnswer.region_code == region_code)
    return list(session.exec(query.order_by(col(RegistrationAnswer.id).desc()).limit(limit)))


def starts_on(policy: RegionPolicy, *, now: datetime) -> date | None:
    """The first day of cover to ask for; None while the region's registration is suspended."""
    today = now.astimezone(ZoneInfo(policy.timezone)).date()
    match policy.activation_mode.value:
        case ActivationMode.SAME_DAY:
            return today
        case ActivationMode.NEXT_CYCLE:
            return next_start(today, policy.cutoff_days.value)
    return None


def _waiting(session: Session, region_code: str) -> list[tuple[Registration, Case]]:
    query = select(Registration, Case).join(Case, col(Case.id) == Registration.case_id).where(Case.region_code == region_code)
    query = query.where(Registration.status == S.WAITING, Registration.route == Route.BPJS_FILE, col(Case.nik).is_not(None))
    ordered = query.order_by(col(Case.id)).limit(MOST_PEOPLE)
    _lock(session, [case for _, case in session.exec(ordered).all()])
    return list(session.exec(ordered.execution_options(populate_existing=True)).all())


def _columns(session: Session, registration: Registration, case: Case, start: date | None) -> dict[str, str]:
    letter = registering.letter_of(session, case)
    assert letter is not None, "a registration begins with a letter"
    known = {
        "nik": case.nik,
        "no_kk": case.kk,
        "nama": case.name,
        "tempat_lahir": None,
        "tgl_lahir": case.birth_date.isoformat(),
        "jk": "P" if case.female else "L",
        "status_kawin": None,
        "hub_keluarga": households.relation_of(session, case),
        "alamat": case.address,
        "rt": None,
        "rw": None,
        "kode_desa": case.domicile_code,
        "kode_pos": None,
        "no_hp": case.phone,
        "kode_fktp": None,
        "segmen": Segment.PEMDA.value,
        "tmt_usulan": start.isoformat() if start else None,
        "no_surat": letter.number,
        "tgl_surat": _day(case, letter.signed_at),
        "kode_rs": transfers.holder(session, letter) or case.hospital_code,
        "tgl_masuk_rs": _day(case, case.admitted_at) if case.admitted_at else None,
    }
    return {name: str(registration.details.get(name) or value or "") for name, value in known.items()}


def _day(case: Case, moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(case.timezone)).date().isoformat()


def _next_number(session: Session, region_code: str) -> int:
    return 1 + (session.exec(select(func.max(RegistrationBatch.number)).where(RegistrationBatch.region_code == region_code)).one() or 0)


def _put_in(
    session: Session, batch: RegistrationBatch, position: int, registration: Registration, case: Case, actor: Actor, now: datetime
) -> None:
    assert batch.id is not None and registration.id is not None
    session.add(BatchRow(batch_id=batch.id, registration_id=registration.id, position=position))
    registrations.move(session, registration, S.BATCHED, now=now)
    audit.record(session, advance.subject(case), "REGISTER_BATCH", actor=actor, now=now, batch=batch.number)


def _rows(session: Session, batch: RegistrationBatch) -> Sequence[tuple[BatchRow, Registration, Case]]:
    """Everybody in a batch, whose cases are locked, as they are now."""
    query = (
        select(BatchRow, Registration, Case)
        .join(Registration, col(Registration.id) == BatchRow.registration_id)
        .join(Case, col(Case.id) == Registration.case_id)
        .where(BatchRow.batch_id == batch.id)
        .order_by(col(Case.id))
    )
    return session.exec(query.execution_options(populate_existing=True)).all()


def _sent(session: Session, registration: Registration, case: Case, actor: Actor, now: datetime) -> None:
    registration.rounds += 1
    registrations.move(session, registration, S.SENT, now=now)
    audit.record(session, advance.subject(case), "REGISTER_SENT", actor=actor, now=now, route=registration.route.value)


def _awaited(session: Session, region_code: str, nik: str) -> tuple[Registration, Case] | None:
    """The registration an answer about a person can be about: the one on its way, else the newest."""
    query = select(Registration, Case).join(Case, col(Case.id) == Registration.case_id)
    query = query.where(Case.region_code == region_code, Case.nik == nik, Registration.route == Route.BPJS_FILE)
    pairs = session.exec(query.order_by(col(Registration.id).desc()).execution_options(populate_existing=True)).all()
    live = [pair for pair in pairs if pair[0].status in ON_ITS_WAY]
    return next(iter((*live, *pairs)), None)


def _lock(session: Session, cases: Sequence[Case]) -> None:
    advance.lock_all(session, (case.id or 0 for case in cases))


def _strange(registration: Registration | None, row: AnswerRow) -> str | None:
    """Why nobody waits for this row."""
    if registration is None:
        return "Tidak ada pendaftaran untuk orang ini di daerah ini."
    if registration.status in ON_ITS_WAY:
        return None
    if registration.status == S.ACTIVE:
        return "Pendaftaran ini sudah aktif."
    if row.answer.active_on and registration.status in (S.CANCELLED, S.GIVEN_UP):
        return "Berkasnya sudah ditutup, tetapi BPJS mengaktifkan. Buat surat pencabutan."
    return "Pendaftaran ini tidak sedang menunggu jawaban."


def _conclude(session: Session, registration: Registration, case: Case, answer: Answer, actor: Actor, now: datetime) -> None:
    if registration.status == S.BATCHED:  # an answer proves that the file was sent
        _sent(session, registration, case, actor, now)
        row = select(BatchRow).where(BatchRow.registration_id == registration.id, col(BatchRow.answered_at).is_(None))
        batch = session.get_one(RegistrationBatch, session.exec(row).one().batch_id)
        if batch.sent_at is None:
            batch.sent_at, batch.sent_by = now, actor.name
            session.add(batch)
    registering.conclude(session, case, registration, answer, actor, now=now)
