"""What a desk accepted without network and sends later: each is kept under its nonce, and a double one shows as a conflict.

Nothing a desk's clock says decides anything: whoever arrives first has the letter, and a person settles what collides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import advance, audit, desk
from workflows.actor import Actor
from workflows.desk import Verdict
from workflows.errors import Conflict, IdempotencyReuse, NotFound
from workflows.permissions import Permission, check
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.records.late_acceptance import LateAcceptance, LateOutcome
from workflows.records.letter import Letter
from workflows.saying import say

OPEN = (LateOutcome.CONFLICT, LateOutcome.REFUSED)
"""Outcomes that a person settles."""


class AlreadySettled(Conflict):
    """Somebody settled it before."""

    slug = "sudah-diselesaikan"
    sentence = "Penerimaan ini sudah diselesaikan orang lain. Muat ulang daftarnya."


@dataclass(frozen=True, slots=True)
class Sent:
    """What a desk sends of one acceptance; ``claimed_at`` is by its own clock."""

    nonce: str
    code_sha256: str
    claimed_at: datetime
    registration_number: str | None = None


@dataclass(frozen=True, slots=True)
class OpenLate:
    """An acceptance that a person must settle, with what there is to see of it."""

    late: LateAcceptance
    hospital: Hospital
    letter: Letter | None
    case: Case | None
    first: Acceptance | None
    holder: Hospital | None


def receive(
    session: Session, letter: Letter | None, refused: Verdict | None, sent: Sent, actor: Actor, *, now: datetime
) -> tuple[LateAcceptance, Verdict]:
    """Keep one acceptance and say what became of it; the same one sent again is the same row.

    ``refused`` is the verdict on a code that names no letter. ``IdempotencyReuse`` where the nonce was another code's.
    """
    check(actor, Permission.ACCEPT_LETTER)
    if letter is not None:
        advance.lock_by_id(session, letter.case_id)
    known = session.get(LateAcceptance, sent.nonce)
    if known is not None:
        return _again(session, known, letter, refused, sent, actor, now=now)
    try:
        with session.begin_nested():
            return _first(session, letter, refused, sent, actor, now=now)
    except IntegrityError:
        known = session.get(LateAcceptance, sent.nonce)
        if known is None:
            raise
        return _again(session, known, letter, refused, sent, actor, now=now)


def settle(session: Session, nonce: str, settlement: str, actor: Actor, *, now: datetime) -> LateAcceptance:
    """A person of the office says how a conflict or a refused acceptance was put right."""
    check(actor, Permission.CONFIRM_TRANSFER)
    late = open_one(session, nonce, actor)
    if late.letter_id is not None:  # the case first, as whoever admits or sends it
        advance.lock_by_id(session, session.get_one(Letter, late.letter_id).case_id)
    return close(session, lock_open(session, nonce, actor), settlement, actor, now=now)


def open_one(session: Session, nonce: str, actor: Actor) -> LateAcceptance:
    """One that the actor's office still has to settle."""
    return _open(session.exec(select(LateAcceptance).where(LateAcceptance.nonce == nonce)).first(), session, actor)


def lock_open(session: Session, nonce: str, actor: Actor) -> LateAcceptance:
    """The same under its row lock, read again."""
    query = select(LateAcceptance).where(LateAcceptance.nonce == nonce).with_for_update().execution_options(populate_existing=True)
    return _open(session.exec(query).first(), session, actor)


def close(session: Session, late: LateAcceptance, settlement: str, actor: Actor, *, now: datetime) -> LateAcceptance:
    """Write down how it was settled; the caller holds its lock."""
    late.settled_at, late.settled_by, late.settlement = now, actor.person_id, settlement
    session.add(late)
    session.flush()
    _record(session, late, "SETTLE_LATE", actor, now=now)
    return late


def _open(late: LateAcceptance | None, session: Session, actor: Actor) -> LateAcceptance:
    if late is None or late.outcome not in OPEN or session.get_one(Hospital, late.hospital_code).region_code != actor.region_code:
        raise NotFound(say("Penerimaan ini tidak ada dalam daftar. Muat ulang daftarnya."))
    if late.settled_at is not None:
        raise AlreadySettled
    return late


def unsettled(session: Session, region_code: str) -> tuple[OpenLate, ...]:
    """What an office still has to settle, oldest first."""
    query = select(LateAcceptance).join(Hospital, col(Hospital.code) == LateAcceptance.hospital_code)
    wanted = query.where(col(LateAcceptance.outcome).in_(OPEN), col(LateAcceptance.settled_at).is_(None))
    rows = session.exec(wanted.where(Hospital.region_code == region_code).order_by(col(LateAcceptance.received_at)))
    return tuple(_shown(session, late) for late in rows)


