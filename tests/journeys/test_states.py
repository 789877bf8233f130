"""States that a page has for a moment: batches of parafs, doubles, a reveal, a faulty search, news by polling, a session that ends."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.approval_office import to_paraf, with_chain
from tests.journeys.axe import well_wide_and_small
from tests.journeys.site import Person, Site
from tests.office import LONG, person
from verify.seeds import DEMO_PASSWORD
from workflows.records import Case
from workflows.states import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def go_on(someone: Person, button: str) -> None:
    with someone.page.expect_navigation():
        someone.page.locator("main").get_by_role("button", name=button).first.click()


def fill_in(loket: Person) -> None:
    """The counter's form for the first person."""
    known = person()
    loket.go("/berkas/baru")
    fields = {"nik": known["nik"], "name": known["name"], "birth_date": f"{known['birth_date']:%d-%m-%Y}", "phone": known["phone"]}
    for name, value in fields.items():
        loket.page.fill(f"#{name}", value)


def test_a_batch_of_parafs(site: Site) -> None:
    with_chain(site.office, Role.KASI)
    for number in (1, 2):
        to_paraf(site.office, number)
    to_paraf(site.office, 3, name=LONG, documents=frozenset())
    kasi = site.person("kasi")
    kasi.go("/paraf")
    well_wide_and_small(kasi)
    go_on(kasi, "Paraf 2 berkas")
    well_wide_and_small(kasi)
    go_on(kasi, "Ya, paraf 2 berkas")
    expect(kasi.page.locator("h1")).to_have_text("2 dari 2 berkas diparaf")
    well_wide_and_small(kasi)
    assert kasi.faults == []


def test_a_case_that_is_open_already(site: Site) -> None:
    site.office.open()
    loket = site.person("loket")
    fill_in(loket)
    go_on(loket, "Periksa jawaban")
    expect(loket.page.locator("#ganda")).to_be_visible()
    well_wide_and_small(loket)
    assert loket.faults == []


def test_numbers_shown_once(site: Site) -> None:
    ticket = site.office.open(name=LONG)
    site.office.drain()
    peksos = site.person("peksos")
    peksos.go(f"/berkas/{ticket}/data-lengkap")
    peksos.page.fill("#reason", "Menelepon keluarga untuk kunjungan rumah.")
    go_on(peksos, "Tampilkan")
    expect(peksos.page.locator("main")).to_contain_text("Nomor KK")
    well_wide_and_small(peksos)
    assert peksos.faults == []


def test_a_search_for_what_is_no_number(site: Site) -> None:
    loket = site.person("loket")
    loket.wait_for_cursor("q")
    loket.type("99010141019")
    loket.enter()
    expect(loket.page.locator("main .summary")).to_be_focused()
    well_wide_and_small(loket)
    assert loket.faults == []


def refuse(route: Route) -> None:
    """As the office does where too many listen."""
    route.fulfill(status=204)


def cut_off(route: Route) -> None:
    """As a proxy does that lets no stream through."""
    route.abort()


@pytest.mark.parametrize("way", [refuse, cut_off], ids=lambda way: way.__name__)
def test_where_no_news_gets_through_the_page_looks_by_itself(site: Site, way: Callable[[Route], None]) -> None:
    ticket, loket = site.office.open(), site.person("loket")
    loket.page.route("**/langsung?*", way)
    loket.go(f"/berkas/{ticket}")
    expect(loket.page.locator("main[data-busy]")).to_be_visible()
    with loket.page.expect_response(lambda answer: answer.url.endswith(ticket) and answer.request.resource_type == "fetch", timeout=60_000):
        pass  # it looks, and nothing is new
    site.office.drain()
    expect(loket.page.locator("main")).to_contain_text("Sedang dinilai", timeout=30_000)
    assert any("/langsung" in address for address in loket.asked)
    assert loket.page.evaluate("() => performance.getEntriesByType('navigation').length") == 1
    well_wide_and_small(loket)


def test_a_session_that_ends_says_so_and_loses_nothing(site: Site) -> None:
    loket, known = site.person(), person()
    loket.page.clock.install(time=site.office.clock())
    loket.sign_in("loket")
    fill_in(loket)
    warning = loket.page.locator("[data-session-left]")
    left = int(warning.get_attribute("data-session-left") or "0")
    loket.page.clock.fast_forward((left - 6 * 60) * 1000)
    expect(warning).to_be_hidden()
    loket.page.clock.fast_forward(61 * 1000)
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("Sesi Anda segera berakhir.")
    assert loket.page.input_value("#name") == known["name"]
    well_wide_and_small(loket)
    site.office.clock.pass_by(seconds=left + 1)
    go_on(loket, "Periksa jawaban")
    loket.page.fill("#username", "loket")
    loket.page.fill("#password", DEMO_PASSWORD)
    go_on(loket, "Masuk")
    expect(loket.page.locator("h1")).to_have_text("Isian Anda masih ada")
    assert site.office.count(Case) == 0
    go_on(loket, "Kirim isian ini")
    expect(loket.page.locator("h1")).to_have_text("Periksa jawaban")
    well_wide_and_small(loket)
    go_on(loket, "Buka berkas")
    expect(loket.page.locator("h1")).to_have_text(known["name"])
    assert site.office.count(Case) == 1


def test_a_page_that_heard_news_works_as_before(site: Site) -> None:
    ticket, loket = site.office.open(), site.person()
    loket.page.clock.install(time=site.office.clock())
    loket.sign_in("loket")
    loket.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    loket.go(f"/berkas/{ticket}")
    expect(loket.page.locator("main[data-busy]")).to_be_visible()
    loket.page.get_by_text("Teks untuk WhatsApp").first.click()
    loket.page.evaluate("() => document.activeElement.blur()")
    site.office.drain()
    loket.page.clock.run_for(3_000)
    expect(loket.page.locator("main")).to_contain_text("Sedang dinilai", timeout=30_000)
    loket.page.get_by_role("button", name="Salin teks").click()
    expect(loket.page.locator("[data-copied]")).to_have_text("Teks sudah disalin.")
    assert ticket in loket.page.evaluate("() => navigator.clipboard.readText()")
    warning = loket.page.locator("[data-session-left]")
    loket.page.clock.fast_forward((int(warning.get_attribute("data-session-left") or "0") - 4 * 60) * 1000)
    expect(warning).to_be_visible()


def test_a_family_card_is_not_read_as_a_person(site: Site) -> None:
    loket = site.person("loket")
    loket.go("/keluarga/baru")
    loket.page.fill("#kk", "9901010101200001")
    counter = loket.page.locator("output[data-counts=kk]")
    expect(counter).to_have_text("16/16 angka")
    loket.go("/berkas/baru")
    loket.page.fill("#nik", person()["nik"])
    expect(loket.page.locator("output[data-counts=nik]")).to_contain_text("lahir")
