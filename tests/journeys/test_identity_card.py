"""Whose NIK it is, before a case is opened: looked at wide and small, light and dark, for a long name that came before."""

import pytest

from tests.journeys.axe import well
from tests.journeys.site import DESKTOP, PHONE, Site
from tests.office import LONG, person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["1280", "320"])
def test_the_card_is_held_against_the_ktp(site: Site, size: dict[str, int], theme: str) -> None:
    site.office.withdraw(site.office.open(name=LONG))
    loket = site.person("loket", size, color_scheme=theme)
    loket.wait_for_cursor("q")
    loket.type(person()["nik"])
    loket.enter()
    loket.wait_for_cursor("urgency")
    assert loket.page.input_value("#name") == LONG
    if size is DESKTOP:
        assert loket.page.evaluate("() => window.scrollY") == 0, "the card is read before a key is pressed"
    well(loket)
    loket.picture(f"identity{'-phone' if size is PHONE else ''}")
    assert not any(person()["nik"] in address for address in loket.asked)
    assert loket.faults == []
