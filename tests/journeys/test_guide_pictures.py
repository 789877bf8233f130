"""Pictures for the guides of what no other journey has one of; with REKOM_SCREENS=1 they are kept, each page is looked at in any case."""

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import looks_well
from tests.journeys.site import PHONE, Person, Site
from tests.office import Office, person
from tests.verify.made_files import MONTHLY, nik
from tests.workflows.test_refusals import object_to, to_refusal
from verify.imports import running
from workflows.vocabulary import Urgency

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = [(str(at), nik(at), "SITI CONTOH", "APBD", "November", "2026") for at in range(1, 9)]
BAD = ("9", "9,90E+15", "BUDI UJI", "APBD", "November", "2026")


def seen(someone: Person, path: str, name: str, *, whole: bool = True) -> None:
    someone.go(path)
    looks_well(someone)
    someone.picture(name, whole=whole)


def answered(someone: Person, office: Office) -> None:
    """The assessment's answers, by keys, up to the last look."""
    for at, _ in enumerate(office.criteria.criteria):
        someone.press("b" if at == 3 else "y")
    someone.enter("Control+Enter")
    expect(someone.page.locator("h1")).to_have_text("Periksa jawaban")
    looks_well(someone)


def test_pictures_of_work_on_a_case(site: Site) -> None:
    office = site.office
    waiting = office.open(2, urgency=Urgency.EMERGENCY)
    office.drain()
    checked = office.open(3)
    office.drain()
    office.assess(checked)
    office.drain()
    peksos = site.person("peksos")
    seen(peksos, f"/berkas/{waiting}/nilai", "assess", whole=False)
    answered(peksos, office)
    peksos.picture("assess-answers", whole=False)
    seen(site.person("validator"), f"/berkas/{checked}/validasi", "validate", whole=False)


def test_pictures_of_the_counter(site: Site) -> None:
    loket, known = site.person("loket"), person()
    loket.go("/berkas/baru")
    typed = {"nik": known["nik"], "name": known["name"], "birth_date": f"{known['birth_date']:%d-%m-%Y}", "phone": known["phone"]}
    for name, value in typed.items():
        loket.page.fill(f"#{name}", value)
    loket.page.get_by_role("button", name="Periksa jawaban", exact=True).click()
    expect(loket.page.locator("h1")).to_have_text("Periksa jawaban")
    looks_well(loket)
    loket.picture("intake-answers")
    loket.go("/berkas/AAAA-AAAA")
    looks_well(loket)
    loket.picture("error", whole=False)


def test_pictures_of_a_refusal_and_an_objection(site: Site) -> None:
    office = site.office
    refused, objected = to_refusal(office, 4), to_refusal(office, 5)
    object_to(office, objected)
    office.drain()
    loket = site.person("loket")
    seen(loket, f"/berkas/{refused}/penolakan", "refusal")
    seen(loket, f"/berkas/{refused}/keberatan", "objection")
    seen(site.person("kadis", PHONE), "/wakil", "delegate-phone")


def test_pictures_of_the_admin(site: Site) -> None:
    admin = site.person("admin")
    seen(admin, "/kunci", "hospital-keys")
    admin.go("/data")
    content = "".join(";".join(row) + "\r\n" for row in (MONTHLY, *ROWS, BAD)).encode()
    sent = {"name": "anggota november.csv", "mimeType": "text/csv", "buffer": content}
    admin.page.set_input_files("#data_file", files=[sent])  # type: ignore[list-item]
    admin.page.get_by_role("button", name="Unggah dan uji").click()
    expect(admin.page.locator("main")).to_contain_text("Sedang diuji")
    looks_well(admin)
    running.work(site.office.rekom, 1)
    seen(admin, "/data/1", "data-tested")
    assert admin.faults == []
