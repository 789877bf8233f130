"""``rekom import residents``: a city's people in, counted, and out again; nobody is lost and nothing is guessed."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from schemas.population.region_file import shipped_regions
from tests.verify.made_files import ExcelDate, nik, write_csv, write_xlsx
from verify.cli import Commands
from verify.commands import imports
from verify.composition import Rekom
from verify.db import Database, _alembic
from workflows import extracts
from workflows.records.extract import ExtractKind
from workflows.records.resident import ResidentRow, ResidentStatus

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
WHEN = ("--as-of", "2026-06-30", "--by", "Tono Contoh")
TITLES = ("NIK", "NO_KK", "NAMA_LGKP", "TGL_LHR", "KODE_WILAYAH", "ALAMAT", "STATUS")
SIAK = ("NIK", "NAMA_LGKP", "TGL_LHR", "NO_PROP", "NO_KAB", "NO_KEC", "NO_KEL")
VILLAGE = "36.73.01.1001"
DIGITS_16 = re.compile(r"(?<!\d)\d{16}(?!\d)")
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``rekom import ...`` on a day in November 2026; nothing it says may hold a NIK."""
    monkeypatch.setenv("REKOM_ENVIRONMENT", "test")
    monkeypatch.setenv("REKOM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(imports, "Rekom", partial(Rekom, clock=lambda: NOW))

    def rekom(*words: object) -> Result:
        result = CliRunner().invoke(Commands("rekom"), ["import", *map(str, words)])
        assert not isinstance(result.exception, Exception), result.exception
        assert not DIGITS_16.search(result.output), result.output
        return result

    return rekom


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def sqlite(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    made = Database(sqlite_url)
    yield made
    made.close()


def person(number: int, status: str = "HIDUP", village: str = VILLAGE) -> tuple[object, ...]:
    return (nik(number), nik(number + 500), f"SITI CONTOH {'ABCDEFGHIJ'[number % 10]}", "1980-07-12", village, "JL. UJI 1", status)


def residents(database: Database) -> list[ResidentRow]:
    with database.read() as session:
        return list(session.exec(select(ResidentRow).order_by(ResidentRow.nik)))


def test_residents_in_again_and_out(database: Database, run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "p.csv", [TITLES, person(1), person(2, "MENINGGAL"), person(3, "PINDAH"), person(4)])
    first = run("residents", file, *WHEN)
    assert "Impor #1 penduduk diterapkan, per 30 Juni 2026, 00.00 WIB: 4 baris baik, 0 baris salah" in first.stdout
    known = {row.nik: row for row in residents(database)}
    assert {number: known[nik(number)].status for number in range(1, 5)} == {
        1: ResidentStatus.LIVES, 2: ResidentStatus.DIED, 3: ResidentStatus.MOVED, 4: ResidentStatus.LIVES,
    }  # fmt: skip
    one = known[nik(1)]
    assert (one.name, one.birth_date, one.village_code, one.family_card) == ("SITI CONTOH B", date(1980, 7, 12), "3673011001", nik(501))
    assert "sudah diimpor sebagai #1" in run("residents", file, *WHEN).stdout
    assert len(residents(database)) == 4
    assert "Impor #1 (penduduk) dibatalkan" in run("undo", 1, "--by", "Tono Contoh").stdout
    assert residents(database) == []
    with database.read() as session:
        assert extracts.newest(session, ExtractKind.RESIDENTS) is None


def test_every_bad_row_is_named_and_the_dry_run_writes_nothing(sqlite: Database, run: Run, tmp_path: Path) -> None:
    good, *rest = person(9)
    bad = [
        ((nik(2), "", "", "1980-07-12", VILLAGE, "", ""), "NAMA_KOSONG"),
        ((nik(3), "", "ANI", "", VILLAGE, "", ""), "TANGGAL_SALAH"),
        ((nik(4), "", "ANI", "31-02-1990", VILLAGE, "", ""), "TANGGAL_SALAH"),
        ((nik(5), "", "ANI", "1980-07-12", "36.73.01.9999", "", ""), "WILAYAH_SALAH"),
        ((nik(6), "", "ANI", "1980-07-12", VILLAGE, "", "HILANG"), "STATUS_SALAH"),
        (("9,90101E+15", "", "ANI", "1980-07-12", VILLAGE, "", ""), "NIK_ILMIAH"),
        ((good, *rest[:-1], "PINDAH"), "NIK_GANDA"),
    ]
    file = write_csv(tmp_path / "p.csv", [TITLES, person(1), person(9), *(row for row, _ in bad)])
    result = run("residents", file, *WHEN, "--dry-run", "--bad-rows", tmp_path / "bad.csv")
    assert (result.exit_code, "1 baris baik, 8 baris salah" in result.stdout) == (1, True)
    with (tmp_path / "bad.csv").open(encoding="utf-8-sig", newline="") as opened:
        listed = [(int(row["BARIS"]), row["KODE"]) for row in csv.DictReader(opened, delimiter=";")]
    assert listed == [(3, "NIK_GANDA"), *((line, code) for line, (_, code) in enumerate(bad, 4))]
    assert residents(sqlite) == []


def test_a_workbook_with_siaks_four_numbers(sqlite: Database, run: Run, tmp_path: Path) -> None:
    born = ExcelDate(29414)
    rows = [SIAK, (nik(1), "SITI CONTOH", born, 36, 73, 1, 1001), (float(nik(2)), "BUDI CONTOH", born, 36, 73, 1, 1001)]
    result = run("residents", write_xlsx(tmp_path / "p.xlsx", rows), *WHEN)
    assert "1 baris baik, 1 baris salah" in result.stdout and "NIK_BILANGAN: 1 baris" in result.stderr
    (row,) = residents(sqlite)
    assert (row.village_code, row.birth_date, row.status) == ("3673011001", date(1980, 7, 12), ResidentStatus.LIVES)


def test_a_dead_village_code_loses_nobody(sqlite: Database, run: Run, tmp_path: Path) -> None:
    dead = next(region.code for region in shipped_regions().regions if region.code.startswith("9101") and len(region.code) == 10)
    assert not shipped_regions().find(dead, NOW.date())
    result = run("residents", write_csv(tmp_path / "p.csv", [TITLES, person(1, village=dead)]), *WHEN)
    assert "1 baris baik, 0 baris salah" in result.stdout


def test_a_row_is_whole_or_faulty(database: Database, run: Run, tmp_path: Path) -> None:
    run("residents", write_csv(tmp_path / "p.csv", [TITLES, person(1)]), *WHEN)
    for change in ("name = NULL", "status = NULL", "fault = 'NIK_GANDA'", "village_code = '3673'", "status = 'GONE'"):
        with pytest.raises(IntegrityError), database.write() as session:
            session.execute(text(f"UPDATE resident_row SET {change}"))


def test_a_kind_nobody_knows_is_refused(database: Database, run: Run, tmp_path: Path) -> None:
    run("residents", write_csv(tmp_path / "p.csv", [TITLES, person(1)]), *WHEN)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("UPDATE extract SET kind = 'ANYTHING'"))


def test_the_migration_goes_down_and_up_again(database: Database, database_url: str, run: Run, tmp_path: Path) -> None:
    run("residents", write_csv(tmp_path / "p.csv", [TITLES, person(1)]), *WHEN)
    database.close()
    command.downgrade(_alembic(database_url), "0004")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM extract")).scalar_one() == 0
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(INSERT))
    database.close()
    command.upgrade(_alembic(database_url), "head")
    with database.write() as session:
        session.execute(text(INSERT))


INSERT = (
    "INSERT INTO extract (kind, sha256, file_name, layout, as_of, timezone, imported_at, imported_by, rows_good, rows_bad, "
    "rows_unreadable) VALUES ('RESIDENTS', 'a', 'f', 'PENDUDUK', '2026-06-30 00:00:00', 'Asia/Jakarta', '2026-06-30 00:00:00', 'Tono', "
    "1, 0, 0)"
)
