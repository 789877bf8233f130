"""A new master key: every key opens with it alone, whoever is killed goes on, older copies open with the key they lie under."""

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlmodel import select

from tests.office import Office, person
from verify import vault_rewrapping
from verify.backup.making import make_backup
from verify.backup.receipt import BackupUnusable
from verify.backup.restoring import try_backup
from verify.cli import main
from verify.commands.operator import operator
from verify.composition import Rekom
from verify.doctor import Grade, examine
from verify.keyring import KeyFileError
from verify.master_key import FILE, FORMER, NEXT, MasterKey
from verify.vault import SealedUnderOther, Vault
from verify.vault_rewrapping import MasterKeyGiven, rewrap
from workflows.records import AuditEvent, Case
from workflows.records.vault_key import VaultPurpose

OUTSIDE, NEWER = "ab" * 32, "cd" * 32


def fresh(office: Office, **settings: Any) -> Rekom:
    """Another process of the same office."""
    return Rekom(replace(office.rekom.settings, **settings), office.clock, wakes=False)


def again(office: Office, **settings: Any) -> vault_rewrapping.Rewrapped:
    rekom = fresh(office, **settings)
    with closing(rekom.database):
        return rewrap(rekom, operator(rekom))


def opens(office: Office, ticket: str, **settings: Any) -> bool:
    """Whether a process that begins now reads the case's NIK."""
    rekom = fresh(office, **settings)
    with closing(rekom.database) as database, database.read() as session:
        return bool(session.exec(select(Case.nik).where(Case.ticket == ticket)).one() == person(1)["nik"])


def asked(office: Office) -> tuple[Grade, str, str]:
    said = next(one for one in examine(fresh(office)) if one.about == "Segel data pribadi")
    return said.grade, said.says, said.cure


def trail(office: Office) -> int:
    """How often the trail says that keys were put under another master key."""
    with office.read() as session:
        return len(session.exec(select(AuditEvent).where(AuditEvent.action == "VAULT_REWRAP")).all())


def alone_in(folder: Path, key: Path) -> str:
    """A data folder that holds one master key and nothing else."""
    (folder / "keys").mkdir(mode=0o700, parents=True)
    shutil.copy2(key, folder / "keys" / FILE)
    return str(folder)


def test_every_key_lies_under_the_new_master_key_and_processes_go_on(office: Office, tmp_path: Path) -> None:
    ticket, keys = office.open(1), office.rekom.settings.folder / "keys"
    before = office.rekom.master_key.sign
    done = again(office)
    assert done.keys == 2 and done.sign == fresh(office).master_key.sign != before
    assert {path.name for path in keys.glob("induk*")} == {FILE, FORMER.format(before)}
    office.rekom.vault.forget()  # what a running process does within half a minute
    assert office.case(ticket).nik == person(1)["nik"] and office.open(2)
    assert opens(office, ticket, data_dir=alone_in(tmp_path / "new", keys / FILE))
    with pytest.raises(SealedUnderOther, match="bukan yang menyegel"):
        opens(office, ticket, data_dir=alone_in(tmp_path / "old", keys / FORMER.format(before)))
    with office.write() as session:
        number = office.rekom.vault.add(session.connection(), VaultPurpose.DATA)
        assert office.rekom.vault.lies_under(session.connection(), fresh(office).master_key.secret), number
    assert trail(office) == 1
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in keys.glob("induk*"))


class Killed(BaseException):
    """The process ends here, whatever it had in hand."""


def dies(*_: Any, **__: Any) -> Any:
    raise Killed


KILLED: dict[str, tuple[Any, str, bool]] = {
    "before the next key is made": (MasterKey, "make_next", False),
    "after the next key is made": (MasterKey, "make_next", True),
    "before any key is wrapped": (Vault, "rewrap", False),
    "after all are wrapped, before the commit": (Vault, "rewrap", True),
    "after the commit, before the proof": (vault_rewrapping, "_prove", False),
    "after the proof": (vault_rewrapping, "_prove", True),
    "after the key before was kept, before the new one has its name": (Path, "replace", False),
    "after the new one has its name": (MasterKey, "take_over", True),
}


