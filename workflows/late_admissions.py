"""An acceptance made while the letter was valid and sent after its end: a person of the office may make it one after all.

Never by itself, for only the desk's own clock says when it was made (``docs/adr/0013-late-admission.md``).
"""

from datetime import datetime

from sqlmodel import Session

from workflows import advance, audit, late_acceptances, letters, refusals, seats, transfers, trust, webhooks, without_nik
from workflows.actor import Actor
from workflows.desk import DeskAnswer
from workflows.erasing import is_erased
from workflows.errors import TransitionRefused
from workflows.letter_states import LABEL, LetterState
from workflows.permissions import Permission, check
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.late_acceptance import LateAcceptance, LateOutcome
from workflows.records.letter import Letter
from workflows.records.webhook import News
from workflows.retention import Erased
from workflows.saying import say
from workflows.seat_years import SeatRules
from workflows.seats import QuotaFull
from workflows.states import LABEL as CASE_LABEL
from workflows.states import Action, State
from workflows.vocabulary import AT_HOSPITAL, SEATED

NOT_IN_TIME = say("Penerimaan ini tidak dibuat selama surat berlaku, jadi tidak dapat diakui. Tulis penyelesaiannya.")
GONE_ON = frozenset({State.REGISTERING, State.ACTIVE, State.CLOSED, State.UNREGISTERED, State.DIED})
"""States of a case that went on without the acceptance: it is added, and the case stays where it is."""


def in_time(late: LateAcceptance, letter: Letter | None) -> bool:
    """Whether only the letter's end stood against it, and the desk's clock puts it before that end."""
    if letter is None or late.settled_at is not None or (late.outcome, late.answer) != (LateOutcome.REFUSED, DeskAnswer.EXPIRED):
        return False
    return letter.valid_from <= late.claimed_at < letter.valid_until and late.claimed_at <= late.received_at


def admit(session: Session, nonce: str, reason: str, rules: SeatRules, actor: Actor, *, now: datetime) -> LateAcceptance:
    """Make it the letter's acceptance, as of when it was made, and settle it with the reason.

    ``TransitionRefused`` where it was not made in time or the letter went another way meanwhile, ``QuotaFull`` where the seat that the
    letter's end set free is taken, ``OpenCaseExists`` where the person has another open case, ``Erased`` after the retention period.
    """
    check(actor, Permission.ADMIT_LATE)
    late = late_acceptances.open_one(session, nonce, actor)
    letter = session.get(Letter, late.letter_id) if late.letter_id else None
    if letter is None or not in_time(late, letter):
        raise TransitionRefused(NOT_IN_TIME)
    case = advance.lock_by_id(session, letter.case_id)
    late = late_acceptances.lock_open(session, nonce, actor)
    if is_erased(session, case):
        raise Erased
    letters.expire(session, case, now=now)
    session.refresh(letter)
    _check_free(session, letter, late)
    assert letter.id is not None
    acceptance = Acceptance(
        letter_id=letter.id,
        hospital_code=late.hospital_code,
        accepted_by=late.sent_by,
        accepted_at=late.claimed_at,
        registration_number=late.registration_number,
    )
    session.add(acceptance)
    advance.move_letter(letter, LetterState.ACCEPTED)
    session.add(letter)
    session.flush()
    _follow(session, case, letter, late, reason, rules, actor, now=now)
    trust.use(session, letter, now=now)
    webhooks.tell(session, case, letter, News.LETTER_ACCEPTED, now=now)
    late.admitted_to = late.hospital_code
    return late_acceptances.close(session, late, reason, actor, now=now)


def _check_free(session: Session, letter: Letter, late: LateAcceptance) -> None:
    """Nothing but its end stands against the letter, and it is no other hospital's."""
    if letter.state != LetterState.EXPIRED:
        raise TransitionRefused(say("Surat ini sekarang berstatus {label}. Muat ulang daftarnya.", label=LABEL[letter.state]))
    if trust.is_withdrawn(session, letter.key_id):
        raise TransitionRefused(say("Kunci surat ini ditarik, jadi penerimaannya tidak dapat diakui. Tulis penyelesaiannya."))
    if letter.type not in AT_HOSPITAL or transfers.holder(session, letter) not in (None, late.hospital_code):
        raise TransitionRefused(say("Surat ini bukan untuk rumah sakit itu. Tulis penyelesaiannya."))


def _follow(
    session: Session, case: Case, letter: Letter, late: LateAcceptance, reason: str, rules: SeatRules, actor: Actor, *, now: datetime
) -> None:
    """The case goes on where the letter's end had closed it, with a seat again; one that went on already stays where it is."""
    told = {"letter": letter.number, "hospital": late.hospital_code, "claimed_at": late.claimed_at.isoformat(), "reason": reason}
    if case.state in GONE_ON:
        audit.record(session, advance.subject(case), Action.ADMIT_LATE.value, actor=actor, now=now, **told)
        return
    if case.state != State.EXPIRED:
        label = CASE_LABEL[case.state]
        raise TransitionRefused(say("Langkah ini tidak ada saat berkas berstatus “{label}”. Muat ulang berkas.", label=label))
    without_nik.refuse_second(session, {name: getattr(case, name) for name in refusals.CARRIED})
    if case.letter_type in SEATED and seats.live_seat(session, case) is None and seats.reserve(session, case, rules, now=now) is None:
        raise QuotaFull(say("Kuota kursi penuh, jadi penerimaan ini belum dapat diakui. Tambah kuota, lalu ulangi."))
    advance.advance(session, case, Action.ADMIT_LATE, actor, now=now, **told)
