"""The menu: what each person does first, the rest under one word, and no link that would be refused."""

from collections.abc import Callable

import pytest

from tests.office import Office
from tests.verify.web.visitor import Page, Visitor

Visit = Callable[[str], Visitor]


def links(page: Page) -> list[str]:
    (nav,) = [found for found in page.all("nav") if found.get("aria-label") == "Menu utama"]
    return [str(link.get("href")) for link in nav.iter("a")]


@pytest.mark.parametrize("username", ["loket", "peksos", "validator", "kadis", "rs", "admin"])
def test_every_link_opens(visit: Visit, sqlite_office: Office, username: str) -> None:
    visitor = visit(username)
    found = links(visitor.get("/bantuan"))
    assert found[-1] == "/bantuan"
    assert [link for link in found if visitor.get(link).status not in (200, 303)] == []


def test_what_a_person_may_not_open_is_not_there(visit: Visit) -> None:
    assert "/berkas/baru" not in links(visit("validator").get("/bantuan"))
    assert "/tugas" in links(visit("peksos").get("/bantuan"))
    assert "/tugas" not in links(visit("kadis").get("/bantuan"))
    assert links(visit("rs").get("/bantuan")) == ["/periksa", "/sep", "/periksa/ajukan", "/bantuan"]


def test_the_page_that_is_open_is_marked(visit: Visit) -> None:
    page = visit("peksos").get("/kuota")
    assert [link.get("href") for link in page.all("a") if link.get("aria-current")] == ["/kuota"]
