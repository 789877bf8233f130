"""``rekom staff``, ``hospitals`` and ``signers``: a production office is set up from nothing by commands only, and then works."""

import json
import logging
import os
import pwd
import shlex
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from tests.office import Clock, person, running_office
from verify import auth
from verify.cli import main
from verify.composition import Rekom
from verify.config import Settings
from verify.db import Database
from verify.keys import make_keys
from verify.seeds import DEMO_PASSWORD
from workflows import audit
from workflows.errors import NotAllowed
from workflows.records import AuditEvent, Decision, SignIn, SigningAuthority, Staff
from workflows.states import State
from workflows.vocabulary import Capacity

PRODUCTION = {
    "REKOM_ENVIRONMENT": "production",
    "REKOM_PRACTICE": "false",
    "REKOM_SECRET_KEY": "s" * 32,
    "REKOM_DUKCAPIL_PASSWORD": "x",
    "REKOM_BPJS_SECRET": "x",
    "REKOM_BPJS_USER_KEY": "x",
    "REKOM_DTSEN_KEY": "x",
    "REKOM_BSRE_PASSWORD": "x",
    "REKOM_REGION": "3673",
    "REKOM_SECOND_FACTOR_ROLES": "KADIS,ADMIN",
}
NIK = person()["nik"]

Typed = Callable[..., Result]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("verify.commands.operator.utc_now", made)
    return made


def typist(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **environ: str) -> Typed:
    """Types commands at a server with this database; the password is piped unless something else is said."""
    monkeypatch.setattr("verify.cli.configure_logs", lambda: None)  # the test's own listeners stay
    env = {"DATABASE_URL": url, "REKOM_DATA_DIR": str(folder), **PRODUCTION, **environ}

    def run(line: str, *words: str, says: str = f"{DEMO_PASSWORD}\n") -> Result:
        return CliRunner(env=env).invoke(main, [*shlex.split(line), *words], input=says, catch_exceptions=False)

    return run


