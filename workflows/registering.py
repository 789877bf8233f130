"""What people do about one registration: mend and send again, send by hand, write down the answer, or close with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import advance, audit, duties, registrations, seats, webhooks
from workflows.actor import Actor
from workflows.duties import DutyTerms
from workflows.errors import InvalidInput, NotFound, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.records.registration import Registration, RowOutcome
from workflows.records.webhook import News
from workflows.registration_states import ENDED, RefusalCode, RegistrationStatus, Route
from workflows.saying import say
from workflows.states import Action, State

S = RegistrationStatus

DETAILS = "no_kk tempat_lahir status_kawin hub_keluarga alamat rt rw kode_desa kode_pos no_hp kode_fktp".split()
"""Columns of BPJS's form that the counter may fill in or mend; who the person is, is not among them: that is another case."""

PAGE = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """BPJS's word on one person: active from a day with a card, or refused with a code. ``note`` is theirs, or the evidence seen."""

    active_on: date | None = None
    card_number: str | None = None
    refusal: RefusalCode | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if (self.active_on is None) == (self.refusal is None):
            raise InvalidInput(say("Isi tanggal aktif, atau alasan penolakan, salah satu."))


def listed(session: Session, region_code: str, status: RegistrationStatus | None) -> list[tuple[Registration, Case]]:
    """A region's registrations in a status, the longest waiting first; without a status all that are still open."""
    query = select(Registration, Case).join(Case, col(Case.id) == Registration.case_id).where(Case.region_code == region_code)
    wanted = [status] if status else [one for one in S if one not in ENDED]
    query = query.where(col(Registration.status).in_(wanted))
    return list(session.exec(query.order_by(col(Registration.since), col(Registration.id)).limit(PAGE)).all())


def mend(session: Session, case: Case, details: Mapping[str, str], actor: Actor, *, now: datetime) -> None:
    """Fill in or correct columns of the form; what was refused waits for the next batch again."""
    check(actor, Permission.REGISTER)
    registration = _of(session, case)
    if registration.status not in (S.WAITING, S.REFUSED):
        raise TransitionRefused(say("Data pendaftaran ini sudah dikirim. Tunggu jawabannya, lalu betulkan."))
    if unknown := sorted(set(details) - set(DETAILS)):
        raise InvalidInput(say("Kolom ini tidak dapat diubah di sini: {unknown}.", unknown=", ".join(unknown)))
    registration.details = {**registration.details, **details}
    if registration.status == S.REFUSED:
        registration.refusal = None
        registrations.move(session, registration, S.WAITING, now=now)
    session.add(registration)
    session.flush()
    audit.record(session, advance.subject(case), "REGISTER_MEND", actor=actor, now=now, columns=sorted(details))


def send_by_hand(session: Session, case: Case, reference: str | None, actor: Actor, *, now: datetime) -> None:
    """Write down that a reactivation was typed into SIKS-NG."""
    check(actor, Permission.REGISTER)
    registration = _of(session, case)
    if registration.route != Route.SIKS_NG:
        raise TransitionRefused(say("Pendaftaran ini dikirim dalam berkas kiriman. Buat berkas kiriman."))
    registrations.move(session, registration, S.SENT, now=now)
    registration.rounds, registration.reference = registration.rounds + 1, reference
    session.add(registration)
    audit.record(session, advance.subject(case), "REGISTER_SENT", actor=actor, now=now, route=registration.route.value)
    advance.settle(session, case, now=now)


def grant(session: Session, case: Case, evidence: str, actor: Actor, *, now: datetime) -> None:
    """Write down that the ministry agrees to a reactivation, and what was seen of it; BPJS still has to make the person active."""
    check(actor, Permission.REGISTER)
    registration = _of(session, case)
    if registration.route != Route.SIKS_NG:
        raise TransitionRefused(say("Pendaftaran ini dijawab BPJS, bukan Kementerian Sosial. Catat jawaban BPJS."))
    registration.note = evidence
    registrations.move(session, registration, S.GRANTED, now=now)
    audit.record(session, advance.subject(case), "REGISTER_GRANTED", actor=actor, now=now, evidence=evidence)
    advance.settle(session, case, now=now)


