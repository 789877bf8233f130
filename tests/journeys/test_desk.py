"""The desk in a real Chromium: its answers with network and without, scanner, photograph, PDF and camera, and what it keeps."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.site import DESKTOP, PHONE, Person, Site
from tests.office import Office, person
from verify.web.desk_words import SCREENS
from workflows.desk import DeskAnswer
from workflows.records import Acceptance, LateAcceptance

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = {"hospital_code": "RS-CONTOH-1"}
LOOK = {screen.answer: screen for screen in SCREENS}


def qr(office: Office, ticket: str) -> str:
    return f"HTTPS://REKOM.EXAMPLE/S/{office.letter(ticket).token}"


def sit(site: Site, username: str | None = "rs", size: dict[str, int] = DESKTOP) -> Person:
    """Somebody at the desk's page, which has met the office once and kept its list and its parts."""
    clerk = site.person(username, size)
    clerk.page.clock.install(time=site.office.clock())
    clerk.go("/periksa")
    settled(clerk)
    return clerk


def settled(clerk: Person) -> None:
    expect(clerk.page.locator("main[data-desk=kept]")).to_be_visible()


def scan(clerk: Person, code: str) -> None:
    """As a scanner does: characters and Enter, wherever the cursor is."""
    clerk.page.locator("#code").focus()
    clerk.page.keyboard.insert_text(code)
    clerk.press("Enter")


def cut(clerk: Person) -> None:
    clerk.page.context.set_offline(True)


def restore(clerk: Person) -> None:
    clerk.page.context.set_offline(False)


def says(clerk: Person, answer: str, sentence: str | re.Pattern[str] = "") -> None:
    """The whole screen says it: word, colour, icon, next step."""
    found = clerk.page.locator("#jawaban")
    expect(found).to_have_attribute("data-answer", answer)
    screen = LOOK[answer]
    expect(found.locator(".verdict")).to_have_text(screen.title)
    expect(found).to_have_class(f"answer full {screen.kind}")
    expect(found.locator("svg")).to_have_count(1)
    expect(found.locator(".todo")).to_have_text(screen.next_step)
    expect(found.locator(".reason")).to_contain_text(sentence)
    assert clerk.page.evaluate("() => document.querySelector('.verdict').getBoundingClientRect().height") >= 32
    assert clerk.too_wide() == 0


def prepare(office: Office, answer: DeskAnswer) -> str:
    """What a scanner reads for an answer."""
    where = {"hospital_code": "RS-CONTOH-2"} if answer == DeskAnswer.OTHER_HOSPITAL else HERE
    ticket = office.to_letter(**where)
    code = qr(office, ticket)
    if answer == DeskAnswer.FORGED:
        return code[:-6] + "AAAAAA"
    if answer == DeskAnswer.EXPIRED:
        office.clock.pass_by(hours=73)
    if answer == DeskAnswer.REVOKED:
        office.revoke(ticket)
    if answer == DeskAnswer.ALREADY_USED:
        assert office.api("rs").post("/desk/accept", {"code": code}).status_code == 200
    return code


SEALED = [DeskAnswer.VALID, DeskAnswer.EXPIRED, DeskAnswer.REVOKED, DeskAnswer.ALREADY_USED, DeskAnswer.OTHER_HOSPITAL, DeskAnswer.FORGED]


@pytest.mark.parametrize("answer", SEALED)
def test_with_network(site: Site, answer: DeskAnswer) -> None:
    code = prepare(site.office, answer)
    clerk = sit(site)
    scan(clerk, code)
    says(clerk, answer.value)
    assert clerk.faults == []


@pytest.mark.parametrize("answer", SEALED)
def test_with_the_network_cut(site: Site, answer: DeskAnswer) -> None:
    code = prepare(site.office, answer)
    clerk = sit(site)
    cut(clerk)
    scan(clerk, code)
    says(clerk, answer.value)
    expect(clerk.page.locator("#luring")).to_contain_text("Tanpa internet sejak")
    milliseconds = float(clerk.page.locator("#jawaban").get_attribute("data-milliseconds") or "nan")
    assert milliseconds > 0, "each answer says how long it took"


