"""In a real Chromium: from the counter to the desk by keyboard alone, wide and at 320 pixels, with and without scripts."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import CONTRAST, SPILLS, TARGETS, looks_well, walk
from tests.journeys.site import DESKTOP, PHONE, Person, Site
from tests.office import LONG, Office, person
from workflows import desk
from workflows.records import Acceptance, Case
from workflows.vocabulary import Urgency

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "320"])
SITI = {"nik": "9901014101900001", "name": "SITI CONTOH", "birth_date": date(1990, 1, 1), "kk": "9901010101200001"}
HERE = {"hospital_code": "RS-CONTOH-1"}


def qr(office: Office, ticket: str) -> str:
    return f"HTTPS://REKOM.EXAMPLE/S/{office.letter(ticket).token}"


def no_nik_in_addresses(*people: Person) -> None:
    for someone in people:
        assert someone.asked
        assert [address for address in someone.asked if NIK.search(address)] == []
        assert [address for address in someone.asked if not address.startswith(someone.address)] == [], "nothing from elsewhere"
        assert someone.faults == []


# --- the journey


def counter(site: Site, size: dict[str, int]) -> tuple[Person, str]:
    """The family is at the counter: NIK, name, telephone, and how urgent it is; the birth date is the NIK's, and compared."""
    loket = site.person("loket", size)
    known = person()
    loket.wait_for_cursor("q")
    looks_well(loket)
    loket.type(known["nik"])
    expect(loket.page.locator("output.counter")).to_have_text("16/16 angka · perempuan, lahir 06-09-..61")
    loket.enter()
    loket.wait_for_cursor("name")
    looks_well(loket)
    loket.type(known["name"])
    loket.press("Tab")
    assert loket.page.input_value("#birth_date") == f"{known['birth_date']:%d-%m-%Y}", "as the NIK says, to be confirmed"
    loket.press("Tab")
    loket.type(known["phone"])
    loket.press("Tab", "1")
    loket.enter()
    assert loket.heading() == "Periksa jawaban" and loket.focused() == "Buka berkas", "what is about to be sent, and Enter sends it"
    looks_well(loket)
    loket.enter()
    assert loket.heading() == known["name"]
    assert "Berkas dibuka." in loket.page.inner_text("main")
    looks_well(loket)
    return loket, loket.page.url.rsplit("/", 1)[-1]


def open_first(someone: Person, button: str) -> None:
    """From the list to the case that waits, and to the one big button."""
    someone.press("j")
    assert someone.focused() == person()["name"]
    someone.enter()
    looks_well(someone)
    assert someone.page.locator("a[data-enter]").inner_text() == button
    someone.enter()
    looks_well(someone)


def assess(site: Site, size: dict[str, int]) -> Person:
    """One key for each question."""
    peksos = site.person("peksos", size)
    open_first(peksos, "Nilai berkas ini")
    assert peksos.focused().startswith("answers."), "the cursor is at the first question"
    for _ in site.office.criteria.criteria:
        peksos.press("y")
    assert peksos.focused() == "note"
    peksos.enter("Control+Enter")
    assert peksos.heading() == "Periksa jawaban"
    looks_well(peksos)
    peksos.enter()
    assert "Penilaian tersimpan." in peksos.page.inner_text("main")
    return peksos


def validate(site: Site, size: dict[str, int]) -> Person:
    validator = site.person("validator", size)
    open_first(validator, "Periksa penilaian")
    validator.enter("Control+Enter")
    assert "Hasil validasi tersimpan." in validator.page.inner_text("main")
    return validator


def approve(site: Site, size: dict[str, int]) -> Person:
    kadis = site.person("kadis", size)
    open_first(kadis, "Putuskan berkas ini")
    if kadis.page.locator("#alasan-setuju").count():
        kadis.press("i")
        assert kadis.focused() == "alasan-setuju"
        kadis.type("Berkas menyusul.")
    kadis.enter("Control+Enter")
    assert "Keputusan tersimpan." in kadis.page.inner_text("main")
    return kadis


