"""What anybody's telephone sees who scans a letter."""

from collections.abc import Callable

import pytest

from tests.office import Office, person
from tests.verify.web.test_reception import revoke
from tests.verify.web.visitor import Visitor
from verify.web.public_letter import SAID
from workflows import desk
from workflows.desk import DeskAnswer

Visit = Callable[[str], Visitor]


def token(office: Office, ticket: str) -> str:
    return str(office.letter(ticket).token)


@pytest.mark.parametrize("shape", ["/S/{}", "/s/{}"])
def test_a_genuine_letter(nobody: Visitor, sqlite_office: Office, shape: str) -> None:
    page = nobody.get(shape.format(token(sqlite_office, sqlite_office.to_letter(hospital_code="RS-CONTOH-1"))))
    assert page.heading == "Surat asli dan berlaku"
    for said in ("26 November 2026, 09.00 WIB", "Dinas Sosial Kota Serang", "Pasien gawat darurat tetap dilayani"):
        assert said in page.main()


def test_initials_only(nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter(hospital_code="RS-CONTOH-1")
    text = nobody.get(f"/s/{token(sqlite_office, ticket)}").text
    known, case = person(), sqlite_office.case(ticket)
    secrets = [known["name"], known["nik"][-4:], known["nik"][:6], str(known["birth_date"].year), known["phone"]]
    for secret in (*secrets, "RSUD Contoh", case.ticket):
        assert secret not in text.replace(token(sqlite_office, ticket), ""), secret


def test_a_letter_that_was_used_revoked_or_ran_out(nobody: Visitor, sqlite_office: Office) -> None:
    used, revoked, old = (sqlite_office.to_letter(number) for number in (1, 2, 3))
    rs = sqlite_office.actor("rs")
    with sqlite_office.write() as session:
        desk.accept(session, desk.find_by_token_id(session, sqlite_office.letter(used).token_id), None, rs, now=sqlite_office.clock())
    revoke(sqlite_office, revoked)
    assert nobody.get(f"/s/{token(sqlite_office, used)}").heading == "Surat asli, sudah dipakai"
    page = nobody.get(f"/s/{token(sqlite_office, revoked)}")
    assert page.heading == "Surat asli, sudah dicabut"
    assert "Salah orang" not in page.text, "reasons are for the desk"
    sqlite_office.clock.pass_by(hours=73)
    assert nobody.get(f"/s/{token(sqlite_office, old)}").heading == "Surat asli, masa berlaku habis"


@pytest.mark.parametrize("spoilt", ["A" * 300, "A" * 3000])
def test_a_forged_or_broken_code(nobody: Visitor, spoilt: str) -> None:
    page = nobody.get(f"/s/{spoilt}")
    assert (page.status, page.heading) == (200, "Surat palsu atau rusak")
    assert "Telepon Dinas Sosial Kota Serang: (0254) 000000" in page.main(), "ours, not the forger's"


@pytest.mark.parametrize("typed", ["abc", "%3Cscript%3E", "9901014101900001".replace("0", "O")])
def test_what_no_scan_gives_is_not_called_forged(nobody: Visitor, typed: str) -> None:
    page = nobody.get(f"/s/{typed}")
    assert (page.status, page.heading) == (200, "Surat tidak ditemukan")


def test_a_code_with_another_signature(nobody: Visitor, sqlite_office: Office) -> None:
    genuine = token(sqlite_office, sqlite_office.to_letter())
    assert nobody.get(f"/s/{genuine[:-6]}AAAAAA").heading == "Surat palsu atau rusak"


def test_a_desk_that_scans_by_telephone_goes_on_from_here(visit: Visit, sqlite_office: Office) -> None:
    code, visitor = token(sqlite_office, sqlite_office.to_letter(hospital_code="RS-CONTOH-1")), visit("rs")
    page = visitor.send(visitor.get(f"/s/{code}"), "/periksa")
    assert page.heading == "BERLAKU"
    assert page.forms("/periksa/terima")


def test_every_answer_the_public_can_get_has_words() -> None:
    assert set(DeskAnswer) - set(SAID) == {DeskAnswer.OTHER_HOSPITAL}, "nobody's telephone is a hospital"
