"""Idempotency-Key: the same request again has one effect and the same bytes for an answer; another request under it is refused."""

import json
import threading
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.office import Api, Office, ktp
from verify.simulator.personas import generated_nik
from workflows.records import Case, IdempotencyRecord, Task
from workflows.states import State

PATH = "/applications"


def at_once(callers: list[Api], *, key: str | None, body: dict[str, Any]) -> list[TestResponse | Exception]:
    """All callers send the same request at the same moment."""
    ready = threading.Barrier(len(callers), timeout=10)
    said: list[TestResponse | Exception] = []

    def act(caller: Api) -> None:
        try:
            ready.wait()
            said.append(caller.post(PATH, body, key=key))
        except Exception as error:
            said.append(error)

    threads = [threading.Thread(target=act, args=(caller,), daemon=True) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return said


def test_a_repeat_gets_the_same_bytes_and_does_nothing(office: Office) -> None:
    loket = office.api("loket")
    first = loket.post(PATH, ktp(), key="a1")
    office.drain()  # the case has moved on meanwhile
    again = loket.post(PATH, ktp(), key="a1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_data() == first.get_data()
    assert again.mimetype == "application/json"
    assert (office.count(Case), office.count(IdempotencyRecord)) == (1, 1)
    assert office.case(first.json["ticket"]).state == State.ASSESSMENT


@pytest.mark.parametrize("change", [{"name": "ORANG LAIN"}, {"urgency": "EMERGENCY"}, {"nik": generated_nik(2)}])
def test_the_same_key_for_another_request_is_refused(office: Office, change: dict[str, Any]) -> None:
    loket = office.api("loket")
    loket.post(PATH, ktp(), key="a1")
    answer = loket.post(PATH, ktp() | change, key="a1")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "kunci-dipakai-ulang")
    assert answer.get_json()["detail"] == "Idempotency-Key ini sudah dipakai untuk permintaan lain. Pakai kunci baru."
    assert office.count(Case) == 1


def test_a_key_belongs_to_one_person(office: Office) -> None:
    office.hire("loket2", *office.actor("loket").roles)
    assert office.api("loket").post(PATH, ktp(1), key="a1").status_code == 201
    assert office.api("loket2").post(PATH, ktp(2), key="a1").status_code == 201
    assert office.count(Case) == 2


def test_a_refusal_is_not_kept(office: Office) -> None:
    loket = office.api("loket")
    assert loket.post(PATH, ktp() | {"nik": "1"}, key="a1").status_code == 422
    assert loket.post(PATH, ktp(1, hospital_code="RS-TIDAK-ADA"), key="a1").status_code == 422
    assert office.count(IdempotencyRecord) == 0
    assert loket.post(PATH, ktp(), key="a1").status_code == 201


def test_without_a_key_the_second_is_a_second_case(office: Office) -> None:
    loket = office.api("loket")
    first = loket.post(PATH, ktp())
    second = loket.post(PATH, ktp())
    assert (second.status_code, second.get_json()["code"]) == (409, "berkas-sudah-ada")
    assert second.get_json()["ticket"] == first.json["ticket"]
    assert second.get_json()["existing"] == first.json["links"]["self"]
    assert loket.get(second.get_json()["existing"].removeprefix("/api/v1")).status_code == 200


@pytest.mark.parametrize("key", ["", "k" * 256, "a\tb"])
def test_a_key_is_short_and_printable(sqlite_office: Office, key: str) -> None:
    answer = sqlite_office.api("loket").post(PATH, ktp(), key=key)
    assert (answer.status_code, answer.get_json()["detail"]) == (
        422,
        "Idempotency-Key berisi 1 sampai 255 karakter yang dapat dicetak.",
    )
    assert sqlite_office.count(Case) == 0


def test_the_longest_key_is_taken(office: Office) -> None:
    loket = office.api("loket")
    answers = [loket.post(PATH, ktp(), key="é" + "k" * 254) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]


def test_ten_identical_posts_at_once_make_one_case_and_ten_equal_answers(office: Office) -> None:
    said = at_once([office.api("loket") for _ in range(10)], key="ten", body=ktp())
    answers = [one for one in said if isinstance(one, TestResponse)]
    assert (len(said), [answer.status_code for answer in answers]) == (10, [201] * 10)
    assert len({answer.get_data() for answer in answers}) == 1
    assert (office.count(Case), office.count(IdempotencyRecord), office.count(Task)) == (1, 1, 4)
    assert [event.action for event in office.events(json.loads(answers[0].get_data())["ticket"])] == ["OPEN"]


def test_ten_at_once_without_a_key_make_one_case_and_nine_refusals(office: Office) -> None:
    said = at_once([office.api("loket") for _ in range(10)], key=None, body=ktp())
    answers = [one for one in said if isinstance(one, TestResponse)]
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    tickets = {json.loads(answer.get_data())["ticket"] for answer in answers}
    assert (len(tickets), office.count(Case)) == (1, 1)


def test_ten_at_once_under_one_key_with_two_bodies_make_one_case(office: Office) -> None:
    callers, said = [office.api("loket") for _ in range(10)], []
    ready = threading.Barrier(10, timeout=10)

    def act(number: int, caller: Api) -> None:
        ready.wait()
        said.append((number % 2, caller.post(PATH, ktp(1 + number % 2), key="two").status_code))

    threads = [threading.Thread(target=act, args=pair, daemon=True) for pair in enumerate(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    winner = next(kind for kind, status in said if status == 201)
    assert sorted(said) == sorted([(winner, 201)] * 5 + [(1 - winner, 422)] * 5)
    assert office.count(Case) == 1
