"""Files of people's data at the page: uploaded, looked at, applied, undone; nobody's data in clear and nothing done twice."""

import io
from collections.abc import Callable

import pytest

from tests.office import Office
from tests.verify.made_files import MONTHLY, nik
from tests.verify.web.visitor import Page, Visitor
from verify.imports import running

Visit = Callable[[str], Visitor]
ROWS = [("1", nik(1), "SITI CONTOH", "APBD", "November", "2026"), ("2", nik(2), "BUDI UJI", "APBD", "November", "2026")]
BAD = ("3", "9,90E+15", "=HYPERLINK(1)", "APBD", "November", "2026")


def sheet(*rows: tuple[str, ...]) -> io.BytesIO:
    return io.BytesIO("".join(";".join(row) + "\r\n" for row in (MONTHLY, *rows)).encode())


def uploaded(admin: Visitor, content: io.BytesIO, **more: str) -> Page:
    return admin.fill("/data", data_file=(content, "anggota november.csv"), **more)


def run_all(office: Office) -> None:
    running.work(office.rekom, 1)


def test_from_the_file_to_the_receipt_and_back(visit: Visit, sqlite_office: Office) -> None:
    admin = visit("admin")
    assert "Belum ada berkas." in admin.get("/data").main()
    page = admin.follow(uploaded(admin, sheet(*ROWS, BAD)))
    assert "Sedang diuji" in page.main() and "Menunggu giliran" in page.main()
    run_all(sqlite_office)
    page = admin.get("/data/1")
    assert "Sudah diuji, menunggu diterapkan" in page.main() and "anggota BPJS bulanan" in page.main()
    assert "Baris baik 2" in page.main() and "NIK_ILMIAH" in page.main()
    assert "SITI" not in page.text and nik(1)[:12] not in page.text
    listed = admin.client.get("/data/1/baris-salah.csv").get_data(as_text=True)
    assert "4;NIK_ILMIAH;" in listed and "HYPERLINK" not in listed
    asked = admin.send(page, "/data/1/terapkan")
    assert asked.status == 422 and "Pilih apakah berkas ini memuat semua peserta" in asked.words()
    page = admin.follow(admin.send(page, "/data/1/terapkan", complete="SOME"))
    assert "Sedang diterapkan" in page.main()
    run_all(sqlite_office)
    page = admin.get("/data/1")
    assert "Diterapkan oleh" in page.main() and "Impor #1" in page.main()
    assert "cakupan tidak dihitung dari berkas ini" in page.words()
    again = admin.follow(uploaded(admin, sheet(*ROWS, BAD)))
    assert "sama dengan impor #1" in again.main() and "0 baris berubah" in again.main()
    page = admin.follow(admin.send(admin.get("/data/1"), "/data/1/batalkan"))
    assert "Dibatalkan" in page.main() and "Impor dibatalkan." in page.words()


def test_nothing_chosen_and_nothing_readable(visit: Visit) -> None:
    admin = visit("admin")
    answer = admin.fill("/data", data_file=(io.BytesIO(b""), ""))
    assert answer.status == 422 and "Pilih berkas dulu" in answer.words()
    assert "Berkas ini PDF." in uploaded(admin, io.BytesIO(b"%PDF-1.7")).words()
    assert "Berkas ini kosong." in uploaded(admin, io.BytesIO(b"")).words()


@pytest.mark.parametrize("username", ["loket", "peksos", "kadis"])
def test_it_is_the_admins(visit: Visit, username: str) -> None:
    assert visit(username).get("/data").status == 403
