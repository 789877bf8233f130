"""A hospital's own system: codes that never change, acceptance once, its number of the stay, the day's list, a letter's status."""

import hashlib
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from schemas.hospital import CODES
from schemas.sandbox import ALL
from tests.letter_office import to_letter_b
from tests.office import API, Office, person
from tests.registration_office import make
from tests.simrs import Simrs, simrs
from workflows import shifts, transfers
from workflows.desk import DeskAnswer
from workflows.records import Acceptance, AuditEvent, Letter
from workflows.vocabulary import Scope

HOSPITAL, SANDBOX = f"{API}/hospital", f"{API}/sandbox"
NUMBER = "400.9/1/Dinsos/XI/2026"


def nik(number: int = 1) -> str:
    return str(person(number)["nik"])


def said(program: Simrs, **question: str) -> tuple[str, str]:
    answer = program.call("POST", f"{HOSPITAL}/check", question)
    assert answer.status_code == 200
    return answer.get_json()["code"], answer.get_json()["answer"]


AFTER_A_RESTORE = {"AFTER_BACKUP": "surat-terbit-sesudah-cadangan"}
"""Said only by an office that came back from a backup: ``tests.verify.test_lost_letters``."""


def test_each_answer_of_the_server_has_its_code(office: Office) -> None:
    ours, other = simrs(office), simrs(office, hospital="RS-CONTOH-2")
    seen = [said(ours, number=NUMBER, nik=nik())]
    ticket = office.to_decision(hospital_code="RS-CONTOH-1")
    seen.append(said(ours, number=office.approve(ticket), nik=nik()))
    office.drain()
    code = office.letter(ticket).token or ""
    seen += [said(ours, code=code), said(other, code=code), said(ours, code=f"{code[:40]}A{code[41:]}")]
    office.clock.pass_by(days=3)
    ours, other = (Simrs(office, one.client_id, one.secret) for one in (ours, other))
    seen.append(said(ours, code=code))
    office.revoke(ticket)
    seen.append(said(ours, code=code))
    second = office.to_letter(2)
    assert other.call("POST", f"{HOSPITAL}/accept", {"code": office.letter(second).token}).status_code == 200
    seen.append(said(ours, code=office.letter(second).token or ""))
    reactivation = office.letter(to_letter_b(office, 3))
    seen.append(said(ours, code=reactivation.token or ""))
    assert {answer: code for code, answer in seen} | AFTER_A_RESTORE == {answer.value: code for answer, code in CODES.items()}


def test_a_letter_is_accepted_once_and_the_refusal_is_a_problem_with_its_code(office: Office) -> None:
    ours, other = simrs(office), simrs(office, hospital="RS-CONTOH-2")
    letter = office.letter(office.to_letter())
    accepted = ours.call("POST", f"{HOSPITAL}/accept", {"code": letter.token, "registration_number": "IGD 7"})
    body = accepted.get_json()
    assert (accepted.status_code, body["accepted"], body["letter"]["letter_id"]) == (200, True, letter.token_id)
    assert ours.call("POST", f"{HOSPITAL}/accept", {"code": letter.token}).status_code == 200  # the same hospital, a double click
    refused = other.call("POST", f"{HOSPITAL}/accept", {"code": letter.token})
    problem = refused.get_json()
    assert (refused.status_code, refused.mimetype, problem["status"]) == (409, "application/problem+json", 409)
    assert (problem["code"], problem["accepted"]) == ("surat-sudah-dipakai", False)
    assert problem["detail"] == "Diterima RSUD Contoh Serang, 23 November 2026, 09.00 WIB."
    assert problem["instance"] == f"{HOSPITAL}/accept"
    unknown = other.call("POST", f"{HOSPITAL}/accept", {"number": "x", "nik": nik()})
    assert (unknown.status_code, unknown.get_json()["code"]) == (409, "surat-tidak-ditemukan")
    assert office.count(Acceptance) == 1


