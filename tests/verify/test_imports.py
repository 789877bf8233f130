"""``rekom import``: files in and out again, whole or not at all, with every bad row named."""

import csv
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlmodel import delete, select

from tests.verify.made_files import FULL, MONTHLY, ExcelDate, member_row, nik, write_csv, write_xlsx
from verify.cli import Commands
from verify.commands import imports
from verify.composition import Rekom
from verify.db import Database, _alembic
from workflows import audit, extracts
from workflows.records.extract import DtsenRow, Extract, ExtractKind, MemberRow

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
WHEN = ("--as-of", "2026-11-01T02:00", "--by", "Tono Contoh")
DIGITS_16 = re.compile(r"(?<!\d)\d{16}(?!\d)")
GOOD = [(nik(number), number % 11) for number in range(1, 9)]
Run = Callable[..., Result]


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    made = Database(database_url)
    yield made
    made.close()


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


def dtsen_csv(folder: Path, *bad: Sequence[object], name: str = "dtsen.csv") -> Path:
    return write_csv(folder / name, [("NIK", "DESIL"), *GOOD, *bad])


def counts(database: Database) -> tuple[int, int, int]:
    with database.read() as session:
        extract, dtsen, member = (len(session.exec(select(table)).all()) for table in (Extract, DtsenRow, MemberRow))
        return extract, dtsen, member


