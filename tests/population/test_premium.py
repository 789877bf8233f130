"""The premium bill: everything planted is found, nobody is disputed wrongly, and the rupiah add up."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from schemas.population.bill_file import find_layout, read_line
from tests.population.city import BY, NOVEMBER, NOW, member, small_city, store
from tests.population.planted_bill import INNOCENT, PLANTED, RATE, TITLES, planted, rows
from tests.verify.made_files import nik, write_csv, write_xlsx
from verify.cli import Commands
from verify.db import Database, _alembic
from workflows import extracts
from workflows.errors import InvalidInput
from workflows.ports import Segment
from workflows.records.extract import ExtractKind
from workflows.records.premium import DisputeReason, PremiumBill, PremiumDispute


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("REKOM_ENVIRONMENT", "test")
    monkeypatch.setenv("REKOM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    made = Database(database_url)
    yield made
    made.close()


def rekom(*words: object) -> Result:
    result = CliRunner().invoke(Commands("rekom"), ["bill", "check", *map(str, words), "--month", "2026-11"])
    assert not isinstance(result.exception, Exception), result.exception
    return result


@pytest.mark.slow
def test_the_planted_mix_is_found_to_the_line_and_nobody_else(database: Database, tmp_path: Path) -> None:
    city = planted()
    city.store(database)
    said = rekom(write_csv(tmp_path / "bill.csv", rows(city)), "--list", tmp_path / "list.csv")
    assert said.exit_code == 0, said.output
    with database.read() as session:
        found = {one.line: one for one in session.exec(select(PremiumDispute))}
        (bill,) = session.exec(select(PremiumBill)).all()
    wanted = {line: why for line, (_, why) in enumerate(city.lines, 2) if why is not None}
    assert {line: one.reason for line, one in found.items()} == wanted
    assert Counter(one.reason for one in found.values()) == PLANTED
    assert bill.lines == INNOCENT + sum(PLANTED.values()) + PLANTED[DisputeReason.DOUBLE]
    too_much = PLANTED[DisputeReason.RATE] * (42_000 - RATE)
    assert bill.disputed == (sum(PLANTED.values()) - PLANTED[DisputeReason.RATE]) * RATE + too_much
    assert bill.billed == bill.lines * RATE + too_much
    assert "ditagih dua kali: 181 baris, Rp 6.841.800" in said.output and "pindah: 30 baris" in said.output
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file, delimiter=";"))
    assert len(listed) == len(wanted) and all(one["BUKTI"] for one in listed)
    assert not any(one["NIK"].isdigit() for one in listed)


def test_the_same_bill_against_the_same_files_is_checked_once(database: Database, tmp_path: Path) -> None:
    small_city(database)
    file = write_csv(tmp_path / "bill.csv", [TITLES, ("1", nik(0), "SITI CONTOH", "1980-07-12", RATE)])
    assert rekom(file).exit_code == 0
    again = rekom(file)
    assert (again.exit_code, "sudah diperiksa dengan data yang sama" in again.output) == (2, True)


def test_a_newer_file_of_some_members_is_new_data_and_so_is_its_undoing(database: Database, tmp_path: Path) -> None:
    _, whole = small_city(database)
    file = write_csv(tmp_path / "bill.csv", [TITLES, ("1", nik(0), "SITI CONTOH", "1980-07-12", RATE)])
    assert "Disanggah 0 baris" in rekom(file).output
    state_pays = [member(0, Segment.PBI_JK)]
    some = store(database, ExtractKind.MEMBERS, state_pays, NOVEMBER + timedelta(days=9), complete=False)
    assert "Disanggah 1 baris" in rekom(file).output
    assert "sudah diperiksa dengan data yang sama" in rekom(file).output
    with database.write() as session:
        extracts.undo(session, some, BY, now=NOW)
    assert "sudah diperiksa dengan data yang sama" in rekom(file).output, "the first check stands on the same files"
    again = store(database, ExtractKind.MEMBERS, state_pays, NOVEMBER + timedelta(days=9), complete=False)
    assert "Disanggah 1 baris" in rekom(file).output
    with database.read() as session:
        found = [(one.members_id, one.newer_members_id, one.disputed_lines) for one in session.exec(select(PremiumBill))]
    assert found == [(whole, None, 0), (whole, some, 1), (whole, again, 1)]


def test_a_bill_first_checked_with_a_file_of_some_is_checked_again_without_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    small_city(database)
    some = store(database, ExtractKind.MEMBERS, [member(0, Segment.PBI_JK)], NOVEMBER + timedelta(days=9), complete=False)
    file = write_csv(tmp_path / "bill.csv", [TITLES, ("1", nik(0), "SITI CONTOH", "1980-07-12", RATE)])
    assert "Disanggah 1 baris" in rekom(file).output
    with database.write() as session:
        extracts.undo(session, some, BY, now=NOW)
    assert "Disanggah 0 baris" in rekom(file).output
    database.close()
    with pytest.raises(RuntimeError, match="cannot say which newer member files"):
        command.downgrade(_alembic(database_url), "0072")
    with database.write() as session:
        session.execute(text("DELETE FROM premium_dispute"))
        session.execute(text("DELETE FROM premium_line WHERE bill_id = 1"))
        session.execute(text("DELETE FROM premium_bill WHERE newer_members_id IS NOT NULL"))
    database.close()
    command.downgrade(_alembic(database_url), "0072")
    command.upgrade(_alembic(database_url), "head")
    assert "sudah diperiksa dengan data yang sama" in rekom(file).output


def test_no_bill_is_checked_against_a_member_file_that_its_term_has_begun_to_take(database: Database, tmp_path: Path) -> None:
    _, whole = small_city(database)
    store(database, ExtractKind.MEMBERS, [member(0)], NOVEMBER + timedelta(days=9), complete=False)
    with database.write() as session:
        session.execute(text("DELETE FROM member_row WHERE nik = :nik"), {"nik": nik(1)})
    said = rekom(write_csv(tmp_path / "bill.csv", [TITLES, ("1", nik(1), "SITI CONTOH", "1980-07-12", RATE)]))
    assert (said.exit_code, f"Baris berkas peserta #{whole} sudah dihapus" in said.output) == (2, True)


def test_a_bill_against_some_members_says_so(database: Database, tmp_path: Path) -> None:
    small_city(database)
    lines = [TITLES, ("1", nik(0), "SITI CONTOH", "1980-07-12", RATE)]
    assert "sebagian peserta saja" not in rekom(write_csv(tmp_path / "a.csv", lines)).output
    with database.write() as session:
        session.execute(text("UPDATE extract SET complete = FALSE"))
    assert "sebagian peserta saja" in rekom(write_csv(tmp_path / "b.csv", [*lines, ("2", nik(1), "SITI CONTOH", "", RATE)])).output


def test_a_row_the_registry_file_broke_accuses_nobody(database: Database, tmp_path: Path) -> None:
    small_city(database)
    rekom(write_csv(tmp_path / "bill.csv", [TITLES, ("13", nik(13), "ANYBODY", "1990-01-01", RATE)]))
    with database.read() as session:
        assert session.exec(select(PremiumDispute)).all() == []


def test_a_card_that_comes_twice_is_double_under_any_nik(database: Database, tmp_path: Path) -> None:
    small_city(database)
    lines = [("7", nik(number), "SITI CONTOH", "1980-07-12", RATE) for number in (0, 1)]
    rekom(write_csv(tmp_path / "bill.csv", [TITLES, *lines]))
    with database.read() as session:
        (one,) = session.exec(select(PremiumDispute)).all()
    assert (one.line, one.reason) == (3, DisputeReason.DOUBLE) and "baris 2" in one.evidence


def test_a_workbook_is_a_bill_too(database: Database, tmp_path: Path) -> None:
    small_city(database)
    lines = [TITLES, ("1", nik(0), "SITI CONTOH", "1980-07-12", float(RATE)), ("10", nik(10), "SITI CONTOH", "1980-07-12", RATE)]
    assert "Disanggah 1 baris, Rp 37.800. Dapat dibayar sekarang Rp 37.800." in rekom(write_xlsx(tmp_path / "b.xlsx", lines)).output


@pytest.mark.parametrize("amount", ["", "abc", "-1", "37,8", "99999999999"])
def test_a_bill_whose_sum_cannot_be_known_is_refused(database: Database, tmp_path: Path, amount: str) -> None:
    small_city(database)
    said = rekom(write_csv(tmp_path / "bill.csv", [TITLES, ("1", nik(0), "SITI CONTOH", "", amount)]))
    assert (said.exit_code, "Iuran di baris 2 tidak terbaca" in said.output) == (2, True)


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [([], "tidak berisi baris"), (["9;9"], "tidak terbaca")],
)
def test_what_is_no_bill_is_refused(database: Database, tmp_path: Path, rest: list[str], sentence: str) -> None:
    (tmp_path / "b.csv").write_text("\n".join([";".join(TITLES), *rest]) + "\n")
    assert sentence in rekom(tmp_path / "b.csv").output
    (tmp_path / "c.csv").write_text("NIK;NAMA\n1;2\n")
    assert "Tagihan perlu kolom NIK, NAMA dan IURAN." in rekom(tmp_path / "c.csv").output


def test_without_files_to_check_against_it_says_so(database: Database, tmp_path: Path) -> None:
    said = rekom(write_csv(tmp_path / "bill.csv", [TITLES, ("1", nik(0), "SITI CONTOH", "", RATE)]))
    assert (said.exit_code, "Impor dulu keduanya." in said.output) == (2, True)


@pytest.mark.parametrize(
    "change",
    [
        "premium_bill SET disputed = billed + 1",
        "premium_bill SET disputed_lines = lines + 1",
        "premium_dispute SET amount = -1",
        "premium_dispute SET reason = 'DISLIKED'",
    ],
)
def test_the_database_refuses_a_check_that_cannot_be(database: Database, tmp_path: Path, change: str) -> None:
    small_city(database)
    rekom(write_csv(tmp_path / "bill.csv", [TITLES, ("10", nik(10), "SITI CONTOH", "", RATE)]))
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(f"UPDATE {change}"))


@pytest.mark.parametrize(
    ("written", "rupiah"), [("37800", 37_800), ("37.800", 37_800), ("Rp 37.800,00", 37_800), ("Rp37,800.00", 37_800), (37800.0, 37_800)]
)
def test_rupiah_as_people_write_them(written: object, rupiah: int) -> None:
    layout = find_layout(TITLES)
    assert layout and read_line(layout, 2, ("1", nik(0), "SITI", "", written), practice=True).amount == rupiah  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        read_line(layout, 2, ("1", nik(0), "SITI", "", True), practice=True)
