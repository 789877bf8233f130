"""A person gets everything held about them and nothing about others; after a breach everybody concerned is found."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Table
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from tests.collective_office import approve, propose, to_file
from tests.many_letters import make_letters
from tests.office import Office, person
from verify.cli import main
from workflows import exposure, looked, subject_access
from workflows.sealed import Digest, bound
from workflows.subject_access import COVERED, DOOR, KEYED, NIK_COLUMNS, for_the_person, holdings

NOBODYS = {
    "alembic_version", "checkpoint", "collective_letter", "collective_reprint", "collective_step",
    "card_list", "coverage_cell", "coverage_snapshot", "door_list", "extract", "hospital", "hospital_key",
    "hospital_key_scope", "idempotency_record", "import_file", "import_part", "jamkesda_batch",
    "jamkesda_list", "letter_counter", "lookup_count", "meter", "passkey", "premium_account", "premium_bill",
    "premium_entry", "premium_letter", "readopted_letter",
    "recovery_code",
    "registration_answer", "registration_batch", "seat_quota", "sign_in", "signing_authority", "staff", "staff_role", "totp_secret",
    "trust_counter", "trust_entry", "used_signature", "webhook_endpoint", "household", "audit_event", "vault_key",
}  # fmt: skip
"""Tables about the office, its people and its numbers; ``audit_event`` is read by the
case's own chain, and of a
lost letter nothing but its seal's digest is known."""


ASKED = 40
ANOTHER = {
    "card": {"code": "ZZZZ-ZZZZ", "position": 2, "nik_digest": "9901014101900009"},
    "door": {"code": "ZZZZ-ZZZZ", "position": 2, "family_digest": "9901010000000009"},
    "premium_line": {"line": 2, "nik_digest": "9901014101900009"},
}


@pytest.fixture(autouse=True)
def here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "office" in request.fixturenames:
        settings = request.getfixturevalue("office").rekom.settings
        monkeypatch.setenv("DATABASE_URL", settings.database_url)
        monkeypatch.setenv("REKOM_DATA_DIR", settings.data_dir)


def typed(*words: str, nik: str = "") -> Result:
    return CliRunner().invoke(main, ["privacy", *words], input=f"{nik}\n")


def reached() -> set[str]:
    """Every table that rows about a person can be found in."""
    tables = {table for table in SQLModel.metadata.sorted_tables if {column.name for column in table.columns} & set(NIK_COLUMNS)}
    waiting: list[Table] = list(tables)
    while waiting:
        more = {key.table for key in subject_access._pointing_at(waiting.pop())} - tables
        tables |= more
        waiting += more
    return {table.name for table in tables}


def test_every_table_is_either_a_persons_or_nobodys() -> None:
    names = {table.name for table in SQLModel.metadata.sorted_tables}
    keyed = {*KEYED, DOOR}
    assert names - reached() - NOBODYS == keyed
    assert (reached() | keyed) & NOBODYS == set()
    by_digest = {table.name for table in SQLModel.metadata.sorted_tables if any(isinstance(one.type, Digest) for one in table.columns)}
    assert by_digest - reached() == keyed | {"household"}, "whose members are reached by their cases"


def test_what_is_known_by_a_keyed_digest_alone_is_handed_over(sqlite_office: Office) -> None:
    office, nik = sqlite_office, person(1)["nik"]
    office.open(1, kk="9901011234567890")
    rows = {
        "card": {
            "code": "KKKK-KKKK",
            "list_id": 1,
            "position": 1,
            "nik_digest": nik,
            "source": "MEMBER_FILE",
            "waits": True,
            "newest": True,
        },
        "door": {
            "code": "DDDD-DDDD",
            "list_id": 1,
            "position": 1,
            "family_digest": "9901011234567890",
            "people": 2,
            "reason": "UNIVERSAL",
            "waits": True,
        },
        "premium_line": {"bill_id": 1, "line": 1, "nik_digest": nik, "amount": 37_800},
    }
    with office.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table, row in rows.items():
            connection.execute(SQLModel.metadata.tables[table].insert(), [row, row | ANOTHER[table]])
        found = holdings(session, nik)
        session.rollback()
    assert [row["code"] for row in found["card"]] == ["KKKK-KKKK"] and [row["code"] for row in found["door"]] == ["DDDD-DDDD"]
    assert [row["line"] for row in found["premium_line"]] == [1]
    assert all("nik_digest" not in for_the_person(found, nik)[table][0] for table in ("card", "premium_line"))


