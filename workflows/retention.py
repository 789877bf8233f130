"""Cases whose time is over, by the day's policy, and what still holds each of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from workflows import audit
from workflows.actor import Actor
from workflows.advance import subject
from workflows.errors import Conflict, InvalidInput
from workflows.records.bedside import Provisional
from workflows.records.case import Case
from workflows.records.collective import CollectiveRow
from workflows.records.duty import Duty
from workflows.records.erasure import Erasure, LegalHold
from workflows.records.extension import Extension
from workflows.records.late_acceptance import LateAcceptance, LateOutcome
from workflows.records.letter import Letter
from workflows.records.manual_check import Correction
from workflows.records.objection import Objection
from workflows.records.registration import BatchRow, Registration
from workflows.records.removal import Removal
from workflows.records.seat import Seat
from workflows.records.transfer import Transfer
from workflows.rules.retention import Kept, Term, term_on
from workflows.saying import say
from workflows.states import State

Query = SelectOfScalar[Any]
SHORTEST_REASON = 10
AT_ONCE = 500
"""Cases looked at in one query."""
REFUSED = frozenset({State.REJECTED, State.UPHELD, State.OVERTURNED})


class Erased(Conflict):
    """What is asked for was personal data whose time was over."""

    slug = "sudah-dihapus"
    sentence = "Data pribadi berkas ini sudah dihapus menurut jadwal retensi. Nomor, tanggal, dan jejak auditnya tetap."


@dataclass(frozen=True, slots=True)
class Over:
    """A case whose time is over since ``due_on``, counted from ``since``; ``held`` says what it waits for, a sentence each."""

    case_id: int
    ticket: str
    kind: Kept
    since: date
    due_on: date
    term: Term
    held: tuple[str, ...]


def over(session: Session, terms: Sequence[Term], *, now: datetime) -> Iterator[Over]:
    """Every closed case whose time is over, held or not, in the order they were opened."""
    old_enough, last = _old_enough(terms, now), 0
    while cases := _closed(session, old_enough, last):
        for case in cases:
            assert case.id is not None
            last = case.id
            if found := over_of(session, case, terms, now=now):
                yield found


def over_of(session: Session, case: Case, terms: Sequence[Term], *, now: datetime) -> Over | None:
    """The same of one case; None before its day, while it is open, and once it is erased."""
    if case.id is None or case.closed_at is None or session.get(Erasure, case.id) is not None:
        return None
    zone = ZoneInfo(case.timezone)
    today, kind = now.astimezone(zone).date(), _kind(session, case)
    term = term_on(terms, kind, case.region_code, today)
    since = max([case.closed_at, *_seats_freed(session, case.id)]).astimezone(zone).date()
    due_on = since + timedelta(days=term.days)
    return Over(case.id, case.ticket, kind, since, due_on, term, holds(session, case.id)) if due_on <= today else None


def holds(session: Session, case_id: int) -> tuple[str, ...]:
    """What keeps a case from being erased; empty where nothing does."""
    said = [sentence for sentence, query in STILL.items() if session.exec(query(case_id).limit(1)).first() is not None]
    return (*(f"Ditahan: {hold.reason}" for hold in _open_holds(session, case_id)), *said)


def hold(session: Session, case: Case, reason: str, actor: Actor, *, now: datetime) -> LegalHold:
    """Keep a case from being erased until somebody lifts it; ``Conflict`` where it is held already, ``Erased`` where it is too late."""
    assert case.id is not None
    _check_reason(reason)
    if session.get(Erasure, case.id) is not None:
        raise Erased
    if _open_holds(session, case.id):
        raise Conflict(say("Berkas ini sudah ditahan. Lepaskan dulu bila alasannya berubah."))
    placed = LegalHold(case_id=case.id, reason=reason, placed_by=actor.name, placed_at=now)
    session.add(placed)
    audit.record(session, subject(case), "HOLD", actor=actor, now=now, reason=reason)
    return placed


def lift(session: Session, case: Case, reason: str, actor: Actor, *, now: datetime) -> LegalHold:
    """Let a case's time run again; ``Conflict`` where nothing holds it."""
    assert case.id is not None
    _check_reason(reason)
    for placed in _open_holds(session, case.id):
        placed.lifted_by, placed.lifted_at, placed.lift_reason = actor.name, now, reason
        session.add(placed)
        audit.record(session, subject(case), "LIFT_HOLD", actor=actor, now=now, reason=reason)
        return placed
    raise Conflict(say("Berkas ini tidak ditahan. Periksa nomor berkasnya."))


def _kind(session: Session, case: Case) -> Kept:
    if case.state in REFUSED:
        return Kept.REFUSED_CASE
    if case.state is not State.WITHDRAWN:
        return Kept.CLOSED_CASE
    provisional = session.get(Provisional, case.id)
    return Kept.ABANDONED_BEDSIDE if provisional and provisional.lapsed_at else Kept.WITHDRAWN_CASE


