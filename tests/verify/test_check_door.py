"""The door in front of Flask and the plain way behind it: the same answers to the byte, the same looks, and nothing left out."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from schemas.desk_check import DeskQuestion
from tests.letter_office import to_letter_b
from tests.office import Office, person, running_office
from tests.simrs import ALL, Simrs, simrs
from tests.verify.test_api_checks import UNKNOWN_PATIENT
from tests.verify.test_lost_letters import came_back, returned
from tests.waiting import comes_to_wait
from verify import check_door, counter, desk_counter
from verify.check_door import CODE, LARGEST, PATH, CheckDoor
from verify.keys import withdraw
from workflows import advance, audit
from workflows import letters as revoking
from workflows.desk import DeskAnswer
from workflows.errors import TooMany
from workflows.records import AuditEvent, Staff
from workflows.vocabulary import Scope

OWN = re.compile(rb"E-[2-9A-Z]{4}")
"""A help code, which is another one each time."""


@dataclass
class Said:
    """What came back, without what is another each time."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    plainly: bool
    looks: list[tuple[str, Any]]


@dataclass
class Ways:
    """Both ways into one office."""

    office: Office
    door: CheckDoor
    plain: Callable[..., Any]
    went_on: int = 0

    def __init__(self, office: Office) -> None:
        self.office, self.door, self.plain = office, office.app.wsgi_app, office.app.wsgi_app._plain
        self.door._plain = self._go_on

    def _go_on(self, environ: dict[str, Any], start: Any) -> Any:
        self.went_on += 1
        return self.plain(environ, start)

    def by_door(self, environ: dict[str, Any]) -> Said:
        return self._said(self.door, environ)

    def plainly(self, environ: dict[str, Any]) -> Said:
        return self._said(self.plain, environ)

    def _said(self, application: Any, environ: dict[str, Any]) -> Said:
        went, before = self.went_on, self.office.count(AuditEvent)
        body, status, headers = run_wsgi_app(application, {**environ, "wsgi.input": BytesIO(environ["wsgi.input"])}, buffered=True)
        told = sorted((name, "-" if name == "X-Request-ID" else value) for name, value in headers)
        return Said(status, told, OWN.sub(b"E-....", b"".join(body)), self.went_on > went, self._looks(before))

    def _looks(self, before: int) -> list[tuple[str, Any]]:
        with self.office.read() as session:
            events = session.exec(select(AuditEvent).order_by(AuditEvent.id).offset(before)).all()  # type: ignore[arg-type]
        return [(event.subject, event.actor_name, event.action, event.detail, event.at) for event in events]  # type: ignore[misc]


