"""Lists of cards on pages: made for a purpose, given out without a NIK, answered by telephone and by the sheet, and the rest."""

import csv
import io
from collections.abc import Callable

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import col, select

from schemas.workbook import workbook
from tests.office import Office
from tests.population.city import BY, ONE, TWO
from tests.verify.made_files import nik
from tests.verify.web.visitor import Page, Visitor
from tests.workflows.test_cards import a_village
from verify import lookups
from workflows.population import coverage
from workflows.records.audit_event import AuditEvent
from workflows.records.card import Card, CardAnswer, CardReceiver

Visit = Callable[[str], Visitor]

WISH = {"days": "30", "given_to": "Ani Contoh, staf kelurahan", "purpose": "Pembagian kartu Desember"}
REST = {"purpose": "Tindak lanjut lurah Desember"}


@pytest.fixture
def village(sqlite_office: Office) -> Office:
    """Four new members in one kelurahan, one in another, all counted."""
    a_village(sqlite_office)
    with sqlite_office.write() as session:
        coverage.count(session, "3673", BY, now=sqlite_office.clock())
    return sqlite_office


def listed(visitor: Visitor, **changed: str) -> Page:
    """A list, made by the form."""
    return visitor.follow(visitor.send(visitor.get(f"/cakupan/{ONE}/kartu"), **{**WISH, **changed}))


def cards(office: Office) -> list[Card]:
    with office.read() as session:
        return list(session.exec(select(Card).order_by(col(Card.position))))


def test_from_the_village_to_a_list_and_the_rates_in_the_cockpit(visit: Visit, nobody: Visitor, village: Office) -> None:
    worker = visit("peksos")
    assert {f"/cakupan/{ONE}/kartu", f"/cakupan/{ONE}/kartu/sisa"} <= set(worker.get(f"/cakupan/{ONE}").links())
    assert "Belum ada daftar kartu." in worker.get("/cakupan/kartu").main()
    assert "Kartu peserta baru:" not in worker.get("/cakupan").main()
    page = listed(worker)
    assert "Daftar kartu dibuat." in page.words() and "4 kartu." in page.main() and "SITI CONTOH" in page.main()
    nobody.fill("/kartu", code=cards(village)[0].code, answer="HANDED_OVER", receiver="RT_RW")
    assert "Diserahkan, rt/rw, 23 November 2026" in worker.get("/cakupan/kartu/1").main()
    for path in ("/cakupan", f"/cakupan/{ONE[:6]}", f"/cakupan/{ONE}"):
        assert "Kartu peserta baru: 1 dari 4 diserahkan, 25,00 %. Sisa 3, pindah 0, meninggal 0." in worker.get(path).main()
    assert "Kartu peserta baru:" not in worker.get(f"/cakupan/{TWO}").main()
    lists = worker.get("/cakupan/kartu")
    assert "1 dari 4 kartu sudah diserahkan, 25,00 %." in lists.main() and "1 dari 4 dijawab" in lists.main()


def test_what_is_wrong_is_said_at_its_field_and_no_number_gets_into_the_purpose(visit: Visit, village: Office) -> None:
    worker = visit("peksos")
    page = worker.send(worker.get(f"/cakupan/{ONE}/kartu"), days="0", given_to="A", purpose="cek")
    assert page.status == 422 and len(page.problems()) == 3 and page.value("given_to") == "A"
    number = f"{nik(3)[:8]} {nik(3)[8:]}"
    page = worker.send(worker.get(f"/cakupan/{ONE}/kartu"), **{**WISH, "given_to": f"Ani {number}", "purpose": f"Kartu {number}"})
    assert [problem.split(": ")[1] for problem in page.problems()] == ["Tulis tanpa NIK atau nomor lain."] * 2
    page = worker.send(worker.get(f"/cakupan/{ONE}/kartu/sisa"), purpose=f"Kartu {number}")
    assert page.status == 422 and page.problems() == ["Keperluan: Tulis tanpa NIK atau nomor lain."]


def test_the_same_form_sent_twice_makes_one_list_and_then_nobody_is_left(visit: Visit, village: Office) -> None:
    worker = visit("peksos")
    form = worker.get(f"/cakupan/{ONE}/kartu")
    first, second = (worker.send(form, **WISH) for _ in range(2))
    assert first.location == second.location and len(cards(village)) == 4
    again = worker.send(worker.get(f"/cakupan/{ONE}/kartu"), **WISH)
    assert again.status == 409 and "Tidak ada kartu yang perlu dibagikan di sini." in again.main()


