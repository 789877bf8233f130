"""Many codes in one request: each answer is byte for byte the single check's, and each look is written down before it leaves."""

import json
import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import col, select

from schemas.hospital import MOST
from schemas.letter_token import open_token, seal
from tests.letter_office import to_letter_b
from tests.many_letters import make_letters, size
from tests.office import API, Office
from tests.simrs import Simrs, simrs
from workflows import advance, audit
from workflows.actor import SYSTEM
from workflows.audit import verify_chain
from workflows.desk import DeskAnswer
from workflows.letters import revoke
from workflows.records import AuditEvent
from workflows.vocabulary import Scope

CHECK, CHECKS = f"{API}/hospital/check", f"{API}/hospital/checks"
UNKNOWN_PATIENT = {"no_nik": "UNIDENTIFIED", "sex": "MALE", "age": 40, "other_number": "RM-9"}
RACES = size("REKOM_RACES", 100)
"""Checks against a revocation; the full figure is 10,000."""


def alone(program: Simrs, codes: list[str]) -> list[bytes]:
    """What the single check says of each."""
    answers = [program.call("POST", CHECK, {"code": code}) for code in codes]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.data.strip() for answer in answers]


def together(program: Simrs, codes: list[str]) -> bytes:
    answer = program.call("POST", CHECKS, {"codes": codes})
    assert answer.status_code == 200, answer.data
    return bytes(answer.data)


def listed(answers: list[bytes]) -> bytes:
    return b'{"answers":[' + b",".join(answers) + b"]}\n"


def looks(office: Office) -> list[AuditEvent]:
    with office.read() as session:
        return list(session.exec(select(AuditEvent).where(AuditEvent.action == "DESK_CHECK").order_by(col(AuditEvent.id))))


def every_answer(office: Office) -> dict[str, str]:
    """A code for each of the ten answers at the first hospital; its keys made before are too old for another question."""
    old = office.letter(office.to_letter(1)).token or ""
    office.clock.pass_by(days=3)
    revoked = office.to_letter(3)
    used, good, reactivation = (
        office.letter(ticket).token or "" for ticket in (office.to_letter(4), office.to_letter(5), to_letter_b(office, 7))
    )
    taken_back = office.letter(revoked).token or ""
    office.revoke(revoked)
    assert simrs(office, hospital="RS-CONTOH-2").call("POST", f"{API}/hospital/accept", {"code": used}).status_code == 200
    with office.write() as session:
        audit.record(session, "restore", "RESTORE", actor=SYSTEM, now=office.clock(), backup_of=office.clock().isoformat())
    keys = office.rekom.keys
    return {
        "VALID": good,
        "EXPIRED": old,
        "REVOKED": taken_back,
        "ALREADY_USED": used,
        "OTHER_HOSPITAL": office.letter(office.to_letter(2, hospital_code="RS-CONTOH-2")).token or "",
        "NOT_FOR_HOSPITAL": reactivation,
        "IN_PROGRESS": simrs(office).call("POST", f"{API}/hospital/bedside", UNKNOWN_PATIENT).get_json()["address"],
        "AFTER_BACKUP": seal(replace(open_token(good, keys.known), token_id="ab" * 16), keys.sealing),
        "UNKNOWN": "KETIKAN",
        "FORGED": f"{good[:150]}{'A' if good[150] != 'A' else 'B'}{good[151:]}",
    }


def test_each_of_the_ten_answers_is_the_single_checks_byte_for_byte(office: Office) -> None:
    codes = every_answer(office)
    assert set(codes) == {answer.value for answer in DeskAnswer}
    program, asked = simrs(office), [*codes.values(), *reversed(codes.values())]
    single = alone(program, asked)
    before = len(looks(office))
    assert together(program, asked) == listed(single)
    told = [look.detail["answer"] for look in looks(office)[before:]]
    assert Counter(told) == Counter([*codes, *codes]), "each look is written down, a code that was asked twice twice"
    for subject in {look.subject for look in looks(office)}:
        with office.read() as session:
            assert verify_chain(audit.events_of(session, subject)) is None


def test_a_hundred_codes_take_no_more_statements_than_one(office: Office) -> None:
    program, codes = simrs(office), [str(letter.token) for letter in make_letters(office, 12)]
    together(program, codes)  # whatever is made once
    counted: list[int] = []
    for asked in (codes[:1], codes):
        statements: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any, kept: list[str] = statements) -> None:
            kept.append(statement)

        event.listen(office.rekom.database.engine, "before_cursor_execute", note)
        together(program, asked)
        event.remove(office.rekom.database.engine, "before_cursor_execute", note)
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_what_was_revoked_or_used_a_moment_ago_is_told(office: Office) -> None:
    program, tickets = simrs(office), [office.to_letter(number) for number in (1, 2)]
    codes = [str(office.letter(ticket).token) for ticket in tickets]
    assert together(program, codes).count(b'"surat-berlaku"') == 2
    office.revoke(tickets[0])
    program.call("POST", f"{API}/hospital/accept", {"code": codes[1]})
    assert [answer["answer"] for answer in program.call("POST", CHECKS, {"codes": codes}).get_json()["answers"]] == [
        "REVOKED",
        "ALREADY_USED",
    ]


