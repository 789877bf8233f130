"""``rekom jamkesda``: from a file to batches at a terminal; what cannot be read is told with its line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from schemas.workbook import workbook
from tests.office import Office
from tests.verify.made_files import nik
from tests.workflows.test_jamkesda import a_city
from verify.cli import Commands

TITLES = ("No.", "NIK", "Nama", "No KK", "Alamat", "Desa/Kelurahan", "No. Kartu Lama")


@pytest.fixture
def city(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    settings = sqlite_office.rekom.settings
    for name, value in (("REKOM_ENVIRONMENT", "test"), ("DATABASE_URL", settings.database_url), ("REKOM_DATA_DIR", settings.data_dir)):
        monkeypatch.setenv(name, value)
    a_city(sqlite_office)
    return sqlite_office


def rekom(*words: str) -> Result:
    return CliRunner().invoke(Commands("rekom"), ["jamkesda", *words])


def line(number: int, name: str = "SITI CONTOH") -> list[str]:
    return [str(number), nik(number), name, nik(900), "JALAN CONTOH 1", "Serang", f"JKD-{number}"]


def test_from_the_list_to_the_batch_and_back(city: Office, tmp_path: Path) -> None:
    listed, sent = tmp_path / "jamkesda.xlsx", tmp_path / "kiriman.xlsx"
    listed.write_bytes(workbook(TITLES, [line(1), line(6), line(7), line(6), line(8, ""), ["9", "123", "SITI", "", "", "", ""]]))
    dry = rekom("import", str(listed), "--dry-run")
    assert "Uji coba, tidak ada yang ditulis: 4 baris baik, 2 baris salah" in dry.output
    assert "baris 6: NAMA_KOSONG." in dry.stderr and "baris 7: NIK_BENTUK." in dry.stderr and nik(8) not in dry.stderr
    done = rekom("import", str(listed))
    assert "Daftar Jamkesda #1 diimpor: 4 baris baik, 2 baris salah" in done.output
    whole = "4 orang di 1 daftar: ganda 1, sudah peserta aktif 1, meninggal 0, pindah 0, di kiriman 0, sisa 2; aktif dari kiriman 0"
    assert whole in done.output
    assert "sudah diimpor sebagai #1. Tidak ada yang diubah." in rekom("import", str(listed)).output
    assert "Kiriman 1: 1 orang, batas 2026-12-19" in rekom("batch", "--size", "1", "--cut-off", "2026-12-19", str(sent)).output
    titles, row = CalamineWorkbook.from_path(sent).get_sheet_by_index(0).to_python()
    told = dict(zip(titles, row, strict=True))
    assert (told["nik"], told["kode_desa"], told["segmen"]) == (nik(6), "3673011001", "PEMDA") and told["tgl_lahir"] == "1980-07-12"
    again = tmp_path / "lagi.xlsx"
    rekom("export", "1", str(again))
    assert again.read_bytes() == sent.read_bytes()
    assert "kiriman 1: 1 orang, batas 2026-12-19" in rekom("show").output
    assert "1 nama mirip." in rekom("alike").output
    assert "ada di kiriman" in rekom("undo", "1").stderr
    assert "Kiriman 1 dibatalkan" in rekom("void", "1").output
    assert "sisa 2" in rekom("check").output
    assert "#1 dibatalkan: 4 baris dihapus" in rekom("undo", "1").output
    assert "0 orang di 0 daftar" in rekom("show").output and "dibatalkan" in rekom("list").output


def test_a_column_that_lost_its_last_digits_is_refused_by_line(city: Office, tmp_path: Path) -> None:
    file = tmp_path / "jamkesda.csv"
    rows = [f"{nik(number)[:12]}0010;SITI CONTOH" for number in (1, 2, 3)] + [f"{nik(4)};SITI CONTOH"]
    file.write_text("NIK;NAMA\n" + "\n".join(rows))
    said = rekom("import", str(file), "--dry-run")
    assert "3 baris salah" in said.output and said.stderr.count("NIK_NOL") == 3


def test_a_file_that_is_no_list_says_so(city: Office, tmp_path: Path) -> None:
    file = tmp_path / "jamkesda.csv"
    file.write_text("NAMA;ALAMAT\nSITI;X\n")
    assert "perlu kolom NIK dan NAMA" in rekom("import", str(file)).stderr
    assert "--cut-off seperti" in rekom("batch", "--size", "1", "--cut-off", "besok", str(tmp_path / "x.xlsx")).stderr
