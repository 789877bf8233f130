"""Letters given after the backup an office came back from: nobody calls them forged, nobody gets their numbers, and they are taken in."""

from dataclasses import replace
from datetime import date, timedelta
from operator import eq
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from tests.load.behind import Behind, behind, returned
from tests.many_letters import make_letters
from tests.office import Office, running_office
from tests.population.city import BY, small_city
from tests.verify.made_files import nik
from tests.waiting import meanwhile
from verify import seals
from verify.backup.making import make_backup
from verify.backup.restoring import restore
from verify.cli import main
from verify.commands.letters import readopt
from verify.commands.operator import operator
from workflows import lost_letters
from workflows.lost_letters import Lost, NotLost
from workflows.population import premium, premium_ledger, premium_letters
from workflows.population.premium import Bill, BillLine
from workflows.records import Letter, ReadoptedLetter


@pytest.mark.slow
def test_a_hundred_lost_letters_are_all_recognised_and_none_of_their_numbers_is_given_again(sqlite_office: Office, tmp_path: Path) -> None:
    """R16. Fewer numbers are skipped than letters were lost: those that were taken in are stepped over."""
    found = behind(sqlite_office, tmp_path, 100)
    assert found == Behind(100, {"AFTER_BACKUP": 100}, 100, {"AFTER_BACKUP": 100}, 0, 5)


def came_back(office: Office, folder: Path, skip: int = 5) -> tuple[str, Letter]:
    """A backup with one letter, a letter lost, and the code of the lost one."""
    make_letters(office, 1)
    backup, _ = make_backup(office.rekom, folder / "backups")
    office.clock.pass_by(hours=1)
    (gone,) = make_letters(office, 1, first=2)
    office.clock.pass_by(hours=1)
    with returned(office, folder) as back:
        restore(back.rekom, backup, operator(back.rekom), bundle_counter=9, skip=skip)
    return gone.token or "", gone


def test_a_desk_is_told_what_to_do_and_cannot_accept_it(sqlite_office: Office, tmp_path: Path) -> None:
    code, gone = came_back(sqlite_office, tmp_path)
    with returned(sqlite_office, tmp_path) as back:
        desk = back.api("rs")
        said = desk.post("/desk/check", {"code": code}).json
        assert said["title"] == "ASLI, TERBIT SESUDAH CADANGAN" and gone.number in said["reason"] and said["letter"] is None
        assert said["next_step"].startswith("Layani pasien") and "Belum dicatat kembali" in said["reason"]
        taken = desk.post("/desk/accept", {"code": code, "registration_number": None})
        assert taken.json["answer"] == "AFTER_BACKUP" and not taken.json["accepted"]
        page = back.app.test_client().get(f"/S/{code}").get_data(as_text=True)
        assert "Surat asli, catatannya hilang" in page
        assert readopt(back.rekom, code) == "taken" and readopt(back.rekom, code) == "known"
        assert "Sudah dicatat kembali" in desk.post("/desk/check", {"code": code}).json["reason"]
        back.clock.pass_by(days=60)
        over = back.api("rs").post("/desk/check", {"code": code}).json
        assert over["answer"] == "EXPIRED" and "masa berlakunya habis" in over["reason"]


