"""The desk in a real Chromium: its answers with network and without, scanner, photograph, PDF and camera, and what it keeps."""

import math
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Route, expect
from sqlmodel import select

from schemas.desk_check import WAIT_FOR_NEW
from tests.journeys.at_desk import HERE, accepted, cut, prepare, qr, restore, says, scan, settled, sit
from tests.journeys.axe import well_wide_and_small
from tests.journeys.site import PHONE, Person, Site
from tests.office import person
from verify.web.desk_words import SENTENCES
from workflows.desk import DeskAnswer
from workflows.records import Acceptance, LateAcceptance

pytestmark = [pytest.mark.browser, pytest.mark.slow]


ARC = math.tan(math.radians(16 / 60))
"""A capital letter is read at ease from where it takes 16 minutes of arc or more (ISO 9241-303)."""
TWO_METRES = 2000 * ARC * 96 / 25.4
"""Pixels of such a letter two metres away, 35.2 (9.3 mm), on a screen of 96 pixels an inch as CSS has it."""
IN_THE_HAND = 500 * ARC * 160 / 25.4
"""The same half a metre away, 14.7 (2.3 mm), on a telephone with its 160 such pixels an inch: nobody reads one from two metres."""
CAP = """word => {
  const style = getComputedStyle(word), pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return pen.measureText("H").actualBoundingBoxAscent;
}"""


def cap_height(clerk: Person) -> float:
    """Pixels from the foot to the head of a capital in the answer's word, as this browser draws it."""
    return float(clerk.page.locator("#jawaban .verdict").evaluate(CAP))


@pytest.mark.parametrize("answer", DeskAnswer)
def test_with_network(site: Site, answer: DeskAnswer) -> None:
    code = prepare(site.office, answer)
    clerk = sit(site)
    scan(clerk, code)
    says(clerk, answer.value)
    pressed = {"VALID": "#terima", "EXPIRED": "#perpanjang", "ALREADY_USED": "#pindah", "OTHER_HOSPITAL": "#pindah", "UNKNOWN": "#ajukan"}
    for button in ("#terima", "#perpanjang", "#pindah", "#ajukan"):
        expect(clerk.page.locator(button)).to_be_visible(visible=pressed.get(answer.value) == button)
    expect(clerk.page.locator("#jawaban .call")).to_be_visible(visible=answer != DeskAnswer.VALID)
    assert cap_height(clerk) >= TWO_METRES
    clerk.picture(f"answer-{answer.value.lower().replace('_', '-')}", whole=False)
    well_wide_and_small(clerk)
    clerk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert cap_height(clerk) >= IN_THE_HAND
    assert clerk.faults == []


def test_the_eye_for_size_bites(site: Site) -> None:
    clerk = sit(site)
    scan(clerk, prepare(site.office, DeskAnswer.VALID))
    says(clerk, "VALID")
    clerk.page.locator("#jawaban .verdict").evaluate("word => { word.style.fontSize = '3rem' }")
    assert IN_THE_HAND < cap_height(clerk) < TWO_METRES


EARS = """window.heard = [];
window.AudioContext = class {
  state = "running"; currentTime = 0;
  createOscillator() {
    const tone = { frequency: {}, connect: (next) => next, stop() {}, start: (from) => heard.push([tone.frequency.value, from]) };
    return tone;
  }
  createGain() { return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (next) => next }; }
};"""
"""Hears every tone the page plays: its pitch, and when it begins."""


def test_each_colour_has_a_sound_of_its_own_with_network_and_without(site: Site) -> None:
    good = prepare(site.office, DeskAnswer.VALID)
    codes = {"VALID": good, "UNKNOWN": "https://warung.example/menu", "FORGED": good[:-6] + "AAAAAA"}
    clerk = site.person("rs")
    clerk.page.add_init_script(EARS)
    clerk.page.clock.install(time=site.office.clock())
    clerk.go("/periksa")
    settled(clerk)

    def heard() -> list[str]:
        played = []
        for answer, code in codes.items():
            scan(clerk, code)
            says(clerk, answer)
            played.append(str(clerk.page.evaluate("() => heard.splice(0)")))
        return played

    online = heard()
    assert len(set(online)) == 3 and "[]" not in online
    cut(clerk)
    scan(clerk, good)
    says(clerk, "VALID")
    assert str(clerk.page.evaluate("() => heard.splice(0)")) == online[0]


