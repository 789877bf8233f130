"""What nobody hopes to see: forms sent with faults, pages of errors, and pages that few cases come to; axe-core finds nothing in any."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from operator import eq
from pathlib import Path

import html5lib
import pytest
from playwright.sync_api import Browser, Response, expect
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from werkzeug.exceptions import RequestEntityTooLarge

from tests.approval_office import with_chain
from tests.authenticator import code_at
from tests.journeys.axe import faults
from tests.journeys.looks import looks_well
from tests.journeys.site import DESKTOP, PHONE, Person, Site, site_of
from tests.journeys.weight import HEAVIEST, weight
from tests.journeys.without_scripts import opens
from tests.office import LONG, Office, running_office
from tests.population.city import BY, JUNE, NOVEMBER, ONE, resident, small_city, store
from tests.population.city import member as city_member
from tests.verify.made_files import nik
from tests.verify.test_signing import prepared
from tests.verify.web.test_errors import planted
from tests.workflows.test_refusals import to_refusal
from tests.workflows.test_removals import member
from verify import auth, web
from verify.statuses import FOR_PEOPLE, told
from workflows.errors import RegistryError, TooMany
from workflows.population import coverage, doors, premium, premium_ledger, premium_lines
from workflows.population.doors import Wish
from workflows.population.premium import Bill, BillLine
from workflows.records.door import Door, DoorAnswer
from workflows.records.extract import ExtractKind
from workflows.records.premium import LineWord
from workflows.rules.policy import SigningMode
from workflows.states import Role
from workflows.vocabulary import Urgency

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = re.compile(r"Kode untuk bantuan: E-[2-9A-Z]{4}\b")

EMPTY: dict[str | None, tuple[tuple[str, str], ...]] = {
    None: (("/masuk", "Masuk"), ("/status", "Lihat")),
    "loket": (
        ("/berkas/baru", "Periksa jawaban"),
        ("/keluarga/baru", "Periksa jawaban"),
        ("/berkas/{open}/batalkan", "Batalkan"),
        ("/berkas/{refused}/keberatan", "Simpan keberatan"),
    ),
    "peksos": (("/berkas/{assessment}/nilai", "Periksa jawaban"), ("/berkas/{assessment}/cek-manual/dtsen", "Simpan hasil")),
    "validator": (("/berkas/{validation}/validasi", "Kembalikan"),),
    "kadis": (("/berkas/{letter}/cabut", "Cabut"), ("/wakil", "Wakilkan")),
    "rs": (("/periksa/ajukan", "Periksa jawaban"),),
}
"""By person: pages whose form is sent as it comes, and how its button begins."""


def cases(office: Office) -> dict[str, str]:
    made = {"refused": to_refusal(office, 2), "letter": office.to_letter(3), "validation": office.open(4)}
    office.drain()
    office.assess(made["validation"])
    office.drain()
    office.fakes.switch.off()
    made["assessment"] = office.open(5, urgency=Urgency.EMERGENCY)
    office.drain()
    office.fakes.switch.on()
    return made | {"open": office.open(6)}


def well(someone: Person) -> None:
    """Looked at by eye's measure and by axe-core, here as everywhere in light, dark and print."""
    looks_well(someone)
    assert faults(someone) == [], someone.page.url


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "320"])
def test_a_form_with_faults(site: Site, size: dict[str, int]) -> None:
    made = cases(site.office)
    for username, forms in EMPTY.items():
        someone = site.person(username, size)
        for path, button in forms:
            someone.go(path.format(**made))
            someone.page.locator("main").get_by_role("button", name=re.compile(f"^{button}")).first.click()
            expect(someone.page.locator("main .summary"), path).to_be_focused()
            assert someone.page.title().startswith("Kesalahan: "), path
            well(someone)
        assert someone.faults == []


def broken(*_: object, **__: object) -> str:
    raise ZeroDivisionError


def away(*_: object) -> None:
    raise OperationalError("SELECT 1", {}, Exception("gone"))


def too_large(*_: object, **__: object) -> str:
    raise RequestEntityTooLarge


def too_many(*_: object, **__: object) -> str:
    raise TooMany(retry_after="60")


def silent(*_: object, **__: object) -> str:
    raise RegistryError


def too_old(someone: Person) -> None:
    """A form whose guard is not ours."""
    someone.go("/berkas/baru")
    someone.page.evaluate("() => { document.querySelector('#berkas-baru [name=csrf_token]').value = 'x' }")
    someone.page.get_by_role("button", name="Periksa jawaban").click()