def test_a_true_seal_that_no_restore_explains_stays_unknown(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    code, _ = came_back(office, tmp_path)
    with office.write() as session:
        assert isinstance(seals.letter_with(session, code, office.rekom.keys), Letter)
    with returned(office, tmp_path) as back:
        with back.read() as session:
            found = seals.letter_with(session, code, back.rekom.keys)
            assert isinstance(found, Lost)
            for moment, lost in (
                (found.valid_from, True),
                (found.valid_from - timedelta(hours=2), False),
                (back.clock() + timedelta(hours=1), False),
            ):
                assert lost_letters.is_lost(session, moment) is lost
        with pytest.raises(NotLost), back.write() as session:
            early = replace(found, token_id="0" * 32, valid_from=found.valid_from - timedelta(days=3))
            lost_letters.readopt(session, early, operator(back.rekom), now=back.clock())
        assert readopt(back.rekom, code[:-6] + "AAAAAA") == "forged"


def test_the_command_reads_codes_a_line_each_and_names_what_it_leaves_out(
    sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _ = came_back(sqlite_office, tmp_path)
    file = tmp_path / "kode.txt"
    file.write_text(f"https://rekom.example/S/{code}\n\n{code}\n{code[:-6]}AAAAAA\nbukan kode\n")
    with returned(sqlite_office, tmp_path) as back:
        monkeypatch.setenv("DATABASE_URL", back.rekom.settings.database_url)
        monkeypatch.setenv("REKOM_DATA_DIR", back.rekom.settings.data_dir)
        monkeypatch.setattr("verify.commands.operator.utc_now", back.clock)
        done = CliRunner().invoke(main, ["letters", "readopt", str(file)])
        assert done.exit_code == 0, done.output
        assert "Baris 4: palsu atau rusak." in done.output and "Baris 5: tidak terbit sesudah cadangan." in done.output
        told = "1 dicatat kembali, 1 sudah dikenal, 0 nomornya sudah diberikan kepada surat lain, 1 tidak terbit sesudah cadangan"
        assert done.output.strip().endswith(f"{told}, 1 palsu atau rusak.")


def test_a_lost_letter_whose_number_was_given_again_is_named_and_keeps_nobody_else_from_being_taken_in(
    sqlite_office: Office, tmp_path: Path
) -> None:
    code, gone = came_back(sqlite_office, tmp_path, skip=0)
    with returned(sqlite_office, tmp_path) as back:
        (again,) = make_letters(back, 1, first=3)
        assert again.number == gone.number and readopt(back.rekom, code) == "given"
        assert back.count(ReadoptedLetter) == 0


def about_a_bill(office: Office) -> str:
    """The number of a letter to BPJS about a bill of one line."""
    small_city(office.rekom.database)
    worker, head = office.actor("peksos"), office.actor("kadis")
    with office.write() as session:
        lines = [BillLine(2, nik(60), None, None, None, 37_800)]
        bill = premium.check(session, Bill("a" * 64, "tagihan.csv", date(2026, 11, 1), 37_800, lines), eq, BY, now=office.clock())
        premium_ledger.open_account(session, bill, date(2026, 12, 10), worker, now=office.clock())
        letter = premium_letters.propose(session, bill, worker, now=office.clock())
        premium_letters.sign(session, letter, office.policy, head, now=office.clock())
    return letter.number or ""


def test_a_letter_about_a_bill_may_have_a_lost_letters_number(sqlite_office: Office, tmp_path: Path) -> None:
    code, gone = came_back(sqlite_office, tmp_path, skip=0)
    with returned(sqlite_office, tmp_path) as back:
        assert about_a_bill(back) == gone.number
        assert readopt(back.rekom, code) == "given" and back.count(ReadoptedLetter) == 0


def lost_letter(office: Office, number: str | None) -> dict[str, Any]:
    """A row for a letter that was given after the backup."""
    return {
        "token_id": "a" * 32, "token_sha256": "b" * 64, "number": number, "type": "REKOM_PBPU_PEMDA", "nik_digest": "c" * 32,
        "key_id": "d" * 16, "valid_from": office.clock(), "valid_until": office.clock() + timedelta(days=3),
        "taken_in_at": office.clock(), "taken_in_by": "uji",
    }  # fmt: skip


def test_the_database_keeps_a_lost_letters_number_from_every_other(office: Office) -> None:
    ticket = office.to_letter()
    number = office.letter(ticket).number
    row = lost_letter(office, number)
    with pytest.raises(DBAPIError, match="readopted_number_is_free"), office.write() as session:
        session.add(ReadoptedLetter(**row))
    with office.write() as session:
        session.add(ReadoptedLetter(**row | {"number": "400.9/002/Dinsos/XI/2026"}))
    for wrong in ("UPDATE readopted_letter SET number = 'x'", "DELETE FROM readopted_letter"):
        with pytest.raises(DBAPIError, match="readopted_letter_stays"), office.write() as session:
            session.connection().execute(text(wrong))
    with pytest.raises(DBAPIError, match="number_of_a_lost_letter"), office.write() as session:
        session.connection().execute(text("UPDATE letter SET number = '400.9/002/Dinsos/XI/2026'"))
    assert office.letter(office.to_letter(2)).number == "400.9/003/Dinsos/XI/2026"
    with office.read() as session:
        assert session.exec(select(ReadoptedLetter.number)).one() == "400.9/002/Dinsos/XI/2026"
    taken = about_a_bill(office)
    with pytest.raises(DBAPIError, match="number_of_a_bill_letter"), office.write() as session:
        session.connection().execute(text("UPDATE letter SET number = :number"), {"number": taken})
    with pytest.raises(DBAPIError, match="number_of_a_bill_lost"), office.write() as session:
        session.add(ReadoptedLetter(**row | {"number": taken, "token_id": "e" * 32, "token_sha256": "f" * 64}))
    for known in (number, "400.9/002/Dinsos/XI/2026"):
        with pytest.raises(DBAPIError, match="bill_number_is_free"), office.write() as session:
            session.connection().execute(text("UPDATE premium_letter SET number = :number"), {"number": known})


def test_two_who_give_one_number_at_a_time_do_not_both_have_it(postgresql_url: str, tmp_path: Path) -> None:
    """Neither sees the other's row before it is committed: the second waits, and is refused."""
    with running_office(postgresql_url, tmp_path) as office:
        office.to_letter()

        def lost(session: Session) -> None:
            session.add(ReadoptedLetter(**lost_letter(office, "400.9/777/Dinsos/XI/2026")))

        def given() -> None:
            with pytest.raises(DBAPIError, match="number_of_a_lost_letter"), office.write() as session:
                session.connection().execute(text("UPDATE letter SET number = '400.9/777/Dinsos/XI/2026'"))

        meanwhile(office, lost, given, lambda session: None)
        with office.read() as session:
            tables = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'a_number_takes_its_turn' ORDER BY 1"
            waiting = [str(name) for (name,) in session.connection().execute(text(tables))]
    assert waiting == ["collective_letter", "letter", "premium_letter", "readopted_letter"]
