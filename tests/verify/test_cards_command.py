"""``rekom cards``: from a list to its answers, the counts and the rest, at a terminal."""

import csv
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.office import Office
from tests.population.city import ONE
from tests.verify.made_files import nik
from tests.workflows.test_cards import a_village
from verify.cli import Commands

GIVEN = ("--given-to", "Ani Contoh, staf kelurahan", "--purpose", "Pembagian kartu Desember")


@pytest.fixture
def village(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    settings = sqlite_office.rekom.settings
    for name, value in (("REKOM_ENVIRONMENT", "test"), ("DATABASE_URL", settings.database_url), ("REKOM_DATA_DIR", settings.data_dir)):
        monkeypatch.setenv(name, value)
    a_village(sqlite_office)
    return sqlite_office


def rekom(*words: str) -> Result:
    return CliRunner().invoke(Commands("rekom"), ["cards", *words])


def test_a_list_goes_out_and_comes_back(village: Office, tmp_path: Path) -> None:
    assert "Daftar kartu 1: 4 kartu." in rekom("make", ONE, *GIVEN).output
    file, rest = tmp_path / "daftar.csv", tmp_path / "sisa.xlsx"
    assert "4 kartu ditulis ke" in rekom("export", "1", str(file)).output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and nik(3) not in file.read_text()
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    rows[1][6:8], rows[2][6] = ["diserahkan", "keluarga"], "entah"
    file.write_text("\n".join(";".join(row) for row in rows), "utf-8")
    said = rekom("answers", "1", str(file))
    assert "1 jawaban tercatat, 2 kartu belum dijawab." in said.output and "Baris 3: Jawaban tidak dikenal." in said.stderr
    assert "1 dari 4 dijawab, Ani Contoh" in rekom("list").output
    assert "1 dari 4 diserahkan = 25,00 %, sisa 3" in rekom("counts").output
    assert "3 orang ditulis ke" in rekom("rest", ONE, str(rest), "--purpose", "Tindak lanjut lurah").output


def test_what_cannot_be_done_says_why(village: Office, tmp_path: Path) -> None:
    assert "--purpose: Tulis tanpa NIK" in rekom("make", ONE, *GIVEN[:3], f"Kartu untuk {nik(3)}").stderr
    assert "per kelurahan atau desa" in rekom("make", ONE[:6], *GIVEN).stderr
    assert ".csv atau .xlsx" in rekom("rest", ONE, str(tmp_path / "sisa.pdf"), "--purpose", "Tindak lanjut lurah").stderr
    assert "tidak ada di daerah Anda" in rekom("export", "9", str(tmp_path / "daftar.csv")).stderr
