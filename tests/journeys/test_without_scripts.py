"""Scripts switched off: every page that docs/scripts.md names opens, says what it is, and has no button that does nothing."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys.site import Site
from tests.journeys.test_campaign_pages import new_members
from tests.journeys.test_every_page import NOT_MADE, PLACES, cases
from tests.journeys.test_faulty_pages import RARE
from tests.journeys.without_scripts import dumb, opens
from tests.population.city import ONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROMISED = Path(__file__).parents[2] / "docs" / "scripts.md"
NAMED = re.compile(r"^\| `(/[^`]*)` \|", re.MULTILINE)
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
    campaign = {routes.match(path, return_rule=True)[0].rule for path in CARDS}
    assert promised() <= seen | set(RARE.values()) | campaign | set(ASKED_BY_A_PROGRAM)


def test_the_pages_of_a_campaign_work(site: Site) -> None:
    new_members(site.office)
    worker = site.person("peksos", java_script_enabled=False)
    for path in CARDS:
        opens(worker, path)


def test_what_no_browser_opens_here_is_filled_in_elsewhere() -> None:
    for page, test in ASKED_BY_A_PROGRAM.items():
        assert page.split("<")[0].rstrip("/") in (Path(__file__).parents[2] / test).read_text(encoding="utf-8")
    assert set(ASKED_BY_A_PROGRAM) <= set(NOT_MADE)
