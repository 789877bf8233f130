"""Hostile, huge and interrupted imports: refused in a sentence, bounded in memory, whole or not at all."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from sqlmodel import select

from tests.verify.made_files import nik, parts, write_csv, write_xlsx
from verify.commands import imports
from verify.db import Database
from verify.imports import reading, source, xlsx_reader
from verify.imports.bad_rows import masked
from verify.imports.progress import progress
from verify.imports.reading import sieved
from verify.imports.source import ImportRefused, check_unchanged, inspect
from verify.imports.xlsx_reader import XlsxReader
from workflows.records.extract import DtsenRow, Extract, ExtractKind

ROOT = Path(__file__).parents[2]
TITLES = ("NIK", "DESIL")
ONE = (nik(1), 3)
MOST_MEMORY = 300 << 20


def read(path: Path) -> int:
    with sieved(inspect(path), ExtractKind.DTSEN, practice=True, step=lambda *_: None) as sieve:
        return sieve.rows_good


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


# --- workbooks


def test_a_workbook_is_read(tmp_path: Path) -> None:
    assert read(write_xlsx(tmp_path / "d.xlsx", [TITLES, ONE], [])) == 1


@pytest.mark.parametrize(
    ("sheets", "sentence"),
    [(([TITLES, ONE], [TITLES, ONE]), "lebih dari satu lembar"), (([],), "kosong"), (([TITLES + ("x",) * 300],), "200 kolom")],
)
def test_sheets_that_cannot_be_meant(tmp_path: Path, sheets: tuple[list[tuple[object, ...]], ...], sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        read(write_xlsx(tmp_path / "d.xlsx", *sheets))


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"bukan \.xlsx"):
        read(zipped(tmp_path / "d.xlsx", {"a.txt": "a"}))


def test_a_workbook_with_broken_insides(tmp_path: Path) -> None:
    files = parts([[TITLES, ONE]])
    with pytest.raises(ImportRefused, match="rusak"):
        read(zipped(tmp_path / "d.xlsx", {**files, "xl/worksheets/sheet1.xml": files["xl/worksheets/sheet1.xml"][:-40]}))


def test_a_zip_bomb_is_refused_by_what_it_says(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "d.xlsx", {**parts([[TITLES, ONE]]), "xl/sharedStrings.xml": " " * (20 << 20)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(ImportRefused, match="terlalu besar sesudah dibuka"):
        inspect(bomb)


@pytest.mark.parametrize("limit", ["MOST_PARTS", "LARGEST_UNPACKED", "LARGEST_WORKBOOK"])
def test_other_limits_of_a_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(source, limit, 3)
    with pytest.raises(ImportRefused, match=r"terlalu besar|lebih besar"):
        inspect(write_xlsx(tmp_path / "d.xlsx", [TITLES, ONE]))


def test_a_sheet_that_wants_all_memory_ends_its_own_process_only(tmp_path: Path) -> None:
    files = parts([[TITLES, ONE]])
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sheet = files["xl/worksheets/sheet1.xml"].replace("</sheetData>", far)
    with pytest.raises(ImportRefused, match="terlalu besar atau rusak"):
        read(zipped(tmp_path / "d.xlsx", {**files, "xl/worksheets/sheet1.xml": sheet}))


def test_a_bomb_that_lies_meets_the_memory_limit(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{n:01000d}</t></is></c></row>' for n in range(1, 60_001))
    files = parts([[TITLES, ONE]])
    sheet = files["xl/worksheets/sheet1.xml"].replace("</sheetData>", rows + "</sheetData>")
    bomb = inspect(zipped(tmp_path / "d.xlsx", {**files, "xl/worksheets/sheet1.xml": sheet}))
    with pytest.raises(ImportRefused, match=r"terlalu besar"):
        list(XlsxReader(bomb, memory=60 << 20).rows())


def test_a_workbook_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_reader, "WALL_SECONDS", 0.0)
    with pytest.raises(ImportRefused, match="terlalu besar"):
        read(write_xlsx(tmp_path / "d.xlsx", [TITLES, ONE]))


def test_the_reader_of_workbooks_gets_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKOM_SECRET_KEY", "rahasia")
    spy = tmp_path / "spy.py"
    spy.write_text("import json, os\nprint(json.dumps([name for name in os.environ if name.startswith('REKOM')]))\nprint('{\"end\": 1}')\n")
    monkeypatch.setattr(xlsx_reader, "CHILD", spy)
    assert list(XlsxReader(inspect(write_xlsx(tmp_path / "d.xlsx", [TITLES, ONE]))).rows()) == [(1, [])]


# --- sizes and changes


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST_CSV", 10)
    monkeypatch.setattr(source, "LARGEST_WORKBOOK", 10)
    with pytest.raises(ImportRefused, match=r"lebih besar dari 0 MB\. Minta .* kolom yang perlu saja\. Jangan dibagi"):
        inspect(write_csv(tmp_path / "d.csv", [TITLES, ONE]))
    with pytest.raises(ImportRefused, match=r"lebih besar dari 0 MB\. Simpan sebagai CSV"):
        inspect(write_xlsx(tmp_path / "d.xlsx", [TITLES, ONE]))


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 1)
    with pytest.raises(ImportRefused, match=r"baris\. Minta berkas untuk daerah Anda saja\. Jangan dibagi"):
        read(write_csv(tmp_path / "d.csv", [TITLES, ONE, (nik(2), 3)]))


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    known = inspect(write_csv(tmp_path / "d.csv", [TITLES, ONE]))
    check_unchanged(known)
    with known.path.open("a") as file:
        file.write("more\n")
    with pytest.raises(ImportRefused, match="berubah selagi dibaca"):
        check_unchanged(known)


def test_one_wrong_byte_late_in_the_file_makes_it_cp1252(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_bytes(b"NIK;NAMA;DESIL\n" + b"x;y;1\n" * 200_000 + b"x;ANDR\xc9;1\n")
    assert inspect(file).encoding == "cp1252"


# --- words on the way


def test_plain_lines_tell_rate_and_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 1.0, 10.0, 20.0])
    with progress("Membaca", console=Console(file=io.StringIO()), clock=lambda: next(times)) as step:
        step(10, 1_000, 100)
        step(250, 1_000, 50_000)
    assert capsys.readouterr().err == (
        "Membaca: 25 % · 50.000 baris · 5.000 baris/detik · sisa 30 detik\nMembaca: 50.000 baris · 2.500 baris/detik · 20.0 detik\n"
    )


def test_a_terminal_gets_a_bar() -> None:
    screen = io.StringIO()
    with progress("Menyimpan", console=Console(file=screen, force_terminal=True, width=100)) as step:
        step(50, 100, 2_000)
    assert "Menyimpan" in screen.getvalue() and "2.000 baris" in screen.getvalue() and "baris/detik" in screen.getvalue()


def test_short_numbers_stay_in_sight() -> None:
    assert (masked(1234.0, is_nik=True), masked("2026-11-01", is_nik=False), masked(None, is_nik=True)) == ("1234", "2026-11-01", "")
    assert masked(float(nik(1)), is_nik=False).startswith("•" * 12)


# --- a large file, and a killed process

CHILD = """
import sys, time
from verify.commands import imports
from workflows import extracts

