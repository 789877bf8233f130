"""Every route, one walk: what its answer forbids a browser, what it refuses to read, and that no NIK is in an address or a log."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.access_cells import filled
from tests.office import Office, person, running_office
from tests.verify.web.visitor import Visitor
from verify import auth
from verify.app import UPLOADS
from verify.seeds import DEMO_PASSWORD
from workflows.permissions import PERMISSION_MAP, Permission
from workflows.states import Role

NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
EVERYBODYS = ("/static/", "/.well-known/", "/openapi.json", "/healthz", "/readyz", "/periksa/sw.js")
"""What holds nobody's data and may be kept by a browser."""

DEMO = {
    Role.LOKET: "loket",
    Role.KADIS: "kadis",
    Role.CASEWORKER: "peksos",
    Role.VALIDATOR: "validator",
    Role.KABID: "kabid",
    Role.HOSPITAL: "rs",
    Role.ADMIN: "admin",
}
"""One person of each role that some route asks for."""


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path, public_url="https://rekom.example") as made:
        yield made


def rules(office: Office) -> Iterator[tuple[str, Any]]:
    for rule in office.app.url_map.iter_rules():
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            yield method, rule


def whoever_may(office: Office, rule: Any) -> str:
    """The token of somebody whose role has the route's permission; a loket where anybody may."""
    needed = auth.declared(office.app.view_functions[rule.endpoint])
    able = PERMISSION_MAP[needed] if isinstance(needed, Permission) else frozenset(DEMO)
    return office.token(next(name for role, name in DEMO.items() if role in able))


def walk(office: Office) -> Iterator[tuple[str, str, TestResponse]]:
    """Every route as somebody signed in who may and, for programs, with the token."""
    ticket = office.to_letter()
    office.hire("kabid", Role.KABID)
    for method, rule in rules(office):
        token, client = whoever_may(office, rule), office.app.test_client()
        path = filled(rule.rule, ticket)
        with client.session_transaction(base_url="https://rekom.example") as cookie:
            cookie["token"] = token
        headers = {"Authorization": f"Bearer {token}"} if path.startswith(auth.PROGRAMS) else {}
        body = {"json": {}} if path.startswith(auth.PROGRAMS) and method != "GET" else {}
        yield method, path, client.open(path, method=method, headers=headers, base_url="https://rekom.example", **body)


@pytest.mark.slow
def test_every_answer_ties_the_browsers_hands(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    faults, walked = [], 0
    with caplog.at_level(logging.DEBUG):
        for method, path, answer in walk(office):
            walked += 1
            answer.close()
            policy = answer.headers.get("Content-Security-Policy", "")
            checks = {
                "headers": all(answer.headers.get(name) == value for name, value in FIXED.items()),
                "policy": "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "object-src 'none'" in policy,
                "inline": "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy,
                "tls": answer.headers.get("Strict-Transport-Security", "").startswith("max-age=63072000"),
                "permissions": "geolocation=()" in answer.headers.get("Permissions-Policy", ""),
                "kept": path.startswith(EVERYBODYS) or "no-store" in answer.headers.get("Cache-Control", ""),
                "address": not NIK.search(path + answer.headers.get("Location", "")),
                "ours": answer.status_code < 500 or path == "/readyz",
            }
            faults += [(method, path, answer.status_code, name) for name, right in checks.items() if not right]
    assert faults == []
    assert walked > 80
    assert not [record.getMessage() for record in caplog.records if NIK.search(record.getMessage())]


def test_a_file_named_by_its_content_is_asked_for_once_a_year_and_any_other_each_time(office: Office) -> None:
    client, page = office.app.test_client(), office.app.test_client().get("/masuk").text
    named = re.search(r"/static/rekom\.css\?v=\w+", page)
    assert named
    lasting, plain = client.get(named[0]), client.get("/static/rekom.css")
    outdated = client.get("/static/rekom.css?v=0123456789")
    again = client.get(named[0], headers={"If-None-Match": lasting.headers["ETag"]})
    assert [answer.status_code for answer in (lasting, plain, outdated, again)] == [200, 200, 200, 304]
    for answer in (lasting, plain, outdated, again):
        answer.close()
    for answer in (lasting, again):
        assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "immutable", "max-age=31536000"}
    for answer in (plain, outdated):
        assert answer.headers["Cache-Control"] == "no-cache"
    assert client.get("/static/none.css?v=0123456789").status_code == 404


