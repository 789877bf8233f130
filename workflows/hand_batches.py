"""Many cases taken, given back or handed on at once: what needs an eye is left as it is and named, the others go on.

Left are a case that changed since it was shown, one that a colleague was faster with, one that four eyes keep the person from, and an
emergency that would lie in nobody's hand. Every case is a transaction of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import advance, four_eyes, taking
from workflows.actor import Actor
from workflows.approvals import BatchAnswer, BatchOutcome
from workflows.errors import Conflict, FourEyes, RekomError
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.records.staff import Staff
from workflows.saying import say
from workflows.states import LABEL
from workflows.vocabulary import Urgency

MOST = 50
"""Cases at once: a page of the list."""

OWN_HAND = say("Anda sudah menangani berkas ini di langkah sebelumnya. Rekan lain harus melanjutkan.")
URGENT = say("Pasien ini gawat darurat. Serahkan ke rekan, atau lepaskan dari halaman berkasnya.")

Step = Callable[[Session, Case], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as the list showed it."""

    ticket: str
    version: int


def take(session: Session, case: Case, actor: Actor, *, now: datetime) -> None:
    """Take one that no colleague has; ``FourEyes`` where this person could not go on with it."""
    if actor.person_id in four_eyes.kept_from(session, case):
        raise FourEyes(OWN_HAND)
    taking.take(session, case, actor, now=now)


def release(session: Session, case: Case, actor: Actor, *, now: datetime) -> None:
    """Give one back; an emergency waits for an eye."""
    if case.urgency is Urgency.EMERGENCY:
        raise Conflict(URGENT)
    taking.release(session, case, actor, now=now)


def hand_to(session: Session, case: Case, staff_id: int, actor: Actor, *, now: datetime) -> None:
    """Put one into a colleague's hand, whom four eyes do not keep from it."""
    if staff_id in four_eyes.kept_from(session, case):
        name = session.get_one(Staff, staff_id).name
        raise FourEyes(say("{name} sudah menangani berkas ini di langkah sebelumnya. Pilih rekan lain.", name=name))
    taking.hand_to(session, case, staff_id, actor, now=now)


def kept_back(session: Session, case: Case, seen: Seen, actor: Actor) -> BatchAnswer | None:
    """Why a case cannot be handed on, found before anybody is asked to whom; None where it can."""
    if case.version != seen.version:
        return _changed(session, case)
    try:
        taking.check_mine(session, case, actor)
    except RekomError as error:
        return BatchAnswer(case.ticket, case.name, BatchOutcome.REFUSED, sentence=str(error))
    return None


def colleagues(session: Session, cases: list[Case], actor: Actor) -> list[Staff]:
    """Who has the roles that all of the cases wait for."""
    each = [{one.id: one for one in taking.colleagues(session, case, actor)} for case in cases]
    return [one for key, one in each[0].items() if all(key in others for others in each)] if each else []


def do(session: Session, seen: Seen, step: Step, actor: Actor) -> BatchAnswer:
    """One step on one case if it still is what was shown; call it in a transaction of its own."""
    case = advance.lock(session, seen.ticket, actor)
    if case.version != seen.version:
        return _changed(session, case)
    try:
        with session.begin_nested():
            step(session, case)
    except RekomError as error:
        session.refresh(case)
        return BatchAnswer(case.ticket, case.name, BatchOutcome.REFUSED, sentence=_why(error))
    return BatchAnswer(case.ticket, case.name, BatchOutcome.IN_HAND)


def _why(error: RekomError) -> str:
    holder = error.context.get("holder")
    return say("Sudah diambil {holder}.", holder=holder) if holder else str(error)


def _changed(session: Session, case: Case) -> BatchAnswer:
    query = select(AuditEvent).where(AuditEvent.subject == advance.subject(case)).order_by(col(AuditEvent.sequence).desc())
    last = session.exec(query.limit(1)).one()
    sentence = say("Terakhir oleh {name}. Lihat lagi, lalu centang lagi bila masih perlu.", name=last.actor_name)
    now = (say("status sekarang “{label}”", label=LABEL[case.state]),)
    return BatchAnswer(case.ticket, case.name, BatchOutcome.CHANGED, changed=now, sentence=sentence)
