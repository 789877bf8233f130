"""A KTP before the counter's camera in a real Chromium: by keyboard alone to an open case, and how the screens look."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.axe import well
from tests.journeys.site import DESKTOP, FAKE_CAMERA, PATIENCE, PHONE, Person, Site, launched
from tests.journeys.weight import HEAVIEST, weight
from tests.ktp_cards import as_jpeg, as_read, card, drawn
from verify.seeds import DEMO_PASSWORD
from workflows.card_lines import Seen
from workflows.ktp import read_twice

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 3 * PATIENCE
SITI = replace(card(random.Random(3)), name="SITI CONTOH", nik="9901014101900001", born="01-01-1990", sex="PEREMPUAN")
PHOTO = {"name": "ktp.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(drawn(SITI))}
LOOKS = pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["1280", "320"])


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """A browser whose camera shows a made-up picture."""
    with launched(chromium_path, *FAKE_CAMERA) as browser:
        yield browser


def install(site: Site, seen: list[Seen]) -> None:
    """A reader that finds these lines in any picture: the real one is an extra."""
    vars(site.office.rekom)["card_reader"] = lambda _: read_twice(seen, seen, practice=True)


def focus(someone: Person, name: str) -> None:
    expect(someone.page.get_by_role("button", name=name, exact=True)).to_be_focused(timeout=SLOW)


def send(someone: Person) -> None:
    someone.go("/ktp")
    someone.page.set_input_files("#picture", PHOTO)
    with someone.page.expect_navigation():
        someone.page.get_by_role("button", name="Baca foto", exact=True).click()


def open_by_photograph(loket: Person) -> None:
    """From the search box to an open case for somebody new: the camera, a look at the card, and the telephone."""
    loket.wait_for_cursor("q")
    loket.press("Escape")
    loket.enter("f")
    focus(loket, "Ambil foto")
    loket.press("Enter")
    focus(loket, "Baca foto ini")
    loket.enter()
    loket.wait_for_cursor("nik")
    assert loket.page.input_value("#nik") == SITI.nik
    loket.enter()
    loket.wait_for_cursor("phone")
    assert loket.page.input_value("#name") == "SITI CONTOH"
    loket.type("081299990001")
    loket.confirm()
    assert "Berkas dibuka." in loket.page.inner_text("main")


def test_by_keyboard_alone_from_the_card_to_an_open_case(site: Site) -> None:
    install(site, as_read(SITI))
    loket = site.person("loket", DESKTOP)
    open_by_photograph(loket)
    assert loket.keys <= 40 and loket.faults == []
    assert not any(SITI.nik in address for address in loket.asked)


@LOOKS
def test_what_was_read_looks_well(site: Site, size: dict[str, int], theme: str) -> None:
    install(site, as_read(SITI))
    loket = site.person("loket", size, color_scheme=theme, reduced_motion="reduce")
    well(loket)
    loket.go("/ktp")
    well(loket)
    assert weight(loket, "/ktp") <= HEAVIEST
    send(loket)
    well(loket)
    loket.picture("ktp-read" if size is DESKTOP else "ktp-read-phone")
    loket.enter()
    well(loket)


@LOOKS
def test_what_is_doubtful_or_unreadable_looks_well(site: Site, size: dict[str, int], theme: str) -> None:
    loket = site.person("loket", size, color_scheme=theme, reduced_motion="reduce")
    doubtful = replace(SITI, born="02-01-1990", name="RADENAYUSITINURHALIZAH KUSUMANINGTYAS CONTOH PUTRI")
    install(site, [one for one in as_read(doubtful) if "PEREMPUAN" not in one.text])
    send(loket)
    well(loket)
    loket.picture("ktp-doubt" if size is DESKTOP else "ktp-doubt-phone")
    install(site, [one for one in as_read(SITI) if SITI.nik not in one.text])
    send(loket)
    well(loket)
    install(site, [])
    send(loket)
    assert "Tidak ada tulisan yang terbaca" in loket.page.inner_text("main")
    well(loket)
    assert loket.faults == []


def test_without_scripts_a_file_is_read(site: Site) -> None:
    install(site, as_read(SITI))
    loket = site.person(java_script_enabled=False)
    loket.page.goto(f"{loket.address}/masuk")
    loket.page.fill("#username", "loket")
    loket.page.fill("#password", DEMO_PASSWORD)
    loket.page.press("#password", "Enter")
    expect(loket.page.get_by_role("link", name="Baca foto KTP")).to_be_visible()
    send(loket)
    assert loket.page.input_value("#nik") == SITI.nik
