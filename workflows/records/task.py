"""The task: a promise that a step will run, kept in the same transaction as the reason for it.

A queue beside the database can always fall out of step with it: a message sent before the commit finds no
row, one sent after the commit may never be sent, and a Redis that is wiped forgets everything. So the row
here is the truth and Redis is only a doorbell. The relay rings it for rows that are due and not leased;
a worker that dies lets its lease run out and the relay rings again.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.states import Job


class Task(SQLModel, table=True):
    """One run of one step on one input; adding the same input twice is harmless (unique)."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("case_id", "job", "input_hash"),
        CheckConstraint("length(trace) = 55", name="trace_length"),
        Index("ix_task_due", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    job: Job = Field(sa_type=text_enum(Job))
    input_hash: str = Field(max_length=64)
    urgent: bool = False
    created_at: datetime
    due_at: datetime
    leased_until: datetime | None = None
    attempts: int = 0
    done_at: datetime | None = None
    last_error: str | None = Field(default=None, max_length=300)
    trace: str | None = Field(default=None, max_length=55)
    """Where in whose trace it was promised (W3C ``traceparent``: random numbers); empty where nobody collects traces."""
