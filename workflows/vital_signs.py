"""What tells an operator how the office's machine is doing: counts and ages, nothing about anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.records.task import Task
from workflows.states import State
from workflows.vocabulary import Urgency

QUICK = timedelta(seconds=10)
"""From the decision to a letter a desk can check; the promise is 99 of 100."""
LATELY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Line:
    """Tasks that are due and not done: how many, and how long the oldest has been due."""

    waiting: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """One moment. ``lines`` by whether the task is urgent; ``emergency`` is the age of the oldest open emergency without a decision."""

    cases: Mapping[State, int]
    lines: Mapping[bool, Line]
    emergency: timedelta
    letters: int
    quick_letters: int


def vital_signs(session: Session, *, now: datetime) -> VitalSigns:
    """Everything, in five short reads."""
    found = {State(state): number for state, number in session.exec(select(Case.state, func.count()).group_by(col(Case.state)))}
    cases = {state: found.get(state, 0) for state in State}
    made, quick = _letters(session, now - LATELY)
    return VitalSigns(cases, {urgent: _line(session, urgent, now) for urgent in (True, False)}, _emergency(session, now), made, quick)


UNDECIDED = (
    State.RECEIVED,
    State.CHECKED,
    State.ASSESSMENT,
    State.VALIDATION,
    State.PARAF_KASI,
    State.PARAF_KABID,
    State.PARAF_SEKRETARIS,
    State.DECISION,
)


def _line(session: Session, urgent: bool, now: datetime) -> Line:
    due = select(func.count(), func.min(Task.due_at)).where(col(Task.done_at).is_(None), Task.due_at <= now, Task.urgent == urgent)
    waiting, since = session.exec(due).one()
    return Line(waiting, _age(since, now))


def _emergency(session: Session, now: datetime) -> timedelta:
    query = select(func.min(Case.opened_at)).where(Case.urgency == Urgency.EMERGENCY, col(Case.state).in_(UNDECIDED))
    return _age(session.exec(query).one(), now)


def _age(since: datetime | None, now: datetime) -> timedelta:
    return now - since if since else timedelta()


def _letters(session: Session, since: datetime) -> tuple[int, int]:
    """Only letters with the seal alone: another signature waits for a person."""
    query = select(Letter.signed_at, Letter.issued_at).where(col(Letter.issued_at) >= since, Letter.signing_mode == "SEAL")
    took = [issued - signed for signed, issued in session.exec(query) if issued]
    return len(took), sum(one <= QUICK for one in took)
