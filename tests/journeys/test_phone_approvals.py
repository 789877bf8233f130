"""Kepala Dinas on a telephone 320 pixels wide: 38 letters in at most six taps, with and without scripts."""

import sys

import pytest
from playwright.sync_api import Locator

from tests.journeys.site import PHONE, Person, Site
from tests.journeys.test_browser import looks_well
from tests.seat_office import make_decidable
from verify.seeds import DEMO_PASSWORD
from workflows.records import Letter

LETTERS = 38
MOST_TAPS = 6


class Thumb:
    """Counts every tap; typing is no tap."""

    def __init__(self, person: Person) -> None:
        self.page, self.taps = person.page, 0

    def tap(self, target: Locator) -> None:
        target.click()
        self.taps += 1


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_thirty_eight_letters_in_six_taps(site: Site, scripts: bool) -> None:
    make_decidable(site.office, LETTERS)
    for number in (51, 52):
        site.office.to_decision(number, documents=frozenset())
    kadis = site.person(size=PHONE, java_script_enabled=scripts)
    kadis.go("/masuk")
    page, thumb = kadis.page, Thumb(kadis)
    page.fill("#username", "kadis")
    page.fill("#password", DEMO_PASSWORD)
    thumb.tap(page.locator("main button"))
    thumb.tap(page.get_by_role("link", name="Setujui", exact=True))
    assert page.locator("#lihat").inner_text() == "Perlu Anda lihat (2)"
    assert page.locator("#lihat").bounding_box()["y"] < page.locator("#polos").bounding_box()["y"]  # type: ignore[index]
    if scripts:
        looks_well(kadis)
        kadis.picture("approvals-phone", whole=False)
    thumb.tap(page.get_by_role("button", name=f"Setujui {LETTERS} surat"))
    if scripts:
        looks_well(kadis)
        kadis.picture("approvals-confirm-phone")
    thumb.tap(page.get_by_role("button", name=f"Ya, setujui {LETTERS} surat"))
    assert kadis.heading() == f"{LETTERS} dari {LETTERS} surat disetujui"
    if scripts:
        looks_well(kadis)
    assert site.office.count(Letter) == LETTERS
    sys.stdout.write(f"{LETTERS} letters approved with {thumb.taps} taps, sign-in included\n")
    assert thumb.taps <= MOST_TAPS
    assert kadis.faults == []