def test_what_is_wrong_in_the_registration_number_keeps_the_letter(site: Site) -> None:
    code = prepare(site.office, DeskAnswer.VALID)
    clerk = sit(site)
    scan(clerk, code)
    clerk.wait_for_cursor("registration_number")
    clerk.page.keyboard.insert_text("IGD " * 20)
    clerk.press("Enter")
    says(clerk, "NEEDS_CHECK", "Isi paling banyak 64 huruf.", then=SENTENCES["ACCEPT_AGAIN"])
    expect(clerk.page.locator("#registration_number")).to_have_value("IGD " * 19 + "IGD")
    assert site.office.count(Acceptance) == 0
    clerk.page.fill("#registration_number", "")
    accepted(clerk, "IGD-1")
    assert site.office.count(Acceptance) == 1
    assert cap_height(clerk) >= TWO_METRES
    well_wide_and_small(clerk)


WHERE = {
    "in no field": "() => document.activeElement.blur()",
    "on a button": "() => document.getElementById('buka-kamera').focus()",
    "on a link": "() => document.querySelector('main a').focus()",
    "in the letter's number": "() => document.querySelector('form.by-number #number').focus()",
    "in the NIK": "() => document.querySelector('form.by-number #nik').focus()",
}


@pytest.mark.parametrize("place", WHERE)
def test_a_scanner_is_heard_wherever_the_cursor_is(site: Site, place: str) -> None:
    code = prepare(site.office, DeskAnswer.VALID)
    clerk = sit(site)
    clerk.page.evaluate(WHERE[place])
    clerk.page.keyboard.type(code)
    clerk.press("Enter")
    says(clerk, "VALID")