def admit(site: Site, size: dict[str, int], code: str, username: str = "rs") -> Person:
    """The scanner types and presses Enter; one more Enter accepts."""
    clerk = site.person(username, size)
    clerk.wait_for_cursor("code")
    looks_well(clerk)
    clerk.type(code)
    clerk.press("Enter")
    expect(clerk.page.locator("#jawaban")).to_be_visible()
    looks_well(clerk)
    return clerk


def verdict(clerk: Person, words: str) -> None:
    """What fills the desk's screen."""
    expect(clerk.page.locator("#jawaban .verdict")).to_have_text(words)


@SIZES
def test_from_the_counter_to_the_desk_by_keyboard_alone(site: Site, size: dict[str, int]) -> None:
    office = site.office
    loket, ticket = counter(site, size)
    office.drain()
    expect(loket.page.locator("main")).to_contain_text("Sedang dinilai")  # the page looked again by itself
    peksos = assess(site, size)
    office.drain()
    validator = validate(site, size)
    kadis = approve(site, size)
    office.drain()
    expect(kadis.page.locator("main")).to_contain_text("Cetak surat")
    looks_well(kadis)
    first = admit(site, size, qr(office, ticket))
    verdict(first, "BERLAKU")
    assert first.focused() == "registration_number"
    first.press("Enter")
    verdict(first, "PASIEN DITERIMA")
    second = admit(site, size, qr(office, ticket), "rs2")
    verdict(second, "SUDAH DIPAKAI")
    assert office.count(Acceptance) == 1
    no_nik_in_addresses(loket, peksos, validator, kadis, first, second)


# --- each page, each look


def cases(office: Office) -> dict[str, str]:
    """A case for each page, the longest name among them."""
    made = {"decision": office.to_decision(3, name=LONG, urgency=Urgency.EMERGENCY, admitted_at=office.clock() - timedelta(hours=9))}
    made["letter"] = office.to_letter(1, name=LONG, **HERE)
    made["assessment"] = office.open(5, name=LONG, urgency=Urgency.EMERGENCY, address="Jalan " + "Sangatpanjangsekali" * 8)
    office.drain()
    made["validation"] = office.open(6, name=LONG)
    office.drain()
    office.assess(made["validation"])
    office.drain()
    office.fakes.switch.off()
    made["silent"] = office.open(7, name=LONG, urgency=Urgency.EMERGENCY)
    office.drain()
    office.fakes.switch.on()
    made["received"] = office.open(8, name=LONG)
    office.clock.pass_by(minutes=3)
    return made


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["1280", "320"])
def test_every_page_fits_and_can_be_read(site: Site, size: dict[str, int], theme: str) -> None:
    made = cases(site.office)
    loket_pages = ["/", "/berkas/baru", "/berkas/{received}", "/berkas/{letter}", "/berkas/{assessment}/lengkapi", "/bantuan"]
    places = {
        None: ["/masuk", "/tidak-ada", "/masalah/berubah", f"/s/{site.office.letter(made['letter']).token}", "/s/abc"],
        "loket": [*loket_pages, "/berkas/{received}/batalkan"],
        "peksos": ["/", "/berkas/{silent}", "/berkas/{assessment}/nilai", "/berkas/{silent}/cek-manual/dtsen"],
        "validator": ["/berkas/{validation}/validasi", "/?status=rejected"],
        "kadis": ["/", "/berkas/{decision}/putusan", "/berkas/{letter}/cabut"],
        "rs": ["/periksa", "/berkas/baru"],
        "admin": ["/"],
    }
    for username, paths in places.items():
        walk(site.person(username, size, begins=None, color_scheme=theme), (path.format(**made) for path in paths))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_faults_fit_and_can_be_read(site: Site, theme: str) -> None:
    someone = site.person("loket", PHONE, color_scheme=theme)
    someone.go("/berkas/baru")
    someone.page.locator("button[data-once]").click()
    expect(someone.page.locator(".summary")).to_be_focused()
    looks_well(someone)
    someone.tab_to("NIK:")
    someone.press("Enter")
    assert someone.focused() == "nik", "each fault leads to its field"


