"""After an upgrade: cases whose findings rest on facts that this version reads differently. Nobody changed anything about them,
so nothing would promise new findings, and they would wait for ever.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from workflows import advance, guards
from workflows.records.case import Case
from workflows.states import ASSESSED, State

WEIGHED = ASSESSED | {State.ASSESSMENT, State.WAITLISTED}
"""States in which somebody looks at findings, or may not go on without them."""


def waiting(session: Session) -> list[int]:
    """The cases in such a state, oldest first."""
    return [found for found in session.exec(select(Case.id).where(col(Case.state).in_(WEIGHED)).order_by(col(Case.id))) if found]


def weigh(session: Session, case_id: int, *, now: datetime) -> bool:
    """Promise new findings where the case has none on its facts as they are read now; whether it did."""
    case = advance.lock_by_id(session, case_id)
    if case.state not in WEIGHED or guards.current_findings(session, case) is not None:
        return False
    advance.weigh_again(session, case, now=now)
    return True