extracts.CHUNK = 10
apply = extracts.apply

def slow(*args, **options):
    def told(done):
        print("in", done, flush=True)
        time.sleep(60)
    return apply(*args, **{**options, "told": told})

extracts.apply = slow
imports.import_group(sys.argv[1:])
"""
MEASURED = """
import sys, time
from pathlib import Path
from verify.commands import imports

begun = time.perf_counter()
try:
    imports.import_group(sys.argv[1:])
finally:
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(int(peak.split()[1]) << 10, time.perf_counter() - begun)
"""


def environ(url: str, folder: Path) -> dict[str, str]:
    ours = {"PYTHONPATH": str(ROOT), "REKOM_ENVIRONMENT": "test", "REKOM_DATA_DIR": str(folder), "DATABASE_URL": url}
    return {**os.environ, **ours}


def test_a_kill_half_way_leaves_nothing_and_the_next_try_works(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_csv(tmp_path / "d.csv", [TITLES, *((nik(number), 3) for number in range(1, 101))])
    words = ["dtsen", str(file), "--as-of", "2025-11-01T02:00", "--by", "Tono Contoh"]
    command = [sys.executable, "-c", CHILD, *words]
    with subprocess.Popen(command, env=environ(database_url, tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout and child.stdout.readline() == b"in 10\n"
        child.send_signal(signal.SIGKILL)
    with closing(Database(database_url)) as database, database.read() as session:
        assert session.exec(select(Extract)).all() == [] and session.exec(select(DtsenRow)).all() == []
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REKOM_DATA_DIR", str(tmp_path))  # where the first try left the office's keys
    again = CliRunner().invoke(imports.import_group, words)
    assert again.exit_code == 0 and "100 baris baik" in again.stdout
    with closing(Database(database_url)) as database, database.read() as session:
        assert len(session.exec(select(DtsenRow)).all()) == 100


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured by /proc")
def test_a_hundred_thousand_people_in_bounded_memory(postgresql_url: str, tmp_path: Path) -> None:
    rows = ((nik(number), "BUDI UJI CONTOH", number % 11, "") for number in range(100_000))
    file = write_csv(tmp_path / "d.csv", [("NIK", "NAMA", "DESIL", "ALASAN EXCLUDE"), *rows])
    command = [sys.executable, "-c", MEASURED, "dtsen", str(file), "--as-of", "2025-11-01T02:00", "--by", "Tono Contoh"]
    done = subprocess.run(command, env=environ(postgresql_url, tmp_path), capture_output=True, text=True, check=True)
    receipt, measured = done.stdout.splitlines()
    peak, seconds = float(measured.split()[0]), float(measured.split()[1])
    sys.stdout.write(f"100.000 rows, {100_000 / seconds:,.0f} rows/s in all, peak {peak / (1 << 20):.0f} MB\n")
    assert "100.000 baris baik, 0 baris salah" in receipt
    assert peak < MOST_MEMORY
