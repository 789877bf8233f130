"""Fingers on a telephone 320 pixels wide: a family asks, papers are photographed, a desk accepts a patient."""

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from tests.journeys.at_desk import HERE, qr, settled
from tests.journeys.looks import looks_well
from tests.journeys.site import PATIENCE, Person, Site
from tests.journeys.touch import telephone
from tests.office import LONG, person
from tests.verify.made_scans import a_scan
from tests.verify.web.test_phone import hand_over
from tests.verify.web.visitor import Visitor
from verify.seeds import DEMO_PASSWORD
from workflows.records import Acceptance, CasePaper, PaperWay

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHOTO = {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": a_scan()}
GLASS = "() => [matchMedia('(pointer: coarse)').matches, navigator.maxTouchPoints > 0, innerWidth]"


def on_glass(someone: Person) -> None:
    assert someone.page.evaluate(GLASS) == [True, True, 320]


def test_a_family_asks(site: Site) -> None:
    ticket = site.office.open(name=LONG, documents=frozenset())
    thumb = telephone(site)
    thumb.person.go("/status")
    on_glass(thumb.person)
    thumb.tap(thumb.page.locator("#ticket"))
    thumb.person.type(ticket)
    thumb.tap(thumb.page.locator("#last_four"))
    thumb.person.type("0000")
    thumb.follow(thumb.page.get_by_role("button", name="Lihat status"))
    expect(thumb.page.locator("main .summary")).to_contain_text("Belum ditemukan")
    looks_well(thumb.person)
    thumb.page.fill("#last_four", person()["nik"][-4:])
    thumb.follow(thumb.page.get_by_role("button", name="Lihat status"))
    expect(thumb.page.locator("h1")).to_have_text("Permohonan Anda sudah diterima. Datanya sedang diperiksa.")
    looks_well(thumb.person)
    assert thumb.pressed_by() == {"touch"} and thumb.person.faults == []


def test_papers_are_photographed(site: Site) -> None:
    ticket, loket = site.office.open(), Visitor(site.office.app.test_client())
    loket.fill("/masuk", username="loket", password=DEMO_PASSWORD)
    thumb = telephone(site)
    thumb.person.go(hand_over(loket, ticket))
    on_glass(thumb.person)
    with thumb.page.expect_file_chooser() as camera:
        thumb.tap(thumb.page.locator("#picture"))
    camera.value.set_files(PHOTO)  # type: ignore[arg-type]
    thumb.follow(thumb.page.get_by_role("button", name="Kirim foto"))
    expect(thumb.page.locator("main")).to_contain_text("Foto KTP terkirim.", timeout=3 * PATIENCE)
    looks_well(thumb.person)
    with site.office.read() as session:
        assert [one.way for one in session.exec(select(CasePaper))] == [PaperWay.PHONE]
    assert thumb.pressed_by() == {"touch"} and thumb.person.faults == []


def test_a_desk_accepts_a_patient(site: Site) -> None:
    code = qr(site.office, site.office.to_letter(**HERE))
    thumb = telephone(site, "rs")
    thumb.page.clock.install(time=site.office.clock())
    thumb.person.go("/periksa")
    settled(thumb.person)
    on_glass(thumb.person)
    thumb.tap(thumb.page.locator("#code"))
    thumb.page.keyboard.insert_text(code)
    thumb.tap(thumb.page.get_by_role("button", name="Periksa surat"))
    expect(thumb.page.locator("#jawaban .verdict")).to_have_text("BERLAKU")
    looks_well(thumb.person)
    with thumb.page.expect_response("**/periksa/jawab/terima", timeout=60_000):
        thumb.tap(thumb.page.get_by_role("button", name="Terima pasien ini"))
    expect(thumb.page.locator("#jawaban .verdict")).to_have_text("PASIEN DITERIMA")
    assert site.office.count(Acceptance) == 1
    assert thumb.pressed_by() == {"touch"} and thumb.person.faults == []
