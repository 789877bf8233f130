"""The doctor names what is wrong with its cure, and goes on asking; what is well says so."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from click.testing import CliRunner
from sqlalchemy import text
from sqlmodel import delete, update

from tests.office import NOBODY, Office, running_office
from verify import doctor, health
from verify.backup.receipt import remember
from verify.cli import main
from verify.doctor import Finding, Grade, examine
from verify.key_file import FILE
from workflows.records.signing_authority import SigningAuthority
from workflows.records.task import Task


@pytest.fixture
def office(sqlite_url: str, redis_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office that lacks nothing: a relay gave its sign, a copy was made and tried."""
    with running_office(sqlite_url, tmp_path, redis_url=redis_url) as made:
        made.clock.now = datetime.now(UTC)
        health.sign_relay(made.rekom.doorbell.impatient, made.clock())
        remember(made.rekom.settings, made.clock(), tmp_path / "copy", made.clock())
        yield made


def found(office: Office) -> dict[str, Finding]:
    return {one.about: one for one in examine(office.rekom)}


def changed(office: Office, **settings: object) -> None:
    object.__setattr__(office.rekom, "settings", replace(office.rekom.settings, **settings))  # type: ignore[arg-type]


def test_a_well_installation_has_nothing_ill(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "worker_lives", lambda _: True)
    said = found(office)
    assert list(said) == list(doctor.QUESTIONS)
    assert [one for one in said.values() if one.grade is Grade.ILL] == []
    assert all(bool(one.cure) == (one.grade is not Grade.WELL) for one in said.values())


def test_without_redis_the_rest_is_still_asked(sqlite_url: str, tmp_path: Path) -> None:
    with running_office(sqlite_url, tmp_path, redis_url=NOBODY) as office:
        said = found(office)
        ill = {about for about, one in said.items() if one.grade is Grade.ILL}
        assert {"Redis", "Relay", "Cadangan"} <= ill and not {"Basis data", "Kunci segel", "Aturan daerah", "Pejabat"} & ill


def test_a_database_that_is_behind_is_told_how_to_catch_up(office: Office) -> None:
    with office.rekom.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert found(office)["Basis data"] == Finding("Basis data", Grade.ILL, "skema belum terbaru", "Jalankan: rekom migrate")


def test_a_clock_that_is_wrong_is_seen_by_another_servers(office: Office) -> None:
    office.clock.pass_by(minutes=3)
    said = found(office)["Jam"]
    assert said.grade is Grade.ILL and said.says.startswith("jam server berbeda 1") and "NTP" in said.cure


@pytest.mark.parametrize(("synchronised", "grade"), [(False, Grade.WATCH), (True, Grade.WELL), (None, Grade.WELL)])
def test_a_clock_that_nothing_sets(office: Office, monkeypatch: pytest.MonkeyPatch, synchronised: bool | None, grade: Grade) -> None:
    """In the small profile PostgreSQL and Redis are on the same machine and agree with any clock."""
    monkeypatch.setattr(doctor, "kernel_synchronised", lambda: synchronised)
    assert found(office)["Jam"].grade is grade


def test_registries_are_reached_and_one_that_rests_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        there = f"http://127.0.0.1:{listening.getsockname()[1]}/dtsen"
        changed(office, dukcapil_url=there, bpjs_url=there, dtsen_url=there, bsre_url="")
        said = found(office)["Registri"]
        assert (said.grade, said.says) == (Grade.WELL, "Dukcapil, BPJS, DTSEN dapat dihubungi")
        changed(office, dukcapil_url="", dtsen_url="")
        assert found(office)["Registri"].says == "BPJS dapat dihubungi"
    changed(office, dukcapil_url=there)
    said = found(office)["Registri"]
    assert (said.grade, said.says) == (Grade.WATCH, "Dukcapil, BPJS tidak dapat dihubungi")
    monkeypatch.setattr(type(office.rekom), "standings", lambda _: [SimpleNamespace(registry="BPJS", breaker="open", quota_left=None)])
    said = found(office)["Registri"]
    assert (said.grade, said.says) == (Grade.WATCH, "BPJS tidak menjawab; Dukcapil, BPJS tidak dapat dihubungi")
    assert "rekom registries" in said.cure and "firewall" in said.cure
    monkeypatch.undo()
    changed(office, dukcapil_url="", bpjs_url="", bsre_url="")
    said = found(office)["Registri"]
    assert (said.grade, said.says) == (Grade.WELL, "tidak ada alamat registri yang diisi")


