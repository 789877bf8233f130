"""The hospital's day and what the office settles between hospitals, by the forms alone."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from tests.office import MORNING, Office, person
from tests.verify.web.test_reception import qr, scan
from tests.verify.web.visitor import Page, Visitor
from workflows.records import Acceptance, LateAcceptance, Transfer

Visit = Callable[[str], Visitor]
HERE = {"hospital_code": "RS-CONTOH-1"}


def late(office: Office, code: str, by: str) -> None:
    given = {"nonce": str(uuid4()), "code": code, "accepted_at": "2026-11-23T01:50:00+00:00", "registration_number": "IGD-5"}
    assert office.api(by).post("/desk/late-acceptances", {"acceptances": [given]}).status_code == 200


def test_a_day_of_a_desk_as_a_list_and_as_a_file(visit: Visit, sqlite_office: Office) -> None:
    first, second = (qr(sqlite_office, sqlite_office.to_letter(number)) for number in (1, 2))
    visitor = visit("rs")
    visitor.send(scan(visitor, first), "/periksa/terima", registration_number="=1+1")
    late(sqlite_office, second, "rs2")
    late(sqlite_office, second, "rs")
    page = visitor.get("/periksa/hari-ini")
    assert "Hari ini: 1 diterima, 1 bermasalah." in page.main()
    assert person()["name"] in page.main()
    trouble = "Surat 400.9/002/Dinsos/XI/2026: diterima tanpa internet 23 November 2026, 08.50 WIB, nomor pendaftaran IGD-5. "
    assert f"{trouble}Rumah sakit lain sudah menerima surat yang sama. Dinas Sosial sudah diberi tahu." in page.main()
    with visitor.client.get("/periksa/hari-ini.csv") as file:
        text = file.get_data().decode("utf-8-sig")
    heads, row = text.strip().split("\r\n")
    assert heads == "WAKTU;NOMOR SURAT;NAMA;NIK;NOMOR PENDAFTARAN;PETUGAS;CARA"
    cells = row.split(";")
    assert cells[1:5] == ["400.9/001/Dinsos/XI/2026", person()["name"], f"•••• •••• •••• {person()['nik'][-4:]}", "'=1+1"]
    assert "2 diterima" not in visit("rs2").get("/periksa/hari-ini").main()


def test_the_file_is_named_by_the_hospitals_own_day(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.clock.now = MORNING.replace(hour=23)  # six in the morning of the 24th in Serang
    with visit("rs").client.get("/periksa/hari-ini.csv") as file:
        assert file.headers["Content-Disposition"] == 'attachment; filename="penerimaan-2026-11-24.csv"'


def test_the_hospital_reads_the_offices_word_on_its_move(visit: Visit, sqlite_office: Office) -> None:
    asking, office = visit("rs2"), visit("peksos")
    asking.send(scan(asking, qr(sqlite_office, sqlite_office.to_letter(**HERE))), "/periksa/pindah", transfer_reason="Dirujuk.")
    assert "menunggu Dinas Sosial" in asking.get("/periksa/hari-ini").main()
    page = office.get("/penerimaan")
    office.send(page, "/penerimaan/pindah", ("confirms", "false"), note="Pasien masih di RS pertama.")
    assert "ditolak. Pasien masih di RS pertama." in asking.get("/periksa/hari-ini").main()
    giving = visit("rs").get("/periksa/hari-ini").main()
    assert "diminta RS Contoh Sejahtera: tidak dipindahkan. Surat ini tetap milik rumah sakit Anda." in giving


def test_yesterday_is_not_today(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("rs")
    visitor.send(scan(visitor, qr(sqlite_office, sqlite_office.to_letter())), "/periksa/terima")
    sqlite_office.clock.pass_by(hours=6)
    assert "Hari ini: 1 diterima" in visitor.get("/periksa/hari-ini").main()
    sqlite_office.clock.now += timedelta(hours=10)
    assert "Belum ada pasien yang diterima hari ini." in visit("rs").get("/periksa/hari-ini").main()


def test_a_move_is_asked_for_and_answered_by_forms(visit: Visit, sqlite_office: Office) -> None:
    code = qr(sqlite_office, sqlite_office.to_letter(**HERE))
    asking = visit("rs2")
    page = scan(asking, code)
    assert page.heading == "TIDAK BERLAKU: RUMAH SAKIT LAIN"
    wrong = asking.send(page, "/periksa/pindah", transfer_reason="")
    assert wrong.status == 422 and "Alasan pindah" in wrong.problems()[0]
    sent = asking.send(wrong, "/periksa/pindah", transfer_reason="Dirujuk.", transfer_registration="R-1")
    assert "Permintaan pindah dikirim." in asking.follow(sent).main()
    assert asking.send(page, "/periksa/pindah", transfer_reason="Lagi.").status == 409
    office = visit("peksos")
    page = office.get("/penerimaan")
    assert "dari RSUD Contoh Serang ke RS Contoh Sejahtera" in page.main() and "Belum dipakai, berlaku sampai 26 November" in page.main()
    assert enter_does_nothing(page, "/penerimaan/pindah")
    refused = office.send(page, "/penerimaan/pindah", ("confirms", "false"))
    assert (refused.status, refused.problems()) == (422, ["Catatan: Isi alasan penolakan. Rumah sakit membacanya."])
    assert refused.one("input", id="note").get("aria-invalid") == "true", "the field of that request itself"
    done = office.send(page, "/penerimaan/pindah", ("confirms", "true"))
    assert "Tidak ada permintaan pindah yang menunggu." in office.follow(done).main()
    assert sqlite_office.count(Transfer) == 1
    accepted = asking.send(scan(asking, code), "/periksa/terima")
    assert accepted.heading == "PASIEN DITERIMA"


def test_a_used_letter_that_moved_is_on_the_new_hospitals_list(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter()
    code = qr(sqlite_office, ticket)
    first, second, office = visit("rs"), visit("rs2"), visit("peksos")
    first.send(scan(first, code), "/periksa/terima")
    second.send(scan(second, code), "/periksa/pindah", transfer_reason="Dirujuk.", transfer_registration="R-1")
    assert "menunggu Dinas Sosial." in second.get("/periksa/hari-ini").main()
    asked = office.get("/penerimaan")
    assert "Surat sudah dipakai sejak 23 November 2026, 09.00" in asked.main()
    office.send(asked, "/penerimaan/pindah", ("confirms", "true"))
    page = second.get("/periksa/hari-ini")
    assert "Dipindahkan dari rumah sakit lain" in page.main() and "R-1" in page.main()
    given = "Surat 400.9/001/Dinsos/XI/2026, diminta RS Contoh Sejahtera: dipindahkan ke sana."
    assert given in first.get("/periksa/hari-ini").main() and given not in page.main()
    assert "Dipindahkan ke RS Contoh Sejahtera" in office.get(f"/berkas/{ticket}").main()
    assert sqlite_office.count(Acceptance) == 1


def test_a_new_letter_is_asked_for_and_its_case_opened_by_forms(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter(hospital_code="RS-CONTOH-1")
    sqlite_office.clock.pass_by(hours=73)
    rs, peksos = visit("rs"), visit("peksos")
    page = rs.fill("/periksa", "/periksa", code=str(sqlite_office.letter(ticket).token))
    assert page.heading == "TIDAK BERLAKU: KEDALUWARSA"
    after = rs.follow(rs.send(page, "/periksa/perpanjang"))
    assert "Perpanjangan diminta." in after.main() and "menunggu Dinas Sosial." in after.main()
    again = rs.fill("/periksa", "/periksa", code=str(sqlite_office.letter(ticket).token))
    assert again.forms("/periksa/perpanjang") == []
    assert enter_does_nothing(peksos.get("/penerimaan"), "/penerimaan/perpanjangan")
    empty = peksos.fill("/penerimaan", "/penerimaan/perpanjangan", ("opens", "false"))
    assert (empty.status, empty.problems()) == (422, ["Catatan: Isi alasan penolakan. Rumah sakit membacanya."])
    case = peksos.follow(peksos.fill("/penerimaan", "/penerimaan/perpanjangan", ("opens", "true")))
    assert case.path != f"/berkas/{ticket}" and "Dibuka untuk memperpanjang surat yang habis" in case.main()
    assert "Tidak ada permintaan perpanjangan yang menunggu." in peksos.get("/penerimaan").main()
    assert "berkas baru sedang diproses." in rs.get("/periksa/hari-ini").main()


def test_a_letter_that_is_good_is_not_prolonged(visit: Visit, sqlite_office: Office) -> None:
    code, rs = str(sqlite_office.letter(sqlite_office.to_letter()).token), visit("rs")
    data = {"csrf_token": rs.get("/periksa").value("csrf_token"), "kunci": "x" * 16, "code": code}
    page = rs.post("/periksa/perpanjang", data)
    assert page.status == 409 and "Hanya surat yang masa berlakunya habis dapat diperpanjang." in page.main()


def enter_does_nothing(page: Page, address: str) -> bool:
    """Enter in a field presses a form's first button: where that one cannot be pressed, nothing is sent (HTML, implicit submission)."""
    first = [next(form.iter("button")) for form in page.forms(address)]
    return bool(first) and all("disabled" in button.attrib for button in first)


