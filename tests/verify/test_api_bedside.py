"""The bedside lane by a program: open, hold the token, add papers; and what a desk is told that scans the token."""

from typing import Any

import pytest

from tests.office import API, Office, person
from tests.simrs import simrs
from workflows.records import Provisional
from workflows.vocabulary import Scope

BEDSIDE = f"{API}/hospital/bedside"
NOBODY = {"no_nik": "UNIDENTIFIED", "sex": "MALE", "age": 40, "other_number": "RM-9"}


def test_a_system_opens_a_case_with_every_registry_down_and_adds_its_papers(office: Office) -> None:
    office.fakes.switch.off()
    ours, other = simrs(office), simrs(office, hospital="RS-CONTOH-2")
    key = {"Idempotency-Key": "igd-1"}
    opened = [ours.call("POST", BEDSIDE, NOBODY, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in opened] == [201, 201]
    first = opened[0].get_json()
    assert opened[1].get_json() == first and office.count(Provisional) == 1
    assert (first["cover"], first["papers_due"]) == ("RUNNING", "2026-11-25T02:00:00+00:00")
    assert first["address"].endswith(f"/T/{first['token'].upper()}")
    place = f"{BEDSIDE}/{first['token']}"
    asked = [one["paper"] for one in first["missing"]]
    some = ours.call("POST", f"{place}/papers", {"papers": asked[:1]})
    assert (some.status_code, [one["paper"] for one in some.get_json()["missing"]]) == (201, asked[1:])
    whole = ours.call("POST", f"{place}/papers", {"papers": asked})
    assert (whole.get_json()["cover"], whole.get_json()["missing"]) == ("COMPLETE", [])
    assert ours.call("GET", place).get_json() == whole.get_json()
    assert ours.call("GET", BEDSIDE).get_json() == {"cases": [whole.get_json()]}
    assert other.call("GET", BEDSIDE).get_json() == {"cases": []}
    assert [
        other.call(method, path, json).status_code
        for method, path, json in (("GET", place, None), ("POST", f"{place}/papers", {"papers": asked}))
    ] == [
        404,
        404,
    ]


@pytest.mark.parametrize("papers", [[], ["BUKAN"], None, "KTP"])
def test_papers_that_are_none_are_refused(sqlite_office: Office, papers: Any) -> None:
    program = simrs(sqlite_office)
    token = program.call("POST", BEDSIDE, NOBODY).get_json()["token"]
    assert program.call("POST", f"{BEDSIDE}/{token}/papers", {"papers": papers}).status_code == 422


def test_a_key_without_the_scope_opens_nothing(sqlite_office: Office) -> None:
    assert simrs(sqlite_office, Scope.CHECK).call("POST", BEDSIDE, NOBODY).status_code == 403


def test_a_desk_that_scans_the_token_is_told_how_far_the_case_is(office: Office) -> None:
    known, program = person(), simrs(office)
    given = {"nik": known["nik"], "name": known["name"], "birth_date": known["birth_date"].isoformat()}
    opened = program.call("POST", BEDSIDE, given).get_json()

    def check(by: str = "rs2") -> tuple[str, str]:
        said = office.api(by).post("/desk/check", {"code": opened["address"]}).get_json()
        return said["answer"], said["reason"]

    assert check() == ("IN_PROGRESS", "Berkas sedang diproses, tahap 1 dari 5: Baru.")
    program.call("POST", f"{BEDSIDE}/{opened['token']}/papers", {"papers": [one["paper"] for one in opened["missing"]]})
    office.amend(opened["ticket"], domicile_code="3673")
    office.drain()
    office.assess(opened["ticket"])
    office.drain()
    office.validate(opened["ticket"])
    assert check() == ("IN_PROGRESS", "Berkas sedang diproses, tahap 4 dari 5: Menunggu persetujuan.")
    office.approve(opened["ticket"])
    office.drain()
    assert check("rs")[0] == "VALID"
    assert office.api("rs").post("/desk/accept", {"code": opened["address"]}).status_code == 200


def test_a_token_that_lapsed_is_as_unknown_as_one_that_never_was(office: Office) -> None:
    opened = simrs(office).call("POST", BEDSIDE, NOBODY).get_json()
    office.withdraw(opened["ticket"])
    said = [
        office.api("rs").post("/desk/check", {"code": code}).get_json()
        for code in (opened["address"], "HTTPS://REKOM.EXAMPLE/T/" + "0" * 32)
    ]
    assert said[0] == said[1] and said[0]["answer"] == "UNKNOWN"


def test_too_many_numbers_in_an_hour_turn_no_patient_away(sqlite_office: Office) -> None:
    program = simrs(sqlite_office)
    object.__setattr__(sqlite_office.rekom.settings, "lookups_account", 0)
    known = person()
    by_nik = program.call("POST", BEDSIDE, {"nik": known["nik"], "name": known["name"], "age": 40})
    assert (by_nik.status_code, by_nik.get_json()["code"]) == (429, "terlalu-banyak-nik")
    assert "Buka berkas ini tanpa NIK" in by_nik.get_json()["detail"] and by_nik.headers["Retry-After"]
    assert program.call("POST", BEDSIDE, NOBODY).status_code == 201


def test_whoever_has_a_case_is_looked_up_and_not_opened_again(sqlite_office: Office) -> None:
    program, known = simrs(sqlite_office), person()
    ticket = sqlite_office.open()
    second = program.call("POST", BEDSIDE, {"nik": known["nik"], "name": known["name"], "age": 40})
    assert second.status_code == 409
    assert second.get_json()["detail"].startswith(f"Orang ini sudah punya berkas terbuka (nomor {ticket}).")
