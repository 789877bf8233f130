"""Has the same person come under another number, or come before?"""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from workflows import checks
from workflows.facts import DuplicatesQuestion, SimilarCase
from workflows.ports import Ports
from workflows.records.case import Case
from workflows.records.task import Task


def gather(_: Ports, facts: DuplicatesQuestion) -> tuple[SimilarCase, ...]:
    """Cases of the same name and birth date, or open ones with the same telephone."""
    return tuple(other for other in facts.similar if other.same_name_and_birth or (other.same_phone and other.open))


def conclude(session: Session, case: Case, task: Task, evidence: tuple[SimilarCase, ...], *, now: datetime) -> None:
    """Keep which cases a person should compare."""
    outcome = checks.DUPLICATES_FOUND if evidence else checks.DUPLICATES_CLEAR
    details: dict[str, Any] = {"tickets": [other.ticket for other in evidence]}
    checks.record_answer(session, case, task, outcome=outcome, source="Rekom", as_of=now, details=details, now=now)
