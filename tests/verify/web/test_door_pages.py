"""Lists of doors on pages: made for a purpose, given out as a sheet without a NIK, answered by telephone and by the sheet."""

import csv
import io
from collections.abc import Callable

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import col, select

from schemas.workbook import workbook
from tests.office import Office
from tests.population.city import BY, ONE, small_city
from tests.verify.made_files import nik
from tests.verify.web.visitor import Page, Visitor
from verify import lookups
from workflows.population import coverage
from workflows.records.door import Door, DoorAnswer

Visit = Callable[[str], Visitor]

WISH = {"many": "10", "days": "30", "given_to": "Ani Contoh, kader", "purpose": "Kunjungan kader Desember"}


@pytest.fixture
def counted(sqlite_office: Office) -> Office:
    """Two of six residents of a kelurahan are no members: two families of one."""
    small_city(sqlite_office.rekom.database)
    with sqlite_office.write() as session:
        coverage.count(session, "3673", BY, now=sqlite_office.clock())
    return sqlite_office


def listed(visitor: Visitor, **changed: str) -> Page:
    """A list, made by the form."""
    return visitor.follow(visitor.send(visitor.get(f"/cakupan/{ONE}/pintu"), **{**WISH, **changed}))


def doors(office: Office) -> list[Door]:
    with office.read() as session:
        return list(session.exec(select(Door).order_by(col(Door.position))))


