"""Behind the masks with a reason and a budget, and who looked at whom."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlmodel import select

from tests.collective_office import propose, to_file
from tests.office import Clock, Office, person, running_office
from tests.verify.web.visitor import Visitor
from verify.cli import main
from verify.seeds import DEMO_PASSWORD
from workflows import audit
from workflows.records import CaseReading
from workflows.states import State

WHY = "Menelepon keluarga untuk kunjungan rumah."


def readings(office: Office) -> list[tuple[int, str, int]]:
    with office.read() as session:
        return [(row.staff_id, row.seen.value, row.times) for row in session.exec(select(CaseReading).order_by(CaseReading.first_at))]


def test_the_numbers_are_shown_with_a_reason_and_written_down(office: Office) -> None:
    ticket = office.open()
    answer = office.api("loket").post(f"/applications/{ticket}/reveal", {"reason": WHY})
    known = person()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.get_json() == {"nik": known["nik"], "kk": known["kk"], "phone": known["phone"], "mother_nik": None, "proxy_phone": None}
    event = office.events(ticket)[-1]
    assert (event.action, event.actor_name, event.detail) == ("REVEAL", "Rini Contoh", {"reason": WHY})
    assert readings(office) == [(1, "REVEALED", 1)]


@pytest.mark.parametrize("reason", ["", "ya", "Untuk NIK 9901014101900001", "0812 3456 7890 1 ditelepon"])
def test_without_a_reason_nothing_is_shown(office: Office, reason: str) -> None:
    ticket = office.open()
    answer = office.api("loket").post(f"/applications/{ticket}/reveal", {"reason": reason})
    assert answer.status_code == 422
    assert person()["nik"] not in answer.get_data(as_text=True)
    assert office.events(ticket)[-1].action != "REVEAL"


def test_a_day_has_a_budget(database_url: str, tmp_path: Path) -> None:
    with running_office(database_url, tmp_path, reveals_per_day=3) as office:
        tickets, loket = [office.open(number) for number in (1, 2)], office.api("loket")
        said = [loket.post(f"/applications/{tickets[turn % 2]}/reveal", {"reason": WHY}).status_code for turn in range(5)]
        assert said == [200] * 3 + [429] * 2
        assert office.api("peksos").post(f"/applications/{tickets[0]}/reveal", {"reason": WHY}).status_code == 200
        office.clock.pass_by(days=1)
        assert office.api("loket").post(f"/applications/{tickets[0]}/reveal", {"reason": WHY}).status_code == 200


@pytest.mark.parametrize("username", ["kadis", "rs", "admin"])
def test_others_see_masks_only(office: Office, username: str) -> None:
    ticket = office.open()
    assert office.api(username).post(f"/applications/{ticket}/reveal", {"reason": WHY}).status_code == 403


def test_the_page_shows_them_once_in_groups(sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(), Visitor(sqlite_office.app.test_client())
    visitor.fill("/masuk", username="loket", password=DEMO_PASSWORD)
    assert f"/berkas/{ticket}/data-lengkap" in visitor.get(f"/berkas/{ticket}").links()
    wrong = visitor.fill(f"/berkas/{ticket}/data-lengkap", reason="ya")
    assert wrong.status == 422 and len(wrong.problems()) >= 1
    page = visitor.fill(f"/berkas/{ticket}/data-lengkap", reason=WHY)
    nik = person()["nik"]
    assert " ".join(nik[place : place + 4] for place in range(0, 16, 4)) in page.main()
    assert "Sisa hari ini: 59." in page.main()
    assert "Data lengkap dibuka" in visitor.get(f"/berkas/{ticket}").main()


def test_each_look_at_a_case_is_written_down_once(office: Office) -> None:
    ticket = office.to_letter()
    kadis = office.api("kadis")
    for _ in range(3):
        kadis.get(f"/applications/{ticket}")
    kadis.post(f"/applications/{ticket}/letter.pdf")
    office.api("rs").get(f"/applications/{ticket}")  # may not: saw nothing
    assert readings(office) == [(4, "CASE", 3), (4, "LETTER", 1)]


@pytest.mark.parametrize(("error", "status"), [(OperationalError("INSERT", {}, Exception("full")), 503), (SQLAlchemyError("secret"), 500)])
def test_a_step_whose_look_cannot_be_written_down_is_not_called_unstored(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, error: SQLAlchemyError, status: int
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    ticket, kadis = sqlite_office.to_decision(), sqlite_office.api("kadis")
    version = sqlite_office.case(ticket).version
    monkeypatch.setattr("workflows.looked.note_all", refuse)
    seen = kadis.get(f"/applications/{ticket}")
    assert (seen.status_code, "belum tersimpan" in seen.get_json()["detail"]) == (status, True)
    done = kadis.post(f"/applications/{ticket}/decision", {"outcome": "APPROVE", "reason": "Uji.", "version": version})
    assert (done.status_code, done.get_json()["code"]) == (status, "langkah-mungkin-tersimpan")
    assert done.get_json()["detail"] == "Langkah Anda mungkin sudah tersimpan, tetapi tidak dapat ditampilkan. Buka berkas lagi."
    assert sqlite_office.case(ticket).state == State.APPROVED
    told = sqlite_office.app.test_client().get(done.get_json()["type"])
    assert (told.status_code, "mungkin sudah tersimpan" in told.get_data(as_text=True)) == (200, True)


def test_another_day_is_another_line(office: Office) -> None:
    ticket = office.open()
    office.api("kadis").get(f"/applications/{ticket}")
    office.clock.pass_by(days=1)
    office.api("kadis").get(f"/applications/{ticket}")
    assert readings(office) == [(4, "CASE", 1), (4, "CASE", 1)]


def test_every_route_of_a_case_writes_a_look(sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_letter(), Visitor(sqlite_office.app.test_client())
    visitor.fill("/masuk", username="kadis", password=DEMO_PASSWORD)
    looks = 0
    for rule in sqlite_office.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments != {"ticket"} or not rule.rule.startswith("/berkas/"):
            continue
        status = visitor.client.get(rule.rule.replace("<ticket>", ticket)).status_code
        looks += status == 200
        assert sum(times for _, _, times in readings(sqlite_office)) == looks, rule.rule
    assert looks >= 3


def test_a_list_that_shows_more_than_masks_writes_a_look_at_each(sqlite_office: Office) -> None:
    office = sqlite_office
    to_file(office, 1, 2)
    letter, waits = propose(office), office.to_decision(3)
    for username, path, shown in (
        ("kadis", "/setuju", 1),
        ("validator", f"/pengantar/{letter.id}", 2),
        ("loket", "/pendaftaran", 2),
    ):
        before = readings(office)
        visitor = Visitor(office.app.test_client())
        visitor.fill("/masuk", username=username, password=DEMO_PASSWORD)
        assert visitor.get(path).status == 200
        assert len(readings(office)) - len(before) == shown, path
    assert office.case(waits).state == State.DECISION
    kadis, before = office.api("kadis"), len(readings(office))
    assert kadis.get("/approvals").status_code == kadis.get(f"/collective-letters/{letter.id}").status_code == 200
    assert len(readings(office)) - before == 2, "the look at the page is counted again, those at the letter's people are new"


def test_a_person_is_told_who_looked(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.cli.configure_logs", lambda: None)
    with running_office(sqlite_url, tmp_path) as office:
        monkeypatch.setattr("verify.commands.operator.utc_now", Clock())
        ticket = office.open()
        office.api("peksos").get(f"/applications/{ticket}")
        office.api("loket").post(f"/applications/{ticket}/reveal", {"reason": WHY})
        env = {"DATABASE_URL": sqlite_url, "REKOM_DATA_DIR": str(tmp_path), "REKOM_ENVIRONMENT": "test"}
        said = CliRunner(env=env).invoke(main, ["privacy", "looked", "--ticket", ticket], catch_exceptions=False)
        plain = CliRunner(env=env).invoke(main, ["privacy", "looked", "--ticket", ticket, "--json"], catch_exceptions=False)
        missing = CliRunner(env=env).invoke(main, ["privacy", "looked", "--ticket", "ABCD-2345"])
    assert "Agus Contoh (3673): berkas, 1 kali" in said.output
    assert "Rini Contoh (3673): data lengkap, 1 kali" in said.output
    assert f"Data lengkap dibuka. Alasan: {WHY}" in said.output
    assert person()["nik"] not in said.output + plain.output
    assert [look["seen"] for look in json.loads(plain.output)["looks"]] == ["CASE", "REVEALED"]
    assert missing.exit_code != 0


@pytest.mark.parametrize("change", ["times = 0", "last_at = '2000-01-01 00:00:00'", "seen = 'LAIN'"])
def test_the_database_refuses_looks_that_cannot_be(office: Office, change: str) -> None:
    office.api("kadis").get(f"/applications/{office.open()}")
    with pytest.raises(IntegrityError), office.write() as session:
        session.execute(text(f"UPDATE case_reading SET {change}"))


def test_a_chain_with_looks_behind_masks_is_whole(office: Office) -> None:
    ticket = office.open()
    office.api("loket").post(f"/applications/{ticket}/reveal", {"reason": WHY})
    assert audit.verify_chain(office.events(ticket)) is None
    assert office.clock() - office.events(ticket)[-1].at < timedelta(minutes=1)
