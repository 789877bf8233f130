"""Letters shown at two hospitals at the same time: each accepted once, the other refused by name and time; late doubles by the API."""

import threading
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from tests.many_letters import make_letters, size
from tests.office import Api, Office
from workflows.records import Acceptance, LateAcceptance

LETTERS = size("REKOM_RACES", 100)
"""The full figure is 10,000."""


def show(api: Api, codes: list[str], ready: threading.Barrier, said: list[Any]) -> None:
    try:
        for code in codes:
            ready.wait()
            answer = api.post("/desk/accept", {"code": code})
            said.append((answer.status_code, answer.get_json()))
    except Exception as error:
        said.append(error)
        ready.abort()


@pytest.mark.slow
def test_each_letter_is_accepted_once_and_the_other_desk_is_told_who_and_when(office: Office) -> None:
    codes = [str(letter.token) for letter in make_letters(office, LETTERS)]
    desks, ready = [office.api("rs"), office.api("rs2")], threading.Barrier(2, timeout=60)
    said: tuple[list[Any], list[Any]] = ([], [])
    threads = [threading.Thread(target=show, args=(api, codes, ready, own), daemon=True) for api, own in zip(desks, said, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count: Counter[int] = Counter()
    for first, second in zip(*said, strict=True):
        count.update([first[0], second[0]])
        (_, won), (_, lost) = sorted((first, second), key=lambda answer: answer[0])
        assert (won["accepted"], lost["accepted"], lost["answer"]) == (True, False, "ALREADY_USED")
        assert lost["used"] == won["used"]
        assert lost["reason"] == f"Diterima {won['used']['hospital']}, 23 November 2026, 09.00 WIB."
    assert count == {200: LETTERS, 409: LETTERS}
    assert office.count(Acceptance) == LETTERS


def late(code: str, nonce: str | None = None, **more: Any) -> dict[str, Any]:
    return {"nonce": nonce or str(uuid4()), "code": code, "accepted_at": "2026-11-23T01:56:00+00:00", **more}


def send(office: Office, by: str, *acceptances: dict[str, Any]) -> list[dict[str, Any]]:
    answer = office.api(by).post("/desk/late-acceptances", {"acceptances": list(acceptances)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["acceptances"]
    return found


def test_a_late_double_is_told_how_long_before(office: Office) -> None:
    code = str(office.letter(office.to_letter()).token)
    assert office.api("rs").post("/desk/accept", {"code": code}).status_code == 200
    given = late(code, accepted_at="2026-11-23T02:04:00+00:00", registration_number="IGD-2")
    (first,), (again,) = send(office, "rs2", given), send(office, "rs2", given)
    assert first == again
    assert (first["outcome"], first["answer"]) == ("CONFLICT", "ALREADY_USED")
    assert first["sentence"] == (
        "Surat ini sudah diterima RSUD Contoh Serang, 23 November 2026, 09.00 WIB, 4 menit sebelum Anda. "
        "Dinas Sosial sudah diberi tahu. Tetap layani pasien."
    )


def test_one_bad_apple_keeps_nobody_else_out(office: Office) -> None:
    codes = [str(office.letter(office.to_letter(number)).token) for number in (1, 2)]
    nonce = str(uuid4())
    said = send(office, "rs", late(codes[0], nonce), late("A" * 300), late(codes[1], nonce), late(codes[1]))
    assert [one["outcome"] for one in said] == ["TAKEN", "REFUSED", "KEPT_OUT", "TAKEN"]
    assert (office.count(LateAcceptance), office.count(Acceptance)) == (3, 2)
    assert "PALSU" not in said[1]["sentence"] and said[1]["sentence"].endswith("Tetap layani pasien.")


@pytest.mark.parametrize(
    "wrong", [{"nonce": "x"}, {"nonce": None}, {"code": ""}, {"accepted_at": "kemarin"}, {"registration_number": "x" * 65}, {"more": 1}]
)
def test_what_is_not_an_acceptance_is_not_taken(sqlite_office: Office, wrong: dict[str, Any]) -> None:
    good = late(str(sqlite_office.letter(sqlite_office.to_letter()).token))
    bad = {**late("x" * 120), **wrong}
    first, second = send(sqlite_office, "rs", bad, good)
    assert (first["nonce"], first["outcome"], first["answer"]) == (bad["nonce"], "UNREADABLE", None)
    assert first["sentence"].endswith(".") and second["outcome"] == "TAKEN"
    assert (sqlite_office.count(LateAcceptance), sqlite_office.count(Acceptance)) == (1, 1)


@pytest.mark.parametrize("entry", [None, 7, "x", [], {}, {"nonce": {}}, {"nonce": "x" * 500}], ids=str)
def test_what_is_nothing_at_all_is_answered_too(sqlite_office: Office, entry: Any) -> None:
    good = late(str(sqlite_office.letter(sqlite_office.to_letter()).token))
    first, second = send(sqlite_office, "rs", entry, good)
    assert (first["nonce"], first["outcome"], second["outcome"]) == (None, "UNREADABLE", "TAKEN")


def test_a_sending_has_an_end(sqlite_office: Office) -> None:
    assert sqlite_office.api("rs").post("/desk/late-acceptances", {"acceptances": [late("x")] * 101}).status_code == 422
