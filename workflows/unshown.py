"""The cases of a queue that one screen has no room for: how many wait there, and how many of them need an eye of their own.

Told by what the tables hold, without weighing each case again: its newest findings, who had it in hand, what was recorded by hand.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from workflows.actor import Actor
from workflows.four_eyes import hands_before_decision
from workflows.records.case import Case
from workflows.records.check_result import CheckResult
from workflows.records.finding_set import FindingSet
from workflows.rules.activation import RULE as ACTIVATION
from workflows.rules.finding import Outcome


def is_open(finding: dict[str, object]) -> bool:
    """Whether a finding asks for an eye: that BPJS still has to activate somebody is what the letter is for."""
    return finding["outcome"] != Outcome.MEETS and finding["rule"] != ACTIVATION


def noted_among(session: Session, waiting: Sequence[ColumnElement[bool]], shown: Iterable[Case], actor: Actor) -> int:
    """How many of those ``waiting`` and not ``shown`` need an eye of their own."""
    hidden = select(col(Case.id)).where(*waiting, col(Case.id).not_in([case.id for case in shown]))
    newest = select(func.max(FindingSet.id)).where(col(FindingSet.case_id).in_(hidden)).group_by(col(FindingSet.case_id))
    sets = session.exec(select(FindingSet).where(col(FindingSet.id).in_(newest))).all()
    unweighed = set(session.exec(hidden)) - {one.case_id for one in sets}
    told = {one.case_id for one in sets if any(map(is_open, one.findings))}
    by_hand = select(CheckResult.case_id).where(col(CheckResult.case_id).in_(hidden), col(CheckResult.recorded_by).is_not(None))
    case_id, staff_id = hands_before_decision(hidden).subquery().columns
    own = session.scalars(select(case_id).where(staff_id == actor.id)).all()
    return len(unweighed | told | set(own) | set(session.exec(by_hand)))
