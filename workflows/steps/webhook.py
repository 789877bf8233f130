"""Tell a hospital's system what happened to a letter."""

from datetime import datetime

from sqlmodel import Session

from workflows import webhooks
from workflows.ports import Ports, Sent, WebhookQuestion
from workflows.records.case import Case
from workflows.records.task import Task


def gather(ports: Ports, question: WebhookQuestion) -> Sent:
    """Send it once, unless its address was closed."""
    return ports.courier.send(question) if question.wanted else Sent(None, "alamat ditutup", 0)


def conclude(session: Session, case: Case, task: Task, evidence: Sent, *, now: datetime) -> None:
    """Keep what became of it; a failure promises the next try."""
    webhooks.note(session, case, task, evidence, now=now)