def test_everything_from_the_ktp_to_the_letter_is_handed_over(office: Office, tmp_path: Path) -> None:
    ticket, file = office.to_letter(1), tmp_path / "data.json"
    office.to_letter(2)
    done = typed("export", "--to", str(file), nik=person(1)["nik"])
    assert done.exit_code == 0, done.output
    said = json.loads(file.read_text())
    assert {"case_file", "check_result", "assessment", "decision", "letter", "task", "seat", "audit_event", "registration"} <= said.keys()
    assert [row["ticket"] for row in said["case_file"]] == [ticket]
    assert said["letter"][0]["pdf"]["bytes"] > 0 and said["case_file"][0]["nik"] == person(1)["nik"]
    assert person(2)["nik"] not in file.read_text() and person(2)["name"] not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert office.events(ticket)[-1].action == "EXPORT"


def test_a_childs_case_is_part_of_its_mothers_and_others_numbers_are_covered() -> None:
    row = {"nik": "9901014101900001", "note": "ibu 9901014101900002, bapak 9901014101900001", "kin": ["9901014101900003"], "paper": b"x"}
    said = for_the_person({"case_file": [row]}, "9901014101900001")["case_file"][0]
    assert said["note"] == f"ibu {COVERED}, bapak 9901014101900001" and said["kin"] == [COVERED]
    assert said["paper"]["bytes"] == 1


def test_nothing_held_nothing_written(office: Office, tmp_path: Path) -> None:
    office.open(1)
    nobody = typed("export", "--to", str(tmp_path / "data.json"), nik=person(7)["nik"])
    assert nobody.exit_code == 2 and "tidak menyimpan data" in nobody.stderr
    wrong = typed("export", "--to", str(tmp_path / "data.json"), nik="123")
    assert wrong.exit_code == 2 and "16 angka" in wrong.stderr
    assert not (tmp_path / "data.json").exists()


def test_a_file_that_is_there_is_never_written_over(office: Office, tmp_path: Path) -> None:
    ticket = office.open(1)
    (tmp_path / "data.json").write_text("lama")
    done = typed("export", "--to", str(tmp_path / "data.json"), nik=person(1)["nik"])
    assert done.exit_code == 2 and "sudah ada" in done.stderr and (tmp_path / "data.json").read_text() == "lama"
    assert office.events(ticket)[-1].action != "EXPORT"


