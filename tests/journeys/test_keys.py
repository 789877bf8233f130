"""Keys instead of the mouse: lists, pages and the help by one letter, never while somebody types, never away from what was filled in."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import well
from tests.journeys.site import DESKTOP, PHONE, Person, Site
from tests.office import person
from verify.seeds import DEMO_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOKS = pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["1280", "320"])


def address(someone: Person) -> str:
    return someone.page.url.removeprefix(someone.address)


def test_a_list_is_walked_and_opened(site: Site) -> None:
    tickets = [site.office.open(number) for number in (1, 2, 3)]
    site.office.drain()
    peksos = site.person("peksos")
    names = peksos.page.locator(".cases .case-name > a").all_inner_texts()
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        peksos.press(key)
        assert peksos.focused() == names[place]
    peksos.enter()
    assert address(peksos).removeprefix("/berkas/") in tickets
    peksos.enter()
    assert address(peksos).endswith("/nilai"), "Enter does the one big thing"
    assert peksos.faults == []


def test_letters_lead_to_lists_and_to_the_search_box(site: Site) -> None:
    loket = site.person("loket")
    loket.press("Escape", "g")
    loket.enter("k")
    assert address(loket) == "/kuota"
    loket.enter("n")
    assert address(loket) == "/berkas/baru"
    loket.press("Escape")
    loket.page.evaluate("() => document.activeElement.blur()")
    loket.enter("/")
    assert address(loket) == "/"
    loket.wait_for_cursor("q")
    loket.type("n/gk")
    assert loket.page.input_value("#q") == "n/gk", "letters in a field are letters"
    loket.press("Escape", "/")
    assert loket.focused() == "q"


def test_what_was_filled_in_is_not_left_by_a_letter(site: Site) -> None:
    site.office.open()
    site.office.drain()
    peksos = site.person("peksos")
    peksos.press("j")
    peksos.enter()
    peksos.enter()
    peksos.press("y", "n", "g", "k")
    peksos.page.evaluate("() => document.activeElement.blur()")
    place = address(peksos)
    peksos.press("g", "k", "/", "Enter", "g", "b")
    peksos.page.wait_for_timeout(200)
    assert address(peksos) == place
    assert peksos.page.locator("input[value=YES]:checked").count() == 1


def test_what_came_back_to_be_looked_at_is_not_left_either(site: Site) -> None:
    known, loket = person(), site.person("loket")
    loket.go("/berkas/baru")
    born = known["birth_date"].replace(year=known["birth_date"].year + 1)
    for field, value in {"nik": known["nik"], "name": known["name"], "birth_date": f"{born:%d-%m-%Y}", "phone": known["phone"]}.items():
        loket.page.fill(f"#{field}", value)
    loket.page.get_by_role("button", name="Periksa jawaban", exact=True).click()
    expect(loket.page.locator("#ragu")).to_be_visible()
    loket.page.wait_for_load_state("load")
    loket.press("g", "k", "/", "n")
    loket.page.wait_for_timeout(200)
    assert known["name"] in loket.page.inner_text("main")
    site.office.clock.pass_by(hours=9)
    loket.page.get_by_role("button", name="Buka berkas", exact=True).click()
    loket.page.fill("#username", "loket")
    loket.page.fill("#password", DEMO_PASSWORD)
    loket.page.locator("main form button").click()
    expect(loket.page.locator("h1")).to_have_text("Isian Anda masih ada")
    loket.page.wait_for_load_state("load")
    loket.press("g", "k", "/", "n")
    loket.page.wait_for_timeout(200)
    assert loket.heading().strip() == "Isian Anda masih ada"
    well(loket)
    assert loket.faults == []


def test_a_letter_that_is_waited_for_holds_no_other_key(site: Site) -> None:
    site.office.open()
    site.office.drain()
    peksos = site.person("peksos")
    peksos.press("j", "g", "Tab")
    assert peksos.focused() != person()["name"]


@LOOKS
def test_the_keys_are_shown(site: Site, size: dict[str, int], theme: str) -> None:
    peksos = site.person("peksos", size, color_scheme=theme)
    peksos.page.evaluate("() => document.activeElement.blur()")
    peksos.press("?")
    dialog = peksos.page.get_by_role("dialog", name="Tombol pintas")
    expect(dialog).to_be_visible()
    expect(dialog).to_be_focused()
    assert dialog.evaluate("dialog => dialog.scrollTop") == 0, "it is read from its beginning"
    well(peksos)
    if size is DESKTOP:
        peksos.picture("keys", whole=False)
    told = dialog.locator("dt").all_inner_texts()
    assert {"g b", "g t", "?"} <= set(told)
    assert [key for key in told if told.count(key) > 1] == []
    leading = peksos.page.locator("a[data-go]").evaluate_all("links => links.map(link => `g ${link.dataset.go}`)")
    assert sorted(leading) == sorted(key for key in told if re.fullmatch("g .", key))
    peksos.press("g", "k", "Escape")
    expect(dialog).to_have_count(0)
    assert address(peksos) == "/", "keys below a dialog do nothing"
    assert peksos.faults == []


def test_the_keys_can_be_switched_off(site: Site) -> None:
    loket = site.person("loket")
    loket.go("/bantuan")
    loket.page.get_by_label("Pakai tombol satu huruf di peramban ini").uncheck()
    loket.go("/kuota")
    loket.press("g", "b", "n", "?")
    loket.page.wait_for_timeout(200)
    assert address(loket) == "/kuota"
    assert loket.page.locator("dialog").count() == 0
    loket.go("/bantuan")
    loket.page.get_by_label("Pakai tombol satu huruf di peramban ini").check()
    loket.page.evaluate("() => document.activeElement.blur()")
    loket.enter("n")
    assert address(loket) == "/berkas/baru"


def test_without_scripts_the_help_has_the_keys_and_no_switch(site: Site) -> None:
    stranger = site.person(java_script_enabled=False)
    stranger.go("/bantuan#tombol")
    assert "ke kotak cari" in stranger.page.locator("#tombol").inner_text()
    assert not stranger.page.get_by_label("Pakai tombol satu huruf").is_visible()
    assert not stranger.page.get_by_role("button", name="Tutup").is_visible()


def test_a_number_chooses_how_urgent_it_is(site: Site) -> None:
    loket = site.person("loket")
    loket.go("/berkas/baru")
    loket.tab_to("urgency")
    loket.press("2")
    assert loket.page.locator("#berkas-baru input[name=urgency]:checked").get_attribute("value") == "INPATIENT"


def test_the_desk_hears_no_letters_but_the_scanners(site: Site) -> None:
    clerk = site.person("rs")
    clerk.page.evaluate("() => document.activeElement.blur()")
    clerk.page.keyboard.type("n/?gb" + person()["name"])
    assert address(clerk) == "/periksa"
    assert clerk.page.locator("dialog").count() == 0
