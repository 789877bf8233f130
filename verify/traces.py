"""Traces of what the service does, by OpenTelemetry: where the extra ``otel`` is installed and a collector is named.

Else nothing of OpenTelemetry is imported, and each function here is one look at a kept answer. The collector is named by the
standard variables (``OTEL_EXPORTER_OTLP_ENDPOINT`` and those beside it), not by settings of ours.
"""

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Flask

from verify import collector

COLLECTED = collector.wanted() and collector.installed()
"""As this process found its surroundings when it began; a worker imports once what each of its forked jobs needs."""

if TYPE_CHECKING or COLLECTED:
    from verify.db import Database
    from verify.otel import Tracing


@cache
def tracing() -> "Tracing | None":
    """This process's traces, begun when first asked for: after a fork, in the process that is to send them."""
    return Tracing() if COLLECTED else None


def follow_requests(app: Flask) -> None:
    """A span for each request from here on; call it before anything of ours looks at one."""
    if begun := tracing():
        begun.follow_requests(app)


def follow_database(database: "Database") -> "Database":
    """A span for each statement of a database, without its parameters; returns the same database."""
    if begun := tracing():
        begun.follow_statements(database.engine)
    return database


def following(name: str, database: "Database", task_id: int) -> AbstractContextManager[Any]:
    """A span in the trace of the request that opened the task's case, linked to what promised the task."""
    begun = tracing()
    return begun.following(name, database, task_id) if begun else nullcontext()


def step(name: str) -> AbstractContextManager[Any]:
    """A span within what is going on."""
    begun = tracing()
    return begun.step(name) if begun else nullcontext()


def flush() -> None:
    """Send what is finished: a job's process ends without a word. A collector that is away costs a second at most."""
    if begun := tracing():
        begun.flush()
