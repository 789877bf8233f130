"""Applications by the API: a KTP opens a case, what follows is added, a list and a whole case are read; a NIK never leaves."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.office import Office, ktp, person
from workflows.case_lists import PAGE
from workflows.records import Case
from workflows.states import State

HIDDEN = "•••• •••• •••• 0001"


def opened(office: Office, number: int = 1, **more: Any) -> dict[str, Any]:
    answer = office.api("loket").post("/applications", ktp(number, **more))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def test_a_ktp_opens_a_case(office: Office) -> None:
    body, known = opened(office), person()
    ticket = body["ticket"]
    assert (body["state"], body["state_label"], body["version"]) == ("RECEIVED", "Baru", 1)
    assert (body["name"], body["nik"], body["phone"]) == (known["name"], HIDDEN, "•••••••••001")
    assert (body["urgency"], body["region_code"], body["policy_valid_from"]) == ("ROUTINE", "3673", "2026-01-01")
    assert body["links"] == {"self": f"/api/v1/applications/{ticket}", "page": f"/berkas/{ticket}", "letter": None}
    assert body["waiting"] == ["IDENTITY", "MEMBERSHIP", "POVERTY", "DUPLICATES"]
    assert (body["checks"], body["findings"], body["letter"], body["warnings"]) == ([], [], None, [])
    assert body["opened_at"] == "2026-11-23T02:00:00+00:00"


@pytest.mark.parametrize(
    "written",
    [
        {"nik": "990199 460961 0001"},
        {"nik": "9901.9946.0961.0001"},
        {"nik": "  990199-460961-0001\n"},
        {"birth_date": "06-09-1961"},
        {"birth_date": "6/9/1961"},
        {"phone": "0812-0000 0001"},
        {"name": "  maya   randu\tuji "},
    ],
)
def test_what_is_typed_otherwise_is_the_same(sqlite_office: Office, written: dict[str, str]) -> None:
    case = sqlite_office.case(opened(sqlite_office, **written)["ticket"])
    known = person()
    assert (case.nik, case.name, case.birth_date, case.phone) == (known["nik"], known["name"], known["birth_date"], known["phone"])


def test_everything_else_may_come_at_once(office: Office) -> None:
    more = {
        "kk": "9901990101200001",
        "address": "Kp. Contoh RT 001 RW 002",
        "domicile_code": "3673",
        "resident_since": "2020-01-31",
        "hospital_code": "RS-CONTOH-1",
        "admitted_at": "2026-11-22T23:30:00+07:00",
        "urgency": "EMERGENCY",
        "channel": "WHATSAPP",
        "proxy_name": "Tetangga Uji",
        "proxy_relation": "tetangga",
        "proxy_phone": "+62 812 0000 0002",
        "documents": ["KTP", "KK", "KTP"],
    }
    body = opened(office, **more)
    case = office.case(body["ticket"])
    assert case.admitted_at == datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert (case.proxy_name, case.proxy_phone, case.channel, case.urgency) == ("TETANGGA UJI", "+6281200000002", "WHATSAPP", "EMERGENCY")
    assert (body["documents"], body["hospital_code"]) == (["KK", "KTP"], "RS-CONTOH-1")


def test_a_birth_date_unlike_the_niks_is_taken_with_a_warning(office: Office) -> None:
    body = opened(office, birth_date="1961-09-07")
    assert body["warnings"] == ["Tanggal lahir di NIK tidak sama dengan yang diketik. Periksa KTP; jawaban Dukcapil yang menentukan."]


def test_a_nik_of_another_region_is_no_error(office: Office) -> None:
    body = opened(office, nik="9101014101900001", birth_date="1990-01-01")
    assert (body["state"], body["warnings"]) == ("RECEIVED", [])


def test_where_real_people_are_served_made_up_ones_stay_out(sqlite_office: Office) -> None:
    object.__setattr__(sqlite_office.rekom.settings, "practice", False)
    answer = sqlite_office.api("loket").post("/applications", ktp())
    assert (answer.status_code, answer.get_json()["code"]) == (422, "nik-salah")
    assert answer.get_json()["detail"] == "Dua angka pertama NIK bukan kode provinsi. Periksa lagi di KTP."
    assert sqlite_office.count(Case) == 0


def test_an_unknown_hospital_is_refused(sqlite_office: Office) -> None:
    answer = sqlite_office.api("loket").post("/applications", ktp(hospital_code="RS-TIDAK-ADA"))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "isian-salah")
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/hospital_code"]
    assert answer.get_json()["detail"] == "Rumah sakit ini belum terdaftar. Pilih dari daftar rumah sakit."
    assert sqlite_office.count(Case) == 0


def test_what_follows_is_added_under_the_version_that_was_seen(office: Office) -> None:
    ticket = opened(office)["ticket"]
    office.drain()
    loket = office.api("loket")
    seen = office.api("peksos").get(f"/applications/{ticket}").get_json()["version"]
    answer = loket.patch(f"/applications/{ticket}", {"documents": ["KTP"], "hospital_code": "RS-CONTOH-2", "version": seen})
    assert (answer.status_code, answer.get_json()["version"]) == (200, seen + 1)
    assert (answer.get_json()["documents"], answer.get_json()["hospital_code"]) == (["KTP"], "RS-CONTOH-2")
    stale = loket.patch(f"/applications/{ticket}", {"phone": "081299999999", "version": seen})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "berubah")
    assert stale.get_json()["detail"] == "Berkas ini baru saja diubah orang lain. Muat ulang, lalu coba lagi."
    assert office.case(ticket).phone == person()["phone"]


def test_the_nik_is_not_amended(sqlite_office: Office) -> None:
    ticket = opened(sqlite_office)["ticket"]
    answer = sqlite_office.api("loket").patch(f"/applications/{ticket}", {"nik": person(2)["nik"]})
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/nik")


def test_a_whole_case_shows_checks_findings_and_its_story(office: Office) -> None:
    ticket = opened(office, documents=["KTP", "KK"], domicile_code="3673")["ticket"]
    office.drain()
    body = office.api("validator").get(f"/applications/{ticket}").get_json()
    assert {check["kind"]: check["outcome"] for check in body["checks"]} == {
        "IDENTITY": "MATCH",
        "MEMBERSHIP": "NOT_FOUND",
        "POVERTY": "FOUND",
        "DUPLICATES": "CLEAR",
    }
    assert all(check["source"] and check["as_of"] for check in body["checks"])
    assert len(body["findings"]) >= 8
    assert all(finding["reason"].endswith(".") and finding["reference"] for finding in body["findings"])
    story = [event["action"] for event in body["timeline"]]
    assert sorted(story) == sorted(["OPEN", "CHECK", "CHECK", "CHECK", "CHECK", "FINISH_CHECKS", "WEIGH"])
    assert (body["state"], body["waiting"]) == ("ASSESSMENT", [])


def test_no_answer_of_the_api_holds_a_nik_or_a_family_card(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    known, loket = person(), office.api("loket")
    told = " ".join(loket.get(path).get_data(as_text=True) for path in (f"/applications/{ticket}", "/applications"))
    second = loket.post("/applications", ktp()).get_data(as_text=True)
    for secret in (known["nik"], known["kk"], known["phone"]):
        assert secret not in told + second
    assert HIDDEN in told


def test_the_list_is_newest_first_in_pages(sqlite_office: Office) -> None:
    office = sqlite_office
    tickets = [office.open(number) for number in range(1, PAGE + 4)]
    loket = office.api("loket")
    first = loket.get("/applications").get_json()
    assert [case["ticket"] for case in first["applications"]] == list(reversed(tickets))[:PAGE]
    second = loket.get(first["next"].removeprefix("/api/v1")).get_json()
    assert [case["ticket"] for case in second["applications"]] == list(reversed(tickets))[PAGE:]
    assert second["next"] is None
    assert loket.get("/applications?state=RECEIVED").get_json()["next"] == first["next"].replace("?", "?state=RECEIVED&")


def test_the_list_can_be_asked_for_one_state(office: Office) -> None:
    office.open(1)
    waiting = office.open(2)
    office.withdraw(waiting)
    listed = office.api("kadis").get("/applications?state=WITHDRAWN").get_json()["applications"]
    assert [(case["ticket"], case["state"], case["state_label"]) for case in listed] == [(waiting, "WITHDRAWN", "Dibatalkan")]
    assert office.case(waiting).state == State.WITHDRAWN