def asking(body: bytes, token: str | None, **changed: Any) -> dict[str, Any]:
    """The WSGI environment of a check, as a server makes it; ``None`` takes something out."""
    environ = EnvironBuilder(PATH, method="POST").get_environ()
    environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json", "HTTP_HOST": "rekom.example"}
    environ |= {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    return {name: value for name, value in {**environ, **changed}.items() if value is not None}


def question(code: str) -> bytes:
    return json.dumps({"code": code}).encode()


def program_of(office: Office, *scopes: Scope, hospital: str = "RS-CONTOH-1") -> Simrs:
    program = simrs(office, *scopes, hospital=hospital)
    assert program.sign_in().status_code == 200
    return program


def same(ways: Ways, environ: dict[str, Any]) -> Said:
    first, second = ways.by_door(environ), ways.plainly(environ)
    assert (first.status, first.headers, first.body, first.looks) == (second.status, second.headers, second.body, second.looks)
    assert first.plainly or first.status.startswith("200"), "only good answers leave by the door"
    return first


def test_every_answer_is_the_plain_ways_to_the_byte(office: Office) -> None:
    ways, seen = Ways(office), {}
    ours, other = program_of(office, *ALL), program_of(office, hospital="RS-CONTOH-2")

    def note(program: Simrs, code: str, *, plainly: bool = False) -> None:
        said = same(ways, asking(question(code), program.token))
        assert said.plainly is plainly and len(said.looks) == 1
        seen[json.loads(said.body)["answer"]] = said

    note(ours, "400.9/1/Dinsos")
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    code = office.letter(ticket).token or ""
    for program in (ours, other):
        note(program, code)
        note(program, f"https://rekom.example/S/{code}")
    note(ours, altered(code))
    second = office.letter(office.to_letter(2)).token or ""
    assert other.call("POST", "/api/v1/hospital/accept", {"code": second}).status_code == 200
    note(ours, second)
    note(ours, office.letter(to_letter_b(office, 3)).token or "")
    office.revoke(ticket)
    note(ours, code)
    note(ours, ours.call("POST", "/api/v1/hospital/bedside", UNKNOWN_PATIENT).get_json()["address"], plainly=True)
    third = office.letter(office.to_letter(4)).token or ""
    office.clock.pass_by(days=9)
    ours.sign_in()
    note(ours, third)
    assert set(seen) == {answer.value for answer in DeskAnswer} - {"AFTER_BACKUP"}, "which the next test asks"


def test_a_letter_that_a_restore_lost_goes_the_plain_way(sqlite_office: Office, tmp_path: Path) -> None:
    code, _ = came_back(sqlite_office, tmp_path)
    with returned(sqlite_office, tmp_path) as back:
        said = same(Ways(back), asking(question(code), program_of(back).token))
    assert said.plainly and json.loads(said.body)["answer"] == "AFTER_BACKUP"


def test_whoever_may_not_is_refused_by_the_plain_way(office: Office) -> None:
    ways, code = Ways(office), office.letter(office.to_letter()).token or ""
    without = program_of(office, Scope.OPEN)
    for token, status in ((None, "401"), ("x", "401"), (without.token, "403"), (office.token("rs"), "200"), (office.token("admin"), "403")):
        said = same(ways, asking(question(code), token))
        assert said.plainly and said.status.startswith(status), token
    ours = program_of(office)
    assert not same(ways, asking(question(code), ours.token)).plainly
    office.clock.pass_by(minutes=16)
    over = same(ways, asking(question(code), ours.token))
    assert over.plainly and over.status.startswith("401"), "a token that is over"
    ours.sign_in()
    with office.write() as session:
        session.execute(text("UPDATE staff SET disabled_at = :now WHERE username = :name"), {"now": office.clock(), "name": ours.client_id})
    assert same(ways, asking(question(code), ours.token)).status.startswith("401"), "a revoked key"


BODIES = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=40).map(question),
    st.text(alphabet=' \t\u00a0\u0301aA7/S:\\"\x00\u200b\ud800', max_size=12).map(lambda code: json.dumps({"code": code}).encode()),
    st.sampled_from([b"", b"{}", b"[]", b"null", b"7", b'{"code": 7}', b'{"code": null}', b'{"code": "a", "code": "b"}', b"[" * 3000]),
    st.sampled_from([b'{"code": "a", "nik": "9"}', b'{"nik": "123"}', b'\xef\xbb\xbf{"code": "a"}', '{"code": "a"}'.encode("utf-16")]),
    st.sampled_from([question("A" * 1999), question("A" * 2001), question("B" * (LARGEST + 9)), question("/T/" + "a" * 32)]),
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "REQUEST_METHOD": st.sampled_from(["GET", "PUT", "post", "OPTIONS", "HEAD"]),
        "CONTENT_TYPE": st.sampled_from(
            [None, "", "text/plain", "application/json; charset=utf-8", "application/fhir+json", "APPLICATION/JSON"]
        ),
        "CONTENT_LENGTH": st.sampled_from([None, "", "0", "-1", "x", "5", "99999999999"]),
        "QUERY_STRING": st.sampled_from(["a=b", "code=x", "%00"]),
        "SCRIPT_NAME": st.just("/x"),
        "HTTP_HOST": st.sampled_from(["", "a b", "127.0.0.1:80", "ümlaut", "x" * 300, "evil.example:99999999"]),
        "HTTP_AUTHORIZATION": st.sampled_from([None, "", "Basic eDp5", "bearer", "Bearer ", "Bearer  x", "Token x"]),
        "HTTP_COOKIE": st.sampled_from(["rekom=x", "bahasa=en", "a"]),
        "HTTP_ACCEPT": st.sampled_from(["text/html", "*/*", ""]),
        "HTTP_ACCEPT_LANGUAGE": st.just("en"),
        "HTTP_X_REQUEST_ID": st.sampled_from(["abcdefgh-1", "9" * 16]),
        "HTTP_X_CONS_ID": st.just("x"),
        "HTTP_IDEMPOTENCY_KEY": st.just("x"),
        "HTTP_ORIGIN": st.just("https://evil.example"),
        "HTTP_IF_NONE_MATCH": st.just("*"),
        "HTTP_RANGE": st.just("bytes=0-1"),
    },
)


