"""The list: what waits for me first, one search box, and no NIK in any address."""

import re
from collections.abc import Callable

import pytest

from tests.office import Office, person
from tests.seat_office import make_decidable
from tests.verify.web.visitor import Page, Visitor
from workflows.case_lists import MOST_FOUND, PAGE
from workflows.states import Role
from workflows.vocabulary import Urgency

Visit = Callable[[str], Visitor]


def names(page: Page) -> list[str]:
    cases = [link for link in page.all("a") if re.fullmatch(r"/berkas/\w{4}-\w{4}", link.get("href") or "")]
    return [page.words(link) for link in cases]


def tickets_of(page: Page) -> list[str]:
    return [found[1] for link in page.links() if (found := re.fullmatch(r"/berkas/(\w{4}-\w{4})", link))]


@pytest.mark.parametrize(
    ("username", "sentence"),
    [
        ("loket", "Ketik NIK di atas untuk memulai."),
        ("peksos", "Tidak ada yang menunggu Anda."),
        ("validator", "Tidak ada yang menunggu Anda."),
        ("kadis", "Tidak ada yang menunggu Anda."),
    ],
)
def test_an_empty_list_says_what_to_do(visit: Visit, username: str, sentence: str) -> None:
    page = visit(username).get("/")
    assert sentence in page.main()
    assert "autofocus" in page.one("input", id="q").attrib


@pytest.mark.parametrize(
    ("username", "place"),
    [
        ("loket", "/?status=semua"),
        ("loket", "/?status=assessment"),
        ("peksos", "/?status=semua"),
        ("peksos", "/?status=decision"),
        ("peksos", "/?status=semua&sebelum=9999"),
        ("kadis", "/?status=semua&siapa=apa&hal=apa"),
        ("kadis", "/?status=assessment"),
    ],
)
def test_nobody_browses_through_people(visit: Visit, sqlite_office: Office, username: str, place: str) -> None:
    tickets = [sqlite_office.to_decision(1), sqlite_office.open(2)]
    sqlite_office.drain()
    page = visit(username).get(place)
    assert names(page) == [] and not any(ticket in page.text for ticket in tickets)
    assert not any(str(person(number)["name"]) in page.text for number in (1, 2))
    assert "Cari orangnya dulu." in page.main() and "Ketik NIK, nomor berkas, atau nama" in page.main()
    assert "Semua 2" in page.main()
    assert page.value("q") == "" and page.all("a", class_="chip")


