"""Keys of hospital systems: three ways in, one set of permissions, secrets that are told once and kept nowhere."""

import base64
import logging
import threading
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.office import API, Office
from tests.simrs import ALL, Simrs, simrs
from verify.signed_request import CONS_ID, SIGNATURE, TIMESTAMP, sign
from workflows import audit
from workflows.permissions import PERMISSION_MAP, SCOPE_MAP
from workflows.records import HospitalKey, SignIn, UsedSignature
from workflows.states import Role
from workflows.vocabulary import Scope

CHECK = f"{API}/desk/check"
ACCEPT = f"{API}/desk/accept"
KEYS = f"{API}/hospital-keys"
QUESTION = {"number": "400.9/1/Dinsos/XI/2026", "nik": "9901014101900001"}


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json().get("code")


def everything(office: Office) -> str:
    """What the database holds of keys and sign-ins, as text."""
    with office.read() as session:
        found = [session.exec(text(f"SELECT * FROM {name}")).all() for name in ("hospital_key", "staff", "sign_in", "used_signature")]
    return str(found)


# --- made, listed, revoked


def test_an_admin_makes_a_key_whose_secret_is_told_once_and_kept_nowhere(office: Office) -> None:
    admin = office.api("admin")
    made = admin.post("/hospital-keys", {"hospital": "RS-CONTOH-1", "label": "SIMRS IGD", "scopes": ["accept", "check"]})
    body = made.get_json()
    assert (made.status_code, body["account"], body["scopes"]) == (201, "RSUD Contoh Serang – SIMRS IGD", ["check", "accept"])
    secret = body.pop("client_secret")
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    listed = admin.get("/hospital-keys").get_json()["keys"]
    assert listed == [body]
    assert secret not in everything(office)
    with office.read() as session:
        events = audit.events_of(session, "hospital:RS-CONTOH-1")
    assert [(event.action, event.actor_name, event.detail["scopes"]) for event in events] == [
        ("ISSUE_KEY", "Tono Contoh", ["accept", "check"])
    ]


def test_what_is_asked_for_must_make_sense(sqlite_office: Office) -> None:
    admin, known = sqlite_office.api("admin"), {"hospital": "RS-CONTOH-1", "label": "SIMRS", "scopes": ["check"]}
    assert code_of(admin.post("/hospital-keys", {**known, "hospital": "RS-LAIN"})) == (404, "tidak-ditemukan")
    assert code_of(admin.post("/hospital-keys", {**known, "scopes": []})) == (422, "isian-salah")
    assert code_of(admin.post("/hospital-keys", {**known, "scopes": ["admin"]})) == (422, "isian-salah")
    for name in ("rs", "loket", "kadis"):
        assert code_of(sqlite_office.api(name).post("/hospital-keys", known)) == (403, "tidak-berwenang")
    assert sqlite_office.count(HospitalKey) == 0


def test_a_revoked_key_is_out_by_every_door_at_once(office: Office) -> None:
    program = simrs(office)
    assert program.call("POST", CHECK, QUESTION).status_code == 200
    revoked = office.api("admin").call("DELETE", f"/hospital-keys/{program.client_id}")
    assert (revoked.status_code, revoked.get_json()["revoked_at"]) == (200, "2026-11-23T02:00:00+00:00")
    assert code_of(program.call("POST", CHECK, QUESTION)) == (401, "belum-masuk")
    assert code_of(program.sign_in()) == (401, "kunci-rs-salah")
    assert code_of(program.signed("POST", CHECK, QUESTION)) == (401, "tanda-tangan-permintaan-salah")
    assert office.api("admin").call("DELETE", f"/hospital-keys/{program.client_id}").status_code == 409
    assert office.api("admin").call("DELETE", "/hospital-keys/rs-tidak-ada").status_code == 404


def test_an_admin_of_another_region_neither_sees_nor_revokes(sqlite_office: Office) -> None:
    program = simrs(sqlite_office)
    staff_id = sqlite_office.hire("adminblora", region="3316")
    with sqlite_office.write() as session:
        session.exec(text("INSERT INTO staff_role (staff_id, role) VALUES (:id, 'ADMIN')").bindparams(id=staff_id))
    other = sqlite_office.api("adminblora")
    assert other.get("/hospital-keys").get_json()["keys"] == []
    assert other.call("DELETE", f"/hospital-keys/{program.client_id}").status_code == 404
    asked = {"hospital": "RS-CONTOH-1", "label": "X", "scopes": ["check"]}
    assert other.post("/hospital-keys", asked).status_code == 404


# --- tokens by client credentials


