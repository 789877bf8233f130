"""The bedside lane by forms: almost nothing typed, a token shown; the clock on both sides; a lapse with a reason."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from tests.approval_office import with_policy
from tests.office import Office, person
from tests.verify.web.visitor import Page, Visitor
from verify.documents.qr import draw_qr, qr_text
from verify.relay import once
from workflows.records import Case, Provisional

Visit = Callable[[str], Visitor]
UNKNOWN = {"no_nik": "UNIDENTIFIED", "sex": "MALE", "age": "40", "other_number": "RM-9"}


def admit(visitor: Visitor, **typed: str) -> Page:
    """Fill the form in; where nothing is wrong with it, send what the last look shows."""
    look = visitor.send(visitor.get("/periksa/ajukan"), "/periksa/ajukan", **(typed or UNKNOWN))
    return visitor.confirm(look) if look.status == 200 else look


def test_four_answers_bring_a_token(visit: Visit, nobody: Visitor, sqlite_office: Office) -> None:
    rs = visit("rs")
    page = rs.follow(admit(rs))
    assert page.heading == "Tanda sementara berjalan"
    assert "25 November 2026, 09.00 WIB" in page.main() and "2 hari" in page.main()
    assert nobody.get(page.path).heading == "Tanda sementara berjalan"
    assert "PASIEN TAK DIKENAL, RSUD Contoh Serang" in page.main()
    assert "RM-9" in rs.get("/periksa/sementara").main() and "RM-9" not in nobody.get(page.path).main(), "only its hospital tells two apart"
    (case,) = [sqlite_office.case(one) for one in _tickets(sqlite_office)]
    assert (case.name, case.birth_estimated, case.hospital_code, case.phone) == ("PASIEN TAK DIKENAL", True, "RS-CONTOH-1", "02540001")
    assert nobody.get("/t/" + "0" * 32).status == 404


def test_a_newborn_by_the_mothers_nik_and_a_known_patient(visit: Visit, sqlite_office: Office) -> None:
    rs = visit("rs")
    assert admit(rs, no_nik="NEWBORN", sex="FEMALE", mother_nik=str(person(2)["nik"])).status == 303
    known = person(3)
    page = admit(rs, nik=str(known["nik"]), name=str(known["name"]), birth_date=f"{known['birth_date']:%d-%m-%Y}")
    assert page.status == 303
    assert admit(rs, nik=str(known["nik"]), name="LAIN", age="3").status == 409
    assert sqlite_office.count(Provisional) == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"age": "40"}, "Isi NIK, atau pilih mengapa"),
        ({"no_nik": "UNIDENTIFIED", "sex": "MALE", "other_number": "RM-9"}, "Isi tanggal lahir, atau kira-kira umurnya."),
        ({"no_nik": "FOREIGNER", "sex": "MALE", "other_number": "P-1", "age": "3"}, "Isi nama seperti di KTP atau paspor."),
        ({"no_nik": "UNIDENTIFIED", "age": "3", "other_number": "RM-9"}, "Pilih jenis kelamin."),
    ],
)
def test_what_is_missing_is_named(visit: Visit, sqlite_office: Office, typed: dict[str, str], sentence: str) -> None:
    page = admit(visit("rs"), **typed)
    assert page.status == 422
    assert sentence in page.main()
    assert sqlite_office.count(Case) == 0


def test_what_was_typed_stays_where_something_else_is_wrong(visit: Visit) -> None:
    typed = {"nik": person()["nik"], "mother_nik": person(2)["nik"], "age": "x"}
    page = admit(visit("rs"), **typed)
    assert page.status == 422 and {name: page.value(name) for name in typed} == typed


def test_the_clock_on_both_sides_and_the_end_by_name(visit: Visit, sqlite_office: Office) -> None:
    rs, loket = visit("rs"), visit("loket")
    status = rs.follow(admit(rs)).path
    sqlite_office.clock.pass_by(hours=40)
    once(sqlite_office.rekom)
    rs, loket = visit("rs"), visit("loket")
    for page in (rs.get("/periksa/sementara"), loket.get("/sementara")):
        assert "sisa 8 jam" in page.main() and "Diingatkan 25 November 2026, 01.00 WIB." in page.main()
    sqlite_office.clock.pass_by(hours=9)
    rs, loket = visit("rs"), visit("loket")
    assert rs.get(status).heading == "Berkas terlambat, tanda sementara masih berjalan"
    (ticket,) = _tickets(sqlite_office)
    done = loket.fill(f"/berkas/{ticket}/gugur", f"/berkas/{ticket}/gugur", reason="Keluarga tidak ditemukan.")
    assert "Tanda sementara gugur." in loket.follow(done).main()
    lapsed = rs.get(status)
    assert lapsed.heading == "Tanda sementara gugur"
    assert "Telepon Dinas Sosial Kota Serang" in lapsed.main() and "Bila masih perlu, rumah sakit mengajukan lagi." in lapsed.main()
    assert "Alasan: Keluarga tidak ditemukan." in rs.get("/periksa/sementara").main()


def test_papers_come_one_by_one_until_the_clock_stops(visit: Visit, sqlite_office: Office) -> None:
    rs = visit("rs")
    status, page = rs.follow(admit(rs)).path, rs.get("/periksa/sementara")
    boxes = [box.get("value") for box in page.all("input", name="papers")]
    assert boxes
    action = page.forms()[-1].get("action") or ""
    empty = rs.send(page, action)
    assert (empty.status, empty.problems()) == (422, ["Berkas: Sebut berkas yang ada."])
    rs.send(page, action, papers=boxes[0])
    assert [box.get("value") for box in rs.get("/periksa/sementara").all("input", name="papers")] == boxes[1:]
    for paper in boxes[1:]:
        rs.send(rs.get("/periksa/sementara"), action, papers=paper)
    assert rs.get(status).heading == "Berkas lengkap, sedang diproses"
    (ticket,) = _tickets(sqlite_office)
    assert next(event.detail["documents"] for event in sqlite_office.events(ticket) if event.action == "AMEND") == [boxes[0]]


def test_a_region_may_give_three_days_and_both_sides_see_them(visit: Visit, sqlite_office: Office) -> None:
    with_policy(sqlite_office, papers_due_hours=72)
    rs = visit("rs")
    assert "berkas boleh menyusul dalam 72 jam" in rs.get("/periksa/ajukan").main()
    admit(rs)
    for page in (rs.get("/periksa/sementara"), visit("loket").get("/sementara")):
        assert "Berkas paling lambat 26 November 2026, 09.00 WIB, sisa 3 hari." in page.main()


def test_another_hospital_adds_nothing(visit: Visit, sqlite_office: Office) -> None:
    token = visit("rs").follow(admit(visit("rs"))).path.rpartition("/")[2]
    other = visit("rs2")
    form = other.get("/periksa/ajukan")
    data = {"csrf_token": form.value("csrf_token"), "kunci": "x" * 16, "papers": "KTP"}
    assert other.post(f"/periksa/sementara/{token}/berkas", data).status == 404


def test_the_tokens_code_is_read_and_leads_to_its_page(visit: Visit, nobody: Visitor) -> None:
    rs = visit("rs")
    path = rs.follow(admit(rs)).path
    picture = nobody.client.get(f"{path}/qr.svg")
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    address = qr_text("http://127.0.0.1:8000", "").removesuffix("/S/") + path.upper()
    assert picture.text == draw_qr(address).svg
    assert nobody.get(path.upper()).heading == "Tanda sementara berjalan"
    assert nobody.client.get("/t/" + "0" * 32 + "/qr.svg").status_code == 404


def test_the_answers_are_looked_at_before_a_case_opens(visit: Visit, sqlite_office: Office) -> None:
    rs, known = visit("rs"), person(3)
    born = f"{known['birth_date']:%d-%m-%Y}"
    look = rs.fill("/periksa/ajukan", nik=str(known["nik"]), name=str(known["name"]), birth_date=born)
    assert look.heading == "Periksa jawaban" and str(known["name"]) in look.main() and "Gawat darurat" in look.main()
    assert "Belum diisi, boleh menyusul" in look.main() and "Nomor telepon" in look.main()
    assert _tickets(sqlite_office) == []
    back = rs.send(look, "/periksa/ajukan", button=("ubah", "name"))
    assert (back.heading, back.value("nik"), back.value("name")) == ("Ajukan dari rumah sakit", known["nik"], known["name"])
    assert "autofocus" in back.one("input", id="name").attrib and back.value("kunci") == look.value("kunci")
    changed = rs.send(back, "/periksa/ajukan", name="SITI CONTOH")
    assert changed.heading == "Periksa jawaban" and _tickets(sqlite_office) == [], "another answer is looked at anew"
    assert rs.confirm(changed).status == 303
    (ticket,) = _tickets(sqlite_office)
    assert sqlite_office.case(ticket).name == "SITI CONTOH"


def _tickets(office: Office) -> list[str]:
    with office.read() as session:
        return list(session.exec(select(Case.ticket)))
