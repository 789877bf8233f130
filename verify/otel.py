"""The part of ``verify.traces`` that knows OpenTelemetry. Nothing imports it where the extra ``otel`` is not used.

What the instrumentations note of a request, a command or a question holds addresses, queries and texts of errors, and those may hold
a NIK. So each span is written anew before it leaves: of its attributes only those in ``KEPT``, of an error only its kind.
"""

import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.propagate import set_global_textmap
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event, select
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.orm import aliased
from sqlmodel import col

from verify import __version__
from verify.db import Database
from verify.logs import BLOT, LONG_NUMBER
from workflows.records.task import Task

OURS = "rekom"
UNSEEN = "healthz,readyz,metrics,static"
"""Addresses that watchers and browsers ask all day."""
FLUSH_SECONDS = 1.0
KEPT = frozenset(
    "http.method http.request.method http.route http.status_code http.response.status_code "
    "db.system db.operation rekom.task error.type".split()
)
"""Attributes that leave. None holds what somebody typed: the route stands for the address, verb and table for a statement."""
ASKED = "server.address"
"""Whom we ask leaves too; of a request to us it is what the asker wrote into its header."""
COMMANDS = re.compile(r"[A-Z]+(?: [A-Z]+){0,15}")
KINDS = {"ring": SpanKind.PRODUCER, "job": SpanKind.CONSUMER}

_format = TraceContextTextMapPropagator()


class Tracing:
    """One process's traces, and everything they listen to; ``close()`` lets go of it again."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        set_global_textmap(Unspoken())
        self.provider = TracerProvider(resource=_resource())
        self.provider.sampler = Reasoned(self.provider.sampler)
        self.provider.add_span_processor(BatchSpanProcessor(Cleaned(exporter or OTLPSpanExporter())))
        self._tracer = self.provider.get_tracer(OURS, __version__)
        HTTPX2ClientInstrumentor().instrument(tracer_provider=self.provider, request_hook=_name_asked)
        RedisInstrumentor().instrument(tracer_provider=self.provider)
        RequestsInstrumentor().instrument(tracer_provider=self.provider, request_hook=_name_account)
        event.listen(Task, "before_insert", _stamp)

    def follow_requests(self, app: Flask) -> None:
        """A span for each request."""
        follow: Any = FlaskInstrumentor.instrument_app  # it has no types
        follow(app, tracer_provider=self.provider, excluded_urls=UNSEEN, enable_commenter=False)

    def follow_statements(self, engine: Engine) -> None:
        """A span for each statement, named by its verb and table. (The instrumentation of SQLAlchemy ends before its version 2.1.)"""
        event.listen(engine, "before_cursor_execute", self._begin_statement)
        event.listen(engine, "after_cursor_execute", _end_statement)
        event.listen(engine, "handle_error", _fail_statement)

    @contextmanager
    def following(self, name: str, database: Database, task_id: int) -> Iterator[None]:
        """A span where the case began, however many people's requests lie between; what promised the task is linked."""
        promised, opened = _traces_of(database, task_id)
        links = [Link(_place(promised))] if promised and promised[:35] != (opened or "")[:35] else None
        parent = opened if links else promised
        known = {"rekom.task": task_id}
        with self._tracer.start_as_current_span(name, _context(parent), KINDS[name], known, links):
            yield

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A span within the one that is open."""
        with self._tracer.start_as_current_span(name):
            yield

    def flush(self) -> None:
        """Send what is finished; a collector that does not answer is not waited for."""
        sending = threading.Thread(target=self.provider.force_flush, daemon=True, name="traces")
        sending.start()
        sending.join(FLUSH_SECONDS)

    def close(self) -> None:
        """Listen no more, and send the rest."""
        event.remove(Task, "before_insert", _stamp)
        for one in (HTTPX2ClientInstrumentor(), RedisInstrumentor(), RequestsInstrumentor()):  # each is one object
            one.uninstrument()
        self.provider.shutdown()

    def _begin_statement(self, connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        system = connection.dialect.name
        attributes = {"db.system": system, "db.operation": statement.split(maxsplit=1)[0] if statement.strip() else ""}
        span = self._tracer.start_span(verb_and_table(statement), kind=SpanKind.CLIENT, attributes=attributes)
        connection.info.setdefault(OURS, []).append(span)


class Unspoken(TextMapPropagator):
    """A trace begins at our door, whatever an asker's headers say, and no header of ours goes to a registry."""

    def extract(self, carrier: Any, context: Context | None = None, getter: Any = None) -> Context:  # noqa: ARG002
        """Nothing."""
        return context or Context()

    def inject(self, carrier: Any, context: Context | None = None, setter: Any = None) -> None:
        """Nothing."""

    @property
    def fields(self) -> set[str]:
        """None."""
        return set()