def test_the_sheet_names_members_and_holds_no_nik(visit: Visit, village: Office) -> None:
    worker = visit("peksos")
    listed(worker)
    sent = worker.client.get("/cakupan/kartu/1/unduh/csv")
    assert sent.headers["Cache-Control"] == "no-store" and nik(3) not in sent.text
    lines = list(csv.DictReader(io.StringIO(sent.data.decode("utf-8-sig")), delimiter=";"))
    assert [line["KODE KARTU"] for line in lines] == [card.code for card in cards(village)]
    assert (lines[0]["NAMA"], lines[0]["TAHUN LAHIR"], lines[0]["JAWABAN"]) == ("SITI CONTOH", "1980", "")
    assert {line["AKHIR NOMOR KARTU"] for line in lines} == {"0003", "0004", "0005", "0006"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(worker.client.get("/cakupan/kartu/1/unduh/xlsx").data))
    assert book.get_sheet_by_index(0).to_python()[1][1] == cards(village)[0].code
    assert worker.get("/cakupan/kartu/1/unduh/pdf").status == 404


def test_whoever_holds_the_list_answers_by_telephone_without_an_account(visit: Visit, nobody: Visitor, village: Office) -> None:
    listed(visit("peksos"))
    code = cards(village)[0].code
    form = nobody.get("/kartu")
    assert nobody.send(form, code=code, answer="HANDED_OVER").problems() == ["Penerima: Pilih siapa yang menerima kartu."]
    late = nobody.send(form, code=code, answer="HANDED_OVER", receiver="MEMBER", handed_on="01-11-2026")
    assert late.problems() == ["Tanggal serah: Tanggal serah harus sejak daftar dibuat sampai hari ini."]
    page = nobody.follow(nobody.send(form, code=code.lower().replace("-", " "), answer="HANDED_OVER", receiver="MEMBER"))
    assert "Tercatat: kartu nomor 1 di" in page.words() and "diserahkan." in page.words() and "SITI" not in page.text
    after = cards(village)[0]
    assert (after.answer, after.receiver, after.answered_by, after.waits) == (CardAnswer.HANDED_OVER, CardReceiver.MEMBER, None, False)
    assert "lewat ponsel" in visit("peksos").get("/cakupan/kartu/1").main()


def test_an_unknown_code_says_what_to_do_and_guesses_are_counted(nobody: Visitor, village: Office) -> None:
    form = nobody.get("/kartu")
    assert nobody.send(form, code="AAAA-2222").problems() == ["Hasil: Isian ini wajib diisi."]
    said = [nobody.send(form, code="AAAA-2222", answer="MOVED") for _ in range(lookups.STRANGERS.free + 1)]
    assert [page.status for page in said] == [404] * lookups.STRANGERS.free + [429]
    assert "Kode kartu ini tidak dikenal." in said[0].main()


def test_a_returned_sheet_counts_line_by_line_and_twice_is_once(visit: Visit, village: Office) -> None:
    worker = visit("peksos")
    listed(worker)
    codes = [card.code for card in cards(village)]
    rows = [
        [codes[0].lower(), "Diserahkan", "Ybs", ""],
        [codes[0], "sudah diserahkan", "RT", "23/11/2026"],
        [codes[1], "Pindah", "keluarga", ""],
        [codes[2], "diserahkan", "keluarga", "besok"],
        [codes[2], "entah", "", ""],
        ["", "pindah", "", ""],
        ["AAAA-2222", "pindah", "", ""],
        [codes[3], "", "", ""],
    ]
    sheet = workbook(("KODE KARTU", "JAWABAN", "PENERIMA", "TANGGAL"), rows)
    page = upload(worker, sheet, "daftar.xlsx")
    words = page.main()
    assert "2 jawaban tercatat, 1 belum dijawab. Baris berikut tidak dapat dipakai:" in words
    for line in (
        "2: Penerima kosong",
        "5: Tanggal tidak terbaca.",
        "6: Jawaban tidak dikenal.",
        "7: Kode kartu kosong.",
        "8: Kode kartu ini",
    ):
        assert f"Baris {line}" in words
    after = cards(village)
    assert [card.answer for card in after] == [CardAnswer.HANDED_OVER, CardAnswer.MOVED, None, None]
    assert (after[0].receiver, after[1].receiver) == (CardReceiver.RT_RW, None)
    upload(worker, sheet, "daftar.xlsx")
    assert [card.answered_at for card in cards(village)] == [card.answered_at for card in after]
    clean = f"KODE KARTU;JAWABAN;PENERIMA\r\n{codes[0]};diserahkan;rt\r\n".encode()
    assert upload(worker, clean, "daftar.csv").status == 303


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "kosong"), (b"NIK;NAMA\r\n1;2\r\n", "Baris judul"), (b"KODE KARTU;JAWABAN\r\n", "tidak berisi baris data")]
)
def test_a_file_that_is_no_list_changes_nothing(visit: Visit, village: Office, content: bytes, said: str) -> None:
    worker = visit("peksos")
    listed(worker)
    page = upload(worker, content, "daftar.csv")
    assert page.status in (409, 422) and said in page.main()
    assert [card.answer for card in cards(village)] == [None] * 4


