"""Pages of a campaign across a city, in a browser: handing out cards, with names as long as they come; axe-core finds nothing."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import faults
from tests.journeys.looks import looks_well
from tests.journeys.site import DESKTOP, PHONE, Person, Site
from tests.office import LONG, Office
from tests.population.city import BY, JUNE, ONE, member, resident, store
from tests.workflows.test_cards import AUGUST, HANDED, SEPTEMBER, WISH, ZONE
from workflows.population import cards, coverage
from workflows.records.extract import ExtractKind

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STREET = "JALAN CONTOH PANJANG SEKALI GANG BUNTU NOMOR 12 RT 001 RW 002"


def new_members(office: Office) -> None:
    """Three of one kelurahan; the first has the card already."""
    people = [replace(resident(number, name=LONG), address=STREET) for number in (1, 2, 3)]
    store(office.rekom.database, ExtractKind.RESIDENTS, [*people, resident(20)], JUNE)
    store(office.rekom.database, ExtractKind.MEMBERS, [member(30)], AUGUST)
    store(office.rekom.database, ExtractKind.MEMBERS, [member(number) for number in (1, 2, 3, 30)], SEPTEMBER)
    with office.write() as session:
        coverage.count(session, "3673", BY, now=office.clock())
        listed = cards.make(session, "3673", replace(WISH, given_to=f"{LONG}, staf kelurahan"), BY, now=office.clock())
        first = cards.show(session, BY, listed.id or 0, now=office.clock(), why="READ_CARDS")[1][0]
        cards.answer(session, first.card.code, HANDED, None, ZONE, now=office.clock())


def walk(site: Site, size: dict[str, int]) -> Person:
    """Every page of cards, empty and full, each looked at."""
    worker = site.person("peksos", size)
    seen(worker, "/cakupan/kartu", "Belum ada daftar kartu.")
    new_members(site.office)
    for path, word in (
        ("/cakupan/kartu", "1 dari 3 kartu sudah diserahkan"),
        ("/cakupan/kartu/1", LONG),
        (f"/cakupan/{ONE}", "Kartu peserta baru"),
        (f"/cakupan/{ONE}/kartu", "Peserta baru yang kartunya belum diserahkan."),
        ("/kartu", "Untuk pemegang daftar kartu."),
        (f"/cakupan/{ONE[:6]}/kartu/sisa", "1 dari 3 kartu"),
    ):
        seen(worker, path, word)
    worker.page.locator("#purpose").fill("Tindak lanjut lurah Desember")
    worker.page.get_by_role("button", name="Tampilkan daftar").click()
    expect(worker.page.locator("main table")).to_be_visible()
    well(worker)
    return worker


def seen(person: Person, path: str, word: str) -> None:
    person.go(path)
    expect(person.page.locator("main")).to_contain_text(word)
    well(person)


def well(person: Person) -> None:
    looks_well(person)
    assert faults(person) == [], person.page.url


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "320"])
def test_cards_from_the_list_to_the_rest(site: Site, size: dict[str, int]) -> None:
    assert walk(site, size).faults == []