@pytest.mark.parametrize(("free", "grade"), [(6 << 30, Grade.WELL), (2 << 30, Grade.WATCH), (1 << 29, Grade.ILL)])
def test_a_disk_that_fills_up(office: Office, monkeypatch: pytest.MonkeyPatch, free: int, grade: Grade) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert found(office)["Ruang disk"].grade is grade


def test_keys_that_others_may_read_are_told_in_the_keys_own_words(office: Office) -> None:
    file = office.rekom.settings.folder / "keys" / FILE
    file.chmod(0o644)
    office.rekom.key_store.__init__(file.parent)  # type: ignore[misc]
    said = found(office)["Kunci segel"]
    assert said.grade is Grade.ILL and str(file) in said.cure


@pytest.mark.parametrize(("setting", "value", "grade"), [("maxmemory-policy", "allkeys-lru", Grade.ILL), ("appendonly", "no", Grade.WATCH)])
def test_a_redis_that_would_forget(office: Office, redis_url: str, setting: str, value: str, grade: Grade) -> None:
    with redis.Redis.from_url(redis_url) as server:
        kept = {name: server.config_get(name)[name] for name in ("maxmemory-policy", "appendonly", "save")}
        try:
            server.config_set("save", "")
            server.config_set(setting, value)
            assert found(office)["Redis"].grade is grade
        finally:
            for name, was in kept.items():
                server.config_set(name, was)


def test_a_task_nobody_takes(office: Office) -> None:
    office.open()
    with office.write() as session:
        session.exec(update(Task).values(due_at=office.clock()))
    office.clock.pass_by(seconds=61)
    said = found(office)["Antrean"]
    assert said.grade is Grade.ILL and said.says.endswith("tertua 61 detik")


@pytest.mark.parametrize(("hours", "checked", "grade"), [(27, True, Grade.ILL), (1, False, Grade.WATCH), (1, True, Grade.WELL)])
def test_a_backup_that_is_old_or_was_never_tried(office: Office, tmp_path: Path, hours: int, checked: bool, grade: Grade) -> None:
    (office.rekom.settings.folder / "cadangan-terakhir.json").unlink()
    remember(office.rekom.settings, office.clock(), tmp_path / "copy", office.clock() if checked else None)
    office.clock.pass_by(hours=hours)
    assert found(office)["Cadangan"].grade is grade


def test_an_office_without_a_signer_or_rules(office: Office) -> None:
    with office.write() as session:
        session.exec(delete(SigningAuthority))
    assert found(office)["Pejabat"].cure == "Angkat pejabat: rekom signers appoint"
    changed(office, region="9999")
    assert found(office)["Aturan daerah"].grade is Grade.ILL


def test_production_needs_https(office: Office) -> None:
    changed(office, environment="production")
    assert "https" in found(office)["Setelan"].cure


def test_the_trail_without_a_witness(office: Office) -> None:
    office.open()
    assert found(office)["Saksi jejak audit"].grade is Grade.WATCH


def test_the_command_ends_with_one_where_something_is_ill(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = office.rekom.settings
    for name, value in {"DATABASE_URL": settings.database_url, "REKOM_DATA_DIR": settings.data_dir, "REDIS_URL": NOBODY}.items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(main, ["doctor"])
    assert told.exit_code == 1 and "✗ Redis: tidak dapat diperiksa" in told.output and "✓ Basis data: sqlite" in told.output
    said = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).output)
    assert {one["about"]: one["grade"] for one in said}["Redis"] == "ILL"