def test_a_collision_is_settled_by_a_form(visit: Visit, sqlite_office: Office) -> None:
    code = qr(sqlite_office, sqlite_office.to_letter())
    for by in ("rs", "rs2"):
        late(sqlite_office, code, by)
    office = visit("kadis")
    page = office.get("/penerimaan")
    assert "RS Contoh Sejahtera menerima tanpa internet 23 November 2026, 08.50 WIB" in page.main()
    assert "RSUD Contoh Serang sudah menerima surat yang sama" in page.main()
    empty = office.send(page, "/penerimaan/susulan")
    assert empty.status == 422 and empty.one("input", id="settlement").get("aria-invalid") == "true"
    done = office.send(page, "/penerimaan/susulan", settlement="Pasien tetap di RSUD.")
    assert "Tidak ada penerimaan yang bertabrakan." in office.follow(done).main()
    assert "Diselesaikan: Pasien tetap di RSUD." in visit("rs2").get("/periksa/hari-ini").main()
    assert sqlite_office.count(LateAcceptance) == 2


def test_one_made_in_time_and_sent_too_late_is_admitted_by_a_form(visit: Visit, sqlite_office: Office) -> None:
    codes = [qr(sqlite_office, sqlite_office.to_letter(number, **HERE)) for number in (1, 2)]
    sqlite_office.clock.pass_by(hours=80)
    for code, hour in zip(codes, ("2026-11-23T03:00:00+00:00", "2026-11-26T05:00:00+00:00"), strict=True):
        given = {"nonce": str(uuid4()), "code": code, "accepted_at": hour}
        assert sqlite_office.api("rs").post("/desk/late-acceptances", {"acceptances": [given]}).status_code == 200
    assert "Akui sebagai penerimaan" not in visit("kadis").get("/penerimaan").main()
    office = visit("peksos")
    page = office.get("/penerimaan")
    assert page.main().count("Akui sebagai penerimaan") == 1
    pressed_by_enter = [next(form.iter("button")) for form in page.forms("/penerimaan/susulan")]
    assert [button.get("name") for button in pressed_by_enter] == [None, None], "a word and Enter admit nobody"
    assert "Menurut jam loket, pasien diterima sebelum surat habis 26 November 2026, 09.00 WIB." in page.main()
    assert office.send(page, "/penerimaan/susulan", ("admits", "true")).status == 422, "a reason is needed"
    done = office.send(office.get("/penerimaan"), "/penerimaan/susulan", ("admits", "true"), settlement="Jam masuk di rekam medis.")
    assert "Akui sebagai penerimaan" not in office.follow(done).main()
    assert sqlite_office.count(Acceptance) == 1
    assert "Dinas Sosial mengakui penerimaan ini. Diselesaikan: Jam masuk di rekam medis." in visit("rs").get("/periksa/hari-ini").main()
    (again,) = sqlite_office.api("rs").post("/desk/check", {"code": codes[0]}).get_json()["answer"].split()
    assert again == "ALREADY_USED"


def test_the_desk_is_open_to_whoever_has_no_account(nobody: Visitor, sqlite_office: Office) -> None:
    page = scan(nobody, qr(sqlite_office, sqlite_office.to_letter()))
    assert page.heading == "BERLAKU"
    assert not page.forms("/periksa/terima") and "Maya" not in page.main()
    token = page.value("csrf_token")
    typed = {"csrf_token": token, "number": "400.9/001/Dinsos/XI/2026", "nik": person()["nik"]}
    assert nobody.post("/periksa", typed).status == 401
