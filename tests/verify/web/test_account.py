"""The own account: seeing where one is signed in, and ending it."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from tests.verify.web.visitor import Page, Visitor

Visit = Callable[[str], Visitor]


def ending(page: Page) -> list[Element]:
    """The forms that end a session."""
    return [form for form in page.forms() if (form.get("action") or "").startswith("/akun/sesi/")]


def test_a_lost_phone_is_signed_out(visit: Visit) -> None:
    phone, desk = visit("loket"), visit("loket")
    page = desk.get("/akun")
    assert page.main().count(", masuk ") == 2
    (form,) = ending(page)
    ended = desk.send(page, form.get("action"))
    assert "Sesi itu sudah diakhiri." in desk.follow(ended).main()
    assert (phone.get("/").status, desk.get("/").status) == (401, 200)


def test_the_own_session_is_named_and_not_ended_here(visit: Visit) -> None:
    page = visit("rs").get("/akun")
    assert "Sesi ini" in page.main() and ending(page) == []


def test_nobody_ends_anothers_session(visit: Visit) -> None:
    visit("peksos")
    mine, theirs = visit("loket"), visit("peksos")
    (form,) = ending(theirs.get("/akun"))
    page = mine.post(form.get("action") or "", {"csrf_token": mine.get("/akun").value("csrf_token")})
    assert page.status in (400, 404)
    assert theirs.get("/akun").status == 200