ERRORS: dict[str, Callable[[Person, str], object]] = {
    "400": lambda someone, _: too_old(someone),
    "403": lambda someone, _: someone.go("/setuju"),
    "404": lambda someone, _: someone.go("/berkas/AAAA-AAAA"),
    "405": lambda someone, _: someone.go("/keluar"),
    "409": lambda someone, ticket: someone.go(f"/berkas/{ticket}/keberatan"),
    "413": lambda someone, _: someone.go("/kuota"),
    "429": lambda someone, _: someone.go("/kuota"),
    "500": lambda someone, _: someone.go("/kuota"),
    "502": lambda someone, _: someone.go("/kuota"),
    "503": lambda someone, _: someone.go("/"),
}


PAGE_FAILS = {"413": too_large, "429": too_many, "500": broken, "502": silent}
DOOR_FAILS = {"503": away}
"""What few people come to is planted: in the page, or where its reader is looked up."""


@pytest.mark.parametrize("status", ERRORS)
def test_a_page_of_errors(site: Site, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = site.office.open()
    loket = site.person("loket", PHONE)
    answers: list[Response] = []
    loket.page.on("response", lambda answer: answers.append(answer) if answer.request.is_navigation_request() else None)
    if status in PAGE_FAILS:
        monkeypatch.setattr(web.seats, "render_template", PAGE_FAILS[status])
    if status in DOOR_FAILS:
        monkeypatch.setattr(auth, "find_session", DOOR_FAILS[status])
    ERRORS[status](loket, ticket)
    said = loket.page.inner_text("main")
    assert answers[-1].status == int(status)
    html5lib.HTMLParser(strict=True).parse(answers[-1].text())
    assert CODE.search(said)
    assert loket.page.locator("main .lead").inner_text().count(".") >= 2, "what happened, and what to do"
    well(loket)
    explained = loket.page.locator("main a", has_text="Apa artinya ini?").get_attribute("href")
    assert explained
    monkeypatch.undo()
    loket.go(explained)
    well(loket)


SELDOM = sorted(set(FOR_PEOPLE) - {int(status) for status in ERRORS} - {401})
"""Statuses that few people meet: planted one after the other. That of 401 is the page for signing in."""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "320"])
def test_statuses_that_few_people_meet(site: Site, size: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    loket = site.person("loket", size)
    for status in SELDOM:
        monkeypatch.setattr(web.seats, "render_template", planted(status))
        loket.go("/kuota")
        assert loket.heading().strip() == told(status).heading
        assert told(status).lead in loket.page.inner_text("main")
        assert CODE.search(loket.page.inner_text("main"))
        well(loket)


# --- pages that few cases come to


def removal(site: Site) -> tuple[str, str]:
    return "peksos", f"/berkas/{member(site.office)}/pencabutan"


def own_paraf(site: Site) -> tuple[str, str]:
    with_chain(site.office, Role.KASI)
    return "kasi", f"/berkas/{site.office.to_decision(1)}/paraf"


def ink(site: Site) -> tuple[str, str]:
    (ticket,) = prepared(site.office, SigningMode.WET, 1)
    return "kadis", f"/berkas/{ticket}/tanda-tangan"


def region(site: Site) -> tuple[str, str]:
    small_city(site.office.rekom.database)
    with site.office.write() as session:
        coverage.count(session, "3673", BY, now=site.office.clock())
    return "peksos", "/cakupan/3673"


def kelurahan(site: Site) -> tuple[str, str]:
    region(site)
    return "peksos", f"/cakupan/{ONE}"


def wish_for_doors(site: Site) -> tuple[str, str]:
    region(site)
    return "peksos", f"/cakupan/{ONE}/pintu"


def no_doors_yet(site: Site) -> tuple[str, str]:
    return "peksos", "/cakupan/pintu"


def doors_of(site: Site) -> tuple[str, str]:
    """A list with an answer, of a family with names as long as they come."""
    office, actor = site.office, site.office.actor("peksos")
    family = [
        replace(resident(number, name=LONG), address="JALAN CONTOH PANJANG SEKALI GANG BUNTU NOMOR 12 RT 001 RW 002") for number in (4, 5)
    ]
    store(office.rekom.database, ExtractKind.RESIDENTS, [*family, resident(20)], JUNE)
    store(office.rekom.database, ExtractKind.MEMBERS, [city_member(30)], NOVEMBER)
    with office.write() as session:
        coverage.count(session, "3673", BY, now=office.clock())
        wish = Wish(ONE, many=100, days=30, given_to="Ani Contoh, kader posyandu Melati", purpose="Kunjungan kader Desember")
        listed = doors.make(session, office.rekom.policy_today("3673"), wish, actor, now=office.clock())
        first = session.exec(select(Door).where(Door.list_id == listed.id)).first()
        assert first
        doors.answer(session, first.code, DoorAnswer.NOT_FOUND, None, now=office.clock())
    return "peksos", f"/cakupan/pintu/{listed.id}"


def lists_of_doors(site: Site) -> tuple[str, str]:
    doors_of(site)
    return "peksos", "/cakupan/pintu"


def visit(site: Site) -> tuple[str, str]:
    del site
    return "loket", "/pintu"


def premium_bill(site: Site) -> tuple[str, str]:
    """A bill with lines to dispute, in the ledger, of people with names as long as they come."""
    office = site.office
    region(site)
    lines = [BillLine(at, nik(100 + at), None, LONG, None, 37_800) for at in range(2, 62)]
    with office.write() as session:
        actor = office.actor("peksos")
        bill = premium.check(
            session, Bill("0" * 64, f"{'tagihan-' * 12}.csv", date(2026, 11, 1), 37_800, lines), eq, actor, now=office.clock()
        )
        premium_lines.say_of(session, bill, frozenset({2}), LineWord.WITHDRAWN, "Masih hidup menurut KTP", actor, now=office.clock())
        premium_ledger.open_account(session, bill, date(2026, 11, 10), actor, now=office.clock())
    return "peksos", f"/iuran/{bill.id}"


def three_sides(site: Site) -> tuple[str, str]:
    who, bill = premium_bill(site)
    return who, f"{bill}/cocok"


def premiums(site: Site) -> tuple[str, str]:
    premium_bill(site)
    return "peksos", "/iuran"


def correction(site: Site) -> tuple[str, str]:
    office = site.office
    office.fakes.switch.off()
    ticket = office.open(urgency=Urgency.EMERGENCY)
    office.drain()
    found = {"kind": "MEMBERSHIP", "outcome": "ACTIVE", "note": "Mobile JKN dilihat.", "as_of": office.clock().isoformat()}
    assert office.api("peksos").post(f"/applications/{ticket}/checks", found).status_code == 201
    office.fakes.switch.on()
    office.clock.pass_by(minutes=20)
    office.drain()
    peksos = site.person("peksos")
    peksos.go(f"/berkas/{ticket}")
    link = peksos.page.locator("a", has_text="Catat tindak lanjut").get_attribute("href")
    assert link
    return "peksos", link


BILL = "/iuran/<int(max=2147483647):bill_id>"
RARE: dict[Callable[[Site], tuple[str, str]], str] = {
    premium_bill: BILL,
    three_sides: f"{BILL}/cocok",
    premiums: "/iuran",
    removal: "/berkas/<ticket>/pencabutan",
    own_paraf: "/berkas/<ticket>/paraf",
    ink: "/berkas/<ticket>/tanda-tangan",
    region: "/cakupan/<code>",
    kelurahan: "/cakupan/<code>",
    correction: "/berkas/<ticket>/koreksi/<int(max=2147483647):correction_id>",
    wish_for_doors: "/cakupan/<code>/pintu",
    no_doors_yet: "/cakupan/pintu",
    doors_of: "/cakupan/pintu/<int(max=2147483647):number>",
    lists_of_doors: "/cakupan/pintu",
    visit: "/pintu",
}
"""By what makes it: the address of such a page."""


@pytest.mark.parametrize("rare", RARE, ids=lambda rare: rare.__name__)
def test_a_page_that_few_cases_come_to(site: Site, rare: Callable[[Site], tuple[str, str]]) -> None:
    """Wide, on a telephone, and where no scripts run."""
    username, path = rare(site)
    assert site.office.app.url_map.bind("").match(path, return_rule=True)[0].rule == RARE[rare]
    for size in (DESKTOP, PHONE):
        someone = site.person(username, size)
        someone.go(path)
        assert someone.page.url == site.address + path
        assert "Kode untuk bantuan" not in someone.page.inner_text("main")
        well(someone)
        assert weight(someone, path) <= HEAVIEST
        assert someone.faults == []
    opens(site.person(username, java_script_enabled=False), path)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "320"])
def test_the_second_door(chromium: Browser, sqlite_url: str, tmp_path: Path, size: dict[str, int]) -> None:
    with running_office(sqlite_url, tmp_path, second_factor_roles="KADIS") as office, site_of(office, chromium) as made:
        kadis = made.person("kadis", size)
        assert "/masuk/kode" in kadis.page.url
        well(kadis)
        assert weight(kadis, "/masuk/kode") <= HEAVIEST
        kadis.go("/akun")
        kadis.page.get_by_role("button", name=re.compile("aplikasi")).first.click()
        secret = kadis.page.locator("code").first.inner_text()
        kadis.page.locator("#code").fill(code_at(secret, office.clock()))
        kadis.page.locator("main form").get_by_role("button").first.click()
        expect(kadis.page.locator("h1")).not_to_have_text("")
        office.clock.pass_by(seconds=30)
        again = made.person("kadis", size)
        assert "/masuk/kode" in again.page.url
        well(again)
        again.page.locator("#code").fill("000000")
        again.page.locator("main form").get_by_role("button").first.click()
        expect(again.page.locator("main .summary")).to_be_focused()
        well(again)
        assert kadis.faults == again.faults == []
