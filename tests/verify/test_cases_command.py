"""``rekom cases`` and the same by API and page: clocks, what is late, and kept promises, without a name."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from tests.office import Office, ktp, person
from tests.verify.web.visitor import Visitor
from verify.cli import main
from verify.commands import cases
from verify.seeds import DEMO_PASSWORD
from workflows.vocabulary import DocumentType

Say = Callable[..., str]


@pytest.fixture
def say(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> Say:
    monkeypatch.setattr(cases, "Rekom", lambda *_, **__: sqlite_office.rekom)

    def typed(*words: str) -> str:
        result = CliRunner().invoke(main, ["cases", *words])
        assert result.exit_code == 0, result.output
        return result.output

    return typed


def test_nothing_is_late_at_first(say: Say, sqlite_office: Office) -> None:
    sqlite_office.open(1)
    assert say("late") == "Tidak ada yang terlambat.\n"
    assert json.loads(say("late", "--json")) == []


def test_what_is_late_has_a_ticket_an_owner_and_a_time_and_no_name(say: Say, sqlite_office: Office) -> None:
    ticket = sqlite_office.open(1)
    sqlite_office.drain()
    sqlite_office.clock.pass_by(hours=5)
    (one,) = json.loads(say("late", "--json"))
    facts = {"ticket": ticket, "region_code": "3673", "kind": "PROMISE", "owner": "CASEWORKER"}
    assert one == {**facts, "since": "2026-11-23T04:00:00+00:00", "late_minutes": 180}
    table = say("late", "--region", "3673")
    assert all(word in table for word in (ticket, "Janji surat terbit", "Petugas penilai", "23 November 2026, 11.00 WIB", "3 jam"))
    assert person(1)["name"] not in table + json.dumps(one)
    assert say("late", "--region", "3316") == "Tidak ada yang terlambat.\n"


def test_papers_that_do_not_come_are_the_applicants_turn(say: Say, sqlite_office: Office) -> None:
    sqlite_office.open(1, documents=frozenset({DocumentType.KTP}))
    sqlite_office.clock.pass_by(hours=48)
    (one,) = json.loads(say("late", "--json"))
    assert (one["kind"], one["owner"], one["late_minutes"]) == ("PAPERS", "APPLICANT", 0)
    assert "Pemohon" in say("late")


def test_kept_promises_by_command_and_api(say: Say, sqlite_office: Office) -> None:
    assert say("promises") == "Belum ada surat terbit.\n"
    assert sqlite_office.api("loket").get("/promises").get_json() == {"issued": 0, "kept": 0, "overdue": 0, "share": None, "months": []}
    sqlite_office.to_letter(1)
    late = sqlite_office.to_decision(2)
    sqlite_office.clock.pass_by(hours=3)
    sqlite_office.approve(late)
    sqlite_office.drain()
    assert say("promises") == "2026-11: 1 dari 2 janji ditepati (50%)\n"
    both = {"issued": 2, "kept": 1, "overdue": 0, "share": 0.5}
    assert json.loads(say("promises", "--json", "--months", "1")) == {**both, "months": [{"month": "2026-11", **both}]}
    assert sqlite_office.api("kadis").get("/promises").get_json() == {**both, "months": [{"month": "2026-11", **both}]}


@pytest.mark.parametrize(("who", "status"), [("loket", 200), ("validator", 200), ("rs", 403), ("admin", 403), (None, 401)])
def test_promises_are_for_the_office(sqlite_office: Office, who: str | None, status: int) -> None:
    assert sqlite_office.api(who).get("/promises").status_code == status


def test_a_case_by_api_has_its_clocks(sqlite_office: Office) -> None:
    admitted = {"admitted_at": "2026-11-23T08:00:00+07:00", "hospital_code": "RS-CONTOH-1", "documents": ["KTP"]}
    body: dict[str, Any] = sqlite_office.api("loket").post("/applications", ktp(1, **admitted)).get_json()
    found = {clock.pop("kind"): clock for clock in body["clocks"]}
    assert list(found) == ["HOSPITAL", "PAPERS", "PROMISE"]
    assert found["HOSPITAL"] == {
        "counting": "CLOCK",
        "start": "2026-11-23T01:00:00+00:00",
        "due": "2026-11-26T01:00:00+00:00",
        "allowed_minutes": 72 * 60,
        "remaining_minutes": 71 * 60,
        "paused_minutes": 0,
        "waiting": False,
        "state": "ON_TIME",
        "owner": "SYSTEM",
    }
    assert (found["PAPERS"]["owner"], found["PROMISE"]["waiting"]) == ("APPLICANT", True)


def test_the_page_says_what_remains_and_whose_turn_it_is(sqlite_office: Office) -> None:
    visitor = Visitor(sqlite_office.app.test_client())
    visitor.fill("/masuk", username="peksos", password=DEMO_PASSWORD)
    waiting = sqlite_office.open(1, documents=frozenset({DocumentType.KTP}))
    ticket = sqlite_office.open(2)
    sqlite_office.drain()
    sqlite_office.clock.pass_by(minutes=30)
    page = visitor.get(f"/berkas/{ticket}").main()
    assert "Janji surat terbit: sisa 1 jam 30 menit kerja (sampai 23 November 2026, 11.00 WIB; giliran: petugas penilai)" in page
    page = visitor.get(f"/berkas/{waiting}").main()
    assert "Janji surat terbit: berhenti sampai berkas lengkap (giliran: pemohon)" in page
    assert "Berkas susulan: sisa 1 hari 23 jam" in page
    sqlite_office.clock.pass_by(hours=2)
    assert "Janji surat terbit: lewat 30 menit" in visitor.get(f"/berkas/{ticket}").main()
