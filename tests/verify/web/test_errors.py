"""Errors: cause and next step in Indonesian with a code, never a trace; who may not is told so."""

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from tests.office import Office
from tests.verify.web.visitor import Page, Visitor
from verify import auth, web
from verify.app import create_app
from verify.errors import HTTP_SENTENCES
from verify.statuses import FOR_PEOPLE, told
from verify.web.sheets import problems
from workflows.permissions import PERMISSION_MAP, Permission
from workflows.states import Role

Visit = Callable[[str], Visitor]

CODE = re.compile(r"Kode untuk bantuan: E-[2-9A-Z]{4}\b")
FAULTS = [status for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST]
FOR_PROGRAMS = re.compile(r"\b(header|Header|JSON|Content-\w+|application/\w+|Allow|HTTP|If-Match|Range|metode|method)\b")
"""What somebody at a screen can do nothing with."""
USERNAME = {
    Role.LOKET: "loket",
    Role.CASEWORKER: "peksos",
    Role.VALIDATOR: "validator",
    Role.KADIS: "kadis",
    Role.HOSPITAL: "rs",
    Role.ADMIN: "admin",
}


def pages(office: Office) -> Iterator[tuple[str, str, Permission | bool]]:
    """Method, address and permission of every route of the pages."""
    ours = {module.blueprint.name for module in web.MODULES}
    for rule in office.app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in ours:
            needed = auth.declared(office.app.view_functions[rule.endpoint])
            assert needed is not None, f"{rule.endpoint} declares nothing"
            for method in (rule.methods or set()) & {"GET", "POST"}:
                yield method, rule.rule, needed


def filled(address: str, ticket: str) -> str:
    known = {"ticket": ticket, "slug": "identitas", "token": "abc", "correction_id": "1", "code": "3673", "kind": "aplikasi"}
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda part: known.get(part[1], "1"), address)


def test_whoever_may_not_is_told_so_on_every_page(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    visitors = {role: visit(username) for role, username in USERNAME.items()}
    tokens = {role: visitor.get("/bantuan").value("csrf_token") for role, visitor in visitors.items()}
    tried = 0
    for method, address, needed in pages(sqlite_office):
        if not isinstance(needed, Permission):
            continue
        for role in set(USERNAME) - PERMISSION_MAP[needed]:
            path, visitor = filled(address, ticket), visitors[role]
            page = visitor.get(path) if method == "GET" else visitor.post(path, {"csrf_token": tokens[role]})
            assert page.status == 403, (method, path, role)
            assert "Mintalah petugas yang berwenang." in page.main()
            tried += 1
    assert tried > 80


def test_nobody_sees_more_than_public_pages(nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    for method, address, needed in pages(sqlite_office):
        if needed is not True and method == "GET":
            assert nobody.get(filled(address, ticket)).status == 401, address


def test_every_page_opens_for_whoever_may(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    visitors = {role: visit(username) for role, username in USERNAME.items()}
    for method, address, needed in pages(sqlite_office):
        if method == "GET" and isinstance(needed, Permission) and not address.endswith((".pdf", ".csv", "/langsung")):
            for role in PERMISSION_MAP[needed] & set(USERNAME):
                assert visitors[role].get(filled(address, ticket)).status in (200, 303, 404, 409), (address, role)


def test_without_its_own_token_no_form_does_anything(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    visitor = visit("loket")
    for method, address, _ in pages(sqlite_office):
        if method == "POST":
            page = visitor.post(filled(address, ticket), {})
            assert page.status == 400, address
            assert "Formulir ini sudah terlalu lama terbuka." in page.main()
    assert sqlite_office.case(ticket).version == 1


@pytest.mark.parametrize("path", ["/tidak-ada", "/berkas", "/s/", "/masalah/apa-saja", "/%3Cscript%3E", "/berkas/x/y/z"])
def test_an_address_that_is_not_there(nobody: Visitor, path: str) -> None:
    page = nobody.get(path)
    assert page.status == 404
    assert "Periksa alamatnya" in page.main()
    assert CODE.search(page.main())
    assert "/" in page.links()


def test_a_method_that_is_not_there(nobody: Visitor) -> None:
    page = nobody.get("/keluar")
    assert page.status == 405
    assert CODE.search(page.main())


def test_a_fault_of_ours_shows_no_trace(visit: Visit, sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = visit("loket")
    monkeypatch.setattr(web.work_list, "page", lambda _: 1 / 0)
    page = visitor.get("/")
    assert page.status == 500
    assert "Ada kesalahan di pihak kami." in page.main()
    assert CODE.search(page.main())
    assert "division" not in page.text and "Traceback" not in page.text


def test_a_database_that_is_away_says_so_and_when_to_come_back(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor(create_app(sqlite_office.rekom).test_client())
    with visitor.client.session_transaction() as cookie:
        cookie["token"] = "x"

    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(auth, "find_session", away)
    for path in ("/", "/berkas/baru", "/masuk", "/periksa"):
        page = visitor.get(path)
        assert page.status == 503
        assert page.headers["Retry-After"]
        assert "Coba lagi sebentar lagi." in page.main()


def test_every_problem_has_its_page(nobody: Visitor) -> None:
    for slug, problem in problems().items():
        page = nobody.get(f"/masalah/{slug}")
        assert page.status == 200
        assert problem.sentence in page.main()
        assert problem.next_step in page.main()


def planted(status: int) -> Callable[..., str]:
    """A page that ends in that status, whatever it was asked."""

    class Planted(HTTPException):
        code = status

    def fails(*_: object, **__: object) -> str:
        raise Planted

    return fails


def test_every_status_says_what_happened_and_what_to_do(nobody: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    for status in FAULTS:
        monkeypatch.setattr(web.sheets, "render_template", planted(status))
        page, english = read_in(nobody, "id", "/bantuan"), read_in(nobody, "en", "/bantuan")
        assert page.status == english.status == status
        assert told(status).lead in page.main() and told(status).lead.count(".") >= 2
        assert CODE.search(page.main())
        slug = "isian-salah" if status == HTTPStatus.UNPROCESSABLE_ENTITY else f"http-{status.value}"
        assert {f"/masalah/{slug}", "/"} <= set(page.links())
        assert not FOR_PROGRAMS.search(page.main() + english.main())


def test_every_status_is_explained() -> None:
    assert {f"http-{status.value}" for status in FAULTS} <= set(problems())


def read_in(visitor: Visitor, language: str, path: str) -> Page:
    visitor.client.set_cookie("bahasa", language)
    return visitor.get(path)


def test_words_for_programs_are_known_when_they_are_seen() -> None:
    assert {status for status in HTTP_SENTENCES if FOR_PROGRAMS.search(HTTP_SENTENCES[status])} >= {400, 405, 406, 415, 428, 431}
    assert set(HTTP_SENTENCES) <= set(FOR_PEOPLE)


@pytest.mark.parametrize("username", sorted(USERNAME.values()))
def test_help_is_for_everybody(visit: Visit, nobody: Visitor, username: str) -> None:
    assert visit(username).get("/bantuan").heading == "Bantuan"
    assert nobody.get("/bantuan").heading == "Bantuan"
