"""The work list's moves by API: taken, given back, handed on, each once under its key and refused in a sentence."""

from typing import Any

import pytest

from tests.office import Office
from workflows.records.taking import Taking
from workflows.states import Role


@pytest.fixture
def rina(sqlite_office: Office) -> int:
    return sqlite_office.hire("rina", Role.CASEWORKER)


@pytest.fixture
def ticket(sqlite_office: Office, rina: int) -> str:
    waiting = sqlite_office.open()
    sqlite_office.drain()
    return waiting


def move(office: Office, username: str, ticket: str, step: str = "", body: Any = None, **options: Any) -> Any:
    return office.api(username).post(f"/applications/{ticket}/taking{step}", body, **options)


def look(office: Office, username: str, ticket: str) -> dict[str, Any]:
    answer = office.api(username).get(f"/applications/{ticket}/taking")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def moves(office: Office, ticket: str) -> list[str]:
    return [event.action for event in office.events(ticket) if event.action in ("TAKE", "RELEASE", "HAND_TO")]


def test_taken_handed_on_and_given_back(sqlite_office: Office, ticket: str, rina: int) -> None:
    before = look(sqlite_office, "peksos", ticket)
    assert (before["holder"], before["mine"], before["can_take"]) == (None, False, True)
    taken = move(sqlite_office, "peksos", ticket)
    assert (taken.status_code, taken.get_json()["mine"]) == (201, True)
    assert taken.get_json()["colleagues"] == [{"id": rina, "name": "Rina Contoh"}]
    handed = move(sqlite_office, "peksos", ticket, "/handover", {"owner": rina})
    assert (handed.status_code, handed.get_json()["holder"]["name"], handed.get_json()["mine"]) == (201, "Rina Contoh", False)
    assert move(sqlite_office, "rina", ticket, "/release").get_json()["holder"] is None
    assert moves(sqlite_office, ticket) == ["TAKE", "HAND_TO", "RELEASE"]


def test_a_colleagues_case_is_taken_only_on_purpose(sqlite_office: Office, ticket: str) -> None:
    move(sqlite_office, "rina", ticket)
    refused = move(sqlite_office, "peksos", ticket)
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    assert (refused.get_json()["code"], refused.get_json()["holder"]) == ("berkas-sudah-diambil", "Rina Contoh")
    assert move(sqlite_office, "peksos", ticket, body={"over": True}).get_json()["mine"]
    assert look(sqlite_office, "rina", ticket)["mine"] is False


@pytest.mark.parametrize(
    ("step", "body"), [("", {}), ("/release", None), ("/handover", {"owner": "rina"})], ids=["take", "release", "hand on"]
)
def test_a_repeat_under_one_key_gets_the_same_bytes_and_moves_once(
    sqlite_office: Office, ticket: str, rina: int, step: str, body: dict[str, Any] | None
) -> None:
    if step:
        move(sqlite_office, "peksos", ticket)
    done = len(moves(sqlite_office, ticket))
    sent = {"owner": rina} if body else body
    first, second = (move(sqlite_office, "peksos", ticket, step, sent, key="satu") for _ in range(2))
    assert (first.status_code, first.data) == (201, second.data)
    assert len(moves(sqlite_office, ticket)) == done + 1


def test_without_a_key_what_is_done_already_is_said(sqlite_office: Office, ticket: str) -> None:
    assert [move(sqlite_office, "peksos", ticket).status_code for _ in range(2)] == [201, 201]
    assert [move(sqlite_office, "peksos", ticket, "/release").status_code for _ in range(2)] == [201, 409]
    assert moves(sqlite_office, ticket) == ["TAKE", "RELEASE"]


def test_only_whose_turn_it_is_takes(sqlite_office: Office, ticket: str) -> None:
    taken = {
        username: move(sqlite_office, username, ticket).status_code for username in ("loket", "peksos", "validator", "kadis", "rs", "admin")
    }
    assert taken == {"loket": 403, "peksos": 201, "validator": 403, "kadis": 403, "rs": 403, "admin": 403}
    assert sqlite_office.api("rs").get(f"/applications/{ticket}/taking").status_code == 403
    assert look(sqlite_office, "validator", ticket)["can_take"] is False
    assert sqlite_office.count(Taking) == 1


def test_it_is_handed_on_by_its_holder_to_somebody_of_the_role(sqlite_office: Office, ticket: str, rina: int) -> None:
    assert move(sqlite_office, "peksos", ticket, "/handover", {"owner": rina}).status_code == 409
    move(sqlite_office, "peksos", ticket)
    for owner in (sqlite_office.actor("kadis").id, 999_999):
        refused = move(sqlite_office, "peksos", ticket, "/handover", {"owner": owner})
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/owner")
    for wrong in ({}, {"owner": "rina"}, {"owner": 0}, {"owner": rina, "lagi": 1}):
        assert move(sqlite_office, "peksos", ticket, "/handover", wrong).status_code == 422
    assert look(sqlite_office, "peksos", ticket)["mine"]


def test_another_regions_case_is_not_there(sqlite_office: Office, ticket: str) -> None:
    sqlite_office.hire("jauh", Role.CASEWORKER, region="3674")
    assert sqlite_office.api("jauh").get(f"/applications/{ticket}/taking").status_code == 404
    assert move(sqlite_office, "jauh", ticket).status_code == 404