@pytest.fixture
def ways(sqlite_office: Office) -> tuple[Ways, str, str]:
    code = sqlite_office.letter(sqlite_office.to_letter()).token or ""
    return Ways(sqlite_office), program_of(sqlite_office).token or "", code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=BODIES | st.none(), changed=CHANGES, path=st.sampled_from([PATH] * 8 + [PATH + "/", PATH + "s", "//api/v1/hospital/check"]))
def test_whatever_is_sent_gets_the_plain_ways_answer(
    ways: tuple[Ways, str, str], body: bytes | None, changed: dict[str, Any], path: str
) -> None:
    both, token, code = ways
    same(both, asking(question(code) if body is None else body, token, PATH_INFO=path, **changed))


@given(code=st.from_regex(CODE, fullmatch=True))
def test_a_code_that_is_not_loaded_would_be_left_as_it_is(code: str) -> None:
    assert DeskQuestion().load({"code": code}) == {"code": code}


def test_a_body_that_is_too_large_and_too_many_questions_are_refused_alike(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    both, token = Ways(sqlite_office), program_of(sqlite_office).token
    assert same(both, asking(question("A" * (1 << 20)), token)).status.startswith("413")

    def enough(_: str) -> None:
        raise TooMany(retry_after="60")

    monkeypatch.setattr(counter, "count_lookup", enough)
    assert desk_counter.count_lookup is not enough
    said = same(both, asking(json.dumps({"nik": person(1)["nik"]}).encode(), token))
    assert said.status.startswith("429") and ("Retry-After", "60") in said.headers


def test_a_database_that_is_away_is_told_once_and_alike(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    both, program = Ways(sqlite_office), program_of(sqlite_office)
    tried: list[str] = []
    find = check_door.auth.sessions_of

    def lost(rekom: Any, session: Session, digests: Any, **more: Any) -> Any:
        tried.append("asked")
        session.execute(text("SELECT * FROM gone"))
        return find(rekom, session, digests, **more)

    monkeypatch.setattr(check_door.auth, "sessions_of", lost)
    first = both.by_door(asking(question("A"), program.token))
    assert (first.status[:3], len(tried)) == ("503", 1), "nobody waits twice"
    second = both.plainly(asking(question("A"), program.token))
    assert (first.status, first.headers, first.body) == (second.status, second.headers, second.body)


def test_a_fault_of_ours_is_told_by_the_plain_way(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    both, program = Ways(sqlite_office), program_of(sqlite_office)

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(check_door.desk, "check_held", broken)
    said = same(both, asking(question("A"), program.token))
    assert said.plainly and said.status.startswith("500")


def test_a_fault_that_the_door_alone_meets_is_told_by_its_kind(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    both, program = Ways(sqlite_office), program_of(sqlite_office)

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError(person()["nik"])

    monkeypatch.setattr(both.door._together, "_do", broken)
    said = both.by_door(asking(question("A"), program.token))
    assert said.plainly and json.loads(said.body)["answer"] == "UNKNOWN"
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == ["check went the plain way: ZeroDivisionError"]
    assert person()["nik"] not in caplog.text


@pytest.fixture
def postgresql_office(postgresql_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(postgresql_url, tmp_path) as made:
        yield made


def asked_aside(both: Ways, code: str, program: Simrs, heard: list[Said]) -> threading.Thread:
    """A question by the door in a thread of its own, which no test waits for at its end."""
    asker = threading.Thread(target=lambda: heard.append(both.by_door(asking(question(code), program.token))), daemon=True)
    asker.start()
    return asker


def test_a_letter_that_somebody_holds_is_waited_for_by_its_own_asker_alone(postgresql_office: Office) -> None:
    """Who asks about another letter meanwhile does not wait, and who waited hears what became of it."""
    office, program = postgresql_office, program_of(postgresql_office)
    held, free = (office.letter(office.to_letter(number)) for number in (1, 2))
    both, waited_for, others = Ways(office), list[Said](), list[Said]()
    head = office.actor("kadis")
    with office.write() as session:
        case = advance.lock_by_id(session, held.case_id)
        waiting = asked_aside(both, held.token or "", program, waited_for)
        assert comes_to_wait(office, waiting)
        for _ in range(3):
            asked_aside(both, free.token or "", program, others).join(30)
        assert [json.loads(one.body)["answer"] for one in others] == ["VALID"] * 3
        assert not waited_for
        revoking.revoke(session, case, head, reason="Salah orang", now=office.clock())
    waiting.join(30)
    assert json.loads(waited_for[0].body)["answer"] == "REVOKED"


def altered(code: str) -> str:
    return code[:40] + ("B" if code[40] != "B" else "C") + code[41:]


@pytest.mark.parametrize("withdrawn", [False, True], ids=["forged", "under a withdrawn key"])
def test_nobody_waits_for_the_chain_of_somebody_elses_miss(postgresql_office: Office, withdrawn: bool) -> None:
    """Whose row is held waits alone for the look to be written; who asks meanwhile is answered."""
    office, missing, other = postgresql_office, program_of(postgresql_office), program_of(postgresql_office)
    code = office.letter(office.to_letter()).token or ""
    if withdrawn:  # in the ring alone: no letter was sealed anew yet
        withdraw(office.rekom.settings.folder / "keys", office.rekom.keys.current.key_id)
    with office.read() as session:
        (asker,) = session.exec(select(Staff.id).where(Staff.username == missing.client_id))
    both, missing_heard, heard = Ways(office), list[Said](), list[Said]()
    with office.write() as session:
        audit.lock_people(session, {asker or 0})
        waiting = asked_aside(both, code if withdrawn else altered(code), missing, missing_heard)
        assert comes_to_wait(office, waiting)
        asked_aside(both, code, other, heard).join(20)
        assert (len(heard), len(missing_heard)) == (1, 0)
    waiting.join(30)
    answers = [json.loads(one.body)["answer"] for one in (*heard, *missing_heard)]
    assert answers == (["REVOKED"] * 2 if withdrawn else ["VALID", "FORGED"]) and missing_heard[0].plainly


def test_many_at_once_each_get_their_own_answer_and_their_own_look(office: Office) -> None:
    numbers = range(1, 7)
    letters = {number: office.letter(office.to_letter(number)) for number in numbers}
    programs = [program_of(office), program_of(office, hospital="RS-CONTOH-2")]
    both, before, heard = Ways(office), office.count(AuditEvent), {}
    start = threading.Barrier(12)

    def ask(number: int, place: int) -> None:
        start.wait()
        heard[number, place] = both.by_door(asking(question(letters[number].token or ""), programs[place].token))

    askers = [threading.Thread(target=ask, args=(number, place)) for number in numbers for place in (0, 1)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(60)
    for (number, _), said in heard.items():
        assert json.loads(said.body)["letter"]["number"] == letters[number].number
    assert (len(heard), office.count(AuditEvent) - before) == (12, 12)
