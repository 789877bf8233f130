"""The loop to BPJS on pages: files out, answers in, one person's registration, and the hospital's SEP number."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

from tests.letter_office import to_letter_b
from tests.office import Office, person
from tests.registration_office import CARD, SEP, accept, make, reactivated, registration
from tests.verify.web.visitor import Visitor
from workflows.registration_states import RegistrationStatus
from workflows.states import State

S = RegistrationStatus
TITLES = "NIK;STATUS;NO KARTU;TMT;ALASAN"


def nik(number: int) -> str:
    return str(person(number)["nik"])


def test_the_counter_works_on_pages(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    office, loket = sqlite_office, visit("loket")
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    accept(office, ticket)
    page = loket.get("/pendaftaran")
    assert "Belum dikirim: 1 orang" in page.main()
    page = loket.follow(loket.send(page, "/pendaftaran"))
    assert "Berkas kiriman 1: 1 orang" in page.main()
    page = loket.follow(loket.send(page, "/pendaftaran/kiriman/1/terkirim"))
    assert "1 orang menunggu jawaban" in page.main()
    sent = {"csrf_token": page.value("csrf_token"), "answer_file": (io.BytesIO(b"apa saja"), "jawaban.csv")}
    wrong = loket.client.post("/pendaftaran/jawaban", data=sent)
    assert (wrong.status_code, "Baris judul tidak ditemukan" in wrong.get_data(as_text=True)) == (422, True)
    text = "\n".join([TITLES, f"{nik(1)};DITOLAK;;;KK_MISMATCH"]).encode()
    sent = {"csrf_token": page.value("csrf_token"), "answer_file": (io.BytesIO(text), "jawaban.csv")}
    assert loket.client.post("/pendaftaran/jawaban", data=sent).status_code == 303
    page = loket.get("/pendaftaran")
    assert "Ditolak: 1 orang" in page.main()
    assert "0 aktif, 1 ditolak, 0 baris tidak dikenal" in page.main()
    one = f"/berkas/{ticket}/pendaftaran"
    mended = loket.follow(loket.send(loket.get(one), f"{one}/data", no_kk="9999 0101 0101 0001", kode_fktp="0301P001"))
    assert "Belum dikirim" in mended.main()
    known = loket.follow(loket.send(loket.get(one), f"{one}/jawaban", active_on="23-11-2026", card_number=CARD))
    assert "Aktif sejak" in known.main()
    assert "Peserta sudah aktif." in loket.get(f"/berkas/{ticket}").main()
    rs = visit("rs")
    assert "BPJS: aktif" in rs.get("/sep").main()
    assert "19 huruf besar dan angka" in rs.send(rs.get("/sep"), sep_number="123").main()
    done = rs.follow(rs.send(rs.get("/sep"), sep_number=SEP))
    assert "Semua pasien sudah punya nomor SEP." in done.main()
    assert office.case(ticket).state == State.CLOSED
    assert "Selesai: pasien dilayani" in loket.get(f"/berkas/{ticket}").main()


def test_a_page_for_what_will_not_come(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    office, loket = sqlite_office, visit("loket")
    ticket = office.to_letter()
    accept(office, ticket)
    one = f"/berkas/{ticket}/pendaftaran"
    refused = loket.send(loket.get(one), f"{one}/jawaban")
    assert (refused.status, "Isi tanggal aktif, atau alasan penolakan" in refused.main()) == (422, True)
    loket.follow(loket.send(loket.get(one), f"{one}/tutup", reason="Pindah daerah."))
    assert (office.case(ticket).state, registration(office, ticket).status) == (State.UNREGISTERED, S.GIVEN_UP)
    make_one = office.to_letter(2)
    make(office)
    page = loket.get("/pendaftaran")
    silent = loket.send(page, "/pendaftaran/kiriman/1/batalkan", reason="")
    opened = [fold for fold in silent.one("main").iter("details") if "open" in fold.attrib]
    assert (silent.status, silent.problems(), len(opened)) == (422, ["Alasan: Isian ini wajib diisi."], 1)
    loket.follow(loket.send(page, "/pendaftaran/kiriman/1/batalkan", reason="Salah bulan."))
    assert registration(office, make_one).status == S.WAITING


def test_letter_b_is_not_sent_to_a_desk_that_cannot_use_it(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    for_the_ministry, ordinary = to_letter_b(sqlite_office), sqlite_office.to_letter(2)
    loket = visit("loket")
    said = loket.get(f"/berkas/{for_the_ministry}").main()
    assert "masukkan usulannya ke SIKS-NG" in said and "kirim ke loket rumah sakit" not in said
    assert "kirim ke loket rumah sakit" in loket.get(f"/berkas/{ordinary}").main()
    assert "Yang kosong diambil dari berkas." in loket.get(f"/berkas/{ordinary}/pendaftaran").main()


def test_a_reactivation_is_followed_by_hand_to_its_end(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    ticket = to_letter_b(sqlite_office)
    loket, at = visit("loket"), f"/berkas/{ticket}/pendaftaran"
    listed = loket.get("/pendaftaran").main()
    assert "Pengaktifan kembali lewat SIKS-NG: 1 orang" in listed and "Belum dikirim: 0 orang" in listed
    loket.follow(loket.send(loket.get(at), f"{at}/terkirim", reference="SIKS-1"))
    assert "Kementerian Sosial menyetujui?" in loket.get(at).main()
    refused = loket.send(loket.get(at), f"{at}/disetujui", evidence="")
    assert refused.status == 422
    loket.follow(loket.send(loket.get(at), f"{at}/disetujui", evidence="Tangkapan layar SIKS-NG."))
    assert "Disetujui Kementerian Sosial, belum terlihat aktif" in loket.get("/pendaftaran").main()
    bare = loket.send(loket.get(at), f"{at}/jawaban", active_on="23-11-2026", card_number="", refusal="", note="")
    assert "Tulis bukti yang dilihat" in bare.main()
    loket.follow(loket.send(loket.get(at), f"{at}/jawaban", active_on="23-11-2026", card_number="", refusal="", note="Aktif di BPJS."))
    assert sqlite_office.case(ticket).state == State.CLOSED
    story = loket.get(f"/berkas/{ticket}").main()
    assert "Pengaktifan kembali disetujui Kementerian Sosial" in story and "Kepesertaan aktif" in story


def test_a_duty_whose_reminder_came_stands_among_its_owners_tasks(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    ticket = reactivated(sqlite_office)
    assert "Pemutakhiran DTSEN" not in visit("peksos").get("/tugas").main()
    sqlite_office.clock.now = datetime(2027, 4, 23, 2, tzinfo=UTC)
    assert "paling lambat 23 Mei 2027" in visit("peksos").get("/tugas").main()
    sqlite_office.clock.now = datetime(2027, 5, 24, 2, tzinfo=UTC)
    assert "lewat sejak 23 Mei 2027" in visit("peksos").get("/tugas").main()
    assert sqlite_office.case(ticket).state == State.CLOSED