def test_a_token_is_short_and_is_the_hospitals(office: Office) -> None:
    program = simrs(office)
    answer = program.sign_in()
    body = answer.get_json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 900, "check accept open")
    assert answer.headers["Cache-Control"] == "no-store"
    assert program.secret not in everything(office) and body["access_token"] not in everything(office)
    assert program.call("POST", CHECK, QUESTION).status_code == 200
    office.clock.pass_by(minutes=15)
    assert code_of(program.call("POST", CHECK, QUESTION)) == (401, "belum-masuk")
    program.sign_in()
    assert office.count(SignIn) == 2  # the admin's, who made the key, and the new one: what is over is swept away


def test_the_token_door_speaks_rfc_6749(sqlite_office: Office) -> None:
    program = simrs(sqlite_office, Scope.CHECK)
    client = sqlite_office.app.test_client()
    basic = base64.b64encode(f"{program.client_id}:{program.secret}".encode()).decode()
    by_header = client.post("/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"})
    assert by_header.status_code == 200
    wrong = Simrs(sqlite_office, program.client_id, "salah").sign_in()
    unknown = Simrs(sqlite_office, "rs-tidak-ada", program.secret).sign_in()
    assert {answer.get_json()["error"] for answer in (wrong, unknown)} == {"invalid_client"}
    assert {answer.status_code for answer in (wrong, unknown)} == {401}
    assert wrong.headers["WWW-Authenticate"].startswith("Basic")
    assert wrong.mimetype == "application/json"
    refused = program.sign_in(scope="check accept")
    assert (refused.status_code, refused.get_json()["error"], refused.get_json()["code"]) == (400, "invalid_scope", "lingkup-salah")
    other = client.post("/oauth/token", data={"grant_type": "password", "username": "rs", "password": "x"})
    assert (other.status_code, other.get_json()["error"]) == (400, "unsupported_grant_type")
    assert client.post("/oauth/token", json={"grant_type": "client_credentials"}).get_json()["error"] == "unsupported_grant_type"
    assert client.get("/oauth/token").status_code == 405


def test_an_account_of_a_key_has_no_password(sqlite_office: Office) -> None:
    program = simrs(sqlite_office)
    for password in ("", "!", program.secret):
        answer = sqlite_office.api().post("/session", {"username": program.client_id, "password": password})
        assert answer.status_code == 403


# --- signed requests


def test_a_signed_request_is_answered_once(office: Office) -> None:
    program = simrs(office)
    first = program.signed("POST", CHECK, QUESTION)
    assert (first.status_code, first.get_json()["answer"]) == (200, "UNKNOWN")
    assert code_of(program.signed("POST", CHECK, QUESTION)) == (401, "permintaan-diulang")
    assert program.signed("POST", CHECK, QUESTION, nonce="2").status_code == 200
    office.clock.pass_by(seconds=1)
    assert program.signed("POST", CHECK, QUESTION).status_code == 200
    office.clock.pass_by(minutes=11)
    assert program.signed("POST", CHECK, QUESTION).status_code == 200
    assert office.count(UsedSignature) == 1  # those the clock refuses anyway are forgotten


@pytest.mark.parametrize(
    "tampered",
    [
        {"path": ACCEPT},
        {"path": f"{CHECK}?a=1"},
        {"body": b'{"number": "1", "nik": "9901014101900001"}'},
        {"headers": {TIMESTAMP: "1795399201"}},
        {"headers": {CONS_ID: "rs-000000000000"}},
        {"headers": {SIGNATURE: ""}},
        {"headers": {SIGNATURE: "é" * 44}},
        {"headers": {"X-nonce": "1"}},
        {"headers": {"X-nonce": "1" * 65}},
    ],
    ids=str,
)
def test_a_signature_fits_no_other_request(sqlite_office: Office, tampered: dict[str, Any]) -> None:
    program = simrs(sqlite_office)
    assert code_of(program.signed("POST", CHECK, QUESTION, **tampered)) == (401, "tanda-tangan-permintaan-salah")
    assert program.signed("POST", CHECK, QUESTION).status_code == 200


def test_a_signature_fits_no_other_method(sqlite_office: Office) -> None:
    program = simrs(sqlite_office)
    for signed, sent in (("POST", "GET"), ("GET", "POST")):
        assert code_of(program.signed(signed, KEYS, None, method=sent)) == (401, "tanda-tangan-permintaan-salah")
        assert code_of(program.signed(sent, KEYS, None)) == (403, "tidak-berwenang")


