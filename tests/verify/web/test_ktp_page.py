"""A KTP's photograph at the counter: read, compared with the card, carried into the search and the new case; nothing of it kept."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO

import pytest
from sqlmodel import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.ktp_cards import as_read, card
from tests.office import Office, person
from tests.verify.made_scans import a_scan
from tests.verify.web.visitor import Page, Visitor, read
from verify import lookups
from verify.ktp_photos import BUSY, read_photo
from workflows.card_lines import Seen
from workflows.errors import TooMany
from workflows.ktp import ReadCard, read_twice
from workflows.records import CasePaper
from workflows.records.audit_event import AuditEvent

Visit = Callable[[str], Visitor]
SITI = replace(card(random.Random(3)), name="SITI CONTOH", nik="9901014101900001", born="01-01-1990", sex="PEREMPUAN")


def reading(*seen: list[Seen]) -> Callable[[bytes], ReadCard]:
    """A reader that finds these lines in any picture."""
    return lambda _: read_twice(seen[0], seen[-1], practice=True)


def install(office: Office, reader: Callable[[bytes], ReadCard] | None) -> None:
    vars(office.rekom)["card_reader"] = reader


@pytest.fixture
def loket(visit: Visit, sqlite_office: Office) -> Visitor:
    install(sqlite_office, reading(as_read(SITI)))
    return visit("loket")


def send(visitor: Visitor, photo: bytes | None = None, name: str = "kamera.jpg") -> Page:
    """As a browser does; encoded here, since the test client leaves its own temporary file open."""
    empty = visitor.get("/ktp")
    assert empty.status == 200
    fields = {"csrf_token": empty.value("csrf_token"), "picture": FileStorage(BytesIO(photo or a_scan()), name)}
    boundary, body = encode_multipart(fields)
    return read(visitor.client.post("/ktp", data=body, content_type=f"multipart/form-data; boundary={boundary}"))


def told(office: Office) -> list[AuditEvent]:
    with office.read() as session:
        return [event for event in session.exec(select(AuditEvent)) if event.action == "READ_CARD"]


def test_a_card_goes_from_its_photograph_into_a_case(loket: Visitor, sqlite_office: Office) -> None:
    page = send(loket)
    assert (page.status, page.heading, page.value("nik")) == (200, "Cocokkan dengan KTP", SITI.nik)
    for said in ("SITI CONTOH", "01-01-1990", "Perempuan", SITI.address, "Terbaca", "Spasinya bisa hilang."):
        assert said in page.main()
    page = loket.follow(loket.send(page, "/ktp/cari"))
    assert page.heading == "Berkas baru" and "Terisi dari foto KTP." in page.main()
    assert (page.value("nik"), page.value("name"), page.value("birth_date")) == (SITI.nik, "SITI CONTOH", "01-01-1990")
    assert SITI.address in page.value("address")
    answer = loket.confirm(loket.send(page, "/berkas/baru", phone="081299990001"))
    case = sqlite_office.case(str(answer.location).removeprefix("/berkas/"))
    assert (case.nik, case.name) == (SITI.nik, "SITI CONTOH")


def test_nothing_of_the_picture_stays_but_that_it_was_read(loket: Visitor, sqlite_office: Office) -> None:
    send(loket)
    (event,) = told(sqlite_office)
    assert event.detail["read"]["nik"] == "CERTAIN" and event.detail["read"]["address"] == "CHECK"
    assert SITI.nik not in str(event.detail) and "SITI" not in str(event.detail)
    with sqlite_office.read() as session:
        assert session.exec(select(CasePaper)).all() == []


def test_a_nik_that_does_not_fit_is_marked_with_its_reason(loket: Visitor, sqlite_office: Office) -> None:
    doubtful = replace(SITI, born="02-01-1990")
    install(sqlite_office, reading(as_read(doubtful)))
    page = send(loket)
    assert (
        page.main().index("Perlu dicek") < page.main().index("Betulkan bila berbeda")
        and "Tidak cocok dengan tanggal lahir di foto." in page.main()
    )


def test_a_nik_that_cannot_be_read_is_typed_and_the_rest_is_kept(loket: Visitor, sqlite_office: Office) -> None:
    install(sqlite_office, reading([one for one in as_read(SITI) if SITI.nik not in one.text]))
    page = send(loket)
    assert page.value("nik") == "" and "Tidak terbaca" in page.main()
    wrong = loket.send(page, "/ktp/cari", nik="99010141")
    assert wrong.status == 422 and "Anda mengetik 8 angka." in " ".join(wrong.problems())
    assert (wrong.value("name"), "SITI CONTOH" in wrong.main()) == ("SITI CONTOH", True)
    assert loket.follow(loket.send(wrong, "/ktp/cari", nik=SITI.nik)).value("name") == "SITI CONTOH"


def test_somebody_with_an_open_case_is_led_to_it(loket: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    page = loket.send(send(loket), "/ktp/cari", nik=person()["nik"])
    assert (page.status, page.location) == (303, f"/berkas/{ticket}")


def test_a_look_up_from_a_photograph_counts_like_a_typed_one(loket: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(lookups, "admit", counted.append)
    loket.send(send(loket), "/ktp/cari")
    assert counted == [SITI.nik]


@pytest.mark.parametrize(
    ("seen", "sentence", "noted"),
    [
        ([], "Tidak ada tulisan yang terbaca", "NO_CARD"),
        ([replace(one, text="KUITANSI") for one in as_read(SITI)], "tidak terbaca sebagai KTP", "NO_CARD"),
        ([one for one in as_read(SITI) if "SITI" not in one.text and SITI.nik not in one.text], "buram atau terpotong", "UNREADABLE"),
        ([*as_read(SITI), replace(as_read(SITI)[3], text="9901014101900009")], "lebih dari satu NIK", "UNREADABLE"),
    ],
    ids=["no text", "no card", "blurred", "two cards"],
)
def test_what_is_wrong_with_a_photograph_is_said(
    loket: Visitor, sqlite_office: Office, seen: list[Seen], sentence: str, noted: str
) -> None:
    install(sqlite_office, reading(seen))
    page = send(loket)
    assert (page.status, page.heading) == (422, "Baca foto KTP") and sentence in page.main()
    assert told(sqlite_office)[0].detail == {"read": {}, "refused": noted}


def test_a_form_without_a_photograph_says_so(loket: Visitor, sqlite_office: Office) -> None:
    page = send(loket, name="")
    assert page.status == 422 and "Pilih atau ambil foto dulu, lalu baca." in page.main()
    assert told(sqlite_office) == []


def test_the_button_and_the_page_are_there_where_the_reader_is(loket: Visitor, visit: Visit, sqlite_office: Office) -> None:
    assert "/ktp?kamera=ya" in loket.get("/").links() and "di daftar berkas: baca foto KTP" in loket.get("/bantuan").main()
    assert "/ktp?kamera=ya" not in visit("kadis").get("/").links()
    assert visit("kadis").get("/ktp").status == 403
    install(sqlite_office, None)
    assert "/ktp?kamera=ya" not in loket.get("/").links() and "baca foto KTP" not in loket.get("/bantuan").main()
    page = loket.get("/ktp")
    assert page.status == 404 and "belum dipasang" in page.main()


def test_a_reload_of_the_search_goes_back_to_the_camera(loket: Visitor) -> None:
    assert loket.get("/ktp/cari").location == "/ktp"


def test_a_reader_that_is_busy_says_so(loket: Visitor, sqlite_office: Office) -> None:
    def busy(_: bytes) -> ReadCard:
        raise TooMany(BUSY)

    install(sqlite_office, busy)
    assert "sedang dipakai" in send(loket).main()
    install(sqlite_office, partial(read_photo, practice=True))
    assert "harus berupa JPEG atau PNG" in send(loket, b"%PDF-1.7").main()
    assert [event.detail["refused"] for event in told(sqlite_office)] == ["BUSY", "NO_PICTURE"]


def test_a_birth_date_in_the_future_is_looked_at(loket: Visitor, sqlite_office: Office) -> None:
    install(sqlite_office, reading(as_read(replace(SITI, born="01-01-2090"))))
    assert "Tanggal lahir ini di masa depan." in send(loket).main()


def test_who_came_before_is_filled_in_from_the_case_and_not_from_the_photograph(loket: Visitor, sqlite_office: Office) -> None:
    sqlite_office.withdraw(sqlite_office.open())
    page = loket.follow(loket.send(send(loket), "/ktp/cari", nik=person()["nik"]))
    assert page.value("name") == person()["name"] and "Terisi dari foto KTP." not in page.main()