def of_hospital(session: Session, hospital_code: str, *, since: datetime) -> Sequence[tuple[LateAcceptance, Letter | None]]:
    """A hospital's acceptances that arrived late and did not become its own, since a moment or still open, each with its letter
    where that is known."""
    query = select(LateAcceptance, Letter).outerjoin(Letter, col(Letter.id) == LateAcceptance.letter_id)
    query = query.where(LateAcceptance.hospital_code == hospital_code, col(LateAcceptance.outcome).in_(OPEN))
    recent = (col(LateAcceptance.received_at) >= since) | col(LateAcceptance.settled_at).is_(None)
    return session.exec(query.where(recent).order_by(col(LateAcceptance.received_at))).all()


def claimed_when(session: Session, acceptance: Acceptance) -> datetime:
    """When a patient was really accepted: by the desk's own clock where the acceptance arrived late."""
    query = select(LateAcceptance.claimed_at).where(
        LateAcceptance.letter_id == acceptance.letter_id, LateAcceptance.outcome == LateOutcome.TAKEN
    )
    return session.exec(query).first() or acceptance.accepted_at


def _first(
    session: Session, letter: Letter | None, refused: Verdict | None, sent: Sent, actor: Actor, *, now: datetime
) -> tuple[LateAcceptance, Verdict]:
    before = session.get(Acceptance, letter.id) if letter else None
    verdict, ours = (refused, False) if refused else desk.accept(session, letter, sent.registration_number, actor, now=now)
    assert actor.hospital_code is not None
    late = LateAcceptance(
        nonce=sent.nonce,
        hospital_code=actor.hospital_code,
        letter_id=letter.id if letter else None,
        code_sha256=sent.code_sha256,
        outcome=_outcome(verdict, before, actor, ours=ours),
        answer=verdict.answer.value,
        claimed_at=sent.claimed_at,
        received_at=now,
        sent_by=actor.person_id,
        registration_number=sent.registration_number,
    )
    late.taken_by = None if late.outcome == LateOutcome.REFUSED or verdict.acceptance is None else verdict.acceptance.hospital_code
    session.add(late)
    session.flush()
    if late.outcome in OPEN:
        _record(session, late, "LATE_ACCEPTANCE", actor, now=now)
    return late, verdict


def _outcome(verdict: Verdict, before: Acceptance | None, actor: Actor, *, ours: bool) -> LateOutcome:
    accepted = verdict.acceptance
    if accepted is None:
        return LateOutcome.REFUSED
    if accepted.hospital_code != actor.hospital_code:
        return LateOutcome.CONFLICT
    return LateOutcome.TAKEN if ours and before is None else LateOutcome.OURS


def _again(
    session: Session, known: LateAcceptance, letter: Letter | None, refused: Verdict | None, sent: Sent, actor: Actor, *, now: datetime
) -> tuple[LateAcceptance, Verdict]:
    if (known.hospital_code, known.code_sha256) != (actor.hospital_code, sent.code_sha256):
        raise IdempotencyReuse(say("Nomor acak penerimaan ini sudah dipakai untuk surat lain. Pindai lagi suratnya."))
    return known, refused or desk.judge(session, letter, actor.hospital_code, now=now)


def _record(session: Session, late: LateAcceptance, action: str, actor: Actor, *, now: datetime) -> None:
    detail = {"outcome": late.outcome.value, "answer": late.answer, "hospital": late.hospital_code, "taken_by": late.taken_by}
    if late.letter_id is None:
        audit.record_on_person(session, action, actor=actor, now=now, **detail)
        return
    case = advance.lock_by_id(session, session.get_one(Letter, late.letter_id).case_id)
    audit.record(session, advance.subject(case), action, actor=actor, now=now, **detail)


def _shown(session: Session, late: LateAcceptance) -> OpenLate:
    letter = session.get(Letter, late.letter_id) if late.letter_id else None
    return OpenLate(
        late=late,
        hospital=session.get_one(Hospital, late.hospital_code),
        letter=letter,
        case=session.get(Case, letter.case_id) if letter else None,
        first=session.get(Acceptance, late.letter_id) if late.letter_id else None,
        holder=session.get(Hospital, late.taken_by) if late.taken_by else None,
    )
