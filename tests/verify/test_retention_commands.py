"""The commands of retention: a dry run, holds, and what is found afterwards."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from tests.office import Office, person
from tests.retention_office import everything, ticket_of, withdrawn
from verify import retention
from verify.cli import main
from workflows import erasing


@pytest.fixture(autouse=True)
def here(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_office.rekom.settings.database_url)
    monkeypatch.setenv("REKOM_DATA_DIR", sqlite_office.rekom.settings.data_dir)
    monkeypatch.setattr("verify.commands.operator.utc_now", sqlite_office.clock)


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["privacy", *words])


def test_a_dry_run_says_what_would_go_and_why_and_changes_nothing(sqlite_office: Office) -> None:
    office = sqlite_office
    gone = withdrawn(office)
    office.open(2)
    office.drain()
    held = ticket_of(office, 2)
    office.withdraw(held)
    assert typed("hold", "--ticket", held, "--reason", "Diperiksa inspektorat.").exit_code == 0
    office.clock.pass_by(days=400)
    before = everything(office)
    told = typed("retention", "--dry-run")
    assert told.exit_code == 0, told.output
    assert (
        f"Berkas {gone} (WITHDRAWN_CASE): sejak 2026-11-23, 365 hari, habis 2027-11-23: data pribadinya dihapus. Dasar: Contoh"
        in told.stdout
    )
    assert f"Berkas {held}" in told.stdout and "tetap, sebab: Ditahan: Diperiksa inspektorat." in told.stdout
    assert "Tidak ada yang diubah." in told.stdout and everything(office) == before
    plain = json.loads(typed("retention", "--dry-run", "--json").stdout)
    assert [(one["ticket"], bool(one["held"])) for one in plain["cases"]] == [(gone, False), (held, True)]
    done = typed("retention")
    assert done.exit_code == 0 and "Dihapus: data pribadi 1 berkas" in done.stdout and office.case(gone).name == erasing.GONE
    assert typed("release", "--ticket", held, "--reason", "Pemeriksaan selesai.").exit_code == 0
    assert "Dihapus: data pribadi 1 berkas" in typed("retention").stdout


def test_what_cannot_be_held_says_why(sqlite_office: Office) -> None:
    nobody = typed("hold", "--ticket", "0000-0000", "--reason", "Diperiksa inspektorat.")
    assert nobody.exit_code == 2 and "tidak ditemukan" in nobody.stderr


def test_an_export_after_it_finds_nobody(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    withdrawn(office)
    office.clock.pass_by(days=400)
    retention.sweep(office.rekom)
    asked = CliRunner().invoke(main, ["privacy", "export", "--to", str(tmp_path / "data.json")], input=f"{person(1)['nik']}\n")
    assert asked.exit_code == 2 and "tidak menyimpan data" in asked.stderr


def test_the_trail_is_walked_by_its_command_and_a_rewritten_link_is_named(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = withdrawn(office)
    office.clock.pass_by(days=400)
    retention.sweep(office.rekom)
    whole = CliRunner().invoke(main, ["audit", "verify"])
    assert whole.exit_code == 0 and "Utuh:" in whole.stdout
    with office.write() as session:
        session.connection().execute(text("DROP TRIGGER audit_event_no_UPDATE"))
        session.connection().execute(text("UPDATE audit_event SET actor_name = 'Orang Lain' WHERE action = 'WITHDRAW'"))
    wrong = CliRunner().invoke(main, ["audit", "verify"])
    assert wrong.exit_code == 1 and f"case:{office.case(ticket).id} #" in wrong.stderr
