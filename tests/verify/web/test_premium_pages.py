"""The premium bill on pages: uploaded, disputed line by line, exported for a purpose, and followed in the ledger."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from sqlmodel import col, select

from schemas.workbook import workbook
from tests.office import Office
from tests.population.city import small_city
from tests.verify.made_files import nik
from tests.verify.web.visitor import Page, Visitor
from verify.population import bill_check
from verify.population.bill_reader import read_bill
from workflows.population.premium import Bill
from workflows.records import AuditEvent, PremiumBill, PremiumEntry, PremiumLine, PremiumLineWord

Visit = Callable[[str], Visitor]
TITLES = ("PSNOKA", "NIK", "NAMA", "TGLLHR", "IURAN")


def line(number: int, name: str = "SITI CONTOH", amount: str = "37.800") -> tuple[str, ...]:
    return (f"{number:013d}", nik(number), name, "", amount)


LINES = [line(0), line(10), line(0), line(60), line(3, name="=HYPERLINK(1)")]
"""One good line, one dead, one billed twice, one whom no resident is, one who is somebody else with a formula for a name."""


@pytest.fixture
def city(sqlite_office: Office) -> Office:
    """Residents and members are there."""
    small_city(sqlite_office.rekom.database)
    return sqlite_office


def upload(visitor: Visitor, lines: list[tuple[str, ...]] | None = None, month: str = "11-2026") -> Page:
    form = visitor.get("/iuran")
    return visitor.send(form, "/iuran", month=month, bill_file=(io.BytesIO(workbook(TITLES, lines or LINES)), "tagihan.xlsx"))


def trail(office: Office, action: str) -> list[AuditEvent]:
    with office.read() as session:
        return list(session.exec(select(AuditEvent).where(AuditEvent.action == action).order_by(col(AuditEvent.id))))


def entries(office: Office) -> list[PremiumEntry]:
    with office.read() as session:
        return list(session.exec(select(PremiumEntry).order_by(col(PremiumEntry.position))))


def test_an_uploaded_bill_shows_its_lines_by_reason_with_rupiah_and_evidence(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    assert "Belum ada tagihan yang diperiksa." in worker.get("/iuran").main()
    page = worker.follow(upload(worker))
    words = page.main()
    assert "5 baris, Rp 189.000. Dapat disanggah 4 baris, Rp 151.200." in words
    assert "Meninggal 1 Rp 37.800" in words and "Ditagih dua kali 1 Rp 37.800" in words and "NIK tidak ada di data penduduk 1" in words
    assert "NIK atau nomor kartu sama dengan baris 2 di tagihan ini." in words
    only = worker.get("/iuran/1?alasan=DIED")
    assert "1 baris." in only.main() and "ditagih dua kali" not in only.main()
    assert "11-2026" in worker.get("/iuran").main() and "/iuran/1" in worker.get("/iuran").links()
    with city.read() as session:
        kept = session.exec(select(PremiumLine)).all()
        assert len(kept) == 5 and all(one.nik_digest and one.nik_digest != nik(0) for one in kept)
        assert session.exec(select(PremiumBill)).one().region_code == "3673"


def test_an_uploaded_bill_never_lies_under_a_name(visit: Visit, city: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[int] = []

    def looks(path: Path, month: date, rate: int, *, practice: bool) -> Bill:
        names.append(path.stat().st_nlink)
        return read_bill(path, month, rate, practice=practice)

    monkeypatch.setattr(bill_check, "read_bill", looks)
    upload(visit("peksos"))
    assert names == [0]
    with city.read() as session:
        assert session.exec(select(PremiumBill)).one().file_name == "tagihan.xlsx"


def test_the_same_bill_again_changes_nothing_and_a_bad_one_says_what_to_do(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    upload(worker)
    again = upload(worker)
    assert again.status == 409 and "Tagihan ini sudah diperiksa dengan data yang sama." in again.main()
    for month, said in (("13-2026", "Tulis bulan seperti 11-2026."), ("", "Isian ini wajib diisi."), ("11-1999", "di luar masa JKN")):
        page = upload(worker, month=month)
        assert page.status == 422 and said in page.problems()[0]
    empty = worker.send(worker.get("/iuran"), "/iuran", month="11-2026")
    assert "Pilih berkas tagihan dulu, lalu unggah." in empty.main()
    wrong = upload(worker, [line(1, amount="tiga")])
    assert "Iuran di baris 2 tidak terbaca." in wrong.main() and city.count(PremiumBill) == 1


def test_lines_are_left_out_with_a_reason_and_taken_up_again(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    form = {"lines": "3", "word": "WITHDRAWN", "reason": "Masih hidup menurut KTP di loket"}
    page = worker.follow(worker.send(page, "/iuran/1/baris", **form))
    assert "Dapat disanggah 3 baris, Rp 113.400." in page.main()
    assert "Tidak jadi disanggah 1 baris, Rp 37.800" in page.main() and "Masih hidup menurut KTP di loket" in page.main()
    (event,) = trail(city, "SAY_OF_LINES")
    assert (event.detail["lines"], event.detail["rupiah"], event.detail["word"]) == ([3], 37_800, "WITHDRAWN")
    refused = worker.send(page, "/iuran/1/baris", **{**form, "word": "ACCEPTED"})
    assert refused.status == 409 and "Baris 3 tidak dapat diubah begitu." in refused.main()
    back = worker.follow(worker.send(page, "/iuran/1/baris", **{**form, "word": "DISPUTED", "reason": "Akta kematian ada"}))
    assert "Dapat disanggah 4 baris" in back.main() and city.count(PremiumLineWord) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines": ""}, "Pilih paling sedikit satu baris."),
        ({"word": "MAYBE"}, "Pilih salah satu."),
        ({"reason": ""}, "Isian ini wajib diisi."),
        ({"reason": "9901 0112 0780 0001 salah"}, "Tulis tanpa NIK atau nomor lain."),
        ({"lines": "2"}, ""),
    ],
)
def test_a_word_that_cannot_be_said_changes_nothing(visit: Visit, city: Office, change: dict[str, str], said: str) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    answer = worker.send(page, "/iuran/1/baris", **{"lines": "3", "word": "WITHDRAWN", "reason": "Sudah diperiksa", **change})
    assert answer.status in (409, 422) and said in answer.main() and city.count(PremiumLineWord) == 0


def test_the_list_for_bpjs_holds_niks_names_its_purpose_in_the_trail_and_runs_no_formula(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    assert worker.send(page, "/iuran/1/unduh/xlsx", purpose="cek").status == 422
    assert trail(city, "EXPORT_DISPUTES") == []
    token = page.value("csrf_token")
    sent = worker.client.post("/iuran/1/unduh/csv", data={"csrf_token": token, "purpose": "Sanggahan November ke BPJS"})
    rows = list(csv.DictReader(io.StringIO(sent.data.decode("utf-8-sig")), delimiter=";"))
    assert [row["KODE ALASAN"] for row in rows] == ["DIED", "DOUBLE", "NOT_FOUND", "MISMATCH"]
    assert rows[0]["NIK"] == nik(10) and not rows[3]["NAMA"].startswith("=") and "HYPERLINK" in rows[3]["NAMA"]
    book = worker.client.post("/iuran/1/unduh/xlsx", data={"csrf_token": token, "purpose": "Sanggahan November ke BPJS"})
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    assert cells[1][3] == nik(10) and cells[1][6] == 37_800 and len(cells) == 5
    assert [one.detail["purpose"] for one in trail(city, "EXPORT_DISPUTES")] == ["Sanggahan November ke BPJS"] * 2
    assert worker.post("/iuran/1/unduh/pdf", {"csrf_token": token, "purpose": "Sanggahan November ke BPJS"}).status == 404


def test_a_month_in_the_ledger_from_the_bill_to_the_last_rupiah(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    assert page.value("due_on") == "10-11-2026"
    page = worker.follow(worker.send(page, "/iuran/1/buku", due_on="10-12-2026"))
    assert "Kurang bayar Rp 189.000" in page.main()
    day = {"happened_on": "20-11-2026", "reference": "Surat 12/XI/2026"}
    early = worker.send(page, "/iuran/1/buku/catat", kind="ACCEPTED", amount="37.800", **day)
    assert early.status == 422 and "Nota kredit tidak boleh lebih dari yang disanggah." in early.main()
    for kind, amount in (("DISPUTED", ""), ("ACCEPTED", "Rp 113.400"), ("PAID", "75600")):
        page = worker.follow(worker.send(page, "/iuran/1/buku/catat", kind=kind, amount=amount, **day))
    last = entries(city)[-1]
    assert (last.billed, last.disputed, last.accepted, last.paid, last.owed) == (189_000, 151_200, 113_400, 75_600, 0)
    assert "Lunas" in worker.get("/iuran").main()
    over = worker.send(page, "/iuran/1/buku/catat", kind="PAID", amount="1", **day)
    assert over.status == 422 and "Yang dibayar tidak boleh lebih dari tagihan sesudah nota kredit." in over.main()
    actions = ("ENTER_BILLED", "ENTER_DISPUTED", "ENTER_ACCEPTED", "ENTER_PAID")
    assert [len(trail(city, action)) for action in actions] == [1, 1, 1, 1]


def test_a_slip_is_corrected_by_a_new_row_and_the_old_one_stays(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    page = worker.follow(worker.send(page, "/iuran/1/buku", due_on="10-12-2026"))
    entry = {"kind": "PAID", "amount": "18.900", "happened_on": "20-11-2026", "reference": "SP2D 7/2026"}
    named = worker.send(page, "/iuran/1/buku/catat", **{**entry, "reference": "SP2D 9901/0141/0190/0001"})
    assert named.status == 422 and "Tulis tanpa NIK" in named.main()
    page = worker.follow(worker.send(page, "/iuran/1/buku/catat", **entry))
    wrong = worker.send(page, "/iuran/1/buku/koreksi", paid="200000", why="Salah ketik nol")
    assert wrong.status == 422 and wrong.value("paid") == "200000"
    page = worker.follow(worker.send(page, "/iuran/1/buku/koreksi", paid="189.000", why="Salah ketik nol"))
    assert [one.paid for one in entries(city)] == [0, 18_900, 189_000] and "Salah ketik nol" in page.main()


def test_a_month_has_one_bill_in_the_ledger(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    worker.send(page, "/iuran/1/buku", due_on="10-12-2026")
    second = worker.follow(upload(worker, LINES[:4]))
    assert "Bulan ini sudah dicatat dengan tagihan lain" in second.main()
    fields = {"csrf_token": page.value("csrf_token"), "kunci": "x", "due_on": "11-12-2026"}
    answer = worker.post("/iuran/2/buku", fields)
    assert answer.status == 409 and "Bulan ini sudah punya tagihan di buku iuran." in answer.main()
    early = upload(worker, LINES[:3], month="2026-12")
    refused = worker.send(worker.follow(early), "/iuran/3/buku", due_on="10-11-2026")
    assert "Jatuh tempo tidak boleh sebelum bulan yang ditagih." in refused.problems()[0]


def test_a_bill_under_the_wrong_month_is_withdrawn_and_its_file_checked_anew(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker, month="12-2026"))
    page = worker.follow(worker.send(page, "/iuran/1/buku", due_on="10-12-2026"))
    short = worker.send(page, "/iuran/1/tarik", withdraw_why="salah")
    assert short.status == 422 and trail(city, "WITHDRAW_BILL") == []
    page = worker.follow(worker.send(page, "/iuran/1/tarik", withdraw_why="Tagihan November terunggah sebagai Desember"))
    assert "Tagihan ini ditarik" in page.main() and "Tagihan November terunggah sebagai Desember" in page.main()
    assert page.forms("/iuran/1/buku/catat") == [] and page.forms("/iuran/1/baris") == [] and page.all("input", type="checkbox") == []
    assert "Belum ada tagihan di buku iuran." in worker.get("/iuran").main()
    (event,) = trail(city, "WITHDRAW_BILL")
    assert event.detail["rupiah"] == 189_000 and event.detail["month"] == "2026-12-01"
    for path, fields in (("baris", {"lines": "3", "word": "WITHDRAWN", "reason": "Sudah diperiksa"}), ("buku", {"due_on": "10-12-2026"})):
        answer = worker.post(f"/iuran/1/{path}", {"csrf_token": page.value("csrf_token"), "kunci": path, **fields})
        assert answer.status == 409 and "Tagihan ini sudah ditarik." in answer.main()
    right = worker.follow(upload(worker, month="11-2026"))
    assert "Iuran 11-2026" in right.main() and city.count(PremiumBill) == 2


def test_the_right_bill_goes_on_with_the_months_account(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    page = worker.follow(worker.send(page, "/iuran/1/buku", due_on="10-12-2026"))
    worker.send(page, "/iuran/1/tarik", withdraw_why="Berkas bulan lain yang terunggah")
    page = worker.follow(upload(worker, LINES[:4]))
    page = worker.follow(worker.send(page, "/iuran/2/buku", due_on="11-12-2026"))
    assert "Menggantikan tagihan #1 yang ditarik: Berkas bulan lain yang terunggah" in page.main()
    assert [(one.account_id, one.position, one.billed) for one in entries(city)] == [(1, 1, 189_000), (1, 2, 151_200)]
    assert "Kurang bayar Rp 151.200" in page.main()


def test_a_bill_that_was_paid_is_not_withdrawn_before_its_payment_is_corrected(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    page = worker.follow(worker.send(page, "/iuran/1/buku", due_on="10-12-2026"))
    paid = {"kind": "PAID", "amount": "37.800", "happened_on": "20-11-2026", "reference": "SP2D 7/2026"}
    page = worker.follow(worker.send(page, "/iuran/1/buku/catat", **paid))
    refused = worker.send(page, "/iuran/1/tarik", withdraw_why="Berkas bulan lain yang terunggah")
    assert refused.status == 409 and "Catat koreksi menjadi nol beserta alasannya" in refused.main()
    page = worker.follow(worker.send(page, "/iuran/1/buku/koreksi", paid="0", why="Pembayaran itu untuk bulan lain"))
    done = worker.follow(worker.send(page, "/iuran/1/tarik", withdraw_why="Berkas bulan lain yang terunggah"))
    assert "Tagihan ini ditarik" in done.main() and [one.paid for one in entries(city)] == [0, 37_800, 0]


def test_arrears_are_told_before_and_after_the_day(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    assert "Belum ada tagihan di buku iuran." in worker.get("/iuran").main()
    page = worker.follow(upload(worker))
    worker.send(page, "/iuran/1/buku", due_on="28-11-2026")
    assert "Iuran bulan 11-2026 jatuh tempo 28-11-2026." in worker.get("/iuran").main()
    city.clock.pass_by(hours=24 * 8)
    worker = visit("peksos")
    late = worker.get("/iuran").main()
    assert "Menunggak Rp 189.000, terlama bulan 11-2026." in late and "Lewat, kurang Rp 189.000" in late


def test_many_lines_come_on_several_pages(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker, [line(100 + number) for number in range(120)]))
    assert "Lembar 1 dari 3" in page.main() and "/iuran/1?lembar=2#baris" in page.links()
    last = worker.get("/iuran/1?lembar=3&alasan=NOT_FOUND")
    assert "Lembar 3 dari 3" in last.main() and len(last.all("input", type="checkbox")) == 20
    for odd in ("?lembar=99999", "?lembar=0", "?lembar=x&alasan=XX", "?lembar=%D9%A1"):
        assert worker.get(f"/iuran/1{odd}").status == 200


def test_a_bill_without_faults_says_so(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    words = worker.follow(upload(worker, [line(0)])).main()
    assert "Tidak ada baris yang dapat disanggah. Semua baris cocok dengan data penduduk dan berkas anggota." in words


def test_a_file_of_some_members_leaves_open_whether_all_lines_agree(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    with city.write() as session:
        session.execute(text("UPDATE extract SET complete = FALSE"))
    page = worker.follow(upload(worker, [line(0)]))
    assert "lalu periksa tagihan ini lagi" in page.main() and "Tidak ada baris yang dapat disanggah." in page.main()
    assert "Semua baris cocok" not in page.main()
    page = worker.follow(worker.send(page, "/iuran/1/tarik", withdraw_why="Berkas bulan lain yang terunggah"))
    assert "Tagihan ini ditarik" in page.main() and "lalu periksa tagihan ini lagi" not in page.main()
    assert "Semua baris cocok" not in page.main()


@pytest.mark.parametrize("username", ["loket", "admin", "rs"])
def test_whoever_checks_no_premium_sees_no_bill(visit: Visit, city: Office, username: str) -> None:
    upload(visit("peksos"))
    stranger = visit(username)
    assert [stranger.get(path).status for path in ("/iuran", "/iuran/1")] == [403, 403]


def test_another_region_has_no_such_bill(visit: Visit, city: Office) -> None:
    upload(visit("peksos"))
    city.hire("jauh", *city.actor("peksos").roles, region="3316")
    stranger = visit("jauh")
    assert "tagihan.xlsx" not in stranger.get("/iuran").main()
    page = stranger.get("/iuran/1")
    assert page.status == 404 and "Tagihan ini tidak ada di daerah Anda." in page.main()