def test_a_letter_whose_data_does_not_open_takes_no_other_answer_with_it(office: Office) -> None:
    program, tickets = simrs(office), [office.to_letter(number) for number in (1, 2, 3)]
    codes = [str(office.letter(ticket).token) for ticket in tickets]
    good = alone(program, [codes[0], codes[2]])
    with office.write() as session:
        session.connection().execute(text("UPDATE case_file SET nik = 'r1.1.AAAA' WHERE ticket = :ticket"), {"ticket": tickets[1]})
    before = len(looks(office))
    said = together(program, codes)
    answers = json.loads(said)["answers"]
    assert listed([good[0], json.dumps(answers[1], ensure_ascii=False, separators=(",", ":")).encode(), good[1]]) == said
    assert (answers[1]["code"], answers[1]["letter"], answers[1]["used"]) == ("segel-data-rusak", None, None)
    assert answers[1]["next_step"].endswith("Pasien gawat darurat tetap dilayani.")
    assert [look.detail["answer"] for look in looks(office)[before:]] == ["VALID", "VALID"], "nothing was told of the other"
    refused = program.call("POST", CHECK, {"code": codes[1]})
    assert (refused.status_code, refused.get_json()["code"]) == (500, "segel-data-rusak")


@pytest.mark.parametrize("codes", [[], ["X"] * (MOST + 1), [""], [7], ["X", None], "X", None])
def test_what_is_no_list_of_codes_is_refused_and_no_look_is_written(sqlite_office: Office, codes: Any) -> None:
    program = simrs(sqlite_office)
    answer = program.call("POST", CHECKS, {"codes": codes})
    assert (answer.status_code, answer.mimetype, answer.get_json()["code"]) == (422, "application/problem+json", "isian-salah")
    assert looks(sqlite_office) == []


def test_a_bad_code_is_named_by_its_place(sqlite_office: Office) -> None:
    answer = simrs(sqlite_office).call("POST", CHECKS, {"codes": ["X", "", "X"]})
    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["/codes/1"]


def test_who_may_not_check_may_not_check_many(sqlite_office: Office) -> None:
    assert simrs(sqlite_office, Scope.OPEN).call("POST", CHECKS, {"codes": ["X"]}).status_code == 403
    assert sqlite_office.app.test_client().post(CHECKS, json={"codes": ["X"]}).status_code == 401


def test_the_sandbox_answers_many_too(sqlite_office: Office) -> None:
    program, codes = simrs(sqlite_office), ["CONTOH-BERLAKU", "CONTOH-DICABUT", "CONTOH-JAM-SALAH"]
    single = [program.call("POST", f"{API}/sandbox/check", {"code": code}).data.strip() for code in codes]
    assert program.call("POST", f"{API}/sandbox/checks", {"codes": codes}).data == listed(single)
    strange = program.call("POST", f"{API}/sandbox/checks", {"codes": [*codes, "LAIN"]})
    assert [one["pointer"] for one in strange.get_json()["errors"]] == ["/codes/3"]


@pytest.mark.slow
def test_what_was_revoked_before_the_question_is_never_called_valid(office: Office) -> None:
    """Four desks ask about the same letters, each in another order, while one after the other is revoked. Nobody waits in a ring."""
    letters = make_letters(office, 20)
    codes, program, head = [str(letter.token) for letter in letters], simrs(office), office.actor("kadis")
    assert program.sign_in().status_code == 200
    revoked: set[str] = set()
    wrong: list[Any] = []

    def ask(shift: int) -> None:
        for turn in range(max(1, RACES // 20)):
            begin = (shift + turn) % 20
            asked = (codes[begin:] + codes[:begin])[:: -1 if shift % 2 else 1]
            gone = set(revoked)
            answer = program.call("POST", CHECKS, {"codes": asked})
            said = [one["answer"] for one in answer.get_json()["answers"]] if answer.status_code == 200 else [answer.data] * 20
            wrong.extend(
                one for code, one in zip(asked, said, strict=True) if one not in ("REVOKED", *(() if code in gone else ("VALID",)))
            )

    threads = [threading.Thread(target=ask, args=(shift * 5,), daemon=True) for shift in range(4)]
    for thread in threads:
        thread.start()
    for letter in letters:
        with office.write() as session:
            revoke(session, advance.lock_by_id(session, letter.case_id), head, reason="Salah orang", now=office.clock())
        revoked.add(str(letter.token))
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(looks(office)) == 4 * 20 * max(1, RACES // 20)
    for subject in {look.subject for look in looks(office)}:
        with office.read() as session:
            assert verify_chain(audit.events_of(session, subject)) is None
