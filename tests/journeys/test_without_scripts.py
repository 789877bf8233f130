"""Scripts switched off: every page that docs/scripts.md names opens, says what it is, and has no button that does nothing."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys.site import Person, Site
from tests.journeys.test_campaign_pages import new_members
from tests.journeys.test_every_page import NOT_MADE, PLACES, cases
from tests.journeys.test_faulty_pages import RARE
from tests.population.city import ONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROMISED = Path(__file__).parents[2] / "docs" / "scripts.md"
NAMED = re.compile(r"^\| `(/[^`]*)` \|", re.MULTILINE)
DEAD = "main button[type=button]:visible"
"""Only a script would hear it."""
CARDS = ("/cakupan/kartu", "/cakupan/kartu/1", f"/cakupan/{ONE}", f"/cakupan/{ONE}/kartu", "/kartu", f"/cakupan/{ONE[:6]}/kartu/sisa")
ASKED_BY_A_PROGRAM = {
    "/ktp": "tests/verify/web/test_ktp_page.py",
    "/masuk/kode": "tests/verify/web/test_second_factor_pages.py",
    "/data": "tests/verify/web/test_imports_page.py",
    "/data/<int(max=2147483647):number>": "tests/verify/web/test_imports_page.py",
}
"""Filled in and sent by a visitor that knows no scripts at all."""


def promised() -> set[str]:
    return set(NAMED.findall(PROMISED.read_text(encoding="utf-8")))


def dumb(someone: Person) -> list[str]:
    """What a person could press in vain: buttons for scripts, and forms that nothing sends."""
    found = someone.page.locator(DEAD).all_inner_texts()
    for form in someone.page.locator("main form:visible").all():
        if form.locator("button:not([type=button]):visible").count() == 0 and form.locator("details:not([open]) button").count() == 0:
            found.append(form.get_attribute("action") or "a form")
    return found


def test_each_page_named_works(site: Site) -> None:
    made, seen, found = cases(site.office), set[str](), {}
    routes = site.office.app.url_map.bind("")
    for username, paths in PLACES.items():
        someone = site.person(username, java_script_enabled=False)
        for path in paths:
            answer = someone.page.goto(site.address + path.format(**made))
            assert someone.page.locator("h1").first.inner_text().strip(), path
            if answer and answer.ok:
                seen.add(routes.match(urlsplit(path.format(**made)).path, return_rule=True)[0].rule)
            if vain := dumb(someone):
                found[path] = vain
    assert found == {}
    assert promised() - set(NOT_MADE) <= seen


def opens(someone: Person, path: str) -> None:
    someone.page.goto(someone.address + path)
    assert someone.page.locator("h1").first.inner_text().strip(), path
    assert "Kode untuk bantuan" not in someone.page.inner_text("main"), path
    assert dumb(someone) == [], path


@pytest.mark.parametrize("rare", RARE, ids=lambda rare: rare.__name__)
def test_a_page_that_few_cases_come_to_works(site: Site, rare: Callable[[Site], tuple[str, str]]) -> None:
    username, path = rare(site)
    opens(site.person(username, java_script_enabled=False), path)


def test_the_pages_of_a_campaign_work(site: Site) -> None:
    new_members(site.office)
    worker = site.person("peksos", java_script_enabled=False)
    for path in CARDS:
        opens(worker, path)


def test_what_no_browser_opens_here_is_filled_in_elsewhere() -> None:
    for page, test in ASKED_BY_A_PROGRAM.items():
        assert page.split("<")[0].rstrip("/") in (Path(__file__).parents[2] / test).read_text(encoding="utf-8")
    assert set(ASKED_BY_A_PROGRAM) <= set(NOT_MADE)
