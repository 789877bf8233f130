"""Traces: one from the counter's request over relay and queue to the letter, nothing personal in any, nothing at all where nobody asked."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.office import PAPERS, Office, ktp, person, running_office
from tests.processes import Processes
from tests.receiver import Receiver, listening
from tests.verify.test_relay import work_off
from verify import collector, doctor, jobs, otel, relay, traces
from verify.doctor import Grade
from workflows.rules.facts import Answer

ROOT = Path(__file__).parents[2]


@dataclass
class Watched:
    """An office, the spans that left it, and those spans as the instrumentations wrote them."""

    office: Office
    left: InMemorySpanExporter
    raw: InMemorySpanExporter
    tracing: otel.Tracing

    def spans(self) -> list[ReadableSpan]:
        self.tracing.provider.force_flush()
        return list(self.left.get_finished_spans())

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans() if span.name == name]


def watch(monkeypatch: pytest.MonkeyPatch) -> tuple[InMemorySpanExporter, InMemorySpanExporter, otel.Tracing]:
    """Let this process trace into memory; ``close()`` ends it."""
    left, raw = InMemorySpanExporter(), InMemorySpanExporter()
    tracing = otel.Tracing(left)
    tracing.provider.add_span_processor(SimpleSpanProcessor(raw))
    monkeypatch.setattr(traces, "tracing", lambda: tracing)
    return left, raw, tracing


@pytest.fixture
def watched(database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """An office over the simulator's registries and a real Valkey, whose worker is this process."""
    left, raw, tracing = watch(monkeypatch)
    with running_office(database_url, tmp_path, redis_url=redis_url, simulator=True) as office:
        monkeypatch.setattr(jobs, "this_process", lambda: office.rekom)
        yield Watched(office, left, raw, tracing)
    tracing.close()


def walk(office: Office) -> str:
    """From the counter to the letter by API, relay and queue; a look-up, a missing page and a hospital's question besides."""
    known = person()
    loket, desk = office.api("loket"), office.api("rs")
    opened = loket.post("/applications", ktp(kk=known["kk"], domicile_code="3673", documents=sorted(PAPERS), address="Jl. Contoh 7"))
    ticket = opened.json["ticket"]
    rung(office)
    answers = {criterion.key: Answer.YES.value for criterion in office.criteria.criteria}
    send(office, "peksos", ticket, "assessment", {"answers": answers})
    rung(office)
    send(office, "validator", ticket, "validation", {"agrees": True})
    send(office, "kadis", ticket, "decision", {"outcome": "APPROVE", "reason": "Uji."})
    rung(office)
    assert loket.get(f"/applications?name={known['name']}&nik={known['nik']}").status_code < 500
    assert loket.get(f"/tidak-ada/{known['nik']}?nama={known['name']}").status_code == 404
    assert desk.post("/desk/check", {"code": office.letter(ticket).token}).status_code == 200
    assert desk.post("/desk/check", {"number": office.letter(ticket).number, "nik": known["nik"]}).status_code == 200
    return str(ticket)


def send(office: Office, who: str, ticket: str, what: str, body: dict[str, Any]) -> None:
    answer = office.api(who).post(f"/applications/{ticket}/{what}", {**body, "version": office.case(ticket).version})
    assert answer.status_code < 300, answer.json


def rung(office: Office) -> None:
    """The relay rings and a worker of RQ's works it off, until nothing is due."""
    while relay.once(office.rekom):
        assert work_off(office)


def trace_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.trace_id


def everything(spans: list[ReadableSpan]) -> str:
    """All that the spans say, as one text."""
    return "\n".join(span.to_json(indent=None) for span in spans)


@pytest.mark.slow
def test_one_trace_leads_from_the_counter_to_the_letter_and_says_nothing_of_anybody(watched: Watched) -> None:
    ticket = walk(watched.office)
    (opened,), (decided,) = watched.named("POST /api/v1/applications"), watched.named("POST /api/v1/applications/<ticket>/decision")
    (letter,) = watched.named("conclude LETTER")
    assert trace_of(letter) == trace_of(opened) != trace_of(decided)
    jobs_run = [span for span in watched.named("job") if trace_of(span) == trace_of(opened)]
    assert [trace_of(opened)] * len(watched.named("ring")) == [trace_of(span) for span in watched.named("ring")]
    last = next(span for span in jobs_run if span.context.span_id == letter.parent.span_id)
    assert [link.context.trace_id for link in last.links] == [trace_of(decided)]
    asked = [span for span in watched.spans() if "server.address" in span.attributes]
    assert len(asked) >= 3 and {trace_of(span) for span in asked} == {trace_of(opened)}
    assert {"INSERT task", "UPDATE case_file"} <= {span.name for span in watched.spans()}
    assert {trace_of(span) for span in watched.spans() if span.attributes.get("db.system") == "redis"} >= {trace_of(opened)}
    said, written = everything(watched.spans()), everything(list(watched.raw.get_finished_spans()))
    secrets = personal(watched.office, ticket)
    assert [secret for secret in secrets if secret in said] == []
    assert person()["nik"] in written and ticket in written, "what the instrumentations note does hold it: else this shows nothing"


