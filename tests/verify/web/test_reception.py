"""The desk: the cursor where the scanner types, every answer with reason and next step, one key to accept."""

from collections.abc import Callable

import pytest

from schemas.desk_check import NEXT_STEPS, TITLES
from tests.office import Office, person
from tests.verify.web.visitor import SVG, Page, Visitor
from verify.web.reception import LOOK
from workflows import letters
from workflows.advance import lock
from workflows.desk import DeskAnswer
from workflows.records import Acceptance

Visit = Callable[[str], Visitor]
HERE = {"hospital_code": "RS-CONTOH-1"}


def scan(visitor: Visitor, code: str) -> Page:
    """What a scanner does: the text and Enter, into the field with the cursor."""
    page = visitor.get("/periksa")
    assert "autofocus" in page.one("input", id="code").attrib
    return visitor.send(page, "/periksa", nth=0, code=code)


def qr(office: Office, ticket: str) -> str:
    return f"HTTPS://REKOM.EXAMPLE/S/{office.letter(ticket).token}"


def says(page: Page, answer: DeskAnswer) -> bool:
    words = page.main()
    return page.heading == TITLES[answer] and NEXT_STEPS[answer] in words and page.title.startswith(TITLES[answer])


def revoke(office: Office, ticket: str) -> None:
    kadis = office.actor("kadis")
    with office.write() as session:
        letters.revoke(session, lock(session, ticket, kadis), kadis, reason="Salah orang.", now=office.clock())


def prepare(office: Office, answer: DeskAnswer) -> str:
    """What a scanner reads for an answer."""
    if answer == DeskAnswer.FORGED:
        return qr(office, office.to_letter())[:-6] + "AAAAAA"
    if answer == DeskAnswer.OTHER_HOSPITAL:
        return qr(office, office.to_letter(hospital_code="RS-CONTOH-2"))
    ticket = office.to_letter(**HERE)
    code = qr(office, ticket)
    if answer == DeskAnswer.EXPIRED:
        office.clock.pass_by(hours=73)
    if answer == DeskAnswer.REVOKED:
        revoke(office, ticket)
    return code


@pytest.mark.parametrize("answer", [DeskAnswer.VALID, DeskAnswer.EXPIRED, DeskAnswer.REVOKED, DeskAnswer.OTHER_HOSPITAL, DeskAnswer.FORGED])
def test_a_scanned_letter_gets_its_answer(visit: Visit, sqlite_office: Office, answer: DeskAnswer) -> None:
    code = prepare(sqlite_office, answer)
    page = scan(visit("rs"), code)
    assert says(page, answer)
    section = page.one("section", role="alert")
    assert section.get("aria-live") == "assertive"
    assert section.get("class") == f"answer {LOOK[answer][0]}"
    assert page.all(SVG), "an icon beside word and colour"


def test_a_letter_used_elsewhere_says_where_and_when(visit: Visit, sqlite_office: Office) -> None:
    code = qr(sqlite_office, sqlite_office.to_letter())
    visitor = visit("rs2")
    visitor.send(scan(visitor, code), "/periksa/terima")
    page = scan(visit("rs"), code)
    assert says(page, DeskAnswer.ALREADY_USED)
    assert "Diterima RS Contoh Sejahtera, 23 November 2026, 09.00 WIB." in page.main()


def test_a_number_without_letter(visit: Visit) -> None:
    visitor = visit("rs")
    page = visitor.send(visitor.get("/periksa"), "/periksa", nth=1, number="400.9/999/Dinsos/XI/2026", nik=person()["nik"])
    assert says(page, DeskAnswer.UNKNOWN)


