"""Every page on a letter's way, in a real Chromium, with cases, long names and refusals on it: wide and light, small and dark."""

from datetime import date

import pytest

from tests.journeys.looks import looks_well, walk
from tests.journeys.site import DESKTOP, PHONE, Site
from tests.letter_office import removed_from_pbi, to_letter_b
from tests.office import LONG, Office, person
from tests.registration_office import REFUSED, accept, answers, make, send
from tests.workflows.test_households import applying, receive
from tests.workflows.test_refusals import object_to, to_refusal
from tests.workflows.test_removals import member
from workflows.states import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLACES = {
    "loket": (
        "/jalur",
        "/kuota",
        "/keluarga/baru",
        "/keluarga/{household}",
        "/pendaftaran",
        "/berkas/{waiting}/pendaftaran",
        "/berkas/{refused}/pendaftaran",
        "/berkas/{reactivated}",
        "/berkas/{reactivated}/pendaftaran",
        "/berkas/{rejected}/penolakan",
        "/berkas/{rejected}/penolakan/lembar",
        "/berkas/{rejected}/keberatan",
        "/berkas/{assessed}/wafat",
        "/berkas/{assessed}/tanda-terima",
        "/penerimaan",
        "/sementara",
    ),
    "peksos": ("/berkas/{assessed}/jenis-surat", "/berkas/{closed}/pencabutan", "/tugas"),
    "kadis": ("/setuju", "/wakil", "/tanda-tangan", "/berkas/{waiting}/ganti-surat", "/berkas/{waiting}/cabut"),
    "plt": ("/berkas/{objected}/keberatan/jawaban",),
    "rs": ("/sep", "/periksa/hari-ini"),
}


def cases(office: Office) -> dict[str, str]:
    """One case for each page, by what it is there for."""
    office.let_sign(office.hire("plt", Role.KADIS), date(2026, 1, 1), date(2027, 12, 31))
    made = {"closed": member(office, 1)}
    made["refused"] = office.to_letter(2, name=LONG)
    make(office)
    send(office, 2)
    answers(office, {2: REFUSED}, name="b" * 64)
    made["waiting"] = office.to_letter(3, hospital_code="RS-CONTOH-1")
    made["accepted"] = office.to_letter(4, name=LONG, hospital_code="RS-CONTOH-1")
    accept(office, made["accepted"])
    made["rejected"], made["objected"] = to_refusal(office, 5), to_refusal(office, 6)
    object_to(office, made["objected"])
    made["reactivated"] = to_letter_b(office, 7)
    made["decision"] = office.to_decision(8, name=LONG)
    made["household"] = receive(office, applying(9, "istri", name=LONG), applying(10))
    made["assessed"] = office.open(11)
    office.drain()
    return made


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["1280", "320"])
def test_every_page_fits_and_can_be_read(site: Site, size: dict[str, int], theme: str) -> None:
    made = cases(site.office)
    for username, paths in PLACES.items():
        walk(site.person(username, size, begins=None, color_scheme=theme), (path.format(**made) for path in paths))


def test_a_list_in_a_narrow_page_gives_the_name_its_room(site: Site) -> None:
    site.office.to_letter(1)
    loket = site.person("loket", DESKTOP)
    loket.go("/pendaftaran")
    name, row = (loket.page.locator(one).first.bounding_box() for one in (".cases .case-name", ".cases li"))
    assert name and row and name["width"] > row["width"] / 2


def test_a_route_fits_a_small_phone(site: Site) -> None:
    removed_from_pbi(site.office, 1)
    loket, known = site.person("loket", PHONE), person(1)
    loket.go("/jalur")
    loket.page.fill("#nik", known["nik"])
    loket.page.fill("#name", known["name"])
    loket.page.fill("#birth_date", f"{known['birth_date']:%d-%m-%Y}")
    loket.page.fill("#domicile_code", "3673")
    loket.page.check("input[name=cause][value=ILLNESS]")
    loket.page.locator("form button[data-once], form button:has-text('Cari jalur')").first.click()
    assert "Aktifkan kembali PBI JK" in loket.page.inner_text("main")
    looks_well(loket)
