"""Who may do what, cell by cell: role x permission as a table to read, role x route, another region's office, roles that clash."""

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from flask import Flask

from tests.office import Office, running_office
from verify import auth
from workflows import staffing
from workflows.actor import Actor
from workflows.errors import InvalidInput
from workflows.permissions import PERMISSION_MAP, Permission
from workflows.staffing import NewStaff
from workflows.states import POSTS, Role

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
PEOPLE = [role for role in Role if role != Role.SYSTEM]
OPERATOR = Actor(None, "operator: uji", frozenset({Role.ADMIN}), "3673")
KNOWN = {"slug": "identitas", "token": "abc", "handle": "0" * 12, "kind": "aplikasi", "path": "x", "filename": "x", "prefix": "s"}

CELLS = """
OPEN_CASE          LOKET CASEWORKER
READ_CASES         OFFICE
AMEND_CASE         LOKET CASEWORKER
RECORD_CHECK       CASEWORKER
ASSESS             CASEWORKER
VALIDATE           VALIDATOR
PARAF              POSTS
DECIDE             KADIS
WITHDRAW           LOKET
READ_LETTER        OFFICE
UPLOAD_SCAN        KADIS
REVOKE_LETTER      KADIS
CHECK_LETTER       OFFICE HOSPITAL
ACCEPT_LETTER      HOSPITAL
REVEAL             LOKET CASEWORKER VALIDATOR
REPORT_MEMBERSHIP  HOSPITAL
MANAGE_STAFF       ADMIN
SIGNED_IN          OFFICE HOSPITAL ADMIN
"""
"""Written by hand from the office's own division of work, so that a change of the map is seen twice."""


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path) as made:
        yield made


def expected() -> dict[str, frozenset[Role]]:
    groups = {"POSTS": frozenset(POSTS), "OFFICE": frozenset(PEOPLE) - {Role.HOSPITAL, Role.ADMIN}}
    found = {}
    for line in CELLS.split("\n")[1:-1]:
        permission, *words = line.split()
        found[permission] = frozenset().union(*(groups.get(word) or frozenset({Role(word)}) for word in words))
    return found


def test_the_map_is_what_was_written_by_hand() -> None:
    wanted = expected()
    assert {name: roles for name, roles in PERMISSION_MAP.items() if name in wanted} == wanted


def routes(app: Flask) -> Iterator[tuple[str, str, Permission]]:
    """Method, address pattern and permission of every route that needs one."""
    for rule in app.url_map.iter_rules():
        needed = auth.declared(app.view_functions[rule.endpoint])
        if isinstance(needed, Permission):
            for method in (rule.methods or set()) & METHODS:
                yield method, rule.rule, needed


def filled(rule: str, ticket: str) -> str:
    """An address of the rule; numbers are ones nobody has."""
    known = {**KNOWN, "ticket": ticket}
    return re.sub(r"<(?:(\w+)[^<>]*:)?(\w+)>", lambda part: "0" if part[1] == "int" else known.get(part[2], "0"), rule)


def asked(office: Office, token: str, method: str, path: str) -> tuple[int, str]:
    """The answer to a person with a session, in the way its door wants it."""
    client = office.app.test_client()
    if path.startswith(auth.PROGRAMS):
        answer = client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}, json={} if method != "GET" else None)
        return answer.status_code, answer.get_data(as_text=True)
    with client.session_transaction() as cookie:
        cookie["token"] = token
    office.app.config["WTF_CSRF_ENABLED"] = False  # this test is about who, not about forged forms
    answer = client.open(path, method=method, data={} if method != "GET" else None)
    return answer.status_code, answer.get_data(as_text=True)


def hired(office: Office, role: Role, region: str = "3673") -> str:
    """Somebody of one role, in one region."""
    username = f"{role.value.lower().replace('_', '-')}-{region}"
    office.hire(username, role, region=region, hospital="RS-CONTOH-1" if role == Role.HOSPITAL else None)
    return username


@pytest.mark.slow
@pytest.mark.parametrize("role", PEOPLE)
def test_every_route_refuses_exactly_the_roles_without_its_permission(office: Office, role: Role) -> None:
    username, ticket = hired(office, role), office.open()
    deviations, cells = [], 0
    token = office.token(username)
    for method, rule, needed in routes(office.app):
        if method == "DELETE" or rule == "/keluar":
            token = office.token(username)  # signing out
        status, text = asked(office, token, method, filled(rule, "ABCD-2345" if role in PERMISSION_MAP[needed] else ticket))
        cells += 1
        if "kode keamanan yang baru" in text:  # may, once the second factor was shown again
            status = 200
        if (status == 403) == (role in PERMISSION_MAP[needed]) or status >= 500 or status == 401:
            deviations.append((method, rule, needed.value, status))
        if method == "DELETE" or rule == "/keluar":
            token = office.token(username)
    assert deviations == []
    assert cells > 60


@pytest.mark.slow
def test_another_regions_people_get_nothing_of_a_case(office: Office) -> None:
    ticket = office.to_letter()
    name, deviations, cells = office.case(ticket).name, [], 0
    for role in PEOPLE:
        token = office.token(hired(office, role, "3316"))
        for method, rule, needed in routes(office.app):
            if "<ticket>" not in rule or role not in PERMISSION_MAP[needed]:
                continue
            status, text = asked(office, token, method, filled(rule, ticket))
            cells += 1
            if status < 400 or status >= 500 or name in text:
                deviations.append((role.value, method, rule, status))
    assert deviations == []
    assert cells > 50
    assert [event.action for event in office.events(ticket) if event.actor_name.endswith("3316 Contoh")] == []


TOGETHER_REFUSED = (
    {frozenset({Role.ADMIN, other}) for other in PEOPLE if other != Role.ADMIN}
    | {frozenset({Role.HOSPITAL, other}) for other in PEOPLE if other != Role.HOSPITAL}
    | {frozenset(pair) for pair in combinations((*POSTS, Role.KADIS), 2)}
)
"""ADMIN is held alone, and so is HOSPITAL; of the posts of the chain one person has one. Others meet: four eyes hold case by case."""


def new(roles: frozenset[Role]) -> NewStaff:
    hospital = "RS-CONTOH-1" if Role.HOSPITAL in roles else None
    return NewStaff("budi", "Budi Contoh", "3673", roles, hospital_code=hospital)


@pytest.mark.parametrize("pair", [frozenset(pair) for pair in combinations(PEOPLE, 2)], ids=lambda pair: "+".join(sorted(pair)))
def test_roles_that_exclude_each_other_are_refused_when_given(office: Office, pair: frozenset[Role]) -> None:
    if pair in TOGETHER_REFUSED:
        with pytest.raises(InvalidInput), office.write() as session:
            staffing.hire(session, new(pair), "x", OPERATOR, now=office.clock())
        return
    with office.write() as session:
        person = staffing.hire(session, new(pair), "x", OPERATOR, now=office.clock())
        assert staffing.roles_of(session, person) == pair


def test_the_process_itself_is_no_role_to_hold(office: Office) -> None:
    with pytest.raises(InvalidInput), office.write() as session:
        staffing.hire(session, new(frozenset({Role.SYSTEM})), "x", OPERATOR, now=office.clock())
