"""The families' page, cases in somebody's hand, and doubts about a NIK: looked at wide and small, light and dark; news without a reload."""

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import well
from tests.journeys.looks import looks_well
from tests.journeys.site import DESKTOP, PHONE, Person, Site
from tests.office import LONG, person
from workflows import advance, taking
from workflows.states import Role
from workflows.vocabulary import Urgency

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOKS = pytest.mark.parametrize(("size", "theme", "name"), [(DESKTOP, "light", ""), (PHONE, "dark", "-phone")], ids=["1280", "320"])

TEXT_BEGINS = "all => all.map(one => Math.round(one.getBoundingClientRect().left + parseFloat(getComputedStyle(one).paddingLeft)))"


def seen(someone: Person, picture: str) -> None:
    well(someone)
    someone.picture(picture)


@LOOKS
def test_a_family_asks(site: Site, size: dict[str, int], theme: str, name: str) -> None:
    ticket = site.office.open(name=LONG, documents=frozenset())
    relative = site.person(size=size, color_scheme=theme)
    relative.go(f"/status?berkas={ticket}")
    relative.wait_for_cursor("last_four")
    seen(relative, f"family{name}")
    relative.type("0000")
    relative.enter()
    expect(relative.page.locator(".summary")).to_be_focused()
    well(relative)
    relative.page.fill("#last_four", person()["nik"][-4:])
    relative.page.locator("main button").click()
    expect(relative.page.locator("h1")).to_have_text("Permohonan Anda sudah diterima. Datanya sedang diperiksa.")
    seen(relative, f"family-status{name}")
    assert relative.faults == []


@LOOKS
def test_cases_are_taken_from_the_list(site: Site, size: dict[str, int], theme: str, name: str) -> None:
    office = site.office
    office.hire("rina", Role.CASEWORKER)
    for number, urgency in ((1, Urgency.EMERGENCY), (2, Urgency.INPATIENT), (3, Urgency.ROUTINE), (4, Urgency.ROUTINE)):
        last = office.open(number, urgency=urgency, **({"name": LONG} if number == 2 else {}))
    office.drain()
    rina = office.actor("rina")
    with office.write() as session:
        taking.take(session, advance.lock(session, last, rina), rina, now=office.clock())
    peksos = site.person("peksos", size, color_scheme=theme)
    seen(peksos, f"list-chips{name}")
    peksos.page.get_by_label(f"Pilih {person(1)['name']}").check()
    peksos.page.get_by_label(f"Pilih {LONG}").check()
    peksos.page.get_by_role("button", name="Ambil yang dicentang").click()
    expect(peksos.page.locator("main")).to_contain_text("2 berkas diambil.")
    seen(peksos, f"list-mine{name}")
    peksos.page.get_by_role("link", name="Hapus saringan Berkas saya").click()
    expect(peksos.page.locator(".case-name")).to_have_count(4)
    expect(peksos.page.get_by_role("checkbox")).to_have_count(3)  # none on what is in Rina's hand
    for step in ("Ambil", "Serahkan", "Lepaskan"):
        expect(peksos.page.get_by_role("button", name=f"{step} yang dicentang")).to_be_visible()
    assert len(set(peksos.page.locator(".case-name").evaluate_all(TEXT_BEGINS))) == 1, "a name beside a box stands where all others do"
    peksos.page.get_by_role("link", name=person(1)["name"]).click()
    expect(peksos.page.locator("main")).to_contain_text("Berkas ini di tangan Anda")
    looks_well(peksos)
    peksos.picture(f"case-hand{name}", whole=False)
    assert peksos.faults == []


@LOOKS
def test_a_slip_is_asked_about_and_steps_are_news(site: Site, size: dict[str, int], theme: str, name: str) -> None:
    known, loket = person(), site.person("loket", size, color_scheme=theme)
    loket.go("/berkas/baru")
    born = known["birth_date"].replace(year=known["birth_date"].year + 1)
    for field, value in {"nik": known["nik"], "name": known["name"], "birth_date": f"{born:%d-%m-%Y}", "phone": known["phone"]}.items():
        loket.page.fill(f"#{field}", value)
    loket.page.get_by_role("button", name="Periksa jawaban", exact=True).click()
    expect(loket.page.locator("#ragu")).to_be_visible()
    seen(loket, f"intake-slip{name}")
    loket.page.get_by_role("button", name="Buka berkas", exact=True).click()
    expect(loket.page.locator("main[data-busy]")).to_be_visible()
    well(loket)
    site.office.drain()
    expect(loket.page.locator("main")).to_contain_text("Sedang dinilai")
    assert any("/langsung" in address for address in loket.asked)
    assert loket.faults == []
