"""Scripts switched off: every page that docs/scripts.md names opens, says what it is, and has no button that does nothing."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys.site import Person, Site
from tests.journeys.test_every_page import PLACES, cases

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROMISED = Path(__file__).parents[2] / "docs" / "scripts.md"
NAMED = re.compile(r"^\| `(/[^`]*)` \|", re.MULTILINE)
DEAD = "main button[type=button]:visible"
"""Only a script would hear it."""


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
    assert promised() <= seen