class Reasoned(Sampler):
    """Leaves out what nobody asked for, such as the relay's own look each second: statements and commands outside every request or job.

    The rest is decided by the sampler of ``OTEL_TRACES_SAMPLER``.
    """

    def __init__(self, asked: Sampler) -> None:
        self._asked = asked

    def should_sample(self, parent_context: Context | None, *what: Any, **more: Any) -> SamplingResult:
        """By kind and parent first."""
        kind = more.get("kind", what[2] if len(what) > 2 else None)
        if kind is SpanKind.CLIENT and not get_current_span(parent_context).get_span_context().is_valid:
            return SamplingResult(Decision.DROP)
        return self._asked.should_sample(parent_context, *what, **more)

    def get_description(self) -> str:
        """For the library's own logs."""
        return f"Reasoned({self._asked.get_description()})"


class Cleaned(SpanExporter):
    """Sends spans on without anything that could hold personal data."""

    def __init__(self, onward: SpanExporter) -> None:
        self._onward = onward

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Each written anew."""
        return self._onward.export([cleaned(span) for span in spans])

    def shutdown(self) -> None:
        """Let the connection go."""
        self._onward.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held back here."""
        return self._onward.force_flush(timeout_millis)


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """The same span with the attributes that are ``KEPT``, and errors without their texts."""
    noted = span.attributes or {}
    allowed = KEPT | {ASKED} if span.kind is SpanKind.CLIENT else KEPT
    attributes = {name: _blotted(value) for name, value in noted.items() if name in allowed}
    events = [Event(one.name, _kind_of_error(one.attributes or {}), one.timestamp) for one in span.events if one.name == "exception"]
    return ReadableSpan(
        name=_name(span, attributes),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        events=events,
        links=[Link(one.context) for one in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _name(span: ReadableSpan, attributes: Mapping[str, Any]) -> str:
    if span.kind is SpanKind.SERVER:  # an address that leads nowhere is the name the instrumentation gives
        method = attributes.get("http.method") or attributes.get("http.request.method") or "HTTP"
        return f"{method} {attributes.get('http.route', '')}".strip()
    scope = span.instrumentation_scope
    if (scope and scope.name == OURS) or COMMANDS.fullmatch(span.name):
        return str(_blotted(span.name))
    return span.kind.name


def _kind_of_error(attributes: Mapping[str, Any]) -> dict[str, str]:
    return {"exception.type": str(attributes.get("exception.type", "?"))}


def _blotted(value: Any) -> Any:
    return LONG_NUMBER.sub(BLOT, value) if isinstance(value, str) else value


def verb_and_table(statement: str) -> str:
    """What a statement does to which table; nothing of what is in it."""
    words = statement.split()
    before = {"SELECT": "FROM", "DELETE": "FROM", "INSERT": "INTO", "UPDATE": "UPDATE"}.get(words[0] if words else "")
    table = words[words.index(before) + 1].strip('(),"') if before in words[:-1] else ""
    return f"{words[0]} {table}".strip() if words and words[0].isalpha() and (not table or table.isidentifier()) else "SQL"


def _end_statement(connection: Any, *_rest: Any) -> None:
    _pop(connection.info).end()


def _fail_statement(error: ExceptionContext) -> None:
    if error.connection is not None and error.execution_context is not None and error.connection.info.get(OURS):
        span = _pop(error.connection.info)
        span.set_status(StatusCode.ERROR)
        span.set_attribute("error.type", type(error.original_exception).__name__)
        span.end()


def _pop(info: dict[str, Any]) -> Span:
    span: Span = info[OURS].pop()
    return span


def _stamp(_mapper: Any, _connection: Any, task: Task) -> None:
    """A task remembers what promised it."""
    carried: dict[str, str] = {}
    _format.inject(carried)
    task.trace = carried.get("traceparent")


def _traces_of(database: Database, task_id: int) -> tuple[str | None, str | None]:
    """What promised a task, and the first that promised anything for its case."""
    first = aliased(Task)
    opened = (
        select(col(first.trace)).where(col(first.case_id) == Task.case_id, col(first.trace).is_not(None)).order_by(col(first.id)).limit(1)
    )
    with database.read() as session:
        found = session.execute(select(col(Task.trace), opened.scalar_subquery()).where(col(Task.id) == task_id)).first()
    return (found[0], found[1]) if found else (None, None)


def _context(trace: str | None) -> Context:
    return _format.extract({"traceparent": trace} if trace else {}, Context())


def _place(trace: str) -> Any:
    return get_current_span(_context(trace)).get_span_context()


def _name_asked(span: Span, request: Any) -> None:
    span.set_attribute(ASKED, request.url.host)


def _name_account(span: Span, request: Any) -> None:
    span.set_attribute(ASKED, re.sub(r"^\w+://(?:[^@/]*@)?([^/:?#]+).*", r"\1", request.url))


def _resource() -> Resource:
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return Resource.create({"service.version": __version__} if named else {"service.name": OURS, "service.version": __version__})
