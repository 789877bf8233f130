"""Papers before the camera in a real Chromium: by keyboard alone, by the officer's telephone, without scripts and without camera."""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlmodel import select

from tests.journeys.axe import well
from tests.journeys.looks import looks_well
from tests.journeys.site import DESKTOP, FAKE_CAMERA, PATIENCE, PHONE, Person, Site, launched
from tests.office import Office
from tests.verify.made_scans import a_scan
from workflows.records import CasePaper, PaperWay

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 3 * PATIENCE
"""A photograph is decoded by two processes of its own before its page comes."""
PHOTO = {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": a_scan()}


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """A browser whose camera shows a made-up picture."""
    with launched(chromium_path, *FAKE_CAMERA) as browser:
        yield browser


def kept(office: Office) -> list[tuple[str, PaperWay]]:
    with office.read() as session:
        return [(one.type.value, one.way) for one in session.exec(select(CasePaper).order_by(CasePaper.id))]


def focus(someone: Person, name: str) -> None:
    expect(someone.page.get_by_role("button", name=name, exact=True)).to_be_focused(timeout=SLOW)


def test_one_key_takes_and_one_keeps(site: Site) -> None:
    ticket, loket = site.office.open(), site.person("loket", DESKTOP, reduced_motion="reduce")  # no colours half-way
    loket.go(f"/berkas/{ticket}/foto")
    loket.tab_to("Buka kamera")
    loket.press("Enter")
    focus(loket, "Ambil foto")
    expect(loket.page.locator("video")).to_be_visible()
    well(loket)
    loket.press("Enter")
    focus(loket, "Simpan foto ini")
    well(loket)
    loket.picture("papers-camera")
    loket.press("Enter")
    expect(loket.page.locator("main")).to_contain_text("Foto KTP tersimpan.", timeout=SLOW)
    focus(loket, "Ambil foto")
    loket.press("Enter")
    focus(loket, "Simpan foto ini")
    loket.press("Tab", "Enter")
    focus(loket, "Ambil foto")
    loket.press("Escape")
    focus(loket, "Buka kamera")
    assert kept(site.office) == [("KTP", PaperWay.OFFICE)] and loket.faults == []


def test_a_telephone_sends_and_the_screen_shows_it_by_itself(site: Site) -> None:
    ticket, loket, phone = site.office.open(), site.person("loket", DESKTOP, reduced_motion="reduce"), site.person(None, PHONE)
    site.office.drain()
    loket.go(f"/berkas/{ticket}/foto")
    loket.tab_to("Buat kode QR")
    loket.enter()
    looks_well(loket)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(loket.page.locator("img.qr").screenshot())))
    phone.go(urlsplit(code.text).path)
    looks_well(phone)
    phone.picture("papers-phone")
    phone.page.set_input_files("#picture", files=[PHOTO])  # type: ignore[list-item]
    phone.page.get_by_role("button", name="Kirim foto").click()
    expect(phone.page.locator("main")).to_contain_text("Foto KTP terkirim.", timeout=SLOW)
    expect(loket.page.get_by_role("link", name="Buka foto KTP")).to_be_visible(timeout=SLOW)
    loket.picture("papers")
    assert kept(site.office) == [("KTP", PaperWay.PHONE)]
    assert phone.faults == loket.faults == []


def test_without_scripts_a_file_is_chosen(site: Site) -> None:
    ticket, loket = site.office.open(), site.person("loket", PHONE, java_script_enabled=False)
    loket.go(f"/berkas/{ticket}/foto")
    expect(loket.page.get_by_role("button", name="Buka kamera")).to_have_count(0)
    loket.page.set_input_files("#picture", files=[PHOTO])  # type: ignore[list-item]
    loket.page.get_by_role("button", name="Simpan foto", exact=True).click()
    expect(loket.page.locator("main")).to_contain_text("Foto KTP tersimpan.", timeout=SLOW)
    assert kept(site.office) == [("KTP", PaperWay.OFFICE)]


def test_without_a_camera_the_page_says_what_to_do(site: Site) -> None:
    ticket, loket = site.office.open(), site.person("loket", PHONE, reduced_motion="reduce")
    loket.page.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none'))")
    loket.go(f"/berkas/{ticket}/foto")
    loket.page.get_by_role("button", name="Buka kamera").click()
    expect(loket.page.get_by_role("alert").filter(has_text="Kamera tidak dapat dibuka")).to_be_visible()
    looks_well(loket)