@pytest.mark.parametrize(("where", "name", "after"), KILLED.values(), ids=KILLED.keys())
def test_whoever_is_killed_leaves_an_office_that_opens_and_goes_on(
    sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, after: bool
) -> None:
    ticket, keys = sqlite_office.open(1), sqlite_office.rekom.settings.folder / "keys"
    whole = getattr(where, name)
    last_move = name == "replace"

    def until(*known: Any, **named: Any) -> Any:
        if last_move and Path(known[0]).name != NEXT:
            return whole(*known, **named)
        if after:
            whole(*known, **named)
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(where, name, until)
        again(sqlite_office)
    assert opens(sqlite_office, ticket)
    sqlite_office.rekom.vault.forget()
    assert sqlite_office.case(ticket).nik == person(1)["nik"]
    again(sqlite_office)
    assert not (keys / NEXT).exists()
    assert opens(sqlite_office, ticket, data_dir=alone_in(tmp_path / "alone", keys / FILE))
    assert trail(sqlite_office) in (1, 2)


def test_the_key_before_keeps_its_place_until_each_key_was_opened(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite_office.open(1)
    before = sqlite_office.rekom.master_key.path.read_text()
    monkeypatch.setattr(Vault, "rewrap", lambda *_: 2)  # a database that says it has done so and has not
    with pytest.raises(KeyFileError, match="Kunci lama tetap dipakai"):
        again(sqlite_office)
    assert sqlite_office.rekom.master_key.path.read_text() == before


def test_a_master_key_from_outside_is_changed_from_outside(sqlite_office: Office) -> None:
    ticket, inside = sqlite_office.open(1), sqlite_office.rekom.master_key.secret.hex()
    assert again(sqlite_office, master_key=OUTSIDE, old_master_key=inside).keys == 2
    assert opens(sqlite_office, ticket, master_key=OUTSIDE)
    with pytest.raises(MasterKeyGiven, match="REKOM_OLD_MASTER_KEY"):
        again(sqlite_office, master_key=OUTSIDE)
    assert again(sqlite_office, master_key=NEWER, old_master_key=OUTSIDE).keys == 2
    with pytest.raises(SealedUnderOther):
        opens(sqlite_office, ticket, master_key=OUTSIDE)
    rekom = fresh(sqlite_office, master_key=NEWER)
    with closing(rekom.database), pytest.raises(MasterKeyGiven):
        vault_rewrapping.prepare(rekom)


def test_a_copy_from_before_opens_with_its_own_key_as_long_as_that_is_there(sqlite_office: Office, tmp_path: Path) -> None:
    sqlite_office.open(1)
    folder, receipt = make_backup(sqlite_office.rekom, tmp_path / "copies")
    again(sqlite_office)
    newer, told = make_backup(fresh(sqlite_office), tmp_path / "later")
    assert told.master_key == fresh(sqlite_office).master_key.sign != receipt.master_key
    assert try_backup(fresh(sqlite_office), folder) == receipt and try_backup(fresh(sqlite_office), newer) == told
    (sqlite_office.rekom.settings.folder / "keys" / FORMER.format(receipt.master_key)).unlink()
    with pytest.raises(BackupUnusable, match=FORMER.format(receipt.master_key)):
        try_backup(fresh(sqlite_office), folder)


def test_a_copy_whose_keys_do_not_open_is_no_backup(sqlite_office: Office, tmp_path: Path) -> None:
    sqlite_office.open(1)
    folder, receipt = make_backup(sqlite_office.rekom, tmp_path / "copies")
    shutil.rmtree(folder)
    with sqlite_office.rekom.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE vault_key SET wrapped = (SELECT wrapped FROM vault_key WHERE id = 1) WHERE id = 2")
    with pytest.raises(SealedUnderOther):
        make_backup(fresh(sqlite_office), tmp_path / "copies")
    assert receipt.master_key and not list((tmp_path / "copies").iterdir())


def test_the_doctor_knows_each_half_of_the_way_with_its_cure(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite_office.open(1)
    keys = sqlite_office.rekom.settings.folder / "keys"
    assert asked(sqlite_office)[0] is Grade.WELL
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(MasterKey, "take_over", dies)
        again(sqlite_office)
    assert asked(sqlite_office) == (Grade.WATCH, "penggantian kunci induk belum selesai", "Jalankan: rekom vault rewrap")
    again(sqlite_office)
    former = next(keys.glob(FORMER.format("*")))
    grade, says, cure = asked(sqlite_office)
    assert (grade, says) == (Grade.WATCH, "kunci induk lama masih di server") and former.name in cure
    former.unlink()
    assert asked(sqlite_office)[0] is Grade.WELL


def test_the_doctor_tells_a_lost_an_open_a_damaged_and_a_wrong_key_apart(sqlite_office: Office) -> None:
    sqlite_office.open(1)
    path = sqlite_office.rekom.master_key.path
    right = path.read_text()
    path.chmod(0o644)
    assert asked(sqlite_office) == (
        Grade.ILL,
        "data pribadi tidak terbaca",
        f"{path} terbuka bagi pengguna lain. Jalankan: chmod 600 {path}",
    )
    path.chmod(0o600)
    path.parent.chmod(0o755)
    assert asked(sqlite_office)[2].endswith(f"Jalankan: chmod 700 {path.parent}")
    path.parent.chmod(0o700)
    for content, cure in {
        right.replace('"master"', '"other"'): "rusak. Kembalikan dari tempat aman.",
        right[:20]: "rusak. Kembalikan dari tempat aman.",
        f'{{"master": "{NEWER}"}}': "Kembalikan kunci induk yang benar, lalu jalankan rekom doctor.",
    }.items():
        path.write_text(content)
        grade, says, told = asked(sqlite_office)
        assert (grade, says) == (Grade.ILL, "data pribadi tidak terbaca") and told.endswith(cure)
    path.unlink()
    assert "Kembalikan dari tempat aman" in asked(sqlite_office)[2] and not path.exists()
    path.write_text(right)
    path.chmod(0o600)
    assert asked(sqlite_office)[0] is Grade.WELL


def test_a_backup_under_a_wrong_or_open_key_is_refused_with_its_cure(sqlite_office: Office, tmp_path: Path) -> None:
    sqlite_office.open(1)
    folder, _ = make_backup(sqlite_office.rekom, tmp_path / "copies")
    with pytest.raises(SealedUnderOther, match="Kembalikan kunci induk yang benar"):
        make_backup(fresh(sqlite_office, master_key=OUTSIDE), tmp_path / "copies")
    with pytest.raises(BackupUnusable, match="Kembalikan kunci induk itu dahulu"):
        try_backup(fresh(sqlite_office, master_key=OUTSIDE), folder)
    sqlite_office.rekom.master_key.path.chmod(0o640)
    for attempt in (make_backup, try_backup):
        with pytest.raises(KeyFileError, match="chmod 600"):
            attempt(fresh(sqlite_office), folder)
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


def test_the_commands_say_what_to_keep(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite_office.open(1)
    settings, before = sqlite_office.rekom.settings, sqlite_office.rekom.master_key.sign
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REKOM_DATA_DIR", str(settings.folder))
    run = CliRunner()
    prepared = run.invoke(main, ["vault", "rewrap", "--prepare"])
    assert prepared.exit_code == 0 and NEXT in prepared.output and sqlite_office.rekom.master_key.sign == before
    done = run.invoke(main, ["vault", "rewrap"])
    now = sqlite_office.rekom.master_key.sign
    assert done.exit_code == 0 and f"Kunci induk sekarang {now}; 2 kunci" in done.output and now != before
    shown = run.invoke(main, ["vault", "show"])
    assert f"Kunci induk: {now}" in shown.output and FORMER.format(before) in shown.output