def answer(session: Session, case: Case, given: Answer, terms: DutyTerms, actor: Actor, *, now: datetime) -> None:
    """Write down one answer. A member's seat is committed, and the case goes on by itself; a reactivation begins its DTSEN duty."""
    check(actor, Permission.REGISTER)
    registration = _of(session, case)
    by_hand = registration.route == Route.SIKS_NG
    if by_hand:
        _check_evidence(registration, given)
        _check_seen_day(case, given, now)
    conclude(session, case, registration, given, actor, now=now)
    if by_hand and given.active_on:
        duties.begin(session, case, given.active_on, terms, now=now)


def conclude(session: Session, case: Case, registration: Registration, given: Answer, actor: Actor, *, now: datetime) -> None:
    """What follows from an answer, by hand or by file."""
    outcome = RowOutcome.REFUSED if given.refusal else RowOutcome.ACTIVE
    registrations.answer_row(session, registration, outcome, now=now)
    registration.refusal, registration.note = given.refusal, given.note
    registration.active_on, registration.card_number = given.active_on, given.card_number
    if given.refusal is not None:
        registrations.move(session, registration, S.REFUSED, now=now)
        audit.record(session, advance.subject(case), "REGISTER_REFUSED", actor=actor, now=now, code=given.refusal.value, **_seen(given))
        return
    registrations.move(session, registration, S.ACTIVE, now=now)
    audit.record(session, advance.subject(case), "REGISTER_ACTIVE", actor=actor, now=now, since=f"{given.active_on}", **_seen(given))
    seats.commit(session, case, now=now)
    if letter := letter_of(session, case):
        webhooks.tell(session, case, letter, News.MEMBERSHIP_ACTIVE, now=now)
    advance.settle(session, case, now=now)


def give_up(session: Session, case: Case, reason: str, actor: Actor, *, now: datetime) -> None:
    """Close a case that BPJS will not make active, or one whose SEP never came, and say why.

    While the letter can still be used the head of office has to revoke it first: a desk would accept it.
    """
    check(actor, Permission.REGISTER)
    if case.state == State.LETTER_ISSUED:
        raise TransitionRefused(say("Suratnya masih berlaku. Mintalah Kepala Dinas mencabut surat itu dulu."))
    advance.find(case.state, Action.GIVE_UP)
    if case.state != State.ACTIVE:
        registration = _of(session, case)
        registration.note = reason
        registrations.move(session, registration, S.GIVEN_UP, now=now)
    advance.advance(session, case, Action.GIVE_UP, actor, now=now, reason=reason)


def letter_of(session: Session, case: Case) -> Letter | None:
    """The letter a registration rests on."""
    return session.exec(select(Letter).where(Letter.case_id == case.id).order_by(col(Letter.id).desc()).limit(1)).first()


def _check_evidence(registration: Registration, given: Answer) -> None:
    if registration.status == S.WAITING:
        raise TransitionRefused(say("Usulan ini belum dicatat terkirim lewat SIKS-NG. Catat pengirimannya dulu."))
    if not given.note:
        raise InvalidInput(say("Tulis bukti yang dilihat, misalnya tangkapan layar SIKS-NG atau status di BPJS."), field="note")


def _check_seen_day(case: Case, given: Answer, now: datetime) -> None:
    """What was seen has happened."""
    if given.active_on and given.active_on > now.astimezone(ZoneInfo(case.timezone)).date():
        raise InvalidInput(say("Tanggal aktif belum tiba. Catat sesudah status aktifnya terlihat."), field="active_on")


def _seen(given: Answer) -> dict[str, str]:
    return {"evidence": given.note} if given.note else {}


def _of(session: Session, case: Case) -> Registration:
    registration = registrations.of_case(session, case)
    if registration is None:
        raise NotFound(say("Berkas ini tidak punya pendaftaran ke BPJS. Periksa jenis suratnya."))
    return registration
