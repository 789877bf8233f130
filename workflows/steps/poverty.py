"""What does the poverty register (DTSEN) say of the family?"""

from datetime import datetime

from sqlmodel import Session

from workflows import checks
from workflows.ports import Ports, PovertyEvidence, PovertyQuestion, Unnumbered, numbered
from workflows.records.case import Case
from workflows.records.task import Task


def gather(ports: Ports, facts: PovertyQuestion | Unnumbered) -> PovertyEvidence:
    """Look the family up."""
    return ports.poverty.family(numbered(facts))


def conclude(session: Session, case: Case, task: Task, evidence: PovertyEvidence, *, now: datetime) -> None:
    """Keep decile and exclusion with the extract's own date."""
    details = {"desil": evidence.desil, "exclusion_reason": evidence.exclusion_reason}
    checks.record_answer(
        session, case, task, outcome=evidence.outcome.value, source=evidence.source, as_of=evidence.as_of, details=details, now=now
    )
