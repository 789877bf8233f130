"""Signing in too often: the same waits and locks for names somebody has and names nobody has, counted in the database."""

import threading
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from tests.office import Office
from verify import throttle
from verify.seeds import DEMO_PASSWORD
from workflows import audit, meters
from workflows.errors import TooMany
from workflows.records import Meter, Purpose, SignIn

FREE, LOCK, ADDRESS = 10, 20, 100


def try_once(office: Office, username: str = "loket", password: str = "salah", address: str = "203.0.113.7") -> Any:
    body = {"username": username, "password": password}
    return office.app.test_client().post("/api/v1/session", json=body, environ_overrides={"REMOTE_ADDR": address})


def spend(office: Office, tries: int, username: str = "loket") -> list[int]:
    """Wrong tries, each after its pause."""
    said = []
    for number in range(tries):
        said.append(try_once(office, username, address=f"203.0.113.{number}").status_code)
        office.clock.pass_by(minutes=16)
    return said


def forget(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.get_json().items() if name != "help_code"}


def test_after_the_free_tries_each_has_to_wait_twice_as_long(office: Office) -> None:
    assert [try_once(office).status_code for _ in range(FREE)] == [403] * FREE
    waits = []
    for _ in range(5):
        refused = try_once(office, password=DEMO_PASSWORD)
        assert refused.status_code == 429
        waits.append(int(refused.headers["Retry-After"]))
        office.clock.pass_by(seconds=waits[-1])
        assert try_once(office).status_code == 403
    assert waits == [30, 60, 120, 240, 480]


def test_the_wait_says_what_to_do(office: Office) -> None:
    for _ in range(FREE):
        try_once(office)
    said = forget(try_once(office))
    assert said["detail"] == "Terlalu banyak percobaan. Tunggu 30 detik, lalu coba lagi."
    assert said["code"] == "terlalu-sering"


def test_the_right_password_begins_anew(office: Office) -> None:
    for _ in range(FREE - 1):
        try_once(office)
    assert try_once(office, password=DEMO_PASSWORD).status_code == 201
    assert [try_once(office).status_code for _ in range(FREE)] == [403] * FREE


def test_in_the_end_only_an_admin_opens_it(office: Office) -> None:
    assert spend(office, LOCK) == [403] * LOCK
    office.clock.pass_by(days=30)
    locked = try_once(office, password=DEMO_PASSWORD)
    assert (locked.status_code, "Mintalah admin" in forget(locked)["detail"]) == (429, True)
    with office.write() as session:
        assert throttle.unlock(office.rekom, session, "loket")
    assert try_once(office, password=DEMO_PASSWORD).status_code == 201
    with office.read() as session:
        assert "SIGN_IN_LOCKED" in [event.action for event in audit.events_of(session, "staff:1")]
        assert audit.verify_chain(audit.events_of(session, "staff:1")) is None


def test_a_name_nobody_has_waits_and_locks_in_the_same_words(office: Office) -> None:
    said = {}
    for username in ("loket", "tidak-ada"):
        answers = [try_once(office, username) for _ in range(FREE + 1)]
        spend(office, LOCK - FREE, username)
        said[username] = [forget(answer) for answer in [*answers, try_once(office, username)]]
        office.clock.pass_by(days=1)
    assert said["loket"] == said["tidak-ada"]


def test_one_address_cannot_try_many_names(office: Office) -> None:
    said = [try_once(office, f"nama{number}").status_code for number in range(ADDRESS + 5)]
    assert said == [403] * ADDRESS + [429] * 5
    assert try_once(office, password=DEMO_PASSWORD).status_code == 429
    assert try_once(office, password=DEMO_PASSWORD, address="198.51.100.1").status_code == 201


def test_an_office_that_signs_in_rightly_never_fills_its_address(sqlite_office: Office) -> None:
    assert {try_once(sqlite_office, password=DEMO_PASSWORD).status_code for _ in range(ADDRESS + 5)} == {201}