def test_nothing_is_written_that_the_trail_does_not_hold(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit comes first: where it fails, no file with personal data is left behind."""
    office.open(1)

    def lost(self: object) -> None:
        raise OperationalError("COMMIT", None, Exception("connection lost"))

    monkeypatch.setattr("sqlalchemy.orm.SessionTransaction.commit", lost)
    done = typed("export", "--to", str(tmp_path / "data.json"), nik=person(1)["nik"])
    assert done.exit_code != 0 and not (tmp_path / "data.json").exists()


def test_everybody_an_account_saw_is_listed_with_the_last_hour_to_tell_them(office: Office, tmp_path: Path) -> None:
    tickets = [office.open(1), office.open(2), office.open(3, by="peksos")]
    for ticket in tickets[:2]:
        assert office.api("loket").get(f"/applications/{ticket}").status_code == 200
    office.clock.pass_by(days=2)
    assert office.api("loket").get(f"/applications/{tickets[2]}").status_code == 200
    assert office.api("peksos").get(f"/applications/{tickets[2]}").status_code == 200
    day = office.clock.now - timedelta(days=2)
    span = ("--from", f"{day:%Y-%m-%d}T00:00", "--until", f"{day:%Y-%m-%d}T23:59", "--known", "2026-11-26T09:00")
    done = typed("breach", "--account", "loket", *span, "--to", str(tmp_path / "orang.csv"))
    assert done.exit_code == 0 and "2 berkas dilihat akun loket" in done.stdout and "29 November 2026, 09.00 WIB" in done.stdout
    listed = (tmp_path / "orang.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in listed[1:]] == sorted(tickets[:2])
    assert all(";tindakan pada berkas, berkas;2;" in line for line in listed[1:]) and person(1)["nik"] not in "".join(listed)


@pytest.mark.slow
def test_whoever_a_stolen_hospital_account_asked_about_is_listed(office: Office, tmp_path: Path) -> None:
    """A desk's questions leave no look at a case, only an event on it: forty letters, forty people."""
    tokens, desk = [letter.token for letter in make_letters(office, ASKED)], office.api("rs")
    assert {desk.post("/desk/check", {"code": token}).json["answer"] for token in tokens} == {"VALID"}
    with office.read() as session:
        staff = exposure.account(session, "rs")
        assert staff and staff.id
        found = exposure.exposed(session, staff.id, office.clock() - timedelta(hours=1), office.clock())
        assert exposure.exposed(session, staff.id, office.clock() - timedelta(days=9), office.clock() - timedelta(days=8)) == []
    assert len({one.ticket for one in found}) == ASKED
    assert {one.seen for one in found} == {("ACTED",)}
    day = office.clock.now
    span = ("--from", f"{day:%Y-%m-%d}T00:00", "--until", f"{day:%Y-%m-%d}T23:59", "--known", "2026-11-26T09:00")
    done = typed("breach", "--account", "rs", *span, "--to", str(tmp_path / "orang.csv"))
    assert f"{ASKED} berkas dilihat akun rs" in done.stdout
    assert (tmp_path / "orang.csv").read_text(encoding="utf-8-sig").count("tindakan pada berkas") == ASKED


def test_whoever_stood_on_a_cover_letter_is_listed_and_a_file_counts_by_its_looks(office: Office) -> None:
    to_file(office, 1, 2)
    letter = propose(office)
    began = office.clock.pass_by(days=1)
    assert office.api("kadis").get(f"/collective-letters/{letter.id}").status_code == 200
    approve(office, letter)
    assert office.api("loket").get("/registration-batches/1/file").status_code == 200
    kadis, loket = office.actor("kadis"), office.actor("loket")
    with office.write() as session:
        looked.note_person(session, person(9)["nik"], kadis, now=began)
    with office.read() as session:
        found = exposure.exposed(session, kadis.person_id, began, office.clock())
        lists = exposure.exposed_lists(session, kadis.person_id, began, office.clock())
        taken = exposure.exposed(session, loket.person_id, began, office.clock())
        assert exposure.exposed_lists(session, loket.person_id, began, office.clock()) == []
    assert [(one.seen, one.times) for one in found] == [(("CASE", "LISTED"), 2)] * 2
    assert [(one.name, one.what, one.people) for one in lists] == [(None, "data satu orang sebelum berkas dibuka", 1)]
    assert [(one.seen, one.times) for one in taken] == [(("REVEALED",), 1)] * 2


@pytest.mark.parametrize(("account", "since", "said"), [("siapa", "2026-11-20T00:00", "tidak ada"), ("loket", "kemarin", "tidak terbaca")])
def test_what_cannot_be_listed_says_why(office: Office, tmp_path: Path, account: str, since: str, said: str) -> None:
    span = ("--from", since, "--until", "2026-11-26T00:00", "--known", "2026-11-26T09:00")
    done = typed("breach", "--account", account, *span, "--to", str(tmp_path / "orang.csv"))
    assert done.exit_code == 2 and said in done.stderr and not (tmp_path / "orang.csv").exists()


@pytest.mark.slow
def test_five_thousand_people_are_all_found(sqlite_office: Office) -> None:
    """Threat 12 of the reliability plan: 5,000 of 5,000."""
    office = sqlite_office
    office.open(1)
    with office.write() as session:
        connection = session.connection()
        case = dict(connection.execute(SQLModel.metadata.tables["case_file"].select()).mappings().one())
        table = SQLModel.metadata.tables["case_file"]
        cases = [bound(table, case | {"id": 10 + n, "ticket": f"T{n:07d}", "nik": f"99010141{n:08d}"}) for n in range(5_000)]
        connection.execute(table.insert(), cases)
        seen = {
            "staff_id": 1,
            "seen": "CASE",
            "day": office.clock().date(),
            "first_at": office.clock(),
            "last_at": office.clock(),
            "times": 1,
        }
        connection.execute(SQLModel.metadata.tables["case_reading"].insert(), [{**seen, "case_id": 10 + n} for n in range(5_000)])
    with office.read() as session:
        found = exposure.exposed(session, 1, office.clock() - timedelta(hours=1), office.clock())
        assert sum("CASE" in one.seen for one in found) == 5_000
        assert [one.seen for one in found if "CASE" not in one.seen] == [("ACTED",)], "the case that this account opened"
        assert holdings(session, "9901014100000042")["case_file"][0]["ticket"] == "T0000042"
