"""Kepala Dinas on a telephone 320 pixels wide, by touch: 38 letters in at most six taps, with and without scripts, with a second factor."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.authenticator import code_at
from tests.journeys.axe import well
from tests.journeys.looks import looks_well
from tests.journeys.site import Site, site_of
from tests.journeys.touch import Thumb, telephone
from tests.office import running_office
from tests.seat_office import make_decidable
from tests.verify.web.test_second_factor_pages import enroll
from workflows.records import Letter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTERS = 38
MOST_TAPS = 6
ALL = f"Setujui {LETTERS} surat"
CERTAIN = f"Ya, setujui {LETTERS} surat"
DONE = f"{LETTERS} dari {LETTERS} surat disetujui"


@contextmanager
def strict_site(chromium: Browser, url: str, folder: Path) -> Iterator[tuple[Site, str]]:
    """An office whose head must show a second factor, letters that wait for her, and the secret in her telephone's app."""
    with running_office(url, folder, second_factor_roles="KADIS", step_up_minutes=10) as office, site_of(office, chromium) as made:
        make_decidable(office, LETTERS)
        _, secret, _ = enroll(office, "kadis")
        yield made, secret


def show_code(thumb: Thumb, site: Site, secret: str) -> None:
    """The six digits of the app, and a tap."""
    expect(thumb.page.locator("h1")).to_have_text("Kode keamanan")
    thumb.page.fill("#code", code_at(secret, site.office.clock()))
    thumb.follow(thumb.page.get_by_role("button", name="Lanjut", exact=True))


def look_and_choose(thumb: Thumb) -> None:
    """From the list of work to the last question."""
    thumb.follow(thumb.page.get_by_role("link", name="Setujui", exact=True))
    thumb.follow(thumb.page.get_by_role("button", name=ALL))
    expect(thumb.page.get_by_role("button", name=CERTAIN)).to_be_visible()


def give_the_word(thumb: Thumb) -> None:
    """The last tap, and each letter answered."""
    thumb.follow(thumb.page.get_by_role("button", name=CERTAIN))
    expect(thumb.page.locator("h1")).to_have_text(DONE)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_thirty_eight_letters_in_six_taps(site: Site, scripts: bool) -> None:
    make_decidable(site.office, LETTERS)
    for number in (51, 52):
        site.office.to_decision(number, documents=frozenset())
    thumb = telephone(site, java_script_enabled=scripts)
    kadis, page = thumb.person, thumb.page
    thumb.sign_in("kadis")
    thumb.follow(page.get_by_role("link", name="Setujui", exact=True))
    assert page.locator("#lihat").inner_text() == "Perlu Anda lihat (2)"
    assert page.locator("#lihat").bounding_box()["y"] < page.locator("#polos").bounding_box()["y"]  # type: ignore[index]
    if scripts:
        looks_well(kadis)
        kadis.picture("approvals-phone", whole=False)
    thumb.follow(page.get_by_role("button", name=ALL))
    if scripts:
        well(thumb.person)
        kadis.picture("approvals-confirm-phone")
    give_the_word(thumb)
    if scripts:
        well(thumb.person)
        assert thumb.pressed_by() == {"touch"}
    assert site.office.count(Letter) == LETTERS
    sys.stdout.write(f"{LETTERS} letters approved with {thumb.taps} taps, sign-in included\n")
    assert thumb.taps <= MOST_TAPS
    assert kadis.faults == []


def test_with_a_second_factor_it_is_six_taps_too(chromium: Browser, sqlite_url: str, tmp_path: Path) -> None:
    with strict_site(chromium, sqlite_url, tmp_path) as (site, secret):
        thumb = telephone(site)
        thumb.sign_in("kadis")
        show_code(thumb, site, secret)
        look_and_choose(thumb)
        give_the_word(thumb)
        assert site.office.count(Letter) == LETTERS
        assert thumb.taps <= MOST_TAPS and thumb.pressed_by() == {"touch"}
        assert thumb.person.faults == []


def test_a_factor_that_grew_old_between_look_and_word_loses_nothing(chromium: Browser, sqlite_url: str, tmp_path: Path) -> None:
    with strict_site(chromium, sqlite_url, tmp_path) as (site, secret):
        thumb = telephone(site)
        thumb.sign_in("kadis")
        show_code(thumb, site, secret)
        look_and_choose(thumb)
        site.office.clock.pass_by(minutes=11)
        thumb.follow(thumb.page.get_by_role("button", name=CERTAIN))
        assert site.office.count(Letter) == 0
        well(thumb.person)
        thumb.follow(thumb.page.get_by_role("button", name="Isi kode keamanan"))
        show_code(thumb, site, secret)
        expect(thumb.page.locator("h1")).to_have_text("Isian Anda masih ada")
        expect(thumb.page.locator("main .facts")).to_have_text(f"Berkas yang dicentang{LETTERS}")
        well(thumb.person)
        thumb.follow(thumb.page.get_by_role("button", name="Kirim isian ini"))
        expect(thumb.page.locator("h1")).to_have_text(DONE)
        assert site.office.count(Letter) == LETTERS
        assert thumb.person.faults == []