def test_the_look_at_pages_bites(site: Site) -> None:
    someone = site.person()
    someone.go("/masuk")
    for fault, look in [
        ("document.querySelector('main button').style = 'max-width: 2rem; overflow: visible'", SPILLS),
        ("document.querySelector('h1').style.color = 'rgb(200, 210, 210)'", CONTRAST),
        ("document.querySelector('main button').style = 'min-height: 0; height: 30px'", TARGETS),
    ]:
        assert someone.page.evaluate(look) == []
        someone.page.evaluate(f"() => {{ {fault} }}")
        assert someone.page.evaluate(look) != []
    someone.page.evaluate("() => { document.querySelector('h1').style.width = '3000px' }")
    assert someone.too_wide() > 0


# --- scripts, double clicks, the back button


@SIZES
def test_without_scripts_everything_works(site: Site, size: dict[str, int]) -> None:
    loket = site.person("loket", size, java_script_enabled=False)
    known, page = person(), loket.page
    page.fill("#q", known["nik"])
    page.click("text=Cari")
    page.fill("#name", known["name"])
    page.fill("#birth_date", f"{known['birth_date']:%d-%m-%Y}")
    page.fill("#phone", known["phone"])
    page.click('summary:has-text("lengkapi nanti")')
    page.select_option("#hospital_code", "RS-CONTOH-1")
    page.click("main button:has-text('Periksa jawaban')")
    page.click("button:has-text('Ubah Nama lengkap')")
    loket.wait_for_cursor("name")
    assert page.input_value("#name") == known["name"]
    page.click("main button:has-text('Periksa jawaban')")
    page.click("main button:has-text('Buka berkas')")
    site.office.drain()
    expect(page.locator("main")).to_contain_text("Sedang dinilai", timeout=15_000)  # the page is told to look again
    expect(page.locator("main")).to_contain_text("RSUD Contoh Serang")


def test_a_double_click_opens_one_case(site: Site) -> None:
    loket = site.person("loket")
    loket.go("/berkas/baru")
    known = person()
    for name, value in {"nik": known["nik"], "name": known["name"], "birth_date": "01-01-1990", "phone": known["phone"]}.items():
        loket.page.fill(f"#{name}", value)
    loket.page.locator("main").get_by_role("button", name="Periksa jawaban").click()
    loket.page.dblclick("text=Buka berkas")
    expect(loket.page.locator("h1")).to_have_text(known["name"])
    assert site.office.count(Case) == 1
    loket.page.evaluate("() => history.go(-2)")  # past the answers, which no browser shows again unasked
    expect(loket.page.locator("#nik"), "a shared computer keeps nobody's NIK").to_have_value("")


def test_back_and_reload_keep_what_was_typed_after_a_search(site: Site) -> None:
    loket, known = site.person("loket"), person()
    loket.page.fill("#q", known["nik"])
    loket.page.click("main button:has-text('Cari')")
    loket.page.fill("#name", known["name"])
    loket.page.fill("#phone", known["phone"])
    loket.page.locator("main").get_by_role("button", name="Periksa jawaban").click()
    expect(loket.page.locator("h1")).to_have_text("Periksa jawaban")
    loket.page.go_back()
    expect(loket.page.locator("h1")).to_have_text("Berkas baru")
    for again in (lambda: None, loket.page.reload):
        again()
        assert (loket.page.input_value("#nik"), loket.page.input_value("#name")) == (known["nik"], known["name"])
        assert loket.page.input_value("#phone") == known["phone"]
    no_nik_in_addresses(loket)


def test_the_first_tab_leads_past_the_menu(site: Site) -> None:
    loket = site.person("loket")
    loket.go("/bantuan")
    loket.press("Tab")
    assert loket.focused() == "Langsung ke isi"
    loket.press("Enter")
    assert loket.focused() == "isi"