def test_a_letter_that_is_being_made(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision()
    number, visitor = sqlite_office.approve(ticket), visit("rs")
    page = visitor.send(visitor.get("/periksa"), "/periksa", nth=1, number=number, nik=person()["nik"])
    assert says(page, DeskAnswer.IN_PROGRESS)


def test_number_and_nik_lead_to_acceptance_without_the_nik_on_the_page(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_letter(**HERE), visit("rs")
    number = sqlite_office.letter(ticket).number
    page = visitor.send(visitor.get("/periksa"), "/periksa", nth=1, number=number, nik=person()["nik"])
    assert says(page, DeskAnswer.VALID)
    done = visitor.send(page, "/periksa/terima", registration_number="IGD-1")
    assert done.heading == "PASIEN DITERIMA"
    assert "IGD-1" in done.main()
    assert sqlite_office.count(Acceptance) == 1


def test_one_key_accepts(visit: Visit, sqlite_office: Office) -> None:
    code, visitor = qr(sqlite_office, sqlite_office.to_letter(**HERE)), visit("rs")
    page = scan(visitor, code)
    assert "autofocus" in page.one("input", id="registration_number").attrib, "Enter in this field accepts"
    assert visitor.send(page, "/periksa/terima").heading == "PASIEN DITERIMA"


def test_a_double_click_accepts_once_and_says_so_twice(visit: Visit, sqlite_office: Office) -> None:
    code, visitor = qr(sqlite_office, sqlite_office.to_letter(**HERE)), visit("rs")
    page = scan(visitor, code)
    assert [visitor.send(page, "/periksa/terima").heading for _ in range(2)] == ["PASIEN DITERIMA"] * 2
    assert sqlite_office.count(Acceptance) == 1


def test_the_next_scan_into_the_accept_field_asks_and_does_not_accept(visit: Visit, sqlite_office: Office) -> None:
    first, second = (qr(sqlite_office, sqlite_office.to_letter(number, **HERE)) for number in (1, 2))
    visitor = visit("rs")
    page = visitor.send(scan(visitor, first), "/periksa/terima", registration_number=second)
    assert says(page, DeskAnswer.VALID)
    assert second.endswith(page.one("input", name="code").get("value", ""))
    assert sqlite_office.count(Acceptance) == 0


def test_a_registration_number_that_is_too_long_is_kept_and_explained(visit: Visit, sqlite_office: Office) -> None:
    code, visitor = qr(sqlite_office, sqlite_office.to_letter(**HERE)), visit("rs")
    page = visitor.send(scan(visitor, code), "/periksa/terima", registration_number="IGD " * 20)
    assert page.status == 422
    assert "Isi paling banyak 64 huruf" in page.main()
    assert page.value("registration_number").startswith("IGD")
    assert visitor.send(page, "/periksa/terima", registration_number="IGD-2").heading == "PASIEN DITERIMA"


def test_a_number_typed_where_the_scanner_types_is_not_called_forged(visit: Visit) -> None:
    page = scan(visit("rs"), "400.9/001/Dinsos/XI/2026")
    assert page.status == 422
    assert "Ini nomor surat, bukan kode QR." in page.main()
    assert page.value("number") == "400.9/001/Dinsos/XI/2026"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": "", "nik": ""}, "Kirim code dari QR"),
        ({"number": "400.9/001", "nik": ""}, "Nomor surat hanya diperiksa bersama NIK."),
        ({"number": "400.9/001", "nik": "12"}, "Masukkan NIK 16 angka."),
    ],
)
def test_what_is_missing_is_named(visit: Visit, typed: dict[str, str], sentence: str) -> None:
    visitor = visit("rs")
    page = visitor.send(visitor.get("/periksa"), "/periksa", nth=1, **typed)
    assert page.status == 422
    assert page.value("number") == typed["number"]
    if sentence.startswith("Kirim"):
        assert "Pindai QR" in page.main()
    else:
        assert sentence in page.main()


def test_an_office_looks_and_does_not_accept(visit: Visit, sqlite_office: Office) -> None:
    code, visitor = qr(sqlite_office, sqlite_office.to_letter(**HERE)), visit("kadis")
    page = scan(visitor, code)
    assert page.heading == "BERLAKU"
    assert not page.forms("/periksa/terima")
    token = page.value("csrf_token")
    assert visitor.post("/periksa/terima", {"csrf_token": token, "code": code}).status == 403


def test_nothing_but_initials_before_acceptance(visit: Visit, sqlite_office: Office) -> None:
    text = scan(visit("rs"), prepare(sqlite_office, DeskAnswer.VALID)).text
    known = person()
    for secret in (known["name"], known["nik"][:6], f"{known['birth_date']:%d-%m-%Y}", known["phone"]):
        assert secret not in text
    assert known["nik"][-4:] in text


def test_every_answer_has_a_look() -> None:
    assert set(LOOK) == set(DeskAnswer)