def read_list(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


# --- in and out


def test_a_file_in_again_and_out(database: Database, run: Run, tmp_path: Path) -> None:
    file = dtsen_csv(tmp_path, ("9,90E+15", 3))
    first = run("dtsen", file, *WHEN)
    assert first.exit_code == 0
    assert "Impor #1 DTSEN diterapkan, per 1 November 2026, 02.00 WIB: 8 baris baik, 1 baris salah, sha256 " in first.stdout
    assert "NIK_ILMIAH: 1 baris" in first.stderr and "baris/detik" in first.stderr
    again = run("dtsen", file, *WHEN)
    assert again.exit_code == 0 and "sudah diimpor sebagai #1 DTSEN, per" in again.stdout and "Tidak ada yang diubah" in again.stdout
    assert counts(database) == (1, 8, 0)
    assert "#1 APPLIED DTSEN, per 1 November 2026, 02.00 WIB: 8 baik, 1 salah, oleh Tono Contoh" in run("list").stdout
    undone = run("undo", 1, "--by", "Tono Contoh")
    assert undone.exit_code == 0 and "Impor #1 (DTSEN) dibatalkan: 8 baris dihapus" in undone.stdout
    assert counts(database) == (1, 0, 0)
    assert run("undo", 1, "--by", "Tono Contoh").exit_code == 2
    assert run("undo", 7, "--by", "Tono Contoh").exit_code == 2


def test_a_dry_run_counts_and_writes_nothing(database: Database, run: Run, tmp_path: Path) -> None:
    clean = run("dtsen", dtsen_csv(tmp_path), *WHEN, "--dry-run")
    assert (clean.exit_code, "Uji coba DTSEN, tidak ada yang ditulis: 8 baris baik, 0 baris salah" in clean.stdout) == (0, True)
    dirty = run("dtsen", dtsen_csv(tmp_path, ("", 1)), *WHEN, "--dry-run")
    assert (dirty.exit_code, "8 baris baik, 1 baris salah" in dirty.stdout) == (1, True)
    assert counts(database) == (0, 0, 0)


def test_the_monthly_file_says_its_own_month(database: Database, run: Run, tmp_path: Path) -> None:
    rows = [(f"{n:013d}", nik(n), "BUDI UJI", "APBD", "November", "2026") for n in range(1, 4)]
    result = run("members", write_csv(tmp_path / "m.csv", [MONTHLY, *rows], ","), "--partial", "--by", "Tono Contoh")
    assert (
        result.exit_code == 0
        and "anggota BPJS (sebagian peserta) diterapkan, per 1 November 2026, 00.00 WIB: 3 baris baik" in result.stdout
    )
    assert counts(database) == (1, 0, 3)
    known = run("members", write_csv(tmp_path / "all.csv", [MONTHLY, *rows[:2]], ","), "--complete", "--by", "Tono Contoh")
    assert known.exit_code == 0
    with database.read() as session:
        assert [extract.complete for extract in extracts.listed(session)] == [True, False]


def test_whether_a_file_holds_everybody_is_asked_shown_and_put_right(database: Database, run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "m.csv", [MONTHLY, ("1", nik(1), "BUDI UJI", "APBD", "November", "2026")], ",")
    asked = run("members", file, *WHEN)
    assert (asked.exit_code, "--complete bila ya, --partial bila hanya sebagian" in asked.stderr) == (2, True)
    assert run("members", file, *WHEN, "--dry-run").exit_code == 0 and counts(database) == (0, 0, 0)
    assert run("members", file, *WHEN, "--partial").exit_code == 0
    assert "#1 APPLIED anggota BPJS (sebagian peserta), per" in run("list").stdout
    said = run("complete", 1, "--by", "Tono Contoh")
    assert said.exit_code == 0 and "#1 kini tercatat: anggota BPJS (semua peserta)." in said.stdout
    assert "sebagai #1 anggota BPJS (semua peserta), per" in run("members", file, *WHEN, "--partial").stdout, "the same bytes say no more"
    assert run("complete", 1, "--by", "Tono Contoh").exit_code == 2
    assert run("partial", 1, "--by", "Tono Contoh").exit_code == 0
    with database.read() as session:
        told = [(event.action, event.detail["complete"], event.actor_name) for event in audit.events_of(session, "extract:1")]
        assert told == [("IMPORT", False, "Tono Contoh"), ("SAY_COMPLETE", True, "Tono Contoh"), ("SAY_COMPLETE", False, "Tono Contoh")]


def test_what_is_no_member_file_or_has_no_rows_holds_nobody(sqlite: Database, run: Run, tmp_path: Path) -> None:
    run("dtsen", dtsen_csv(tmp_path), *WHEN)
    run("members", write_csv(tmp_path / "m.csv", [MONTHLY, ("1", nik(1), "BUDI", "APBD", "11", "2026")]), "--partial", *WHEN)
    for number in (1, 7):
        assert "bukan berkas anggota yang berlaku" in run("complete", number, "--by", "Tono Contoh").stderr
    with sqlite.write() as session:
        session.execute(delete(MemberRow))
    assert "#2 sudah dihapus" in run("complete", 2, "--by", "Tono Contoh").stderr


def test_a_migration_back_does_not_forget_which_files_hold_everybody(database: Database, run: Run, tmp_path: Path) -> None:
    run("members", write_csv(tmp_path / "m.csv", [MONTHLY, ("1", nik(1), "BUDI", "APBD", "11", "2026")]), "--complete", *WHEN)
    database.close()
    url = database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(RuntimeError, match="cannot hold which member files hold every member"):
        command.downgrade(_alembic(url), "0061")
    run("partial", 1, "--by", "Tono Contoh")
    command.downgrade(_alembic(url), "0061")


def test_the_full_file_of_thirty_columns(database: Database, run: Run, tmp_path: Path) -> None:
    known = {"NAMA": "BUDI UJI", "TMT": "2020-01-01", "TAT": "2050-01-01", "NOKTP": "x"}
    rows = [member_row(PSNOKA=str(n), NIK=nik(n), KDSTATUSPST="0" if n < 3 else "", **known) for n in range(1, 4)]
    result = run("members", write_csv(tmp_path / "f.csv", [FULL, *rows]), "--partial", *WHEN)
    assert result.exit_code == 0 and "2 baris baik, 1 baris salah" in result.stdout
    with database.read() as session:
        extract = extracts.newest(session, ExtractKind.MEMBERS)
        assert extract and (extract.layout, extract.rows_unreadable) == ("ANGGOTA_LENGKAP", 0)
        assert not extract.complete
        faulty = extracts.member_row(session, extract, nik(3))
        assert faulty and (faulty.fault, faulty.name) == ("STATUS_KOSONG", None)


# --- every kind of bad row, on one kind of database


@pytest.fixture
def sqlite(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    made = Database(sqlite_url)
    yield made
    made.close()


def test_every_bad_row_is_listed_with_number_code_and_reason(sqlite: Database, run: Run, tmp_path: Path) -> None:
    bad = [
        ("9,90101E+15", 1, "", "NIK_ILMIAH"),
        (nik(20)[:15], 1, "", "NIK_15_ANGKA"),
        ("", 1, "", "NIK_KOSONG"),
        ("ABC", 1, "", "NIK_BENTUK"),
        ("9901019901900001", 1, "", "NIK_TIDAK_SAH"),
        (nik(21), 12, "", "DESIL_SALAH"),
        (nik(1), 9, "", "NIK_GANDA"),
        (nik(2), 2, "", "BARIS_GANDA"),
        (nik(22), 1, ";tambah", "JUMLAH_KOLOM"),
        (f'"{nik(23)}', 1, "", "BARIS_RUSAK"),
    ]
    lines = ["NIK;DESIL;ALASAN EXCLUDE", *(f"{number};{desil};" for number, desil in GOOD)]
    file = tmp_path / "dtsen.csv"
    file.write_text("\n".join([*lines, *(f"{number};{desil};{more}" for number, desil, more, _ in bad)]))
    result = run("dtsen", file, *WHEN, "--bad-rows", tmp_path / "bad.csv")
    assert result.exit_code == 0 and "7 baris baik, 11 baris salah" in result.stdout
    listed = read_list(tmp_path / "bad.csv")
    assert [(int(row["BARIS"]), row["KODE"]) for row in listed] == [(2, "NIK_GANDA"), *((n, code) for n, (*_, code) in enumerate(bad, 10))]
    assert all(row["ALASAN"].endswith(".") for row in listed)
    with sqlite.read() as session:
        extract = extracts.newest(session, ExtractKind.DTSEN)
        assert extract and extract.rows_unreadable == 7
        faults = {row.nik: row.fault for row in session.exec(select(DtsenRow)) if row.fault}
        assert faults == {nik(1): "NIK_GANDA", nik(21): "DESIL_SALAH"}


def test_the_list_covers_niks_and_runs_no_formula(sqlite: Database, run: Run, tmp_path: Path) -> None:
    rows = [
        (nik(1), "BUDI", 99, "=HYPERLINK(1)"),
        (nik(2), "@SUM(A1)", 99, f"lihat {nik(3)}"),
        (f"{nik(4)}9", "+62", 1, "-1"),
        ("9,90101E+15", "", 1, "2026-11-01"),
    ]
    file = write_csv(tmp_path / "d.csv", [("=NIK", "NAMA", "DESIL", "ALASAN EXCLUDE"), *rows])
    result = run("dtsen", file, *WHEN, "--dry-run", "--bad-rows", tmp_path / "bad.csv")
    assert result.exit_code == 1
    text = (tmp_path / "bad.csv").read_text(encoding="utf-8-sig")
    assert not re.search(r"\d{8,}", text)
    listed = read_list(tmp_path / "bad.csv")
    assert [row["'=NIK"] for row in listed] == ["•" * 12 + nik(1)[-4:], "•" * 12 + nik(2)[-4:], "•" * 13 + f"{nik(4)}9"[-4:], "•,•••01E+15"]
    assert [row["NAMA"] for row in listed] == ["BUDI", "'@SUM(A1)", "'+62", ""]
    assert [row["ALASAN EXCLUDE"] for row in listed] == ["'=HYPERLINK(1)", f"lihat {'•' * 12}{nik(3)[-4:]}", "'-1", "2026-11-01"]
    assert stat.S_IMODE((tmp_path / "bad.csv").stat().st_mode) == 0o600


def test_the_list_never_replaces_the_file_itself(sqlite: Database, run: Run, tmp_path: Path) -> None:
    file = dtsen_csv(tmp_path)
    before = file.read_bytes()
    assert run("dtsen", file, *WHEN, "--bad-rows", file).exit_code == 2
    assert file.read_bytes() == before


def test_a_column_that_lost_its_last_digits_loses_those_rows(sqlite: Database, run: Run, tmp_path: Path) -> None:
    lost = [(f"{nik(number)[:13]}010", 3) for number in range(20, 25)]
    result = run("dtsen", dtsen_csv(tmp_path, *lost), *WHEN)
    assert "8 baris baik, 5 baris salah" in result.stdout and "NIK_NOL: 5 baris" in result.stderr
    with sqlite.read() as session:
        extract = extracts.newest(session, ExtractKind.DTSEN)
        assert extract and extract.rows_unreadable == 5


def test_a_few_zeros_are_in_order(sqlite: Database, run: Run, tmp_path: Path) -> None:
    result = run("dtsen", dtsen_csv(tmp_path, (f"{nik(20)[:13]}010", 3)), *WHEN)
    assert "9 baris baik, 0 baris salah" in result.stdout


def test_a_file_without_one_good_row_is_refused(sqlite: Database, run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "d.csv", [("NIK", "DESIL"), ("9,9E+15", 1), ("9,9E+15", 2)])
    result = run("dtsen", file, *WHEN)
    assert result.exit_code == 2 and "Tidak ada satu baris pun" in result.stderr
    assert counts(sqlite) == (0, 0, 0)


# --- CSV as it comes


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8", ";"), ("utf-8-sig", ","), ("cp1252", ";"), ("utf-8", "\t"), ("utf-8-sig", ";")]
)
def test_separators_and_encodings(sqlite: Database, run: Run, tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [("Nama", "NIK", "Desil"), ("ANDRÉ CONTOH", nik(1), 3), ("SITI CONTOH", nik(2), 4)]
    assert run("dtsen", write_csv(tmp_path / "d.csv", rows, separator, encoding), *WHEN).exit_code == 0
    with sqlite.read() as session:
        row = session.get(DtsenRow, (1, nik(1)))
        assert row and (row.name, row.desil) == ("ANDRÉ CONTOH", 3)


def test_headings_empty_lines_and_excels_separator_line_are_passed_over(sqlite: Database, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text(f"sep=;\nDATA DTSEN, KOTA CONTOH, 2026\n\nNIK;DESIL\n\n{nik(1)};3\n;\n{nik(2)};4\n\n")
    result = run("dtsen", file, *WHEN)
    assert "2 baris baik, 0 baris salah" in result.stdout


def test_a_quotation_mark_left_open_costs_one_row(sqlite: Database, run: Run, tmp_path: Path) -> None:
    rows = [("NIK", "NAMA", "DESIL"), (nik(1), '"BUDI', 1), (nik(2), '"SITI; ""UJI"""', 2), (nik(3), "ANI", 3)]
    result = run("dtsen", write_csv(tmp_path / "d.csv", rows), *WHEN, "--bad-rows", tmp_path / "bad.csv")
    assert "2 baris baik, 1 baris salah" in result.stdout
    assert [(row["BARIS"], row["KODE"]) for row in read_list(tmp_path / "bad.csv")] == [("2", "BARIS_RUSAK")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "kosong"),
        (b"NIK;DESIL\n", "tidak berisi baris data"),
        (b"Nama;Desil\nBUDI;3\n", "perlu kolom NIK dan DESIL"),
        (b"NIK;NIK;DESIL\n", "lebih dari sekali"),
        (b"NIK;DESIL\n\0\n", "bukan teks"),
        ("NIK;DESIL\n".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls lama"),
        (b"<html><table><tr><td>NIK</td></tr></table>", "halaman web"),
        (b"PK\x03\x04 broken", "rusak"),
        (b"NIK;DESIL\n" + b"9" * 70_000, "64 KB"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(sqlite: Database, run: Run, tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "d.csv").write_bytes(content)
    result = run("dtsen", tmp_path / "d.csv", *WHEN)
    assert result.exit_code == 2 and sentence in result.stderr
    assert result.stderr.startswith("Gagal: ") and counts(sqlite) == (0, 0, 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--by", "Tono Contoh"), "tidak menyebut tanggal"),
        (("--by", "Tono Contoh", "--as-of", "kemarin"), "Tulis --as-of seperti"),
        (("--by", "Tono Contoh", "--as-of", "2027-01-01"), "masa depan"),
        (("--by", " "), "Isi --by"),
        (("--as-of", "2026-11-01"), "--by"),
    ],
)
def test_who_and_when_must_be_said(sqlite: Database, run: Run, tmp_path: Path, words: Sequence[str], sentence: str) -> None:
    result = run("dtsen", dtsen_csv(tmp_path), *words)
    assert result.exit_code == 2 and sentence in result.stderr
    assert counts(sqlite) == (0, 0, 0)


def test_two_months_in_one_file_need_a_date_said(sqlite: Database, run: Run, tmp_path: Path) -> None:
    rows = [("1", nik(1), "BUDI", "APBD", "10", "2026"), ("2", nik(2), "ANI", "APBD", "11", "2026")]
    file = write_csv(tmp_path / "m.csv", [MONTHLY, *rows])
    refused = run("members", file, "--complete", "--by", "Tono Contoh")
    assert refused.exit_code == 2 and "lebih dari satu tanggal atau bulan" in refused.stderr
    assert run("members", file, "--complete", *WHEN).exit_code == 0


def test_an_unmigrated_database_is_told_without_quoting_rows(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    result = run("dtsen", dtsen_csv(tmp_path), *WHEN)
    assert result.exit_code == 2 and "rekom migrate" in result.stderr


def test_a_workbook(sqlite: Database, run: Run, tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [
        ("Data DTSEN",),
        (),
        ("No", "NIK", "Nama", "Desil", "Per Tanggal"),
        (1, nik(1), "BUDI & ANI", 3, ExcelDate(46296)),
        (2, nik(2), "SITI", None, ExcelDate(46296)),
        (3, float(nik(3)), "WATI", 1, None),
        (4, "9.90101E+15", "TONO", 1, None),
        (),
    ]
    result = run("dtsen", write_xlsx(tmp_path / "d.xlsx", rows), "--by", "Tono", "--bad-rows", tmp_path / "bad.csv")
    assert "per 1 Oktober 2026, 00.00 WIB: 2 baris baik, 2 baris salah" in result.stdout
    assert [(row["BARIS"], row["KODE"]) for row in read_list(tmp_path / "bad.csv")] == [("6", "NIK_BILANGAN"), ("7", "NIK_ILMIAH")]
    with sqlite.read() as session:
        row = session.get(DtsenRow, (1, nik(1)))
        assert row and (row.name, row.desil) == ("BUDI & ANI", 3)
