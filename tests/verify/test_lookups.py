"""Guessing NIKs: a hundred guesses, then a lock; what leads somewhere costs nothing, and an emergency is never refused."""

import logging
from typing import Any

import pytest
from sqlmodel import select

from tests.office import Api, Office, ktp, person
from tests.verify.web.visitor import Visitor
from verify.seeds import DEMO_PASSWORD
from workflows.records import AuditEvent, Meter

MISSES, STRETCH, STRANGER = 100, 20, 60
UNKNOWN = "460/1/DINSOS/XI/2026"


def guess(number: int) -> str:
    """A NIK nobody has here; each in a stretch of its own."""
    day, month, year = 1 + number % 28, 1 + number // 28 % 12, number // 336 % 100
    return f"990199{day:02d}{month:02d}{year:02d}0001"


def ask(api: Api, nik: str) -> Any:
    return api.post("/desk/check", {"number": UNKNOWN, "nik": nik})


def test_ten_thousand_guessed_niks_get_a_hundred_answers_and_a_lock(sqlite_office: Office, caplog: pytest.LogCaptureFixture) -> None:
    rs = sqlite_office.api("rs")
    with caplog.at_level(logging.WARNING):
        said = [ask(rs, guess(number)).status_code for number in range(1_000)]
    assert said == [200] * MISSES + [429] * 900
    assert [record.message for record in caplog.records if "locked" in record.message]
    sqlite_office.clock.pass_by(days=30)
    rs = sqlite_office.api("rs")
    assert ask(rs, guess(1)).status_code == 429
    with sqlite_office.read() as session:
        assert "LOOKUPS_LOCKED" in session.exec(select(AuditEvent.action)).all()
    assert rs.post("/desk/check", {"code": "x"}).status_code == 200  # a letter's seal is no guess


def test_one_persons_serial_cannot_be_tried_through(office: Office) -> None:
    rs, rs2 = office.api("rs"), office.api("rs2")
    said = [ask(rs, f"990199010170{serial:04d}").status_code for serial in range(1, STRETCH + 1)]
    assert said == [200] * STRETCH
    assert ask(rs2, "9901990101700099").status_code == 429  # whoever asks
    assert ask(rs2, guess(5)).status_code == 200
    office.clock.pass_by(days=1)
    assert ask(office.api("rs2"), "9901990101700099").status_code == 200


def test_a_letter_that_fits_costs_nothing(office: Office) -> None:
    ticket = office.to_letter()
    question = {"number": office.letter(ticket).number, "nik": person()["nik"]}
    rs = office.api("rs")
    assert {rs.post("/desk/check", question).get_json()["answer"] for _ in range(3)} == {"VALID"}
    with office.read() as session:
        assert {row.counted for row in session.exec(select(Meter).where(Meter.purpose == "LOOKUP_ACCOUNT"))} == {0}


def test_a_hospital_cannot_tell_a_wrong_nik_from_an_unknown_letter(office: Office) -> None:
    ticket = office.to_letter()
    rs = office.api("rs")
    wrong = rs.post("/desk/check", {"number": office.letter(ticket).number, "nik": guess(1)}).get_json()
    assert wrong == ask(rs, guess(2)).get_json()


def test_an_emergency_is_opened_by_whoever_is_locked_out(office: Office) -> None:
    loket = office.api("loket")
    for number in range(MISSES):
        assert loket.post("/paths", {"nik": guess(number)}).status_code == 200
    assert loket.post("/paths", {"nik": guess(101)}).status_code == 429
    assert loket.post("/applications", ktp(urgency="EMERGENCY")).status_code == 201


def test_a_case_that_is_opened_gives_its_look_up_back(office: Office) -> None:
    visitor = Visitor(office.app.test_client())
    visitor.fill("/masuk", username="loket", password=DEMO_PASSWORD)
    visitor.fill("/", "/cari", q=person(1)["nik"])
    with office.read() as session:
        assert [row.counted for row in session.exec(select(Meter).where(Meter.purpose == "LOOKUP_ACCOUNT"))] == [1]
    assert office.api("loket").post("/applications", ktp(1)).status_code == 201
    visitor.fill("/", "/cari", q=person(1)["nik"])  # found now
    with office.read() as session:
        assert [row.counted for row in session.exec(select(Meter).where(Meter.purpose == "LOOKUP_ACCOUNT"))] == [0]


def test_a_stranger_scans_a_bounded_number_of_letters_that_are_none(office: Office) -> None:
    visitor = Visitor(office.app.test_client())
    assert {visitor.get(f"/s/palsu{number}").status for number in range(STRANGER)} == {200}
    assert visitor.get("/s/palsu").status == 429
    office.clock.pass_by(hours=1)
    assert visitor.get("/s/palsu").status == 200


def test_no_nik_is_readable_in_what_is_counted(office: Office) -> None:
    ask(office.api("rs"), guess(7))
    with office.read() as session:
        kept = str([row.model_dump() for row in session.exec(select(Meter))])
    assert guess(7) not in kept and guess(7)[:12] not in kept


def test_where_nothing_can_be_counted_nothing_is_answered(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    rs = sqlite_office.api("rs")

    def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("no meter")

    monkeypatch.setattr("workflows.meters.count", broken)
    assert ask(rs, guess(1)).status_code == 500