def personal(office: Office, ticket: str) -> list[str]:
    """What nobody may read in a trace: who it is about, where it points, what opens something."""
    known, letter = person(), office.letter(ticket)
    parts = known["name"].split()
    dates = [known["birth_date"].isoformat()]
    return [
        known["nik"],
        known["kk"],
        known["phone"],
        known["name"],
        *parts,
        *dates,
        "Jl. Contoh",
        ticket,
        letter.token,
        letter.number,
        "Uji.",
    ]


def test_an_error_leaves_with_its_kind_and_without_its_text(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left, _, tracing = watch(monkeypatch)
    with running_office(sqlite_url, tmp_path) as office, pytest.raises(IntegrityError), tracing.step("outside"), office.write() as session:
        session.execute(text("INSERT INTO case_reading (case_id) VALUES (:nik)"), {"nik": person()["nik"]})
    tracing.close()
    failed = [span for span in left.get_finished_spans() if not span.status.is_ok]
    assert [span.name for span in failed] == ["INSERT case_reading", "outside"]
    assert failed[0].attributes["error.type"] == "IntegrityError"
    assert [event.attributes for event in failed[1].events] == [{"exception.type": "sqlalchemy.exc.IntegrityError"}]
    assert "constraint" not in everything(failed) and person()["nik"] not in everything(failed)


def test_what_nobody_asked_for_is_not_traced(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left, _, tracing = watch(monkeypatch)
    with running_office(sqlite_url, tmp_path) as office:
        relay.once(office.rekom)
        office.app.test_client().get("/healthz")
        tracing.provider.force_flush()
        assert left.get_finished_spans() == ()
        office.app.test_client().get("/masuk")
        tracing.provider.force_flush()
        assert "GET /masuk" in [span.name for span in left.get_finished_spans()]
    tracing.close()


def test_the_trace_of_a_task_is_no_place_for_anything_else(database_url: str, tmp_path: Path) -> None:
    with running_office(database_url, tmp_path) as office:
        ticket = office.open()
        assert {task.trace for task in office.tasks(ticket)} == {None}
        with pytest.raises(IntegrityError), office.write() as session:
            session.execute(text("UPDATE task SET trace = :nik"), {"nik": person()["nik"]})


def test_a_task_keeps_where_it_was_promised(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, tracing = watch(monkeypatch)
    with running_office(sqlite_url, tmp_path) as office:
        with tracing.step("outside"):
            ticket = office.open()
        tracing.close()
        later = office.open(2)
        assert {len(task.trace) for task in office.tasks(ticket)} == {55}
        assert len({task.trace[:35] for task in office.tasks(ticket)}) == 1
        assert {task.trace for task in office.tasks(later)} == {None}, "closed, it listens to nothing"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT a.b, 'x' FROM case_file AS a WHERE nik = '9901'", "SELECT case_file"),
        ("INSERT INTO task (id) VALUES (?)", "INSERT task"),
        ('UPDATE "letter" SET a = 1', "UPDATE letter"),
        ("BEGIN IMMEDIATE", "BEGIN"),
        ("SELECT 'FROM' AS 9901014101900001", "SELECT"),
        ("SELECT * FROM '9901014101900001'", "SQL"),
        ("", "SQL"),
        ("9901014101900001", "SQL"),
    ],
)
def test_a_statement_is_named_by_verb_and_table(statement: str, name: str) -> None:
    assert otel.verb_and_table(statement) == name


def test_spans_reach_a_collector_under_the_standard_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{receiver.port}")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "loket-serang")
        assert collector.wanted() and collector.installed()
        tracing = otel.Tracing(OTLPSpanExporter())
        with tracing.step("outside"):
            pass
        tracing.flush()
        tracing.close()
    (received,) = receiver.received
    assert received.path == "/v1/traces"
    (sent,) = ExportTraceServiceRequest.FromString(received.body).resource_spans
    assert {"service.name": "loket-serang"}.items() <= {one.key: one.value.string_value for one in sent.resource.attributes}.items()
    assert [span.name for scope in sent.scope_spans for span in scope.spans] == ["outside"]


def test_a_collector_that_is_away_holds_up_no_job(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    hold, ended = otel.threading.Event(), []
    tracing = otel.Tracing(InMemorySpanExporter())
    monkeypatch.setattr(tracing.provider, "force_flush", lambda: ended.append(hold.wait(20)))
    monkeypatch.setattr(otel, "FLUSH_SECONDS", 0.05)
    tracing.flush()
    assert ended == [], "it came back although nobody answered"
    hold.set()
    tracing.close()


def sent_to(receiver: Receiver) -> list[Any]:
    """Every span that a collector was sent."""
    told = [ExportTraceServiceRequest.FromString(one.body) for one in receiver.received]
    return [span for one in told for resource in one.resource_spans for scope in resource.scope_spans for span in scope.spans]


@pytest.mark.slow
def test_the_spans_of_a_job_reach_the_collector_before_its_process_ends(
    sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's process forks one for each job, which ends without a word: what it did not send by then is lost."""
    with listening() as receiver, running_office(sqlite_url, tmp_path, redis_url=redis_url) as office:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{receiver.port}")
        processes = Processes(office.rekom.settings, tmp_path)
        tickets = [office.open(number) for number in (1, 2, 3)]
        assert relay.once(office.rekom) == len(tickets)
        worker = processes.start("worker", "--burst")
        try:
            assert worker.wait(180) == 0, processes.last_words()
        finally:
            processes.stop()
        begun = {task.id for ticket in tickets for task in office.tasks(ticket) if task.attempts}
    spans = sent_to(receiver)
    followed = {known.value.int_value for span in spans for known in span.attributes if known.key == "rekom.task" and span.name == "job"}
    assert followed and followed <= begun, processes.last_words()
    traces_of = {span.trace_id for span in spans if span.name == "job"}
    assert traces_of <= {span.trace_id for span in spans if span.name.startswith("UPDATE ")}, "what a job writes hangs on the job"
    assert not any(secret in str(spans) for secret in (person()["nik"], person()["name"], *tickets))


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_traces_are_sent_where_a_collector_is_named(environ: dict[str, str], sent: bool) -> None:
    assert collector.wanted(environ) is sent


LOADED = """
import json, sys
from verify import jobs, relay, server, traces, worker
from verify.composition import prepare
from verify.config import Settings
prepare(Settings())
parts = ("verify.otel", "opentelemetry.instrumentation", "opentelemetry.exporter")
print(json.dumps([traces.tracing() is None, [name for name in sys.modules if name.startswith(parts)]]))
"""
WITHOUT = "import sys; sys.modules.update({'opentelemetry': None, 'opentelemetry.sdk': None})\n"
NAMED = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


def test_where_a_collector_is_named_a_worker_imports_it_all_before_it_forks() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, env=NAMED, capture_output=True, text=True, check=True)
    off, loaded = json.loads(done.stdout)
    assert not off and "verify.otel" in loaded


@pytest.mark.parametrize(("before", "environ"), [("", {}), (WITHOUT, {}), (WITHOUT, NAMED)])
def test_nothing_is_imported_where_nobody_asked_or_nothing_is_installed(before: str, environ: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", before + LOADED], cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    off, loaded = json.loads(done.stdout)
    assert off and loaded == []


@pytest.mark.parametrize("lacking", ["flask", "httpx", "redis", "requests"])
def test_half_an_extra_is_none(monkeypatch: pytest.MonkeyPatch, lacking: str) -> None:
    assert collector.installed()
    monkeypatch.setitem(sys.modules, f"opentelemetry.instrumentation.{lacking}", None)
    assert not collector.installed()


def test_the_doctor_says_whether_traces_leave(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> tuple[Grade, str]:
        return next((one.grade, one.cure) for one in doctor.examine(office.rekom) if one.about == "Jejak layanan")

    with running_office(sqlite_url, tmp_path) as office:
        assert found() == (Grade.WELL, "")
        monkeypatch.setattr(collector, "wanted", lambda: True)
        assert found() == (Grade.WELL, "")
        monkeypatch.setattr(collector, "installed", lambda: False)
        assert found() == (Grade.WATCH, doctor.HOW_TO_TRACE)