def test_the_days_list_and_the_number_of_the_stay_are_the_hospitals_own(office: Office) -> None:
    ours, other = simrs(office), simrs(office, hospital="RS-CONTOH-2")
    letters = [office.letter(office.to_letter(number)) for number in (1, 2, 3)]
    for program, letter in zip((ours, ours, other), letters, strict=True):
        assert program.call("POST", f"{HOSPITAL}/accept", {"code": letter.token}).status_code == 200
        office.clock.pass_by(minutes=1)
    named = ours.call("PATCH", f"{HOSPITAL}/acceptances/{letters[1].token_id}", {"registration_number": " IGD  8 "})
    assert (named.status_code, named.get_json()["registration_number"]) == (200, "IGD 8")
    listed = ours.call("GET", f"{HOSPITAL}/acceptances").get_json()
    assert (listed["day"], listed["sandbox"]) == ("2026-11-23", False)
    assert [(one["letter_id"], one["registration_number"]) for one in listed["acceptances"]] == [
        (letters[0].token_id, None),
        (letters[1].token_id, "IGD 8"),
    ]
    assert nik() not in str(listed)
    assert ours.call("GET", f"{HOSPITAL}/acceptances?day=2026-11-22").get_json()["acceptances"] == []
    for day in ("0001-01-01", "9999-12-31"):  # no day there has both its midnights in every time zone
        assert ours.call("GET", f"{HOSPITAL}/acceptances?day={day}").status_code == 422
    foreign = other.call("PATCH", f"{HOSPITAL}/acceptances/{letters[1].token_id}", {"registration_number": "X"})
    unknown = other.call("PATCH", f"{HOSPITAL}/acceptances/{'0' * 32}", {"registration_number": "X"})
    assert [(answer.status_code, answer.get_json()["code"]) for answer in (foreign, unknown)] == [(404, "tidak-ditemukan")] * 2


def test_after_a_move_list_and_number_are_the_new_hospitals_own(office: Office) -> None:
    ours, other = simrs(office), simrs(office, hospital="RS-CONTOH-2")
    letter = office.letter(office.to_letter())
    ours.call("POST", f"{HOSPITAL}/accept", {"code": letter.token, "registration_number": "IGD 1"})
    early = other.call("PATCH", f"{HOSPITAL}/acceptances/{letter.token_id}", {"registration_number": "ICU 7"})
    assert early.status_code == 404, "asked for is not moved"
    desk, head = office.actor("rs2"), office.actor("peksos")
    with office.write() as session:
        asked = transfers.request(session, session.get(Letter, letter.id), "ICU penuh.", None, desk, now=office.clock.pass_by(minutes=5))
        assert asked.id is not None
        transfers.decide(session, asked.id, confirms=True, note=None, actor=head, now=office.clock())
    named = other.call("PATCH", f"{HOSPITAL}/acceptances/{letter.token_id}", {"registration_number": "ICU 7"})
    assert (named.status_code, named.get_json()["registration_number"]) == (200, "ICU 7")
    listed = [program.call("GET", f"{HOSPITAL}/acceptances").get_json()["acceptances"] for program in (ours, other)]
    assert [[one["registration_number"] for one in day] for day in listed] == [["IGD 1"], ["ICU 7"]]
    assert [one["accepted_at"] for one in listed[1]] == ["2026-11-23T02:05:00+00:00"]
    with office.read() as session:
        shift = shifts.today(session, desk, "Asia/Jakarta", now=office.clock())
    assert [admission.registration_number for admission in shift.admissions] == ["ICU 7"]
    heading, row = CalamineWorkbook.from_filelike(BytesIO(make(office).file)).get_sheet_by_index(0).to_python()
    assert dict(zip(heading, row, strict=True))["kode_rs"] == "RS-CONTOH-2"


def test_the_day_is_the_hospitals_not_utcs(sqlite_office: Office) -> None:
    program = simrs(sqlite_office)
    letter = sqlite_office.letter(sqlite_office.to_letter())
    sqlite_office.clock.pass_by(hours=16)  # one o'clock at night in Serang, still the day before in UTC
    program.token = None
    assert program.call("POST", f"{HOSPITAL}/accept", {"code": letter.token}).status_code == 200
    assert len(program.call("GET", f"{HOSPITAL}/acceptances?day=2026-11-24").get_json()["acceptances"]) == 1
    assert program.call("GET", f"{HOSPITAL}/acceptances?day=2026-11-23").get_json()["acceptances"] == []


def test_a_number_that_was_mended_stands_in_the_trail_once(sqlite_office: Office) -> None:
    program, ticket = simrs(sqlite_office), sqlite_office.to_letter()
    letter = sqlite_office.letter(ticket)
    program.call("POST", f"{HOSPITAL}/accept", {"code": letter.token})
    for number in ("A", "A", "B"):
        program.call("PATCH", f"{HOSPITAL}/acceptances/{letter.token_id}", {"registration_number": number})
    assert [event.action for event in sqlite_office.events(ticket)].count("NOTE_REGISTRATION") == 2