def test_cookies_are_for_our_pages_over_tls_only(office: Office) -> None:
    answer = office.app.test_client().get("/masuk", base_url="https://rekom.example")
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax"))


def test_tls_is_not_promised_where_there_is_none(sqlite_url: str, tmp_path: Path) -> None:
    with running_office(sqlite_url, tmp_path) as plain:
        answer = plain.app.test_client().get("/masuk")
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.slow
def test_no_route_reads_more_than_it_needs(office: Office) -> None:
    """A body that is well-formed, from somebody who may, is refused for its length alone."""
    office.app.config["WTF_CSRF_ENABLED"] = False
    office.hire("kabid", Role.KABID)
    walked, faults = 0, []
    for method, rule in rules(office):
        if method not in ("POST", "PUT", "PATCH"):
            continue
        size, token = UPLOADS.get(rule.endpoint, 1024 * 1024) + 1, whoever_may(office, rule)
        client, path = office.app.test_client(), filled(rule.rule, "ABCD-2345")
        program = path.startswith(auth.PROGRAMS)
        with client.session_transaction() as cookie:
            cookie["token"] = token
        body = b'{"reason": "' + b"x" * size + b'"}' if program else b"reason=" + b"x" * size
        kind = "application/json" if program else "application/x-www-form-urlencoded"
        headers = {"Authorization": f"Bearer {token}"} if program else {}
        answer = client.open(path, method=method, headers=headers, data=body, content_type=kind)
        walked += 1
        faults += [] if answer.status_code == 413 else [(method, path, answer.status_code)]
    assert faults == []
    assert walked > 40


def test_no_address_takes_a_nik(office: Office) -> None:
    arguments = {argument for _, rule in rules(office) for argument in rule.arguments}
    assert not arguments & {"nik", "kk", "phone"}
    sources = [path.read_text() for path in (Path(auth.__file__).parent).rglob("*.py")]
    asked = {name for source in sources for name in re.findall(r"request\.args(?:\.get)?\W+[\"'](\w+)", source)}
    assert asked and not asked & {"nik", "kk", "q", "name", "phone"}


@pytest.mark.slow
def test_a_form_of_the_pages_without_its_token_does_nothing(office: Office) -> None:
    ticket, tried = office.open(), 0
    events = len(office.events(ticket))
    for method, rule in rules(office):
        if method != "POST" or rule.rule.startswith(auth.PROGRAMS):
            continue
        client = office.app.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = office.token("loket")
        answer = client.post(filled(rule.rule, ticket), data={"reason": "Dipalsukan dari luar."})
        assert answer.status_code in (400, 403), (rule.rule, answer.status_code)
        tried += 1
    assert tried > 20
    assert len(office.events(ticket)) == events


@pytest.mark.slow
def test_a_nik_typed_anywhere_is_in_no_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    nik, client = person(1)["nik"], office.app.test_client()
    headers = {"Authorization": f"Bearer {office.token('loket')}"}
    with caplog.at_level(logging.DEBUG):
        for method, rule in rules(office):
            if method in ("POST", "PUT", "PATCH") and rule.rule.startswith(auth.PROGRAMS):
                fields = dict.fromkeys(("nik", "username", "password", "reason", "code", "number", nik), nik)
                client.open(filled(rule.rule, "ABCD-2345"), method=method, json=fields, headers=headers)
        client.post("/masuk", data={"username": nik, "password": DEMO_PASSWORD})
        visitor = Visitor(office.app.test_client())
        visitor.fill("/masuk", username="loket", password=DEMO_PASSWORD)
        for path, field in (("/", "q"), ("/berkas/baru", "nik"), ("/keluarga/baru", "nik.0"), ("/jalur", "nik")):
            for typed in (nik, f"{nik[:-1]}x"):
                page = visitor.fill(path, "/cari" if field == "q" else path, **{field: typed})
                assert nik not in str(page.location), path
    assert not [record.getMessage() for record in caplog.records if nik in record.getMessage()]
