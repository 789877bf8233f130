"""Is this the person the KTP says? Dukcapil confirms or denies, element by element."""

from datetime import datetime

from sqlmodel import Session

from workflows import checks
from workflows.ports import IdentityEvidence, IdentityQuestion, Ports, Unnumbered, numbered
from workflows.records.case import Case
from workflows.records.task import Task


def gather(ports: Ports, facts: IdentityQuestion | Unnumbered) -> IdentityEvidence:
    """Ask the civil registry."""
    return ports.civil.verify(numbered(facts))


def conclude(session: Session, case: Case, task: Task, evidence: IdentityEvidence, *, now: datetime) -> None:
    """Keep its answer: match results only, never a copy of the register's data."""
    checks.record_answer(
        session,
        case,
        task,
        outcome=evidence.outcome.value,
        source=evidence.source,
        as_of=evidence.as_of,
        details={
            "elements": dict(evidence.elements),
            "code": evidence.raw_code,
            "text": evidence.raw_text,
            "quota_left": evidence.quota_left,
        },
        now=now,
    )
