"""Questions by NIK: found with the NIK alone, limited by the hour, counted when refused, and alike where nothing is there."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from tests.office import Office, person
from workflows.records import AuditEvent, LookupCount
from workflows.states import Role


def nik(number: int = 1) -> str:
    return str(person(number)["nik"])


def ask(office: Office, digits: str, by: Any = "rs", door: str = "check") -> tuple[int, dict[str, Any]]:
    api = office.api(by) if isinstance(by, str) else by
    answer = api.post(f"/desk/{door}", {"nik": digits})
    return answer.status_code, answer.get_json()


def test_the_nik_alone_finds_the_newest_letter_and_accepts_it(office: Office) -> None:
    office.to_letter()
    assert ask(office, nik())[1]["answer"] == "VALID"
    status, said = ask(office, nik(), door="accept")
    assert (status, said["accepted"]) == (200, True)


def test_a_case_on_its_way_is_in_progress_and_cannot_be_accepted(office: Office) -> None:
    ticket = office.to_decision()
    said = ask(office, nik())[1]
    assert (said["answer"], said["letter"]) == ("IN_PROGRESS", None)
    assert said["reason"] == "Berkas sedang diproses, tahap 4 dari 5: Menunggu persetujuan."
    assert ask(office, nik(), door="accept")[0] == 409
    assert [event.action for event in office.events(ticket)][-1] == "DESK_CHECK"


def test_unknown_and_refused_are_one_answer(office: Office) -> None:
    office.withdraw(office.open(1))
    assert ask(office, nik(1))[1] == ask(office, nik(2))[1]
    assert ask(office, nik(1))[1]["answer"] == "UNKNOWN"


def test_the_fifth_question_of_an_account_is_refused_counted_and_told(office: Office) -> None:
    limited(office, lookups_account=4)
    rs = office.api("rs")
    said = [ask(office, nik(number), rs)[0] for number in range(1, 8)]
    assert said == [200] * 4 + [429] * 3
    refused = rs.post("/desk/check", {"nik": nik()})
    assert refused.get_json()["code"] == "terlalu-banyak-nik"
    assert int(refused.headers["Retry-After"]) == 3600 + 1
    with office.read() as session:
        told = [event.detail for event in session.exec(select(AuditEvent).where(AuditEvent.action == "LOOKUP_LIMIT"))]
    assert told == [{"scope": "ACCOUNT", "limit": 4}]
    assert ask(office, nik(), "rs2")[0] == 200, "another account goes on"
    office.clock.pass_by(hours=1)
    assert ask(office, nik(), "rs")[0] == 200, "and so does this one in the next hour"


@pytest.mark.parametrize("door", ["desk", "hospital"])
def test_accepting_by_nik_is_counted_too_and_described_so(sqlite_office: Office, door: str) -> None:
    limited(sqlite_office, lookups_account=2)
    rs = sqlite_office.api("rs")
    said = [rs.post(f"/{door}/accept", {"nik": nik(number)}).status_code for number in range(1, 4)]
    assert said == [409, 409, 429]
    described = sqlite_office.app.test_client().get("/openapi.json").get_json()["paths"][f"/api/v1/{door}/accept"]["post"]["responses"]
    assert {str(status) for status in said} <= described.keys()


def test_guessing_around_one_birthday_is_stopped_whoever_guesses(office: Office) -> None:
    limited(office, lookups_prefix=3)
    office.hire("rs3", Role.HOSPITAL, hospital="RS-CONTOH-1")
    guesses = [f"990101410190{serial:04d}" for serial in range(1, 7)]
    said = [ask(office, guess, by)[0] for guess, by in zip(guesses, ["rs", "rs2", "rs3"] * 2, strict=True)]
    assert said == [200] * 3 + [429] * 3


def test_one_network_address_has_a_limit_too(office: Office) -> None:
    limited(office, lookups_address=2)
    assert [ask(office, nik(number), by)[0] for number, by in ((1, "rs"), (2, "rs2"), (3, "rs"))] == [200, 200, 429]


def test_a_qr_code_is_never_counted(office: Office) -> None:
    limited(office, lookups_account=0, lookups_address=0, lookups_prefix=0)
    code = office.letter(office.to_letter()).token
    assert office.api("rs").post("/desk/check", {"code": code}).status_code == 200
    assert office.count(LookupCount) == 0


def test_no_part_of_a_nik_is_kept_and_old_counts_go(office: Office) -> None:
    ask(office, nik())
    with office.read() as session:
        kept = " ".join(session.exec(select(LookupCount.key)))
    assert nik()[:6] not in kept
    office.clock.pass_by(days=2)
    ask(office, nik())
    assert office.count(LookupCount) == 3


def test_nobody_who_has_not_signed_in_asks_by_nik(office: Office) -> None:
    assert office.api().post("/desk/check", {"nik": nik()}).status_code == 401


def test_three_hundred_guesses_bring_a_hundred_answers(sqlite_office: Office) -> None:
    rs = sqlite_office.api("rs")
    said = [ask(sqlite_office, nik(number), rs)[0] for number in range(1, 301)]
    assert said == [200] * 100 + [429] * 200


def test_a_count_below_one_cannot_be_written(office: Office) -> None:
    with pytest.raises(Exception, match="counted"), office.write() as session:
        session.execute(text("INSERT INTO lookup_count (scope, key, hour, count) VALUES ('ACCOUNT', '1', '2026-11-23 02:00:00+00:00', 0)"))


def limited(office: Office, **limits: int) -> None:
    for name, limit in limits.items():
        object.__setattr__(office.rekom.settings, name, limit)