def test_a_subscriber_has_one_address_however_many_it_has(sqlite_office: Office) -> None:
    keys = {throttle.address_key(sqlite_office.rekom, f"2001:db8:1:2::{number}") for number in range(5)}
    assert len(keys) == 1
    assert throttle.address_key(sqlite_office.rekom, "2001:db8:1:3::1") not in keys


def test_many_tries_at_once_are_no_way_around(office: Office) -> None:
    ready, said = threading.Barrier(16, timeout=30), []

    def act() -> None:
        ready.wait()
        said.append(try_once(office).status_code)

    threads = [threading.Thread(target=act, daemon=True) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said) == [403] * FREE + [429] * (16 - FREE)


def test_what_was_typed_is_nowhere_stored(office: Office) -> None:
    try_once(office, "sandi-di-kolom-nama")
    with office.read() as session:
        kept = str([row.model_dump() for row in session.exec(select(Meter))])
    assert "sandi" not in kept and "203.0.113" not in kept


def test_a_header_moves_nobody_to_another_address(sqlite_office: Office) -> None:
    def forwarded() -> list[int]:
        client = sqlite_office.app.test_client()
        body = {"username": "x", "password": "x"}
        return [
            client.post(
                "/api/v1/session", json={**body, "username": f"x{number}"}, headers={"X-Forwarded-For": f"10.0.0.{number}"}
            ).status_code
            for number in range(ADDRESS + 1)
        ]

    assert forwarded()[-1] == 429


def test_old_counts_are_swept_and_locks_stay(office: Office) -> None:
    spend(office, LOCK)
    try_once(office, "sekali-saja")
    office.clock.pass_by(days=3)
    with office.write() as session:
        meters.sweep(session, now=office.clock())
    with office.read() as session:
        assert [row.locked_at is not None for row in session.exec(select(Meter))] == [True]


def test_a_window_without_pause_closes_until_its_end(office: Office) -> None:
    limit = meters.Limit(2, meters.timedelta(hours=1))
    with office.write() as session:
        for _ in range(2):
            meters.count(session, Purpose.REVEAL, "1", limit, now=office.clock())
        assert meters.left(session, Purpose.REVEAL, "1", limit, now=office.clock()) == 0
        with pytest.raises(TooMany, match="Tunggu 60 menit"):
            meters.count(session, Purpose.REVEAL, "1", limit, now=office.clock())
        now = office.clock.pass_by(hours=1)
        assert meters.left(session, Purpose.REVEAL, "1", limit, now=now) == 2
        meters.count(session, Purpose.REVEAL, "1", limit, now=now)


@pytest.mark.parametrize("change", ["counted = -1", "purpose = 'LAIN'"])
def test_the_database_refuses_what_no_meter_shows(office: Office, change: str) -> None:
    try_once(office)
    with pytest.raises(IntegrityError), office.write() as session:
        session.execute(text(f"UPDATE meter SET {change}"))


# --- own sessions


def test_a_person_sees_and_ends_the_own_sessions(office: Office) -> None:
    here, there, other = office.api("loket"), office.api("loket"), office.api("peksos")
    listed = here.get("/sessions").get_json()["sessions"]
    assert sorted(one["current"] for one in listed) == [False, True]
    (handle,) = [one["handle"] for one in listed if not one["current"]]
    assert other.call("DELETE", f"/sessions/{handle}").status_code == 404
    assert here.call("DELETE", f"/sessions/{handle}").status_code == 204
    assert (there.get("/sessions").status_code, here.get("/sessions").status_code) == (401, 200)
    assert here.call("DELETE", f"/sessions/{handle}").status_code == 404


def test_only_known_words_are_kept_of_a_device(office: Office) -> None:
    client = office.app.test_client()
    agents = {"Mozilla/5.0 (Android 15; Mobile) Firefox/140.0": "Firefox di Android", "<script>alert(1)</script>": "Program"}
    for agent in agents:
        client.post("/api/v1/session", json={"username": "loket", "password": DEMO_PASSWORD}, headers={"User-Agent": agent})
    with office.read() as session:
        assert {one.device for one in session.exec(select(SignIn))} == set(agents.values())
