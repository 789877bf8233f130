"""Letters, member file and bill beside each other on a page, and the file of whoever is not in all three."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from tests.office import Office
from tests.population.city import small_city
from tests.verify.made_files import nik
from tests.verify.web.test_premium_pages import trail, upload
from tests.verify.web.visitor import Visitor
from tests.workflows.test_jamkesda import a_file, batched, taken
from verify.cli import Commands
from workflows import outdated
from workflows.rules.retention import Kept

Visit = Callable[[str], Visitor]
PURPOSE = "Rekonsiliasi November dengan BPJS"


@pytest.fixture
def city(sqlite_office: Office) -> Office:
    """Residents and members are there: of those on the bill one is paid for and a resident, one is paid for and dead."""
    small_city(sqlite_office.rekom.database)
    return sqlite_office


def past_its_term(office: Office) -> None:
    """A batch of one person whose term took who it was."""
    taken(office, a_file([30]))
    batched(office, 1, date(2026, 11, 30))
    with office.write() as session:
        outdated.clear(session, Kept.JAMKESDA, office.clock(), now=office.clock())


def test_the_page_counts_and_names_nobody(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    assert "/iuran/1/cocok" in page.links()
    shown = worker.get("/iuran/1/cocok")
    words = shown.main()
    assert "Peserta dan ditagih, tanpa surat atau kiriman 2 Rp 75.600" in words
    assert "Ditagih tanpa surat dan bukan peserta aktif 2 Rp 75.600" in words
    assert "Peserta yang belum ditagih, tanpa surat atau kiriman 3 Rp 113.400" in words
    assert "Baris tagihan ganda, atau NIK tidak terbaca 1 Rp 37.800" in words and "SITI" not in words
    assert visit("loket").get("/iuran/1/cocok").status == 403 and "lewat masa simpannya" not in words
    past_its_term(city)
    assert "1 dasar (surat, atau nama di kiriman) sudah lewat masa simpannya" in worker.get("/iuran/1/cocok").main()
    with city.write() as session:
        session.execute(text("DELETE FROM premium_line"))
    gone = worker.get("/iuran/1/cocok")
    assert gone.status == 409 and "Isi tagihan ini sudah dihapus menurut masa simpannya." in gone.main()


def test_the_file_has_evidence_and_its_purpose_is_in_the_trail(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    upload(worker)
    page = worker.get("/iuran/1/cocok")
    assert worker.send(page, "/iuran/1/cocok/xlsx", purpose="cek").status == 422 and trail(city, "EXPORT_RECONCILIATION") == []
    form = {"csrf_token": page.value("csrf_token"), "purpose": PURPOSE}
    rows = list(csv.DictReader(io.StringIO(worker.client.post("/iuran/1/cocok/csv", data=form).data.decode("utf-8-sig")), delimiter=";"))
    assert {(row["KODE"], row["NIK"]) for row in rows} == {
        *(("NO_LETTER", nik(number)) for number in (0, 10)),
        *(("MEMBER_ONLY", nik(number)) for number in (7, 12, 50)),
        *(("BILL_ONLY", nik(number)) for number in (60, 3)),
    }
    assert {row["MENURUT BERKAS PESERTA"] for row in rows if row["KODE"] == "MEMBER_ONLY"} == {"peserta daerah, aktif"}
    assert {row["BARIS TAGIHAN"] for row in rows if row["KODE"] == "NO_LETTER"} == {"2", "3"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(worker.client.post("/iuran/1/cocok/xlsx", data=form).data))
    assert len(book.get_sheet_by_index(0).to_python()) == 8
    assert [one.detail["purpose"] for one in trail(city, "EXPORT_RECONCILIATION")] == [PURPOSE] * 2
    assert worker.post("/iuran/1/cocok/pdf", form).status == 404


def test_the_command_says_the_same(visit: Visit, city: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(visit("peksos"))
    settings = city.rekom.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REKOM_DATA_DIR", settings.data_dir)

    def bill(*words: str) -> str:
        done = CliRunner().invoke(Commands("rekom"), ["bill", *words])
        assert not isinstance(done.exception, Exception), done.exception
        return done.output

    assert "Peserta yang belum ditagih, tanpa surat atau kiriman: 3 orang, Rp 113.400" in bill("match", "1")
    past_its_term(city)
    assert "Dasar yang sudah lewat masa simpannya: 1, tidak ikut dicocokkan" in bill("match", "1")
    assert "7 orang ditulis" in bill("match", "1", "--list", str(tmp_path / "beda.csv"), "--purpose", PURPOSE)
    assert (tmp_path / "beda.csv").stat().st_mode & 0o777 == 0o600
    unsaid = bill("match", "1", "--list", str(tmp_path / "lain.csv"))
    assert "Keperluan" in unsaid and "orang, Rp" not in unsaid and not (tmp_path / "lain.csv").exists()
    assert "#1 11-2026 tagihan.xlsx: 5 baris, Rp 189.000, disanggah Rp 151.200" in bill("list")
    assert "Tagihan #1 bulan 11-2026 ditarik." in bill("withdraw", "1", "--reason", "Berkas bulan lain yang terunggah")
    assert "ditarik: Berkas bulan lain yang terunggah" in bill("list")