def test_news_do_not_move_the_page_under_somebodys_hands(site: Site) -> None:
    ticket = site.office.open()
    loket = site.person("loket")
    loket.go(f"/berkas/{ticket}")
    loket.tab_to("Lengkapi data")
    site.office.drain()
    expect(loket.page.locator("main")).to_contain_text("Ada kabar baru. Muat ulang berkas.")
    assert loket.focused() == "Lengkapi data"


def test_the_next_scan_does_not_accept_the_last_patient(site: Site) -> None:
    first, second = (site.office.to_letter(number, **HERE) for number in (1, 2))
    clerk = admit(site, DESKTOP, qr(site.office, first))
    clerk.wait_for_cursor("registration_number")
    clerk.type(qr(site.office, second))
    clerk.press("Enter")
    expect(clerk.page.locator("#cocokkan")).to_contain_text(site.office.letter(second).number)
    verdict(clerk, "BERLAKU")
    assert site.office.count(Acceptance) == 0


def test_what_a_page_loads_is_small(site: Site) -> None:
    loket = site.person()
    sizes: list[int] = []
    loket.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    loket.go("/masuk")
    loket.page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 150_000


def test_a_printed_case_has_no_menu_and_no_buttons(site: Site) -> None:
    ticket = site.office.to_letter()
    loket = site.person("loket")
    loket.go(f"/berkas/{ticket}")
    loket.page.emulate_media(media="print")
    for gone in (".bar nav", ".button", ".practice"):
        assert not any(one.is_visible() for one in loket.page.locator(gone).all())
    assert loket.page.locator("h1").is_visible()


# --- pictures


def test_pictures_of_the_main_pages(site: Site) -> None:
    """With REKOM_SCREENS=1 they are kept in docs/screens; the pages are looked at in any case."""
    office = site.office
    used = office.to_letter(11, **HERE)
    rs = office.actor("rs")
    with office.write() as session:
        desk.accept(session, desk.find_by_token_id(session, office.letter(used).token_id), None, rs, now=office.clock())
    office.clock.pass_by(minutes=31)
    siti = office.to_letter(1, **SITI, **HERE, urgency=Urgency.EMERGENCY, admitted_at=office.clock() - timedelta(hours=4))
    long = office.to_decision(12, name=LONG, urgency=Urgency.EMERGENCY, admitted_at=office.clock() - timedelta(hours=9), **HERE)
    office.to_decision(13)
    office.clock.pass_by(minutes=12)
    for number, urgency in ((14, Urgency.INPATIENT), (15, Urgency.EMERGENCY), (16, Urgency.ROUTINE)):
        assessed = office.open(number, urgency=urgency)
        office.drain()
    office.clock.pass_by(minutes=4)
    places = [
        ("sign-in", None, "/masuk", DESKTOP, "light"),
        ("list", "loket", "/", DESKTOP, "light"),
        ("intake", "loket", "/berkas/baru", DESKTOP, "light"),
        ("case", "peksos", f"/berkas/{assessed}", DESKTOP, "light"),
        ("decision", "kadis", f"/berkas/{long}/putusan", DESKTOP, "light"),
        ("decision-phone", "kadis", f"/berkas/{long}/putusan", PHONE, "light"),
        ("list-dark", "kadis", "/", DESKTOP, "dark"),
    ]
    for name, username, path, size, theme in places:
        someone = site.person(username, size, color_scheme=theme)
        someone.go(path)
        looks_well(someone)
        someone.picture(name, whole=name != "case")
    for name, ticket, size, theme in [
        ("desk-valid", siti, DESKTOP, "light"),
        ("desk-used", used, DESKTOP, "light"),
        ("desk-valid-phone", siti, PHONE, "dark"),
    ]:
        someone = site.person(None, size, color_scheme=theme)
        someone.page.clock.install(time=office.clock())
        someone.sign_in("rs")
        someone.wait_for_cursor("code")
        someone.type(qr(office, ticket))
        someone.press("Enter")
        expect(someone.page.locator("#jawaban")).to_be_visible()
        looks_well(someone)
        someone.picture(name)
