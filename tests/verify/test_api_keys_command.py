"""``rekom api-keys``: a production office gives a hospital's system its key, by commands only."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.office import Office, running_office
from tests.simrs import Simrs
from verify.cli import main


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    with running_office(sqlite_url, tmp_path) as made:
        yield made


def typed(office: Office, line: str, *words: str) -> Result:
    settings = office.rekom.settings
    env = {"DATABASE_URL": settings.database_url, "REKOM_DATA_DIR": settings.data_dir, "REKOM_ENVIRONMENT": "test"}
    return CliRunner(env=env).invoke(main, [*line.split(), *words], catch_exceptions=False)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.cli.configure_logs", lambda: None)  # the test's own listeners stay


def test_made_listed_and_revoked(office: Office) -> None:
    made = typed(office, "api-keys add RS-CONTOH-1 --scope check --scope accept --label", "SIMRS IGD")
    client_id, secret = (line.split(": ")[1] for line in made.stdout.splitlines())
    assert "Rahasia ini tidak ditampilkan lagi" in made.stderr
    program = Simrs(office, client_id, secret)
    listed = typed(office, "api-keys list").stdout
    assert listed.startswith(f"{client_id:<18} RSUD Contoh Serang – SIMRS IGD: check, accept; belum dipakai")
    assert program.sign_in().get_json()["scope"] == "check accept"
    (known,) = json.loads(typed(office, "api-keys list --json").stdout)
    assert (known["hospital"], known["last_used_at"], known["revoked_at"]) == ("RS-CONTOH-1", "2026-11-23T02:00:00+00:00", None)
    assert secret not in listed + str(known)
    revoked = typed(office, f"api-keys revoke {client_id}")
    assert revoked.stdout == f"Kunci {client_id} milik RSUD Contoh Serang – SIMRS IGD dicabut.\n"
    assert program.sign_in().status_code == 401
    assert typed(office, "api-keys list").stdout.rstrip().endswith("; dicabut")


def test_what_cannot_be_done_is_said_in_one_line(office: Office) -> None:
    unknown = typed(office, "api-keys add RS-LAIN --scope check --label SIMRS")
    assert (unknown.exit_code, unknown.stderr.count("\n")) == (2, 1)
    assert "belum terdaftar" in unknown.stderr
    assert typed(office, "api-keys revoke rs-tidak-ada").exit_code == 2
    assert typed(office, "api-keys add RS-CONTOH-1 --scope admin --label SIMRS").exit_code == 2
    assert typed(office, "api-keys list").stdout == ""


def test_webhooks_are_opened_listed_replayed_and_closed_by_command(office: Office) -> None:
    opened = typed(office, "webhooks open RS-CONTOH-1 https://simrs.contoh.id/webhook")
    endpoint, secret = (line.split(": ")[1] for line in opened.stdout.splitlines())
    assert secret.startswith("whsec_")
    assert typed(office, "webhooks list").stdout == f"{endpoint}  RS-CONTOH-1      dibuka   https://simrs.contoh.id/webhook\n"
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    listed = typed(office, "webhooks log --undelivered").stdout
    assert "letter.issued" in listed and "dicoba" in listed
    message_id = listed.split()[0]
    assert "masih dicoba" in typed(office, f"webhooks replay {message_id}").stderr
    assert typed(office, f"webhooks close {endpoint}").exit_code == 0
    office.clock.pass_by(minutes=1)
    office.drain()
    assert "gagal" in typed(office, "webhooks log").stdout
    assert "sudah ditutup" in typed(office, f"webhooks replay {message_id}").stderr
    assert office.letter(ticket).token not in listed


def test_an_address_that_must_not_be_asked_is_refused_in_one_line(office: Office) -> None:
    for url in ("http://simrs.contoh.id/", "https://127.0.0.1/", "https://localhost/"):
        refused = typed(office, f"webhooks open RS-CONTOH-1 {url}")
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert typed(office, "webhooks list").stdout == ""