def test_the_rest_for_lurah_and_camat_asks_what_for_and_is_written_down(visit: Visit, village: Office) -> None:
    worker = visit("peksos")
    listed(worker)
    for area, number in ((ONE, 4), (ONE[:6], 4), (TWO, 1)):
        page = worker.send(worker.get(f"/cakupan/{area}/kartu/sisa"), **REST)
        assert f"{number} kartu belum diserahkan." in page.main() and "Keperluan: Tindak lanjut lurah Desember." in page.main()
        assert "SITI CONTOH" in page.main() and nik(3) not in page.text
    form = worker.get(f"/cakupan/{ONE}/kartu/sisa")
    token = {name: value for name, value in form.fields_of(form.forms(f"/cakupan/{ONE}/kartu/sisa")[0]) if name == "csrf_token"}
    sent = worker.client.post(f"/cakupan/{ONE}/kartu/sisa", data={**token, **REST, "kind": "csv"})
    assert len(sent.text.splitlines()) == 5 and "SITI CONTOH;1980" in sent.text and nik(3) not in sent.text
    assert worker.send(worker.get(f"/cakupan/{ONE}/kartu/sisa"), **REST, kind="pdf").status == 404
    with village.read() as session:
        looks = session.exec(select(AuditEvent).where(AuditEvent.action == "READ_CARDS_LEFT")).all()
    assert [look.detail["area"] for look in looks] == [ONE, ONE[:6], TWO, ONE]
    assert {look.detail["purpose"] for look in looks} == {REST["purpose"]}


def test_counts_by_village_as_a_file_name_nobody(visit: Visit, nobody: Visitor, village: Office) -> None:
    worker = visit("peksos")
    listed(worker)
    nobody.fill("/kartu", code=cards(village)[0].code, answer="DIED")
    (line,) = csv.DictReader(io.StringIO(worker.client.get("/cakupan/kartu/unduh/csv").data.decode("utf-8-sig")), delimiter=";")
    counted = ("TERDAFTAR", "DISERAHKAN", "TIDAK DITEMUKAN", "PINDAH", "MENINGGAL", "BELUM DIJAWAB", "SISA", "PERSEN DISERAHKAN")
    assert [line[name] for name in counted] == ["4", "0", "0", "0", "1", "3", "3", "0,0"]
    assert worker.get("/cakupan/kartu/unduh/pdf").status == 404


@pytest.mark.parametrize("username", ["loket", "admin"])
def test_names_are_for_those_who_may_see_them(visit: Visit, village: Office, username: str) -> None:
    listed(visit("peksos"))
    stranger = visit(username)
    for path in ("/cakupan/kartu", "/cakupan/kartu/1", "/cakupan/kartu/1/unduh/csv", f"/cakupan/{ONE}/kartu", f"/cakupan/{ONE}/kartu/sisa"):
        assert stranger.get(path).status == 403, path


@pytest.mark.parametrize(
    "path",
    ["/cakupan/kartu/99", "/cakupan/3604012001/kartu", "/cakupan/367301/kartu", "/cakupan/3673/kartu/sisa", "/cakupan/kartu/99/unduh/csv"],
)
def test_what_is_not_here_is_said_in_a_sentence(visit: Visit, village: Office, path: str) -> None:
    assert visit("peksos").get(path).status == 404


def upload(visitor: Visitor, content: bytes, name: str) -> Page:
    form = visitor.get("/cakupan/kartu/1")
    return visitor.send(form, "/cakupan/kartu/1/jawaban", answer_file=(io.BytesIO(content), name))
