"""Every route says who may use it, and nobody else may; a route that says nothing is refused to everybody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.office import Office, running_office
from verify import auth
from verify.seeds import SEATS
from workflows.permissions import PERMISSION_MAP, Permission
from workflows.states import Role

PUBLIC = {
    "/dokumen-api",
    "/fhir/metadata",
    "/oauth/token",
    "/healthz",
    "/metrics",
    "/readyz",
    "/.well-known/jwks.json",
    "/openapi.json",
    "/static/<path:filename>",
}
"""Open to everybody besides signing in and the public face of a letter; each new one is a decision."""


DESCRIBED = ("/api/v1/", "/fhir/", "/oauth/")
"""Where programs ask: every route there is an operation of the description, and the other way round."""
VARIABLE = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path) as made:
        yield made


def undeclared(app: Flask) -> list[str]:
    """The routes that say neither a permission nor that they are public."""
    return [rule.rule for rule in app.url_map.iter_rules() if auth.declared(app.view_functions[rule.endpoint]) is None]


def public(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules() if auth.declared(app.view_functions[rule.endpoint]) is True}


def test_every_route_for_programs_is_described_and_nothing_else(office: Office) -> None:
    rules = [rule for rule in office.app.url_map.iter_rules() if rule.rule.startswith(DESCRIBED)]
    named = [(rule.methods or set(), VARIABLE.sub(r"{\1}", rule.rule)) for rule in rules]
    routes = {f"{method} {path}" for methods, path in named for method in methods - {"HEAD", "OPTIONS"}}
    paths = office.app.test_client().get("/openapi.json").get_json()["paths"]
    operations = {f"{method.upper()} {path}" for path, item in paths.items() for method in item if method != "parameters"}
    assert len(routes) > 100 and routes == operations


PLACEHOLDER = re.compile(r"<[^<>]+>")
WITHIN_A_STEP = {Permission.ADMIT_LATE}
"""Asked by one of the ways a form may go: tests/workflows/test_late_admissions.py."""


def address(rule: Rule) -> str:
    """An address the rule matches."""
    return PLACEHOLDER.sub(lambda found: "1" if found[0].startswith("<int") else "ABCD-2345", rule.rule)


def test_every_route_declares_who_may(office: Office) -> None:
    assert undeclared(office.app) == []
    assert len(list(office.app.url_map.iter_rules())) > 20


def test_a_route_that_declares_nothing_is_found_and_refused(office: Office) -> None:
    office.app.add_url_rule("/api/v1/planted", "planted", lambda: "secret")
    office.app.add_url_rule("/terbuka", "planted_page", lambda: "secret")
    assert sorted(undeclared(office.app)) == ["/api/v1/planted", "/terbuka"]
    answer = office.api("admin").get("/planted")
    assert (answer.status_code, answer.get_json()["code"]) == (403, "tidak-berwenang")
    assert "secret" not in office.app.test_client().get("/terbuka").get_data(as_text=True)


def test_a_declaration_that_is_no_permission_opens_nothing(office: Office) -> None:
    def planted() -> str:
        return "secret"

    setattr(planted, auth.PERMISSION, "EVERYBODY")
    office.app.add_url_rule("/api/v1/planted", "planted", planted)
    assert office.api("admin").get("/planted").status_code == 403


def test_the_public_routes_are_these_and_no_more(office: Office) -> None:
    api = {rule for rule in public(office.app) if rule.startswith("/api/")}
    assert api == {"/api/v1/session"}
    assert public(office.app) >= PUBLIC


def test_signing_in_is_public_and_signing_out_is_not(office: Office) -> None:
    declared = {
        method: auth.declared(office.app.view_functions[rule.endpoint])
        for rule in office.app.url_map.iter_rules("session.sign_in")
        for method in rule.methods or ()
    }
    assert declared["POST"] is True
    assert office.api().call("DELETE", "/session").status_code == 401


@pytest.mark.parametrize("seat", SEATS, ids=lambda seat: seat.role.value)
def test_nobody_uses_a_route_whose_permission_his_role_has_not(office: Office, seat: object) -> None:
    username, role = seat.username, seat.role  # type: ignore[attr-defined]
    api, tried = office.api(username), 0
    for rule in office.app.url_map.iter_rules():
        permission = auth.declared(office.app.view_functions[rule.endpoint])
        if not isinstance(permission, Permission) or not rule.rule.startswith("/api/v1"):
            continue
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            answer = api.call(method, address(rule).removeprefix("/api/v1"), json={} if method != "GET" else None)
            allowed = role in PERMISSION_MAP[permission]
            assert (answer.status_code != 403) == allowed, (method, rule.rule, answer.status_code)
            tried += 1
            if method == "DELETE":
                api = office.api(username)  # that was signing out
    assert tried >= 15


def test_nobody_uses_any_of_them_without_signing_in(office: Office) -> None:
    client = office.app.test_client()
    for rule in office.app.url_map.iter_rules():
        permission = auth.declared(office.app.view_functions[rule.endpoint])
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"} if isinstance(permission, Permission) else ():
            answer = client.open(address(rule), method=method)
            if rule.rule.startswith("/api/"):
                assert answer.status_code == 401, rule.rule
            else:  # a page sends to the door, or refuses a form that it never gave out
                assert answer.status_code in (302, 303, 400, 401, 403), rule.rule


def test_every_permission_is_used_and_given(office: Office) -> None:
    used = {auth.declared(office.app.view_functions[rule.endpoint]) for rule in office.app.url_map.iter_rules()}
    assert {permission for permission in Permission if permission not in used} <= {Permission.MANAGE_STAFF, *WITHIN_A_STEP}
    assert all(roles and Role.SYSTEM not in roles for roles in PERMISSION_MAP.values())
