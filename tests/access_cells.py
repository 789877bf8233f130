"""Who may do what, asked cell by cell at the doors themselves: each route as each role, as strangers to a case, and what a look leaves."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlmodel import func, select

from tests.loading_bodies import body, form
from tests.office import Office
from verify import auth
from workflows.permissions import PERMISSION_MAP, Permission
from workflows.records import CaseReading
from workflows.states import Role

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
PEOPLE = [role for role in Role if role != Role.SYSTEM]
KNOWN = {"slug": "identitas", "token": "abc", "handle": "0" * 12, "kind": "aplikasi", "path": "x", "filename": "rekom.css", "prefix": "s"}
LIST_NUMBER = re.compile(r"(?<=/pengantar/)<int[^<>]*:letter_id>|(?<=/collective-letters/)<int[^<>]*:letter_id>")
"""A cover letter's number in an address; letters about a bill have theirs behind the bill's."""
NOT_THEIRS = (403, 404)
"""How whatever belongs to another region is refused: a body that is wrong is refused otherwise, and would prove nothing."""
ELSEWHERE = "3316"
"""Another office's region."""
SIGNED_LATER = "/signature"
"""Whether BSrE can sign is asked before any letter is looked at, and in these offices there is no BSrE."""


@dataclass
class Cells:
    """How many cells were asked, and which of them answered otherwise than they must."""

    number: int = 0
    deviations: list[tuple[Any, ...]] = field(default_factory=list)


def of_role(office: Office, role: Role, ticket: str) -> Cells:
    """Every route as one role: refused exactly where its permission is not the role's."""
    username, found = hired(office, role), Cells()
    token = office.token(username)
    for method, rule, needed in routes(office.app):
        if signs_out(method, rule):
            token = office.token(username)
        status, text = asked(office, token, method, filled(rule, "ABCD-2345" if role in PERMISSION_MAP[needed] else ticket))
        found.number += 1
        if "kode keamanan yang baru" in text:  # may, once the second factor was shown again
            status = 200
        if (status == 403) == (role in PERMISSION_MAP[needed]) or status >= 500 or status == 401:
            found.deviations.append((role.value, method, rule, needed.value, status))
        if signs_out(method, rule):
            token = office.token(username)
    return found


def of_strangers(office: Office, ticket: str) -> Cells:
    """Every route of a case as another region's people, whose role may: nothing is done and the name is not told."""
    name, found = office.case(ticket).name, Cells()
    for role in PEOPLE:
        token = office.token(hired(office, role, ELSEWHERE))
        for method, rule, needed in routes(office.app):
            if "<ticket>" not in rule or role not in PERMISSION_MAP[needed]:
                continue
            status, text = asked(office, token, method, filled(rule, ticket), loading(method, rule))
            found.number += 1
            if status not in NOT_THEIRS or name in text:
                found.deviations.append((role.value, method, rule, status))
    return found


def of_strangers_to_a_list(office: Office, letter_id: int, names: Iterable[str]) -> Cells:
    """Every route of a cover letter under its real number, as another region's people whose role may."""
    names, found = list(names), Cells()
    for role in PEOPLE:
        token = office.token(hired(office, role, ELSEWHERE))
        for method, rule, needed in routes(office.app):
            if not LIST_NUMBER.search(rule) or role not in PERMISSION_MAP[needed]:
                continue
            status, text = asked(office, token, method, LIST_NUMBER.sub(str(letter_id), rule), loading(method, rule))
            found.number += 1
            if status not in (*NOT_THEIRS, *([503] if rule.endswith(SIGNED_LATER) else [])) or any(name in text for name in names):
                found.deviations.append((role.value, method, rule, status))
    return found


def of_looks(office: Office, ticket: str) -> Cells:
    """Every page and answer of a case, as whoever may see it: each that comes leaves one look behind, and a refused one none."""
    found = Cells()
    for role in PEOPLE:
        token = office.token(hired(office, role))
        for method, rule, needed in routes(office.app):
            if method != "GET" or "<ticket>" not in rule or role not in PERMISSION_MAP[needed]:
                continue
            before = looks(office)
            status, _ = asked(office, token, method, filled(rule, ticket))
            found.number += 1
            if looks(office) - before != (200 <= status < 300):
                found.deviations.append((role.value, method, rule, status, "looks", looks(office) - before))
    return found


def looks(office: Office) -> int:
    """How often anybody looked at any case."""
    with office.read() as session:
        return session.exec(select(func.coalesce(func.sum(CaseReading.times), 0))).one()


def signs_out(method: str, rule: str) -> bool:
    """Whether asking this ends the session one asks with."""
    return method == "DELETE" or rule == "/keluar"


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


def loading(method: str, rule: str) -> dict[str, Any]:
    """What is sent to a step, in the way its door wants it, that its schema lets through."""
    return (body if rule.startswith(auth.PROGRAMS) else form)(method, rule)


def asked(office: Office, token: str, method: str, path: str, sent: dict[str, Any] | None = None) -> tuple[int, str]:
    """The answer to a person with a session, in the way its door wants it; without anything ``sent``, an empty body."""
    client = office.app.test_client()
    if path.startswith(auth.PROGRAMS):
        empty = {"json": {}} if method != "GET" else {}
        answer = client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}, **(empty if sent is None else sent))
        return answer.status_code, answer.get_data(as_text=True)
    with client.session_transaction() as cookie:
        cookie["token"] = token
    office.app.config["WTF_CSRF_ENABLED"] = False  # this test is about who, not about forged forms
    answer = client.open(path, method=method, **({} if sent is None else sent))
    return answer.status_code, answer.get_data(as_text=True)


def hired(office: Office, role: Role, region: str = "3673") -> str:
    """Somebody of one role, in one region."""
    username = f"{role.value.lower().replace('_', '-')}-{region}"
    office.hire(username, role, region=region, hospital="RS-CONTOH-1" if role == Role.HOSPITAL else None)
    return username