def test_what_a_cut_desk_cannot_know_it_says(site: Site) -> None:
    ticket = site.office.to_decision()
    number = site.office.approve(ticket)
    clerk = sit(site)

    def typed() -> None:
        clerk.page.fill("form.by-number #number", number)
        clerk.page.fill("form.by-number #nik", person()["nik"])
        clerk.page.locator("form.by-number button").click()

    typed()
    says(clerk, "IN_PROGRESS", "Surat sudah disetujui dan sedang dibuat.")
    clerk.page.fill("form.by-number #nik", person(2)["nik"])
    clerk.page.locator("form.by-number button").click()
    says(clerk, "UNKNOWN", "Tidak ada surat untuk data ini.")
    cut(clerk)
    typed()
    says(clerk, "NEEDS_CHECK", "Tanpa internet, nomor surat dan NIK tidak dapat diperiksa.")


def test_an_old_list_is_amber_and_one_that_ran_out_judges_nothing(site: Site) -> None:
    code = prepare(site.office, DeskAnswer.VALID)
    clerk = sit(site)
    cut(clerk)
    clerk.page.clock.set_system_time(site.office.clock() + timedelta(hours=26))
    scan(clerk, code)
    says(clerk, "NEEDS_CHECK", re.compile(r"^Daftar kunci terakhir 26 jam \d+ menit lalu\. Maya U\., lahir 1961"))
    expect(clerk.page.locator("#terima")).to_be_visible()
    clerk.page.clock.set_system_time(site.office.clock() + timedelta(hours=73))
    scan(clerk, code)
    says(clerk, "NEEDS_CHECK", "Daftar kunci di komputer ini terlalu lama: 3 hari 1 jam.")
    expect(clerk.page.locator("#terima")).to_be_hidden()


@pytest.mark.parametrize("hours", [-72, -3, 3, 72])
def test_a_wrong_clock_is_told_with_network_and_without(site: Site, hours: int) -> None:
    code = prepare(site.office, DeskAnswer.VALID)
    clerk = site.person("rs")
    clerk.page.clock.install(time=site.office.clock() + timedelta(hours=hours))
    clerk.go("/periksa")
    settled(clerk)
    expect(clerk.page.locator("#jam")).to_contain_text("Betulkan sebelum internet putus.")
    scan(clerk, code)
    says(clerk, "VALID")
    cut(clerk)
    scan(clerk, code)
    says(clerk, "CLOCK_WRONG")
    clerk.page.clock.set_system_time(site.office.clock())
    scan(clerk, code)
    says(clerk, "VALID")


def accepted(clerk: Person, number: str) -> None:
    expect(clerk.page.locator("#registration_number")).to_be_focused()
    clerk.type(number)
    clerk.press("Enter")
    expect(clerk.page.locator("#jawaban .verdict")).to_have_text("PASIEN DITERIMA")


def test_accepted_without_network_and_sent_when_it_is_back(site: Site) -> None:
    codes = [qr(site.office, site.office.to_letter(number, **HERE)) for number in (1, 2)]
    clerk = sit(site)
    cut(clerk)
    scan(clerk, codes[0])
    accepted(clerk, "IGD-1")
    expect(clerk.page.locator("#antrean")).to_have_text("1 penerimaan menunggu dikirim.")
    scan(clerk, codes[0])
    says(clerk, "ALREADY_USED", "Sudah Anda terima di komputer ini,")
    assert site.office.count(Acceptance) == 0
    restore(clerk)
    expect(clerk.page.locator("#antrean")).to_be_hidden()
    expect(clerk.page.locator("#luring")).to_be_hidden()
    assert (site.office.count(Acceptance), site.office.count(LateAcceptance)) == (1, 1)
    scan(clerk, codes[1])
    accepted(clerk, "IGD-2")
    assert (site.office.count(Acceptance), site.office.count(LateAcceptance)) == (2, 1)
    assert clerk.faults == [] or all("ERR_INTERNET_DISCONNECTED" in fault for fault in clerk.faults)


def test_two_desks_accept_without_network_and_the_second_is_told(site: Site) -> None:
    code = qr(site.office, site.office.to_letter())
    first, second = sit(site, "rs"), sit(site, "rs2")
    for clerk in (first, second):
        cut(clerk)
        scan(clerk, code)
        says(clerk, "VALID")
        accepted(clerk, "IGD-7")
    restore(first)
    expect(first.page.locator("#antrean")).to_be_hidden()
    restore(second)
    expect(second.page.locator("#bentrok")).to_contain_text("Surat ini sudah diterima RSUD Contoh Serang")
    assert (site.office.count(Acceptance), site.office.count(LateAcceptance)) == (1, 2)
    second.page.reload()
    settled(second)
    expect(second.page.locator("#bentrok li")).to_have_count(1)
    second.page.locator("#bentrok button").click()
    expect(second.page.locator("#bentrok")).to_be_hidden()
    peksos = site.person("peksos")
    peksos.go("/penerimaan")
    assert "RS Contoh Sejahtera menerima tanpa internet" in peksos.page.inner_text("main")