def test_another_programs_secret_and_the_plain_bpjs_signature_are_refused(sqlite_office: Office) -> None:
    program, other = simrs(sqlite_office), simrs(sqlite_office, hospital="RS-CONTOH-2")
    body = b"{}"
    assert code_of(program.send(program.headers("POST", CHECK, body, secret=other.secret), "POST", CHECK, body))[0] == 401
    headers = program.headers("POST", CHECK, body)
    headers[SIGNATURE] = sign(program.secret, f"{program.client_id}&{headers[TIMESTAMP]}".encode())
    assert code_of(program.send(headers, "POST", CHECK, body)) == (401, "tanda-tangan-permintaan-salah")


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-299, 200), (299, 200), (301, 401)])
def test_the_clock_may_differ_by_five_minutes(sqlite_office: Office, seconds: int, status: int) -> None:
    program = simrs(sqlite_office)
    body = b'{"number": "1", "nik": "9901014101900001"}'
    headers = program.headers("POST", CHECK, body)
    sqlite_office.clock.pass_by(seconds=seconds)
    answer = program.send(headers, "POST", CHECK, body)
    assert answer.status_code == status
    if status == 401:
        said = answer.get_json()
        assert (said["code"], said["server_time"]) == ("jam-berbeda", str(int(sqlite_office.clock().timestamp())))


def test_of_many_copies_at_once_exactly_one_is_answered(office: Office) -> None:
    program = simrs(office)
    body = b'{"number": "1", "nik": "9901014101900001"}'
    headers = program.headers("POST", CHECK, body)
    ready, said = threading.Barrier(6, timeout=10), []

    def act() -> None:
        ready.wait()
        said.append(program.send(headers, "POST", CHECK, body).status_code)

    threads = [threading.Thread(target=act, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == [200, 401, 401, 401, 401, 401]


# --- the same permissions, narrowed


def test_whatever_a_hospital_may_some_scope_opens_to_its_system() -> None:
    may = {permission for permission, roles in PERMISSION_MAP.items() if Role.HOSPITAL in roles}
    assert may <= frozenset().union(*SCOPE_MAP.values())


@pytest.mark.parametrize("way", ["token", "signature"])
def test_a_key_may_what_its_scopes_say_and_no_more(sqlite_office: Office, way: str) -> None:
    ticket = sqlite_office.to_letter()
    code = sqlite_office.letter(ticket).token
    allowed = {
        Scope.CHECK: {CHECK: {"code": code}},
        Scope.ACCEPT: {ACCEPT: {"code": code}},
        Scope.OPEN: {f"{API}/desk/membership": {"nik": QUESTION["nik"], "asked_for": "2026-11-23", "found": False}},
    }
    for mine in ALL:
        program = simrs(sqlite_office, mine)
        for scope, (path, body) in [(scope, one) for scope, asked in allowed.items() for one in asked.items()]:
            answer = program.call("POST", path, body) if way == "token" else program.signed("POST", path, body)
            assert (answer.status_code < 300) == (scope == mine), (mine, path, answer.get_json())
        for path in ("/applications", "/seats", "/hospital-keys"):
            assert program.call("GET", API + path).status_code == 403


def test_what_a_program_did_stands_in_the_trail_under_its_name(office: Office) -> None:
    ticket = office.to_letter()
    program = simrs(office)
    assert program.signed("POST", ACCEPT, {"code": office.letter(ticket).token}).status_code == 200
    event = next(event for event in office.events(ticket) if event.action == "ACCEPT")
    assert (event.actor_name, event.detail["hospital"]) == ("RSUD Contoh Serang – SIMRS", "RS-CONTOH-1")


def test_no_secret_and_no_signature_reaches_a_log(sqlite_office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    program = simrs(sqlite_office)
    program.sign_in()
    program.signed("POST", CHECK, QUESTION)
    Simrs(sqlite_office, program.client_id, "salah-rahasia").sign_in()
    written = caplog.text
    assert not any(word in written for word in (program.secret, str(program.token), "salah-rahasia"))


def test_the_database_itself_refuses_two_keys_of_one_account_and_unknown_scopes(office: Office) -> None:
    program = simrs(office)
    wrong = (
        "INSERT INTO hospital_key (client_id, staff_id, secret_sha256) SELECT 'x', staff_id, secret_sha256 FROM hospital_key",
        "UPDATE hospital_key SET secret_sha256 = 'kurang'",
        f"INSERT INTO hospital_key_scope (client_id, scope) VALUES ('{program.client_id}', 'admin')",
        "INSERT INTO hospital_key_scope (client_id, scope) VALUES ('rs-tidak-ada', 'check')",
        "INSERT INTO used_signature (digest, expires_at) VALUES ('a', '2026-11-23'), ('a', '2026-11-23')",
    )
    for statement in wrong:
        with pytest.raises(IntegrityError), office.write() as session:
            session.exec(text(statement))
