"""The families' page: by number and four digits, one answer for everything that does not fit, and nobody's name."""

from collections.abc import Callable
from datetime import time

import pytest
from sqlmodel import select

from tests.office import Office, person
from tests.verify.web.visitor import Page, Visitor
from verify.lookups import ONE_FAMILY
from verify.web.family_words import FAMILY, STAGES, opening_hours
from workflows.records import Case
from workflows.records.meter import Meter
from workflows.states import State
from workflows.vocabulary import NoNik, Sex

Visit = Callable[[str], Visitor]
LAST = person()["nik"][-4:]


def ask(nobody: Visitor, ticket: str, digits: str = LAST) -> Page:
    return nobody.fill("/status", ticket=ticket, last_four=digits)


def test_every_state_is_told_in_plain_words() -> None:
    assert set(FAMILY) == set(State)
    stages = {told.stage for told in FAMILY.values()}
    assert stages == {None, *range(1, len(STAGES) + 1)}


@pytest.mark.parametrize("shape", [str, str.lower, lambda ticket: f" {ticket.replace('-', '')} "])
def test_a_family_reads_where_its_case_stands(nobody: Visitor, sqlite_office: Office, shape: Callable[[str], str]) -> None:
    ticket = sqlite_office.open(documents=frozenset())
    page = ask(nobody, shape(ticket))
    assert (page.status, page.heading) == (200, "Permohonan Anda sudah diterima. Datanya sedang diperiksa.")
    for said in ("Bawa berkas ini ke kantor", "KK", "Dinas Sosial Kota Serang", "Telepon", "Buka: Senin", "gratis"):
        assert said in page.main(), said
    current = [item for item in page.all("li") if item.get("aria-current") == "step"]
    assert [page.words(item) for item in current] == ["Diterima , sekarang"]


def test_nobody_is_named_and_the_text_says_it_all(nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter(hospital_code="RS-CONTOH-1")
    page, known = ask(nobody, ticket), person()
    assert page.heading == "Surat Anda sudah terbit."
    for secret in (known["name"], known["nik"][:12], str(known["birth_date"].year), known["phone"]):
        assert secret not in page.text, secret
    text = page.words(page.one("textarea"))
    for said in (ticket, "surat terbit", "26 November 2026, 09.00 WIB", "/status", "RSUD Contoh Serang", "Pasien gawat darurat"):
        assert said in text, said


def test_an_unknown_number_and_wrong_digits_are_answered_alike(nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    wrong, unknown = ask(nobody, ticket, "0000" if LAST != "0000" else "1111"), ask(nobody, "7777-7777")
    assert wrong.status == unknown.status == 422
    assert wrong.main() == unknown.main()
    assert "tidak cocok" in wrong.main()
    assert (wrong.value("ticket"), wrong.value("last_four")) == (ticket, "")


@pytest.mark.parametrize(
    ("ticket", "digits", "field"), [("", "1234", "ticket"), ("7QMK-2F9O", "1234", "ticket"), ("7QMK2F9X", "12", "last_four")]
)
def test_what_is_no_number_is_named_at_its_field(nobody: Visitor, sqlite_office: Office, ticket: str, digits: str, field: str) -> None:
    page = ask(nobody, ticket, digits)
    assert page.status == 422
    assert [link for link in page.links() if link == f"#{field}"]
    assert sqlite_office.count(Meter) == 0, "no guess was made"


def test_guessing_one_number_ends_and_the_right_digits_wait_too(nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    for guess in range(ONE_FAMILY.free):
        assert ask(nobody, ticket, f"{(int(LAST) + guess + 1) % 10_000:04d}").status == 422
    assert ask(nobody, ticket).status == 429, "not even the right digits tell that they are right"
    assert ask(nobody, sqlite_office.open(2), person(2)["nik"][-4:]).status == 200, "another family is not kept out"
    sqlite_office.clock.pass_by(days=1)
    assert ask(nobody, ticket).status == 200


def test_right_answers_are_no_guesses(nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    for _ in range(ONE_FAMILY.free + 2):
        assert ask(nobody, ticket).status == 200


def test_without_a_nik_the_telephone_counts(nobody: Visitor, sqlite_office: Office) -> None:
    facts = {"nik": None, "no_nik": NoNik.HOMELESS, "sex": Sex.MALE, "name": "PAK CONTOH"}
    ticket = sqlite_office.open(3, **facts)
    assert ask(nobody, ticket, person(3)["phone"][-4:]).status == 200
    assert ask(nobody, ticket, person(3)["nik"][-4:]).status == 422


def test_a_receipt_printed_before_the_nik_came_still_opens(nobody: Visitor, sqlite_office: Office) -> None:
    facts = {"nik": None, "no_nik": NoNik.HOMELESS, "sex": Sex.MALE, "name": "PAK CONTOH"}
    ticket, phone = sqlite_office.open(3, **facts), person(3)["phone"][-4:]
    with sqlite_office.write() as session:
        case = session.exec(select(Case).where(Case.ticket == ticket)).one()
        case.nik = person(3)["nik"]
        session.add(case)
    for digits in (phone, person(3)["nik"][-4:]):
        for _ in range(ONE_FAMILY.free):
            assert ask(nobody, ticket, digits).status == 200, "right digits are no guesses"


def test_the_telephone_opens_no_case_that_began_with_a_nik(nobody: Visitor, sqlite_office: Office) -> None:
    assert ask(nobody, sqlite_office.open(3), person(3)["phone"][-4:]).status == 422


def test_the_receipt_leads_there(visit: Visit, nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    receipt = visit("loket").get(f"/berkas/{ticket}/tanda-terima")
    assert "/status" in receipt.main()
    assert any(picture.get("src", "").startswith("data:image/svg+xml") for picture in receipt.all("img"))
    assert nobody.get(f"/status?berkas={ticket}").value("ticket") == ticket


def test_the_counter_has_the_text_ready(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    page = visit("loket").get(f"/berkas/{ticket}")
    assert ticket in page.words(page.one("textarea"))
    assert not visit("validator").get(f"/berkas/{ticket}").all("textarea")


def test_days_with_the_same_hours_are_said_together() -> None:
    morning, short = ((time(8), time(16)),), ((time(8), time(11, 30)),)
    assert opening_hours((morning, morning, morning, morning, short, (), ())) == ["Senin sampai Kamis 08.00–16.00", "Jumat 08.00–11.30"]


def test_an_expired_letter_promises_nothing(nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter()
    sqlite_office.clock.pass_by(days=30)
    assert "berlaku sampai" not in ask(nobody, ticket).main()
