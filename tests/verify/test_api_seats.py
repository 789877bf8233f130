"""Seats by HTTP: the last one is given once however many decide at once, and the year can be looked at."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import col, select

from tests.office import Api, Office
from tests.registration_office import ACTIVE, by_hand
from tests.seat_office import approve, books, make_decidable, quota, with_seats
from workflows.records import Letter, Seat, WaitingEntry
from workflows.states import State

THREADS = 12


def decide(office: Office, token: str, ticket: str) -> tuple[int, str, list[str]]:
    answer = Api(office.app.test_client(), token).post(f"/applications/{ticket}/decision", {"outcome": "APPROVE", "version": 1})
    body: dict[str, Any] = answer.get_json()
    return answer.status_code, body.get("state", body.get("code")), body.get("warnings", [])


def decide_all(office: Office, cap: int, count: int) -> None:
    """``count`` approvals by many hands of a quota of ``cap``."""
    tickets, token = make_decidable(with_seats(office, cap), count), office.token("kadis")
    assert office.app
    with ThreadPoolExecutor(THREADS) as hands:
        answers = list(hands.map(lambda ticket: decide(office, token, ticket), tickets))
    assert Counter((status, state) for status, state, _ in answers) == {(201, "APPROVED"): cap, (201, "WAITLISTED"): count - cap}
    assert all(bool(warnings) == (state == "WAITLISTED") for _, state, warnings in answers)
    with office.read() as session:
        assert sorted(session.exec(select(Letter.sequence))) == list(range(1, cap + 1))
        assert len(session.exec(select(Seat).where(col(Seat.released_at).is_(None))).all()) == cap
    assert (office.count(WaitingEntry), quota(office).used, quota(office).cap) == (count - cap, cap, cap)
    books(office)


def test_a_hundred_approvals_of_ninety_seats(office: Office) -> None:
    decide_all(office, 90, 100)


def test_full_says_so_and_waiting_still_says_so(office: Office) -> None:
    first, second = make_decidable(with_seats(office, 1), 2)
    kadis = office.api("kadis")
    assert kadis.post(f"/applications/{first}/decision", {"outcome": "APPROVE", "version": 1}).get_json()["warnings"] == []
    waits = kadis.post(f"/applications/{second}/decision", {"outcome": "APPROVE", "version": 1}).get_json()
    assert (waits["state"], waits["state_label"], waits["letter"]) == ("WAITLISTED", "Daftar tunggu", None)
    assert waits["warnings"] == ["Kuota kursi penuh. Berkas ini masuk daftar tunggu nomor 1; setujui lagi bila ada kursi."]
    again = kadis.post(f"/applications/{second}/decision", {"outcome": "APPROVE", "version": 2})
    assert (again.status_code, again.get_json()["code"]) == (409, "kuota-penuh")
    refusal = {"outcome": "REJECT", "grounds": ["DOMISILI_LAIN"], "reason": "Pindah.", "version": 2}
    assert kadis.post(f"/applications/{second}/decision", refusal).get_json()["state"] == "REJECTED"


@pytest.mark.parametrize("who", ["loket", "peksos", "validator", "kadis"])
def test_the_office_sees_its_year(sqlite_office: Office, who: str) -> None:
    tickets = make_decidable(with_seats(sqlite_office, 2), 3)
    before = sqlite_office.api(who).get("/seats").get_json()
    assert (before["cap"], before["used"], before["left"], before["paces"]) == (2, 0, 2, [])
    for ticket in tickets:
        approve(sqlite_office, ticket)
    year = sqlite_office.api(who).get("/seats").get_json()
    assert {name: year[name] for name in ("year", "cap", "extra", "used", "reserved", "committed", "left", "waiting")} == {
        "year": 2026, "cap": 2, "extra": 0, "used": 2, "reserved": 2, "committed": 0, "left": 0, "waiting": 1,
    }  # fmt: skip
    assert year["rupiah"] == {
        "per_seat_month": 37_800, "per_seat_year": 453_600, "budget": 20 * 37_800, "reserved": 4 * 37_800, "committed": 0,
    }  # fmt: skip
    assert year["paces"][0] == {"days": 30, "measured": 1, "given": 2, "per_day": 2.0, "out_on": "2026-11-23"}


@pytest.mark.parametrize("who", ["rs", "admin"])
def test_nobody_else_does(sqlite_office: Office, who: str) -> None:
    assert sqlite_office.api(who).get("/seats").status_code == 403


def test_a_seat_is_given_back_after_a_death(office: Office) -> None:
    (ticket,) = make_decidable(with_seats(office, 1), 1)
    approve(office, ticket)
    office.drain()
    address = f"/applications/{ticket}/seat-release"
    assert office.api("kadis").post(address, {"reason": "DIED"}).status_code == 409  # the letter is still to be used or revoked
    accepted = office.api("rs").post("/desk/accept", {"code": office.letter(ticket).token, "registration_number": "R-1"})
    assert accepted.status_code == 200
    assert office.api("kadis").post(address, {"reason": "DIED"}).status_code == 409  # BPJS has not made anybody a member
    by_hand(office, ticket, "answer", ACTIVE)
    assert office.api("kadis").post(address, {"reason": "TIRED"}).status_code == 422
    assert office.api("kadis").post(address, {"reason": "DIED"}).status_code == 201
    assert (quota(office).used, office.case(ticket).state) == (0, State.ACTIVE)
    books(office)