def test_the_page_opens_without_network_and_remembers(site: Site) -> None:
    code = prepare(site.office, DeskAnswer.VALID)
    clerk = sit(site)
    cut(clerk)
    clerk.go("/periksa")
    expect(clerk.page.locator("main[data-desk]")).to_be_visible()
    expect(clerk.page.locator("#luring")).to_be_visible()
    assert "Nina" not in clerk.page.content(), "what is kept names nobody"
    scan(clerk, code)
    says(clerk, "VALID", "Untuk RSUD Contoh Serang.")
    accepted(clerk, "IGD-3")
    restore(clerk)
    clerk.go("/periksa")
    settled(clerk)
    expect(clerk.page.locator("#antrean")).to_be_hidden()
    assert site.office.count(Acceptance) == 1


def test_an_older_list_is_refused_and_a_desk_without_a_list_judges_nothing(site: Site) -> None:
    client = site.office.app.test_client()
    older = client.get("/.well-known/rekom-bundle").data
    ticket = site.office.to_letter(**HERE)
    code = qr(site.office, ticket)
    site.office.revoke(ticket)
    clerk = sit(site)

    def give_older(route: Route) -> None:
        route.fulfill(body=older, content_type="application/cose")

    clerk.page.context.route("**/.well-known/rekom-bundle", give_older)
    clerk.page.clock.set_system_time(site.office.clock() + timedelta(minutes=20))
    clerk.page.reload()
    settled(clerk)
    cut(clerk)
    scan(clerk, code)
    says(clerk, "CLOCK_WRONG")
    clerk.page.clock.set_system_time(site.office.clock())
    scan(clerk, code)
    says(clerk, "REVOKED")
    fresh = site.person("rs2")
    fresh.page.context.route("**/.well-known/rekom-bundle", lambda route: route.abort())
    fresh.page.clock.install(time=site.office.clock())
    fresh.go("/periksa")
    settled(fresh)
    cut(fresh)
    scan(fresh, code)
    says(fresh, "NEEDS_CHECK", "Daftar kunci belum ada di komputer ini.")


def test_without_an_account_a_code_is_checked_and_nothing_else(site: Site) -> None:
    code = prepare(site.office, DeskAnswer.VALID)
    nobody = sit(site, None)
    scan(nobody, code)
    says(nobody, "VALID", "Serahkan surat ini di loket rumah sakit bersama KTP.")
    expect(nobody.page.locator("#nik")).to_have_count(0)
    expect(nobody.page.locator("#terima")).to_have_count(0)
    cut(nobody)
    scan(nobody, code)
    says(nobody, "VALID", "Maya U., lahir 1961.")
    nobody.go("/periksa")
    scan(nobody, code)
    says(nobody, "VALID")
    expect(nobody.page.locator("#terima")).to_be_hidden()


def test_a_letter_of_another_hospital_is_asked_for(site: Site) -> None:
    code = prepare(site.office, DeskAnswer.OTHER_HOSPITAL)
    clerk = sit(site)
    scan(clerk, code)
    says(clerk, "OTHER_HOSPITAL", "Surat ini untuk RS Contoh Sejahtera.")
    clerk.page.fill("#transfer_reason", "Dirujuk ke sini.")
    with clerk.page.expect_navigation():
        clerk.page.locator("#pindah button").click()
    assert "Permintaan pindah dikirim." in clerk.page.inner_text("main")
    peksos = site.person("peksos")
    peksos.go("/penerimaan")
    with peksos.page.expect_navigation():
        peksos.page.locator("button[value=true]").click()
    clerk.go("/periksa")
    scan(clerk, code)
    says(clerk, "VALID")


def test_on_a_telephone_an_answer_fits(site: Site) -> None:
    clerk = sit(site, "rs", PHONE)
    scan(clerk, prepare(site.office, DeskAnswer.VALID))
    says(clerk, "VALID")