def test_from_the_village_to_a_list_that_stands_among_the_lists(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    assert f"/cakupan/{ONE}/pintu" in worker.get(f"/cakupan/{ONE}").links()
    empty = worker.get("/cakupan/pintu")
    assert "Belum ada daftar pintu." in empty.main()
    page = listed(worker)
    assert "Daftar pintu dibuat." in page.words() and "1 keluarga." in page.main()
    assert "Diserahkan kepada Ani Contoh, kader. Keperluan: Kunjungan kader Desember." in page.main()
    (door,) = doors(counted)
    assert door.code in page.main() and door.people == 2
    lists = worker.get("/cakupan/pintu")
    assert "0 dari 1 dijawab" in lists.main() and "/cakupan/pintu/1" in lists.links()


def test_what_is_wrong_is_said_at_its_field_and_kept(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    page = worker.send(worker.get(f"/cakupan/{ONE}/pintu"), many="101", days="0", given_to="A", purpose="cek")
    assert page.status == 422 and len(page.problems()) == 4
    assert page.problems()[0].startswith("Berapa pintu: ") and page.value("given_to") == "A"


def test_no_number_of_a_person_gets_into_the_purpose(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    number = f"{nik(3)[:8]} {nik(3)[8:]}"
    typed = {**WISH, "given_to": f"Ani {number}", "purpose": f"Kunjungan ke {number}"}
    page = worker.send(worker.get(f"/cakupan/{ONE}/pintu"), **typed)
    assert [problem.split(": ")[1] for problem in page.problems()] == ["Tulis tanpa NIK atau nomor lain."] * 2


def test_the_same_form_sent_twice_makes_one_list(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    form = worker.get(f"/cakupan/{ONE}/pintu")
    first, second = (worker.send(form, **WISH) for _ in range(2))
    assert first.location == second.location and len(doors(counted)) == 1


def test_when_nobody_is_left_it_says_so(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    listed(worker)
    again = worker.send(worker.get(f"/cakupan/{ONE}/pintu"), **WISH)
    assert again.status == 409 and "Tidak ada keluarga yang perlu dikunjungi di sini." in again.main()


def test_the_sheet_names_families_and_holds_no_nik(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    listed(worker)
    (door,) = doors(counted)
    sent = worker.client.get("/cakupan/pintu/1/unduh/csv")
    assert sent.headers["Cache-Control"] == "no-store" and nik(4) not in sent.text
    (line,) = list(csv.DictReader(io.StringIO(sent.data.decode("utf-8-sig")), delimiter=";"))
    assert (line["KODE PINTU"], line["NAMA"], line["JUMLAH ORANG"], line["JAWABAN"]) == (door.code, "SITI CONTOH, SITI CONTOH", "2", "")
    book = CalamineWorkbook.from_filelike(io.BytesIO(worker.client.get("/cakupan/pintu/1/unduh/xlsx").data))
    assert book.get_sheet_by_index(0).to_python()[1][1] == door.code
    assert worker.get("/cakupan/pintu/1/unduh/pdf").status == 404


@pytest.mark.parametrize("typed", ["{code}", "{small}", " {spaced} "])
def test_whoever_holds_the_list_answers_by_telephone_without_an_account(visit: Visit, nobody: Visitor, counted: Office, typed: str) -> None:
    listed(visit("peksos"))
    (door,) = doors(counted)
    code = typed.format(code=door.code, small=door.code.lower().replace("-", ""), spaced=door.code.replace("-", " "))
    page = nobody.follow(nobody.fill("/pintu", code=code, answer="MOVED"))
    assert "Tercatat: pintu nomor 1 di" in page.words() and "pindah." in page.words()
    assert "SITI" not in page.text
    (after,) = doors(counted)
    assert (after.answer, after.answered_by, after.waits) == (DoorAnswer.MOVED, None, False)
    assert "lewat ponsel" in visit("peksos").get("/cakupan/pintu/1").main()


def test_the_back_button_turns_no_answer_back(visit: Visit, nobody: Visitor, counted: Office) -> None:
    listed(visit("peksos"))
    code = doors(counted)[0].code
    counted.clock.pass_by(minutes=1)
    first = nobody.get("/pintu")
    assert nobody.send(first, code=code, answer="MOVED").status == 303
    counted.clock.pass_by(minutes=1)
    assert nobody.fill("/pintu", code=code, answer="REFUSES").status == 303
    counted.clock.pass_by(minutes=1)
    again = nobody.send(first, code=code, answer="MOVED")
    assert again.status == 409 and "sudah dijawab sesudah halaman ini dibuka" in again.main()
    assert doors(counted)[0].answer is DoorAnswer.REFUSES
    assert nobody.send(first, code=code, answer="MOVED", dibuka="kemarin").status == 409
    assert nobody.send(again).status == 303, "whoever was told may still say otherwise"
    assert doors(counted)[0].answer is DoorAnswer.MOVED


def test_an_unknown_code_says_what_to_do_and_guesses_are_counted(nobody: Visitor, counted: Office) -> None:
    form = nobody.get("/pintu")
    assert nobody.send(form, code="", answer="MOVED").status == 422
    assert nobody.send(form, code="AAAA-2222").problems() == ["Hasil kunjungan: Isian ini wajib diisi."]
    said = [nobody.send(form, code="AAAA-2222", answer="MOVED") for _ in range(lookups.STRANGERS.free + 1)]
    assert [page.status for page in said] == [404] * lookups.STRANGERS.free + [429]
    assert "Kode pintu ini tidak dikenal." in said[0].main() and said[0].value("code") == "AAAA-2222"


def test_a_returned_sheet_counts_line_by_line_and_twice_is_once(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    listed(worker)
    (door,) = doors(counted)
    rows = [[door.code.lower(), "Tidak mau"], ["AAAA-2222", "pindah"], [door.code, "entah"], ["", "pindah"], [door.code, ""]]
    page = upload(worker, workbook(("KODE PINTU", "JAWABAN"), rows), "daftar.xlsx")
    words = page.main()
    assert "1 jawaban tercatat, 1 belum dijawab. Baris berikut tidak dapat dipakai:" in words
    assert "Baris 3: Kode pintu ini tidak dikenal." in words
    assert "Baris 4: Jawaban tidak dikenal." in words and "Baris 5: Kode pintu kosong." in words
    (after,) = doors(counted)
    assert after.answer is DoorAnswer.REFUSES and after.answered_by is not None
    clean = f"KODE PINTU;NAMA;JAWABAN\r\n{door.code};x;menolak\r\n".encode()
    assert upload(worker, clean, "daftar.csv").status == 303
    (again,) = doors(counted)
    assert again.answered_at == after.answered_at


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "kosong"),
        (b"NIK;NAMA\r\n1;2\r\n", "Baris judul tidak ditemukan."),
        (b"KODE PINTU;JAWABAN\r\n", "tidak berisi baris data"),
        (b"%PDF-1.7 x", ""),
    ],
)
def test_a_file_that_is_no_list_changes_nothing(visit: Visit, counted: Office, content: bytes, said: str) -> None:
    worker = visit("peksos")
    listed(worker)
    page = upload(worker, content, "daftar.csv")
    assert page.status in (409, 422) and said in page.main()
    assert doors(counted)[0].answer is None


def test_after_its_end_a_list_takes_no_answers(visit: Visit, nobody: Visitor, counted: Office) -> None:
    worker = visit("peksos")
    listed(worker, days="1")
    counted.clock.pass_by(hours=24)
    page = nobody.fill("/pintu", code=doors(counted)[0].code, answer="MOVED")
    assert page.status == 409 and "Daftar ini sudah berakhir." in page.main()


@pytest.mark.parametrize("username", ["loket", "admin"])
def test_names_are_for_those_who_may_see_them(visit: Visit, counted: Office, username: str) -> None:
    listed(visit("peksos"))
    stranger = visit(username)
    for path in ("/cakupan/pintu", "/cakupan/pintu/1", "/cakupan/pintu/1/unduh/csv", f"/cakupan/{ONE}/pintu"):
        assert stranger.get(path).status == 403, path


@pytest.mark.parametrize("path", ["/cakupan/pintu/99", "/cakupan/3604012001/pintu", "/cakupan/367301/pintu", "/cakupan/pintu/99/unduh/csv"])
def test_what_is_not_here_is_said_in_a_sentence(visit: Visit, counted: Office, path: str) -> None:
    assert visit("peksos").get(path).status == 404


def upload(visitor: Visitor, content: bytes, name: str) -> Page:
    form = visitor.get("/cakupan/pintu/1")
    return visitor.send(form, "/cakupan/pintu/1/jawaban", answer_file=(io.BytesIO(content), name))
