"""Moves between hospitals and new letters for expired ones, by program: asked, answered, and refused to whom they do not concern."""

from typing import Any

import pytest

from tests.office import API, Office
from tests.simrs import Simrs, simrs
from workflows.records import Acceptance, Extension, Transfer
from workflows.vocabulary import Scope

HOSPITAL = f"{API}/hospital"
ASKED = {"reason": "Ruang ICU penuh.", "registration_number": "IGD-9"}


def letter_id(program: Simrs, office: Office, ticket: str) -> str:
    """As a program learns it: by a check."""
    found = program.call("POST", f"{HOSPITAL}/check", {"code": office.letter(ticket).token}).get_json()
    return str(found["letter"]["letter_id"])


def test_a_move_by_program_from_asking_to_accepting(office: Office) -> None:
    ours, theirs = simrs(office), simrs(office, hospital="RS-CONTOH-2")
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    wanted = {"letter_id": letter_id(theirs, office, ticket), **ASKED}
    key = {"Idempotency-Key": "pindah-1"}
    answers = [theirs.call("POST", f"{HOSPITAL}/transfers", wanted, headers=key) for _ in range(2)]
    first = answers[0].get_json()
    assert [answer.status_code for answer in answers] == [201, 201] and answers[1].get_json() == first
    assert (first["from_hospital"], first["to_hospital"], first["outcome"]) == ("RS-CONTOH-1", "RS-CONTOH-2", None)
    again = theirs.call("POST", f"{HOSPITAL}/transfers", wanted)
    assert (again.status_code, again.get_json()["code"]) == (409, "pindah-ditolak")
    assert theirs.call("GET", f"{HOSPITAL}/transfers").get_json() == {"transfers": [first]}
    assert ours.call("GET", f"{HOSPITAL}/transfers").get_json() == {"transfers": []}

    peksos = office.api("peksos")
    assert peksos.get("/transfers").get_json() == {"transfers": [first]}
    place = f"/transfers/{first['id']}/answer"
    assert peksos.post(place, {"confirms": False}).status_code == 422, "a no says why"
    assert peksos.post(place, {"confirms": True}).get_json()["outcome"] == "CONFIRMED"
    assert peksos.post(place, {"confirms": True}).status_code == 409
    assert peksos.get("/transfers").get_json() == {"transfers": []}
    (moved,) = theirs.call("GET", f"{HOSPITAL}/transfers").get_json()["transfers"]
    assert moved["outcome"] == "CONFIRMED"
    code = {"code": office.letter(ticket).token}
    assert ours.call("POST", f"{HOSPITAL}/accept", code).status_code == 409
    assert theirs.call("POST", f"{HOSPITAL}/accept", code).status_code == 200
    assert (office.count(Transfer), office.count(Acceptance)) == (1, 1)


def test_a_new_letter_by_program_from_asking_to_its_number(office: Office) -> None:
    ours = simrs(office)
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    wanted = {"letter_id": letter_id(ours, office, ticket)}
    assert ours.call("POST", f"{HOSPITAL}/extensions", wanted).status_code == 409, "it is good still"
    office.clock.pass_by(hours=73)
    ours.sign_in()
    first = ours.call("POST", f"{HOSPITAL}/extensions", wanted).get_json()
    assert (first["outcome"], first["new_letter_id"]) == (None, None)
    peksos = office.api("peksos")
    place = f"/extensions/{first['id']}/answer"
    assert peksos.get("/extensions").get_json() == {"extensions": [first]}
    assert office.api("validator").post(place, {"opens": True}).status_code == 403
    assert peksos.post(place, {"opens": False}).status_code == 422, "a no says why"
    assert peksos.post(place, {"opens": True}).get_json()["outcome"] == "OPENED"
    with office.read() as session:
        wish = session.get_one(Extension, first["id"])
    (new,) = [case for case in office.api("peksos").get("/applications").get_json()["applications"] if case["state"] == "RECEIVED"]
    assert wish.case_id == office.case(new["ticket"]).id
    office.drain()
    office.assess(new["ticket"])
    office.drain()
    office.validate(new["ticket"])
    office.approve(new["ticket"])
    office.drain()
    (told,) = ours.call("GET", f"{HOSPITAL}/extensions").get_json()["extensions"]
    letter = office.letter(new["ticket"])
    assert (told["new_letter_id"], told["new_number"]) == (letter.token_id, letter.number)


def test_an_answer_stands_in_the_list_for_thirty_days(sqlite_office: Office) -> None:
    office, ours = sqlite_office, simrs(sqlite_office)
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    wanted = {"letter_id": letter_id(ours, office, ticket)}
    office.clock.pass_by(hours=73)
    ours.sign_in()
    asked = ours.call("POST", f"{HOSPITAL}/extensions", wanted).get_json()
    office.api("kadis").post(f"/extensions/{asked['id']}/answer", {"opens": False, "note": "Pasien pindah kota."})
    (told,) = ours.call("GET", f"{HOSPITAL}/extensions").get_json()["extensions"]
    assert (told["outcome"], told["note"]) == ("REFUSED", "Pasien pindah kota.")
    office.clock.pass_by(days=31)
    ours.sign_in()
    assert ours.call("GET", f"{HOSPITAL}/extensions").get_json() == {"extensions": []}


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("transfers", {"letter_id": "0" * 32, **ASKED}, 404),
        ("extensions", {"letter_id": "0" * 32}, 404),
        ("transfers", {"letter_id": "0" * 33, **ASKED}, 422),
        ("transfers", {"letter_id": "0" * 32}, 422),
        ("transfers", {"letter_id": "0" * 32, "reason": "x" * 301}, 422),
        ("extensions", {"letter_id": {"$gt": ""}}, 422),
        ("extensions", {"letter_id": "0" * 32, "hospital": "RS-CONTOH-2"}, 422),
        ("extensions", [], 422),
    ],
)
def test_what_is_no_request(sqlite_office: Office, path: str, given: Any, status: int) -> None:
    assert simrs(sqlite_office).call("POST", f"{HOSPITAL}/{path}", given).status_code == status


def test_who_may_neither_ask_nor_answer(sqlite_office: Office) -> None:
    office, reader = sqlite_office, simrs(sqlite_office, Scope.CHECK)
    assert reader.call("POST", f"{HOSPITAL}/transfers", {"letter_id": "0" * 32, **ASKED}).status_code == 403
    for by in ("rs", "loket", "admin"):
        assert office.api(by).post("/transfers/1/answer", {"confirms": True}).status_code == 403
        assert office.api(by).get("/extensions").status_code == 403
    assert office.api("peksos").post("/transfers/2147483647/answer", {"confirms": True}).status_code == 404
    assert office.api("peksos").post("/transfers/2147483648/answer", {"confirms": True}).status_code == 404
