"""A NIK that came after the letter: the paper does not carry it, so its decider gives a new one in its place, with this reason."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from workflows import advance, audit
from workflows.actor import Actor
from workflows.letter_states import LetterState
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.saying import say
from workflows.states import Action, State

REASON = say("NIK pasien sudah ada, dan surat lama belum memuatnya.")
IDENTIFY = "IDENTIFY"
SIGNED = frozenset({Action.APPROVE, Action.REPLACE})
"""What gives a letter its number."""


def came_after(letter: Letter | None, trail: Iterable[AuditEvent]) -> bool:
    """Whether the person's NIK became known after a letter that is good was signed, by the order of the audit trail."""
    if letter is None or letter.state != LetterState.ISSUED:
        return False
    events = list(trail)
    signed = [event.sequence for event in events if event.action in SIGNED and event.detail.get("letter") == letter.number]
    return any(event.action == IDENTIFY and event.sequence > max(signed, default=0) for event in events)


def to_replace(session: Session, actor: Actor) -> Sequence[tuple[Letter, Case]]:
    """An office's letters that lack a NIK that is known now, the longest signed first."""
    began_without = col(Case.no_nik).is_not(None), col(Case.nik).is_not(None), Case.state == State.LETTER_ISSUED
    query = select(Letter, Case).join(Case, col(Case.id) == Letter.case_id).where(Case.region_code == actor.region_code, *began_without)
    found = session.exec(query.where(Letter.state == LetterState.ISSUED).order_by(col(Letter.id))).all()
    return [(letter, case) for letter, case in found if came_after(letter, audit.events_of(session, advance.subject(case)))]
