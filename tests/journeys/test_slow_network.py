"""A poor 3G under the counter, the head and the desk: they are told that something is under way, and impatience sends nothing twice."""

import pytest
from playwright.sync_api import Request, expect

from tests.journeys.at_desk import HERE, qr, scan, sit
from tests.journeys.site import DESKTOP, PHONE, SETTLED, Person, Site
from tests.office import person
from tests.seat_office import make_decidable
from workflows.records import Acceptance, Case, Letter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 30_000
"""Milliseconds until a page must have come on such a network and this machine."""
NOTES = r"""new MutationObserver(() => {
  const note = document.querySelector("[data-sending]:not([hidden]), #luring:not([hidden])");
  if (note) sessionStorage.setItem("told", `${sessionStorage.getItem("told") ?? ""}${note.innerText}\n`);
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })"""
"""A page that is being left cannot be asked any more, and a word may stand for a moment only: the page writes down what it says."""
SENDING = "Sedang dikirim. Tunggu sebentar, tidak perlu menekan lagi."


def sent(someone: Person) -> list[str]:
    """The addresses that forms are sent to from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            found.append(request.url.removeprefix(someone.address))

    someone.page.on("request", note)
    return found


def told(someone: Person) -> str:
    """What was said while something was on the way."""
    found: str | None = someone.page.evaluate("() => sessionStorage.getItem('told')")
    return found or ""


def slow(site: Site, username: str, size: dict[str, int]) -> Person:
    someone = site.person(username, size)
    someone.page.set_default_timeout(SLOW)
    someone.page.add_init_script(NOTES)
    someone.slow_down()
    return someone


def test_the_counter(site: Site) -> None:
    loket, known = slow(site, "loket", DESKTOP), person()
    posts = sent(loket)
    loket.type(known["nik"])
    loket.enter()
    loket.wait_for_cursor("name")
    loket.type(known["name"])
    loket.press("Tab")
    loket.type(f"{known['birth_date']:%d%m%y}")
    loket.press("Tab")
    loket.type(known["phone"])
    for sending, page in (("Enter", "Periksa jawaban"), ("Control+Enter", known["name"])):
        loket.press(sending, "Enter", "Control+Enter")
        expect(loket.page.locator("h1")).to_have_text(page, timeout=SLOW)
        loket.page.wait_for_load_state("load")
        loket.page.wait_for_function(SETTLED)
    expect(loket.page.locator("h1")).to_have_text(known["name"], timeout=SLOW)
    assert SENDING in told(loket)
    assert posts == ["/cari", "/berkas/baru", "/berkas/baru"]
    assert site.office.count(Case) == 1
    assert loket.faults == []


def test_the_head_on_a_telephone(site: Site) -> None:
    make_decidable(site.office, 4)
    kadis = slow(site, "kadis", PHONE)
    kadis.go("/setuju")
    kadis.page.get_by_role("button", name="Setujui 4 surat").click()
    certain = kadis.page.get_by_role("button", name="Ya, setujui 4 surat")
    expect(certain).to_be_visible(timeout=SLOW)
    kadis.page.wait_for_load_state("load")  # a program would press within the hundredth second before the page's script runs
    posts = sent(kadis)
    certain.dblclick(no_wait_after=True)
    expect(kadis.page.locator("h1")).to_have_text("4 dari 4 surat disetujui", timeout=SLOW)
    assert SENDING in told(kadis)
    assert posts == ["/setuju"]
    assert site.office.count(Letter) == 4
    kadis.page.reload()
    expect(kadis.page.locator("h1")).to_have_text("4 dari 4 surat disetujui", timeout=SLOW)
    assert site.office.count(Letter) == 4
    assert kadis.faults == []


def test_the_desk(site: Site) -> None:
    code = qr(site.office, site.office.to_letter(1, **HERE))
    clerk = sit(site)
    clerk.page.evaluate(NOTES)
    clerk.slow_down()
    scan(clerk, code)
    expect(clerk.page.locator("#jawaban .verdict")).to_have_text("BERLAKU", timeout=SLOW)
    assert "Kantor sedang ditanya. Tunggu sebentar." in told(clerk)
    clerk.wait_for_cursor("registration_number")
    clerk.press("Enter", "Enter")
    expect(clerk.page.locator("#jawaban .verdict")).to_have_text("PASIEN DITERIMA", timeout=SLOW)
    assert site.office.count(Acceptance) <= 1, "one patient, however often the key was pressed; kept here it is sent later"
    assert clerk.faults == []