@pytest.fixture
def typed(sqlite_url: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Typed:
    return typist(sqlite_url, tmp_path, monkeypatch, REKOM_ENVIRONMENT="test")


def rows(url: str, *tables: Any) -> list[Any]:
    with closing(Database(url)) as database, database.read() as session:
        return [row for table in tables for row in session.exec(select(table)).all()]


def test_an_office_from_nothing_to_a_letter_by_an_acting_signer(
    database_url: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    typed = typist(database_url, tmp_path, monkeypatch)
    first_day = [
        typed("hospitals add RS-CONTOH-1 --city Serang", "--name", "RSUD Contoh Serang"),
        typed("staff add loket --role LOKET", "--name", "Rini Contoh"),
        typed("staff add peksos --role caseworker", "--name", "Agus Contoh"),
        typed("staff add validator --role VALIDATOR", "--name", "Dewi Contoh"),
        typed("staff add kadis --role KADIS", "--name", "Dra. Hj. Wati Contoh, M.Si.", "--nip", "19700101 199503 2 999"),
        typed("staff add sekretaris --role VALIDATOR", "--name", "Budi Contoh", "--rank", "Pembina (IV/a)"),
        typed("staff add rs --role HOSPITAL --hospital RS-CONTOH-1", "--name", "Yudi Contoh"),
        typed("staff add admin --role ADMIN", "--name", "Tono Contoh"),
        typed("signers appoint kadis --capacity DEFINITIF --from 2026-01-01", "--title", "Kepala Dinas Sosial Kota Serang"),
        typed(
            "signers appoint sekretaris --capacity PLT --from 2026-11-23 --to 2026-11-24", "--title", "Plt. Kepala Dinas Sosial Kota Serang"
        ),
    ]
    assert [result.exit_code for result in first_day] == [0] * len(first_day), [result.output for result in first_day]
    with running_office(database_url, tmp_path) as office:
        assert office.count(Staff) == len(first_day) - 3  # nothing was seeded
        office.clock.now = clock.now
        first, second = office.to_decision(1, hospital_code="RS-CONTOH-1"), office.to_decision(2)
        office.clock.pass_by(days=1)
        office.approve(first, by="sekretaris")
        office.drain()
        answer = office.api("rs").post("/desk/accept", {"code": office.letter(first).token}, key="1")
        assert answer.status_code in (200, 201), answer.text
        office.clock.pass_by(days=1)
        with pytest.raises(NotAllowed):
            office.approve(second, by=office.actor("sekretaris"))
        office.approve(second, by="kadis")
        assert [office.case(ticket).state for ticket in (first, second)] == [State.ACCEPTED, State.APPROVED]
    signed = {row.decided_by: row.authority_id for row in rows(database_url, Decision)}
    authorities = {row.id: (row.staff_id, row.capacity) for row in rows(database_url, SigningAuthority)}
    assert sorted(capacity for _, capacity in authorities.values()) == [Capacity.DEFINITIF, Capacity.PLT]
    assert all(authorities[authority][0] == decider for decider, authority in signed.items())
    told = "".join(result.output for result in first_day) + caplog.text
    kept = str([row.model_dump() for row in rows(database_url, AuditEvent)])
    for text in (told, kept):
        assert DEMO_PASSWORD not in text
        assert "argon2" not in text
        assert NIK not in text


def test_who_typed_is_in_the_audit_trail(typed: Typed, sqlite_url: str) -> None:
    typed("hospitals add RS-CONTOH-1 --city Serang", "--name", "RSUD Contoh")
    typed("staff add loket --role LOKET", "--name", "Rini Contoh")
    events = rows(sqlite_url, AuditEvent)
    assert [(event.subject, event.action) for event in events] == [("office:3673", "OPEN_HOSPITAL"), ("staff:1", "HIRE")]
    name = f"operator: {pwd.getpwuid(os.getuid()).pw_name}"
    assert {(event.actor_id, event.actor_name) for event in events} == {(None, name)}
    assert all(audit.verify_chain([event]) is None for event in events)


def test_an_operator_without_a_name_is_a_number(typed: Typed, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> Any:
        raise KeyError(number)

    monkeypatch.setattr("pwd.getpwuid", nobody)
    typed("staff add loket --role LOKET", "--name", "Rini Contoh")
    assert rows(sqlite_url, AuditEvent)[0].actor_name == f"operator: uid {os.getuid()}"


def web_of(url: str, folder: Path, clock: Clock) -> Rekom:
    """What the web process has: tries to sign in are counted under a digest of its key."""
    make_keys(folder / "keys")
    return Rekom(Settings(environment="test", database_url=url, data_dir=str(folder)), clock, wakes=False)


def test_a_disabled_person_is_out_at_once(typed: Typed, sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    typed("staff add loket --role LOKET", "--name", "Rini Contoh")
    rekom = web_of(sqlite_url, tmp_path, clock)
    token, _ = auth.sign_in(rekom, "loket", DEMO_PASSWORD)
    assert auth.find_actor(rekom, token) is not None
    assert typed("staff disable loket").output == "Akun loket dinonaktifkan; semua sesinya berakhir.\n"
    assert auth.find_actor(rekom, token) is None
    with pytest.raises(auth.WrongPassword):
        auth.sign_in(rekom, "loket", DEMO_PASSWORD)
    rekom.database.close()
    assert [row.ended_at for row in rows(sqlite_url, SignIn)] == [clock()]
    assert "sudah dinonaktifkan" in typed("staff password loket").output
    assert typed("staff list").output.endswith("LOKET; dinonaktifkan\n")


def test_a_new_password_replaces_the_old_one(typed: Typed, sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    typed("staff add loket --role LOKET", "--name", "Rini Contoh")
    rekom = web_of(sqlite_url, tmp_path, clock)
    token, _ = auth.sign_in(rekom, "loket", DEMO_PASSWORD)
    assert typed("staff password loket", says="sandi baru loket\r\n").exit_code == 0
    assert auth.find_actor(rekom, token) is None
    auth.sign_in(rekom, "loket", "sandi baru loket")
    with pytest.raises(auth.WrongPassword):
        auth.sign_in(rekom, "loket", DEMO_PASSWORD)
    rekom.database.close()


def test_at_a_terminal_the_password_is_typed_twice_and_never_shown(typed: Typed, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.commands.staff._at_terminal", lambda: True)
    unlike = typed("staff add loket --role LOKET", "--name", "Rini Contoh", says="sandi-pertama-1\nsandi-kedua-22\n")
    assert (unlike.exit_code, "Kedua kata sandi tidak sama" in unlike.output) == (2, True)
    assert rows(sqlite_url, Staff) == []
    alike = typed("staff add loket --role LOKET", "--name", "Rini Contoh", says="sandi-pertama-1\nsandi-pertama-1\n")
    assert alike.exit_code == 0
    assert "sandi-pertama-1" not in unlike.output + alike.output
    assert "Akun loket dibuat untuk Rini Contoh: LOKET." in alike.output


def test_roles_change_in_one_go_or_not_at_all(typed: Typed) -> None:
    typed("staff add rini --role LOKET", "--name", "Rini Contoh")
    assert typed("staff role rini --take LOKET --give ADMIN").output == "Peran rini sekarang: ADMIN.\n"
    refused = typed("staff role rini --take ADMIN --give VALIDATOR --give SYSTEM")
    assert (refused.exit_code, "Peran SYSTEM" in refused.output) == (2, True)
    assert typed("staff list").output == f"{'rini':<20} Rini Contoh (3673): ADMIN\n"
    assert typed("staff role rini --take admin").output == "Peran rini sekarang: tidak ada.\n"


def test_lists(typed: Typed) -> None:
    typed("hospitals add RS-CONTOH-1 --city Serang --phone 0254-1", "--name", "RSUD Contoh")
    typed("staff add rs --role HOSPITAL --hospital RS-CONTOH-1", "--name", "Yudi Contoh")
    typed("staff add wati --role KADIS --role VALIDATOR --rank Pembina", "--name", "[bold]Wati Contoh")
    typed("signers appoint wati --capacity definitif --from 2026-01-01", "--title", "Kepala Dinas Sosial Kota Serang")
    assert typed("hospitals list").output == f"{'RS-CONTOH-1':<16} RSUD Contoh, Serang (3673), telepon 0254-1\n"
    assert typed("staff list").output.splitlines() == [
        f"{'rs':<20} Yudi Contoh (3673 RS-CONTOH-1): HOSPITAL",
        f"{'wati':<20} [bold]Wati Contoh (3673): VALIDATOR, KADIS",
    ]
    listed = json.loads(typed("staff list --json").output)
    assert listed[1] == {
        "username": "wati",
        "name": "[bold]Wati Contoh",
        "roles": ["VALIDATOR", "KADIS"],
        "region": "3673",
        "hospital": None,
        "nip": None,
        "rank": "Pembina",
        "disabled_at": None,
    }
    wati = f"{1:>5}  {'wati':<20} [bold]Wati Contoh, DEFINITIF Kepala Dinas Sosial Kota Serang, 01-01-2026"
    assert typed("signers list").output == f"{wati} tanpa hari terakhir\n"
    assert typed("signers end 1").output == "Kewenangan nomor 1 berakhir sesudah 23-11-2026.\n"
    assert typed("signers list").output == f"{wati} sampai 23-11-2026\n"


def test_an_authority_ends_today_by_the_office_s_own_calendar(typed: Typed, sqlite_url: str, clock: Clock) -> None:
    typed("staff add wati --role KADIS", "--name", "Wati Contoh")
    typed("signers appoint wati --capacity DEFINITIF --from 2026-01-01", "--title", "Kepala Dinas Sosial Kota Serang")
    clock.now = clock.now.replace(hour=17) + timedelta(minutes=1)  # past midnight in Serang
    assert typed("signers end 1").exit_code == 0
    assert [str(row.valid_to) for row in rows(sqlite_url, SigningAuthority)] == ["2026-11-24"]
    assert "dihapus, belum pernah dipakai" in typed("signers end 1 --last 2025-12-31").output
    assert rows(sqlite_url, SigningAuthority) == []


REFUSED = [
    ("staff add budi --role LOKET --name Budi", "sebelas-123\n", "Kata sandi terdiri dari 12-200 karakter"),
    ("staff add budi --role LOKET --name Budi", "", "Kata sandi terdiri dari 12-200 karakter"),
    ("staff add budi --role LOKET --name Budi", "x" * 201, "Kata sandi terdiri dari 12-200 karakter"),
    ("staff add budi --role LOKET --name Budi", "dua belas\0huruf\n", "Kata sandi terdiri dari 12-200 karakter"),
    ("staff add budi.contoh1 --role LOKET --name Budi", "Budi.Contoh1\n", "tidak boleh sama dengan nama pengguna"),
    ("staff password rini.contoh1", "rini.contoh1\n", "tidak boleh sama dengan nama pengguna"),
    ("staff password tidak-ada", None, 'Akun "tidak-ada" tidak ada'),
    ("staff add rini.contoh1 --role LOKET --name Rini", None, "sudah dipakai"),
    ("staff add budi --role BUPATI --name Budi", None, "Peran itu tidak ada. Pilih dari: LOKET, CASEWORKER"),
    ("staff add budi --role SYSTEM --name Budi", None, "Peran SYSTEM milik proses sendiri"),
    ("staff add budi --role ADMIN --role LOKET --name Budi", None, "Peran ADMIN dipegang sendiri"),
    ("staff add budi --role HOSPITAL --name Budi", None, "memerlukan kode rumah sakit"),
    ("staff add budi --role HOSPITAL --hospital RS-LAIN --name Budi", None, "belum terdaftar di daerah ini"),
    ("staff add budi --role LOKET --region 9999 --name Budi", None, "Daerah itu belum punya berkas aturan"),
    (f"staff add {NIK} --role LOKET --name Budi", None, "bukan NIK"),
    (f"staff disable {NIK}", None, "Akun itu tidak ada"),
    ("staff role rini.contoh1", None, "Sebutkan --give PERAN"),
    ("staff role rini.contoh1 --take KADIS", None, "tidak memegang peran KADIS"),
    ("hospitals add rs --name RS --city Serang", None, "huruf besar"),
    ("hospitals add RS --name RS --city Serang --region 9999", None, "Daerah itu belum punya berkas aturan"),
    (
        "signers appoint rini.contoh1 --capacity PLT --title 'Kepala Dinas Sosial Kota Serang' --from 2026-11-23",
        None,
        "harus punya hari terakhir",
    ),
    ("signers appoint rini.contoh1 --capacity PJ --title Plt. --from 2026-11-23", None, "Pilih dari: DEFINITIF, PLT, PLH, AN"),
    ("signers appoint rini.contoh1 --capacity PLT --title Plt. --from 23-11-2026", None, "Tulis --from seperti 2026-11-30"),
    ("signers appoint rini.contoh1 --capacity PLT --title Plt. --from 2026-11-23 --to besok", None, "Tulis --to seperti"),
    (
        "signers appoint rini.contoh1 --capacity AN --title 'Kepala Dinas Sosial Kota Serang' --from 2026-11-23 --to 2026-11-24",
        None,
        "menyebut jabatannya sendiri",
    ),
    (
        "signers appoint rini.contoh1 --capacity PLT --title Plt. --from 2026-11-23 --to 2026-11-24 --letter-type X",
        None,
        "Jenis surat itu tidak ada",
    ),
    (
        "signers duty rini.contoh1 --title 'Kepala Dinas Sosial Kota Serang' --position Kabid --from besok --until 2026-11-29T08:00",
        None,
        "Tulis --from seperti",
    ),
    ("signers end 7", None, "Kewenangan nomor 7 tidak ada"),
]


def test_what_is_refused_changes_nothing(typed: Typed, sqlite_url: str, subtests: pytest.Subtests) -> None:
    typed("staff add rini.contoh1 --role LOKET", "--name", "Rini Contoh")
    before = [row.model_dump() for row in rows(sqlite_url, Staff, SigningAuthority, AuditEvent)]
    for line, says, said in REFUSED:
        with subtests.test(f"{line} {said}"):
            result = typed(line) if says is None else typed(line, says=says)
            assert result.exit_code == 2
            assert result.stderr.startswith("Gagal: ")
            assert said in result.stderr
            assert NIK not in result.output
            assert not (says or "").strip() or says.strip() not in result.output
    assert [row.model_dump() for row in rows(sqlite_url, Staff, SigningAuthority, AuditEvent)] == before


def test_no_command_takes_a_password_as_an_argument(typed: Typed) -> None:
    for line in ("staff add budi --name Budi --password", "staff password loket"):
        result = typed(line, DEMO_PASSWORD)
        assert (result.exit_code, "Usage" in result.output) == (2, True)


def test_a_database_that_was_not_migrated_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = typist(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path, monkeypatch)
    for line in ("staff list", "staff disable loket", "hospitals list", "signers list"):
        result = typed(line)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert "lalu rekom migrate." in result.stderr


def test_two_at_once_are_told_so(typed: Typed, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name was free when it was looked at, and taken when it was written."""
    typed("staff add rini --role LOKET", "--name", "Rini Contoh")
    monkeypatch.setattr("workflows.staffing._check_username", lambda session, username: None)
    result = typed("staff add rini --role LOKET", "--name", "Rini Contoh")
    assert (result.exit_code, "Orang lain baru saja mengubah data yang sama" in result.stderr) == (2, True)
    assert len(rows(sqlite_url, Staff)) == 1