def test_a_letters_status_by_its_id(office: Office) -> None:
    program, ticket = simrs(office), office.to_letter(hospital_code="RS-CONTOH-1")
    letter = office.letter(ticket)
    answer = program.call("GET", f"{HOSPITAL}/letters/{letter.token_id}").get_json()
    assert (answer["code"], answer["letter"]["letter_id"]) == ("surat-berlaku", letter.token_id)
    office.revoke(ticket)
    assert program.call("GET", f"{HOSPITAL}/letters/{letter.token_id}").get_json()["code"] == "surat-dicabut"
    assert program.call("GET", f"{HOSPITAL}/letters/{'0' * 32}").get_json()["code"] == "surat-tidak-ditemukan"
    assert [event.action for event in office.events(ticket)].count("DESK_CHECK") == 2


# --- the sandbox


def sandbox(program: Simrs, door: str, **question: str) -> Any:
    return program.call("POST", f"{SANDBOX}/{door}", question)


def test_the_sandbox_has_a_fixed_code_for_each_answer(sqlite_office: Office) -> None:
    program = simrs(sqlite_office)
    before = sqlite_office.count(AuditEvent)
    program.sign_in()
    answers = {code: sandbox(program, "check", code=code) for code in ALL}
    bodies = {code: answer.get_json() for code, answer in answers.items()}
    assert len({body["code"] for body in bodies.values()}) == len({body["answer"] for body in bodies.values()}) == len(ALL) >= 10
    assert {body["answer"] for body in bodies.values()} >= {answer.value for answer in DeskAnswer}
    for code, body in bodies.items():
        assert body["sandbox"] is True and body["title"].startswith("CONTOH – ") and body["reason"] and body["next_step"], code
        assert answers[code].headers["X-Rekom-Sandbox"] == "true"
        same = sandbox(program, "check", number=code, nik="9901014101900001").get_json()
        assert {**same, "checked_at": None} == {**body, "checked_at": None}
        if body["letter"]:
            status = program.call("GET", f"{SANDBOX}/letters/{body['letter']['letter_id']}").get_json()
            assert status["code"] == body["code"]
    assert sqlite_office.count(AuditEvent) == before + 1  # the token; a sandbox leaves nothing behind


def test_accepting_in_the_sandbox_keeps_nothing(sqlite_office: Office) -> None:
    program = simrs(sqlite_office)
    for code in ALL:
        answer = sandbox(program, "accept", code=code, registration_number="IGD 7")
        assert answer.status_code == (200 if code == "CONTOH-BERLAKU" else 409), code
        assert answer.get_json()["accepted"] == (code == "CONTOH-BERLAKU")
        assert answer.get_json()["sandbox"] is True
    listed = program.call("GET", f"{SANDBOX}/acceptances").get_json()
    assert (listed["sandbox"], len(listed["acceptances"])) == (True, 1)
    letter_id = listed["acceptances"][0]["letter_id"]
    noted = program.call("PATCH", f"{SANDBOX}/acceptances/{letter_id}", {"registration_number": "IGD 9"}).get_json()
    assert noted["registration_number"] == "IGD 9"
    assert sqlite_office.count(Acceptance) == 0


@pytest.mark.parametrize(
    "question",
    [{"code": "CONTOH-LAIN"}, {"code": hashlib.sha256(b"x").hexdigest() * 5}, {"number": NUMBER, "nik": "9901014101900001"}, {}],
)
def test_the_sandbox_knows_nothing_else(sqlite_office: Office, question: dict[str, str]) -> None:
    assert sandbox(simrs(sqlite_office), "check", **question).status_code == 422


def test_the_sandbox_never_takes_a_real_nik_and_the_real_desk_never_a_fixed_code(sqlite_office: Office) -> None:
    sqlite_office.to_letter()
    program = simrs(sqlite_office)
    refused = sandbox(program, "check", number="CONTOH-BERLAKU", nik="3673014101900001")
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/nik")
    for code in ALL:
        assert said(program, code=code) == ("surat-tidak-ditemukan", "UNKNOWN")
        assert said(program, number=code, nik=nik()) == ("surat-tidak-ditemukan", "UNKNOWN")


def test_the_sandbox_keeps_the_keys_scopes(sqlite_office: Office) -> None:
    program = simrs(sqlite_office, Scope.CHECK)
    assert sandbox(program, "check", code="CONTOH-BERLAKU").status_code == 200
    assert sandbox(program, "accept", code="CONTOH-BERLAKU").status_code == 403
    assert sqlite_office.app.test_client().post(f"{SANDBOX}/check", json={"code": "CONTOH-BERLAKU"}).status_code == 401