def test_every_list_masks_the_nik(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.open(1, documents=frozenset())
    sqlite_office.drain()
    sqlite_office.clock.pass_by(days=30)
    nik = str(person(1)["nik"])
    for username, place in [("loket", "/"), ("peksos", "/?siapa=bebas"), ("peksos", "/?hal=berkas"), ("kadis", "/?hal=lewat")]:
        page = visit(username).get(place)
        assert names(page) == [person(1)["name"]]
        assert nik[6:12] not in page.text and "•••" in page.main()


def test_the_counter_begins_with_what_it_opened_itself(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("tono", Role.LOKET)
    mine, others = sqlite_office.open(1), sqlite_office.open(2, by="tono")
    page = visit("loket").get("/")
    assert f"/berkas/{mine}" in page.links() and f"/berkas/{others}" not in page.links()
    assert "Hapus saringan Saya yang membuka" in page.main()
    sqlite_office.withdraw(mine)
    assert f"/berkas/{mine}" not in visit("loket").get("/").links()
    assert not any("siapa=dibuka" in link for link in visit("kadis").get("/").links())


def test_a_name_finds_its_cases_in_any_order_of_its_words(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open(1, name="Siti Contoh Panjang")
    sqlite_office.open(2, name="Budi Uji")
    sqlite_office.hire("jauh", Role.LOKET, region="3316")
    for typed in ("siti", "PANJANG siti", "Siti Contoh"):
        page = visit("validator").fill("/", "/cari", q=typed)
        assert (page.status, names(page)) == (200, ["Siti Contoh Panjang"])
        assert f"/berkas/{ticket}" in page.links() and "Hapus pencarian" in page.main()
    for typed in ("Siti%", "S_ti", "Tono"):
        page = visit("validator").fill("/", "/cari", q=typed)
        assert (page.status, names(page)) == (422, []) and "Tidak ada berkas dengan nama ini." in page.main()
    assert visit("jauh").fill("/", "/cari", q="siti").status == 422


def test_a_name_that_fits_many_lists_nobody(visit: Visit, sqlite_office: Office) -> None:
    for number in range(1, MOST_FOUND + 2):
        sqlite_office.open(number, name=f"Siti Contoh {chr(64 + number) * 2}")
    page = visit("validator").fill("/", "/cari", q="siti")
    assert (page.status, names(page)) == (422, [])
    assert f"Lebih dari {MOST_FOUND} berkas cocok." in page.main()
    assert names(visit("validator").fill("/", "/cari", q="contoh bb")) == ["Siti Contoh BB"]


def test_a_strange_state_is_no_error(visit: Visit) -> None:
    assert visit("loket").get("/?status=apa&sesudah=x").status == 200


def test_what_waits_for_me_comes_first(visit: Visit, sqlite_office: Office) -> None:
    decided, opened = sqlite_office.to_decision(1), sqlite_office.open(2)
    sqlite_office.drain()
    for username, mine, others in (("kadis", decided, opened), ("peksos", opened, decided)):
        page = visit(username).get("/")
        assert f"/berkas/{mine}" in page.links()
        assert f"/berkas/{others}" not in page.links()
        assert "Menunggu Anda" in page.main()


def test_what_waits_is_ordered_by_urgency_and_then_by_age(visit: Visit, sqlite_office: Office) -> None:
    for number, urgency in ((1, Urgency.ROUTINE), (2, Urgency.EMERGENCY), (3, Urgency.EMERGENCY)):
        sqlite_office.open(number, urgency=urgency)
        sqlite_office.drain()
        sqlite_office.clock.pass_by(minutes=5)
    assert names(visit("peksos").get("/")) == [person(2)["name"], person(3)["name"], person(1)["name"]]


def test_the_oldest_emergency_stands_first_however_many_wait(visit: Visit, sqlite_office: Office) -> None:
    first = make_decidable(sqlite_office, 1, Urgency.EMERGENCY)
    sqlite_office.clock.pass_by(minutes=5)
    routine = make_decidable(sqlite_office, PAGE + 1, first=2)
    sqlite_office.clock.pass_by(minutes=5)
    last = make_decidable(sqlite_office, 1, Urgency.EMERGENCY, first=PAGE + 3)
    kadis = visit("kadis")
    page = kadis.get("/")
    following = next(link for link in page.links() if "sesudah=" in link)
    sqlite_office.reject(tickets_of(page)[-1], by="kadis")
    assert tickets_of(page) + tickets_of(kadis.get(following)) == first + last + routine, "none twice and none left out"


def test_a_row_says_who_how_urgent_where_and_since_when(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open(urgency=Urgency.EMERGENCY)
    sqlite_office.clock.pass_by(hours=3, minutes=12)
    words = visit("loket").get("/").main()
    for said in (person()["name"], ticket, "•••• •••• ••••", "Gawat darurat", "Baru", "menunggu 3 jam 12 menit"):
        assert said in words


def test_pages_follow_each_other(visit: Visit, sqlite_office: Office) -> None:
    tickets = [sqlite_office.open(number) for number in range(1, PAGE + 3)]
    visitor = visit("loket")
    first = visitor.get("/")
    second = visitor.get(next(link for link in first.links() if "sesudah=" in link))
    seen = names(first) + names(second)
    assert len(names(first)) == PAGE and len(seen) == len(tickets)
    assert not any("sesudah=" in link for link in second.links())
    assert "/?status=semua&siapa=dibuka" in second.links()


def test_a_nik_with_an_open_case_leads_to_it(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    nik = person()["nik"]
    spaced = f"{nik[:6]} {nik[6:12]}.{nik[12:]}"
    assert visit("loket").fill("/", "/cari", q=spaced).location == f"/berkas/{ticket}"


@pytest.mark.parametrize("shape", [str.lower, lambda ticket: ticket.replace("-", ""), lambda ticket: f" {ticket} "])
def test_a_case_number_is_found_however_it_is_typed(visit: Visit, sqlite_office: Office, shape: Callable[[str], str]) -> None:
    ticket = sqlite_office.open()
    assert visit("validator").fill("/", "/cari", q=shape(ticket)).location == f"/berkas/{ticket}"


def test_an_unknown_nik_begins_a_case_with_the_nik_kept(visit: Visit) -> None:
    visitor = visit("loket")
    page = visitor.follow(visitor.fill("/", "/cari", q=person(7)["nik"]))
    assert page.heading == "Berkas baru"
    assert page.value("nik") == person(7)["nik"]
    assert "autofocus" in page.one("input", id="name").attrib


def test_who_may_not_open_a_case_is_told_who_does(visit: Visit) -> None:
    page = visit("validator").fill("/", "/cari", q=person(7)["nik"])
    assert page.status == 422
    assert "Mintalah petugas loket" in page.main()


def test_a_closed_case_is_named_beside_the_new_form(visit: Visit, sqlite_office: Office) -> None:
    visitor, ticket = visit("loket"), sqlite_office.open()
    visitor.fill(f"/berkas/{ticket}/batalkan", button=None, reason="Pemohon mencabut.")
    page = visitor.follow(visitor.fill("/", "/cari", q=person()["nik"]))
    assert page.heading == "Berkas baru"
    assert f"/berkas/{ticket}" in page.links()
    assert visit("kadis").fill("/", "/cari", q=person()["nik"]).location == f"/berkas/{ticket}"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Ketik NIK 16 angka, nomor berkas"),
        ("Si", "paling sedikit 3 huruf nama"),
        ("Siti", "Tidak ada berkas dengan nama ini"),
        ("9901", "Anda mengetik 4 angka"),
        ("7QMK-2F9X", "Tidak ada berkas dengan nomor ini"),
        ("9" * 16, "bukan tanggal lahir"),
    ],
)
def test_what_cannot_be_searched_is_kept_and_explained(visit: Visit, typed: str, sentence: str) -> None:
    page = visit("loket").fill("/", "/cari", q=typed)
    assert page.status == 422
    assert sentence in page.main()
    assert page.value("q") == typed
    assert page.problems()


def test_a_reload_of_the_search_goes_back_to_the_box(visit: Visit) -> None:
    assert visit("loket").get("/cari").location == "/"


def test_another_offices_cases_are_not_there(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("jauh", *sqlite_office.actor("loket").roles, region="3316")
    ticket = sqlite_office.open()
    visitor = visit("jauh")
    assert f"/berkas/{ticket}" not in visitor.get("/").links()
    assert visitor.get(f"/berkas/{ticket}").status == 404
    assert visitor.fill("/", "/cari", q=ticket).status == 422


def test_an_admin_sees_no_case(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    visitor = visit("admin")
    assert "Admin tidak melihat berkas orang." in visitor.get("/").main()
    assert visitor.get(f"/berkas/{ticket}").status == 403


def test_a_hospital_is_led_to_its_desk(visit: Visit) -> None:
    assert visit("rs").get("/").location == "/periksa"
