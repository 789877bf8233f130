"""Is the person covered on the day of admission? BPJS Kesehatan says."""

from datetime import datetime

from sqlmodel import Session

from workflows import checks
from workflows.ports import MembershipEvidence, MembershipQuestion, Ports, Unnumbered, numbered
from workflows.records.case import Case
from workflows.records.task import Task


def gather(ports: Ports, facts: MembershipQuestion | Unnumbered) -> MembershipEvidence:
    """Ask for the membership as at the day."""
    return ports.membership.membership(numbered(facts))


def conclude(session: Session, case: Case, task: Task, evidence: MembershipEvidence, *, now: datetime) -> None:
    """Keep segment and status, raw code and text beside our words."""
    checks.record_answer(
        session,
        case,
        task,
        outcome=evidence.outcome.value,
        source=evidence.source,
        as_of=evidence.as_of,
        details=checks.membership_details(evidence),
        now=now,
    )
