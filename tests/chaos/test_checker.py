"""The checker finds nothing in an honest office, and each promise's violation as soon as it is written into the tables."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.checker.history import History
from tests.chaos.checker.proof import Proof, wrong
from tests.chaos.checker.proving import prove
from tests.chaos.checker.trail import published_process
from tests.office import Office, ktp, running_office
from verify import witness
from workflows.states import TRANSITIONS

KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"


def honest(office: Office) -> History:
    """Three cases that ended differently, a witness of the trail, and what the clients were told."""
    lines: list[dict[str, Any]] = []
    for number, key in ((1, KEY), (1, KEY), (2, "b"), (3, "c")):
        told = office.api("loket").post("/applications", ktp(number), key=key)
        body = hashlib.sha256(told.data).hexdigest()
        lines.append({"op": "intake", "status": told.status_code, "key": key, "ticket": told.json["ticket"], "body": body})
    office.drain()
    tickets = list(dict.fromkeys(line["ticket"] for line in lines))
    for ticket in tickets:
        office.amend(ticket, domicile_code="3673")
        office.drain()
        office.assess(ticket)
        office.drain()
        office.validate(ticket)
    for ticket in tickets[:2]:
        lines.append({"op": "decide", "status": 201, "ticket": ticket, "number": office.approve(ticket)})
    office.reject(tickets[2])
    office.drain()
    letter = office.letter(tickets[0])
    at = office.clock().isoformat()
    for _ in range(2):
        answer = office.api("rs").post("/desk/check", {"code": letter.token}).json["answer"]
        lines.append({"op": "check", "status": 200, "at": at, "number": letter.number, "answer": answer})
    for desk, hospital in (("rs", "RS-CONTOH-1"), ("rs2", "RS-CONTOH-2")):
        status = office.api(desk).post("/desk/accept", {"code": letter.token}).status_code
        lines.append({"op": "accept", "status": status, "number": letter.number, "hospital": hospital})
    shown = office.api("loket").get(f"/applications/{tickets[0]}").status_code
    lines.append({"op": "read", "status": shown, "actor": "loket", "ticket": tickets[0], "at": at})
    assert witness.take(office.rekom) is not None
    return History(lines, complete=True)


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Any:
    with running_office(database_url, tmp_path) as office:
        yield office, honest(office)


def test_an_honest_office_breaks_no_promise_and_each_is_looked_at(lived: tuple[Office, History]) -> None:
    office, history = lived
    proofs = prove(office.rekom.settings.database_url, history, now=office.clock())
    assert [str(proof) for proof in proofs if proof.violations] == []
    assert {proof.number for proof in proofs if not proof.trials} == set()
    assert [proof.number for proof in proofs] == list(range(1, 13))


def test_a_promise_that_met_nothing_is_no_proof_where_the_history_is_whole() -> None:
    looked, blind = Proof(1, "one", 3), Proof(9, "nine", 0)
    assert wrong([looked, blind]) == [] and wrong([looked, blind], all_looked_at=True) == ["9: nothing was looked at"]


def test_the_published_process_is_read_whole() -> None:
    assert published_process() == {(row.source, row.action, row.target) for row in TRANSITIONS}


TAMPERED = [
    (1, "UPDATE case_file SET state = 'DECISION' WHERE id = 2"),
    (1, "DELETE FROM letter WHERE case_id = 2"),
    (1, "DELETE FROM decision WHERE case_id = 2"),
    (1, "UPDATE letter SET state = 'EXPIRED' WHERE case_id = 2"),
    (2, "UPDATE letter SET number = (SELECT number FROM letter WHERE id = 1), sequence = 1 WHERE id = 2"),
    (2, "UPDATE letter_counter SET last = 9"),
    (2, "UPDATE letter SET sequence = 8 WHERE id = 2"),
    (3, "UPDATE seat_quota SET used = used + 1"),
    (3, "UPDATE seat_quota SET cap = 1"),
    (3, "DELETE FROM seat WHERE case_id = 2"),
    (4, "UPDATE case_file SET state = 'ASSESSMENT', closed_at = NULL WHERE id = 3"),
    (4, "UPDATE audit_event SET detail = replace(detail, 'VALIDATION', 'DECISION') WHERE action = 'ASSESS'"),
    (5, "UPDATE decision SET decided_by = opened_by WHERE case_id = 1"),
    (5, "UPDATE audit_event SET actor_id = 1 WHERE action = 'APPROVE' AND subject = 'case:1'"),
    (6, "UPDATE audit_event SET actor_name = 'Orang Lain' WHERE id = 5"),
    (6, "DELETE FROM audit_event WHERE subject = 'case:2' AND sequence = (SELECT max(sequence) FROM audit_event WHERE subject = 'case:2')"),
    (6, "DELETE FROM audit_event WHERE subject = 'staff:2'"),
    (6, "UPDATE case_file SET version = 1 WHERE id = 1"),
    (7, "UPDATE case_file SET ticket = 'XXXX-XXXX' WHERE id = 3"),
    (7, "UPDATE letter SET number = 'lain' WHERE id = 1"),
    (7, "DELETE FROM acceptance"),
    (8, f"DELETE FROM idempotency_record WHERE key = '{KEY}'"),
    (10, "UPDATE letter SET valid_until = '2026-11-23 01:00:00', valid_from = '2026-11-22 01:00:00' WHERE id = 1"),
    (10, "UPDATE letter SET revoked_at = '2026-11-23 01:30:00' WHERE id = 1"),
    (11, "DELETE FROM case_reading"),
    (12, "UPDATE task SET done_at = NULL, due_at = '2026-11-23 01:00:00' WHERE id = 1"),
    (12, "UPDATE task SET done_at = NULL, leased_until = '2026-11-24 01:00:00' WHERE id = 1"),
]


@pytest.fixture(scope="module")
def template(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One honest office on SQLite, its tables stripped of every trigger and constraint, as a file and its history."""
    with databases.fresh("sqlite") as url, running_office(url, tmp_path_factory.mktemp("lived")) as office:
        history = honest(office)
        source = Path(url.removeprefix("sqlite:///"))
        bare = tmp_path_factory.mktemp("bare") / "bare.db"
        strip(source, bare)
        yield bare, history, office.clock()