def test_the_browser_itself_would_install_the_page(site: Site) -> None:
    clerk = sit(site)
    asked = clerk.page.context.new_cdp_session(clerk.page)
    errors = [error["errorId"] for error in asked.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert errors == ["in-incognito"], "each of these people has a private window, which installs nothing; that is all it says"
    assert "Periksa surat" in asked.send("Page.getAppManifest")["data"]


def test_a_number_typed_where_codes_go_is_no_unknown_letter(site: Site) -> None:
    number = site.office.letter(site.office.to_letter(**HERE)).number
    clerk = sit(site)
    scan(clerk, number)
    says(clerk, "NEEDS_CHECK", "Ini nomor surat, bukan kode QR.", then=SENTENCES["ASK_AGAIN"])
    expect(clerk.page.locator("#number")).to_have_value(number)
    clerk.page.fill("form.by-number #nik", person()["nik"])
    clerk.page.locator("form.by-number button").click()
    says(clerk, "VALID")


@pytest.mark.parametrize("answer", DeskAnswer)
def test_with_the_network_cut(site: Site, answer: DeskAnswer) -> None:
    code = prepare(site.office, answer)
    clerk = sit(site)
    cut(clerk)
    scan(clerk, code)
    known = DeskAnswer.VALID if answer == DeskAnswer.AFTER_BACKUP else answer  # its seal is all that such a desk can ask
    says(clerk, known.value, alone="PROVISIONAL" if answer == DeskAnswer.IN_PROGRESS else known.value)
    age = r"^Tanpa internet sejak .* Daftar kunci: (kurang dari 1|\d+) menit lalu\.$"
    expect(clerk.page.locator("#luring")).to_have_text(re.compile(age))
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
    says(clerk, "NEEDS_CHECK", "Tanpa internet, nomor surat dan NIK tidak dapat diperiksa.", alone="TYPED")


def test_an_old_list_is_amber_and_one_that_ran_out_judges_nothing(site: Site) -> None:
    code = prepare(site.office, DeskAnswer.VALID)
    clerk = sit(site)
    cut(clerk)
    clerk.page.clock.set_system_time(site.office.clock() + timedelta(hours=26))
    scan(clerk, code)
    says(clerk, "NEEDS_CHECK", re.compile(r"^Daftar kunci terakhir 26 jam( \d+ menit)? lalu\. Maya U\., lahir 1961"), alone="STALE")
    expect(clerk.page.locator("#luring")).to_contain_text("Daftar kunci: 26 jam")
    clerk.picture("answer-needs-check", whole=False)
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
    if hours == 3:
        clerk.picture("answer-clock-wrong", whole=False)
    clerk.page.clock.set_system_time(site.office.clock())
    scan(clerk, code)
    says(clerk, "VALID")


def test_accepted_without_network_and_sent_when_it_is_back(site: Site) -> None:
    codes = [qr(site.office, site.office.to_letter(number, **HERE)) for number in (1, 2)]
    clerk = sit(site)
    cut(clerk)
    scan(clerk, codes[0])
    accepted(clerk, "IGD-1")
    expect(clerk.page.locator("#antrean")).to_have_text("1 penerimaan menunggu dikirim.")
    scan(clerk, codes[0])
    says(clerk, "ALREADY_USED", "Sudah Anda terima di komputer ini,", alone="ACCEPTED_HERE")
    assert site.office.count(Acceptance) == 0
    restore(clerk)
    expect(clerk.page.locator("#antrean")).to_be_hidden()
    expect(clerk.page.locator("#luring")).to_be_hidden()
    assert (site.office.count(Acceptance), site.office.count(LateAcceptance)) == (1, 1)
    scan(clerk, codes[1])
    accepted(clerk, "IGD-2")
    assert (site.office.count(Acceptance), site.office.count(LateAcceptance)) == (2, 1)
    assert clerk.faults == [] or all("ERR_INTERNET_DISCONNECTED" in fault for fault in clerk.faults)


@pytest.mark.parametrize("next_one", [None, "rs2"])
def test_accepted_after_the_session_ended_is_sent_by_the_hospital_it_was_shown_to(site: Site, next_one: str | None) -> None:
    code = qr(site.office, site.office.to_letter())
    clerk = sit(site)
    scan(clerk, code)
    says(clerk, "VALID")
    clerk.page.context.clear_cookies()
    beside = Person(clerk.page.context.new_page(), site.address)
    if next_one:
        beside.sign_in(next_one)
        settled(beside)
    accepted(clerk, "IGD-1")
    expect(clerk.page.locator("#jawaban .todo")).to_have_text(SENTENCES["ACCEPTED_SIGNED_OUT"])
    expect(clerk.page.locator("#antrean")).to_have_text("Masuk lagi untuk mengirim 1 penerimaan.")
    expect(clerk.page.locator("#luring")).to_be_hidden()
    if next_one:
        beside.page.reload()
        settled(beside)
        expect(beside.page.locator("#antrean")).to_have_text("Masuk lagi untuk mengirim 1 penerimaan.")
    assert (site.office.count(Acceptance), site.office.count(LateAcceptance)) == (0, 0)
    clerk.page.context.clear_cookies()
    beside.sign_in("rs")
    settled(beside)
    expect(beside.page.locator("#antrean")).to_be_hidden()
    with site.office.read() as session:
        assert session.exec(select(Acceptance.hospital_code)).all() == ["RS-CONTOH-1"]
    assert site.office.count(LateAcceptance) == 1


def test_an_odd_number_is_told_at_once_without_network_too(site: Site) -> None:
    code = prepare(site.office, DeskAnswer.VALID)
    clerk = sit(site)
    cut(clerk)
    scan(clerk, code)
    says(clerk, "VALID")
    for typed, problem in (("IGD " * 20, "Isi paling banyak 64 huruf."), ("IGD\u200b7", "Teks berisi tanda yang tidak dapat dicetak.")):
        clerk.page.fill("#registration_number", typed)
        clerk.page.locator("#registration_number").press("Enter")
        says(clerk, "NEEDS_CHECK", problem, then=SENTENCES["ACCEPT_AGAIN"])
        expect(clerk.page.locator("#registration_number")).to_have_value(typed.strip())
    expect(clerk.page.locator("#antrean")).to_be_hidden()
    clerk.page.fill("#registration_number", "")
    accepted(clerk, "IGD-1")
    expect(clerk.page.locator("#jawaban .reason")).to_contain_text("lahir 1961")
    restore(clerk)
    expect(clerk.page.locator("#antrean")).to_be_hidden()
    assert site.office.count(Acceptance) == 1


REFUSALS: tuple[dict[str, Any], ...] = (
    {"answer": "ALREADY_USED", "accepted": False, "title": "Sudah dipakai", "reason": "Surat ini sudah diterima rumah sakit lain."},
    {"problem": "Isi paling banyak 64 huruf."},
)
"""What the office may say to an acceptance."""
KEPT_NUMBERS = """() => new Promise((done) => {
  indexedDB.open("rekom-periksa", 1).onsuccess = ({ target }) => {
    const store = target.result.transaction("penerimaan").objectStore("penerimaan");
    store.getAll().onsuccess = ({ target: { result } }) => done(result.map((one) => one.number));
  };
})"""


def held_up(clerk: Person, address: str) -> list[Route]:
    """What the page asks of an address stays on its way until it is let go."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    clerk.page.route(address, hold)
    return waiting


def test_a_code_that_is_scanned_while_an_acceptance_is_on_its_way_stays_on_the_screen(site: Site) -> None:
    letters = [site.office.letter(site.office.to_letter(number, **HERE)) for number in (1, 2)]
    clerk = sit(site)
    on_its_way = held_up(clerk, "**/periksa/jawab/terima")
    scan(clerk, letters[0].token or "")
    says(clerk, "VALID")
    with clerk.page.expect_request("**/periksa/jawab/terima"):
        clerk.page.locator("#registration_number").press("Enter")
    scan(clerk, letters[1].token or "")
    number = clerk.page.locator("#cocokkan [data-fact=number]")
    expect(number).to_have_text(letters[1].number or "")
    clerk.page.route("**/periksa/jawab/terima", lambda route: route.abort())
    on_its_way[0].abort()
    expect(clerk.page.locator("#antrean")).to_have_text("1 penerimaan menunggu dikirim.")
    assert clerk.page.evaluate(KEPT_NUMBERS) == [letters[0].number]
    says(clerk, "VALID")
    expect(number).to_have_text(letters[1].number or "")


def test_what_is_refused_while_another_code_is_on_the_screen_stands_above_it(site: Site) -> None:
    letters = [site.office.letter(site.office.to_letter(number, **HERE)) for number in (1, 2, 3)]
    clerk = sit(site)
    number, lines = clerk.page.locator("#cocokkan [data-fact=number]"), clerk.page.locator("#bentrok li")
    for count, (letter, refusal) in enumerate(zip(letters, REFUSALS, strict=False), start=1):
        on_its_way = held_up(clerk, "**/periksa/jawab/terima")
        scan(clerk, letter.token or "")
        expect(number).to_have_text(letter.number or "")
        with clerk.page.expect_request("**/periksa/jawab/terima"):
            clerk.page.locator("#registration_number").press("Enter")
        scan(clerk, letters[2].token or "")
        expect(number).to_have_text(letters[2].number or "")
        on_its_way[0].fulfill(status=200 if "accepted" in refusal else 422, json=refusal)
        clerk.page.unroute("**/periksa/jawab/terima")
        expect(lines).to_have_count(count)
        expect(number).to_have_text(letters[2].number or "")
    for line, (letter, refusal) in zip(lines.all(), zip(letters, REFUSALS, strict=False), strict=True):
        expect(line).to_contain_text(letter.number or "")
        expect(line).to_contain_text(refusal.get("problem") or refusal["reason"])
    lines.first.locator("button").click()
    expect(lines).to_have_count(1)
    lines.first.locator("input").press("Enter")
    expect(clerk.page.locator("#bentrok")).to_be_hidden()
    assert site.office.count(Acceptance) == 1, "what was put right has arrived"


KEPT_ODD = """odd => new Promise((done) => {
  indexedDB.open("rekom-periksa", 1).onsuccess = ({ target }) => {
    const store = target.result.transaction("penerimaan", "readwrite").objectStore("penerimaan");
    store.getAll().onsuccess = ({ target: { result } }) => { store.put({ ...result[0], registrationNumber: odd }).onsuccess = done; };
  };
})"""
"""What a computer may still hold from the time when nothing was measured: an acceptance that the office cannot read."""


def test_one_that_the_office_cannot_read_keeps_no_other_out_and_is_put_right(site: Site) -> None:
    codes = [qr(site.office, site.office.to_letter(number, **HERE)) for number in (1, 2)]
    clerk = sit(site)
    cut(clerk)
    scan(clerk, codes[0])
    accepted(clerk, "IGD-1")
    clerk.page.evaluate(KEPT_ODD, "IGD-" * 20)
    scan(clerk, codes[1])
    accepted(clerk, "IGD-2")
    slow = held_up(clerk, "**/periksa/kirim")
    with clerk.page.expect_request("**/periksa/kirim"):
        restore(clerk)
    queue = clerk.page.locator("#antrean")
    queue.evaluate("bar => { bar.textContent = ''; }")  # what stands above is written again once a sending is over, or was none
    clerk.page.clock.run_for(16_000)
    expect(queue).to_have_text("2 penerimaan menunggu dikirim.")
    assert len(slow) == 1, "one sending at a time: the answer to an older one would undo what was put right since"
    slow[0].continue_()
    clerk.page.unroute("**/periksa/kirim")
    line = clerk.page.locator("#bentrok li")
    expect(line).to_contain_text("belum tercatat di Dinas Sosial: Isi paling banyak 64 huruf.")
    expect(line).to_contain_text("Surat 400.9/001/Dinsos/XI/2026")
    expect(queue).to_be_hidden()
    assert site.office.count(Acceptance) == 1, "the other one has arrived"
    clerk.page.reload()
    settled(clerk)
    clerk.page.clock.run_for(40_000)
    expect(line).to_have_count(1)
    field = line.locator("input")
    expect(field).to_have_value("IGD-" * 20)
    expect(field).to_have_accessible_description(re.compile("belum tercatat di Dinas Sosial: Isi paling banyak 64 huruf"))
    expect(field).to_have_attribute("aria-invalid", "true")
    heard = line.locator("[role=alert]").element_handle()
    field.press("Enter")
    expect(line).to_contain_text("Isi paling banyak 64 huruf.")
    assert not heard.evaluate("said => said.isConnected"), "the same words again are a new line, which is read out again"
    field.fill("IGD-1")
    clerk.page.clock.run_for(16_000)  # the next look at the office leaves what is being typed
    expect(field).to_have_value("IGD-1")
    well_wide_and_small(clerk)
    field.press("Enter")
    expect(clerk.page.locator("#bentrok")).to_be_hidden()
    assert (site.office.count(Acceptance), site.office.count(LateAcceptance)) == (2, 2)


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
    expect(second.page.locator("#jawaban")).to_be_hidden()
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
    fresh = site.person()
    fresh.page.context.route("**/.well-known/rekom-bundle", lambda route: route.abort())  # before the desk's page comes after signing in
    fresh.sign_in("rs2")
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
    says(nobody, "VALID", "Serahkan surat ini di loket rumah sakit bersama KTP.", then=SENTENCES["ACCEPT_ELSEWHERE"])
    expect(nobody.page.locator("#nik")).to_have_count(0)
    expect(nobody.page.locator("#terima")).to_have_count(0)
    cut(nobody)
    scan(nobody, code)
    says(nobody, "VALID", "Maya U., lahir 1961.", then=SENTENCES["ACCEPT_ELSEWHERE"])
    nobody.go("/periksa")
    scan(nobody, code)
    says(nobody, "VALID", then=SENTENCES["ACCEPT_ELSEWHERE"])
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


def test_an_expired_letter_is_asked_for_with_one_key_and_no_scan_presses_it(site: Site) -> None:
    code = prepare(site.office, DeskAnswer.EXPIRED)
    clerk = sit(site)
    scan(clerk, code)
    says(clerk, "EXPIRED")
    clerk.wait_for_cursor("code")  # where the next scan goes, never on the button
    with clerk.page.expect_navigation():
        clerk.page.locator("#perpanjang button").click()
    assert "Perpanjangan diminta." in clerk.page.inner_text("main")
    clerk.go("/periksa")
    settled(clerk)
    scan(clerk, code)
    says(clerk, "EXPIRED", "Perpanjangan sudah diminta, menunggu Dinas Sosial.", then=str(WAIT_FOR_NEW))
    expect(clerk.page.locator("#perpanjang")).to_be_hidden()
    cut(clerk)
    scan(clerk, code)
    says(clerk, "EXPIRED", alone="EXPIRED")
    expect(clerk.page.locator("#perpanjang")).to_be_hidden()


def test_on_a_telephone_an_answer_fits(site: Site) -> None:
    clerk = sit(site, "rs", PHONE)
    scan(clerk, prepare(site.office, DeskAnswer.VALID))
    says(clerk, "VALID")