def _seats_freed(session: Session, case_id: int) -> list[datetime]:
    return [at for at in session.exec(select(Seat.released_at).where(Seat.case_id == case_id)) if at is not None]


def _open_holds(session: Session, case_id: int) -> list[LegalHold]:
    return list(session.exec(select(LegalHold).where(LegalHold.case_id == case_id, col(LegalHold.lifted_at).is_(None))))


def _old_enough(terms: Sequence[Term], now: datetime) -> ColumnElement[bool]:
    """Closed so long ago that the shortest term of such an end, in any region, may be over: the database leaves out the others."""
    ends = (
        (col(Case.state).in_(REFUSED), {Kept.REFUSED_CASE}),
        (col(Case.state) == State.WITHDRAWN, {Kept.WITHDRAWN_CASE, Kept.ABANDONED_BEDSIDE}),
        (col(Case.state).not_in(REFUSED | {State.WITHDRAWN}), {Kept.CLOSED_CASE}),
    )
    shortest = [(end, min(term.days for term in terms if term.kind in kinds)) for end, kinds in ends]
    return or_(*(and_(end, col(Case.closed_at) <= now - timedelta(days=days - 1)) for end, days in shortest))


def _closed(session: Session, old_enough: ColumnElement[bool], last: int) -> list[Case]:
    whole = select(Case).where(old_enough, col(Case.id) > last, col(Case.id).not_in(select(Erasure.case_id)))
    return list(session.exec(whole.order_by(col(Case.id)).limit(AT_ONCE)))


def _check_reason(reason: str) -> None:
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(say("Tulis alasan paling sedikit {shortest_reason} huruf.", shortest_reason=SHORTEST_REASON), field="reason")


def _seat(case_id: int) -> Query:
    return select(Seat.id).where(Seat.case_id == case_id, col(Seat.released_at).is_(None))


def _objection(case_id: int) -> Query:
    new = select(Objection.id).join(Case, col(Case.id) == Objection.new_case_id)
    return new.where(Objection.case_id == case_id, col(Case.closed_at).is_(None))


def _removal(case_id: int) -> Query:
    running = select(Removal.case_id).join(Case, col(Case.id) == Removal.case_id)
    return running.where(Removal.member_case_id == case_id, col(Case.closed_at).is_(None))


def _correction(case_id: int) -> Query:
    return select(Correction.id).where(Correction.case_id == case_id, col(Correction.resolved_at).is_(None))


def _transfer(case_id: int) -> Query:
    asked = select(Transfer.id).join(Letter, col(Letter.id) == Transfer.letter_id)
    return asked.where(Letter.case_id == case_id, col(Transfer.outcome).is_(None))


def _extension(case_id: int) -> Query:
    asked = select(Extension.id).join(Letter, col(Letter.id) == Extension.letter_id)
    return asked.where(Letter.case_id == case_id, col(Extension.outcome).is_(None))


def _late(case_id: int) -> Query:
    sent = select(LateAcceptance.nonce).join(Letter, col(Letter.id) == LateAcceptance.letter_id)
    return sent.where(Letter.case_id == case_id, LateAcceptance.outcome == LateOutcome.CONFLICT, col(LateAcceptance.settled_at).is_(None))


def _unanswered(case_id: int) -> Query:
    waiting = select(BatchRow.registration_id).join(Registration, col(Registration.id) == BatchRow.registration_id)
    return waiting.where(Registration.case_id == case_id, col(BatchRow.answered_at).is_(None))


def _listed(case_id: int) -> Query:
    return select(CollectiveRow.collective_id).where(CollectiveRow.case_id == case_id, col(CollectiveRow.ended_at).is_(None))


def _duty(case_id: int) -> Query:
    return select(Duty.id).where(Duty.case_id == case_id, col(Duty.done_at).is_(None))


STILL: dict[str, Callable[[int], Query]] = {
    "Orangnya masih memegang kursi daerah.": _seat,
    "Keberatannya berlanjut di berkas yang masih terbuka.": _objection,
    "Pencabutan kepesertaannya masih berjalan.": _removal,
    "Jawaban registri yang bertentangan belum diselesaikan.": _correction,
    "Permintaan pindah rumah sakit belum dijawab.": _transfer,
    "Permintaan perpanjangan belum dijawab.": _extension,
    "Penerimaan luring yang bertabrakan belum diselesaikan.": _late,
    "BPJS Kesehatan belum menjawab pendaftarannya.": _unanswered,
    "Namanya ada di surat pengantar yang berlaku.": _listed,
    "Kewajiban pemutakhiran DTSEN belum selesai.": _duty,
}
"""What holds a case by itself, in words, and how it is found."""