def strip(source: Path, bare: Path) -> None:
    """The same rows in tables that refuse nothing."""
    with closing(sqlite3.connect(bare)) as copy:
        copy.execute(f"ATTACH '{source}' AS office")
        for (name,) in copy.execute("SELECT name FROM office.sqlite_master WHERE type = 'table'").fetchall():
            copy.execute(f'CREATE TABLE "{name}" AS SELECT * FROM office."{name}"')
        copy.commit()


@pytest.mark.parametrize(("promise", "sql"), TAMPERED)
def test_each_violation_is_found_by_its_promise(template: Any, tmp_path: Path, promise: int, sql: str) -> None:
    bare, history, now = template
    place = tmp_path / "tampered.db"
    place.write_bytes(bare.read_bytes())
    assert wrong(prove(f"sqlite:///{place}", history, now=now)) == []
    with closing(sqlite3.connect(place)) as office:
        assert office.execute(sql).rowcount > 0
        office.commit()
    found = {int(one.split(":")[0]) for one in wrong(prove(f"sqlite:///{place}", history, now=now))}
    assert promise in found


@pytest.mark.parametrize(
    ("promise", "line"),
    [
        (7, {"op": "intake", "status": 201, "key": "d", "ticket": "AAAA-AAAA", "body": ""}),
        (7, {"op": "intake", "status": 400, "key": KEY}),
        (8, {"op": "intake", "status": 201, "key": KEY, "ticket": "AAAA-AAAA", "body": "another"}),
        (9, {"op": "accept", "status": 200, "number": "400.9/001/Dinsos/XI/2026", "hospital": "RS-CONTOH-2"}),
        (9, {"op": "late", "status": 200, "nonce": "never kept"}),
        (10, {"op": "check", "status": 200, "at": "2027-11-23T02:00:00+00:00", "number": "400.9/001/Dinsos/XI/2026", "answer": "VALID"}),
        (11, {"op": "read", "status": 200, "actor": "validator", "ticket": "AAAA-AAAA", "at": "2026-11-23"}),
    ],
)
def test_what_a_client_saw_and_the_tables_deny_is_found(template: Any, promise: int, line: dict[str, Any]) -> None:
    bare, history, now = template
    proofs = prove(f"sqlite:///{bare}", History([*history.lines, line], complete=True), now=now)
    assert promise in {int(one.split(":")[0]) for one in wrong(proofs)}


def test_a_case_or_letter_that_nobody_asked_for_is_found(template: Any) -> None:
    bare, history, now = template
    for op in ("intake", "decide"):
        fewer = History([line for line in history.lines if line["op"] != op], complete=True)
        assert any(one.startswith("7: ") for one in wrong(prove(f"sqlite:///{bare}", fewer, now=now)))
