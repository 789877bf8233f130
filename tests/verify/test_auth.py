"""Signing in: one answer for every wrong pair, sessions that end, and what each account may see."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from tests.office import Office, ktp
from verify import auth
from verify.seeds import DEMO_PASSWORD, SEATS, seed_demo
from workflows.permissions import OFFICE, PERMISSION_MAP, Permission
from workflows.records import AuditEvent, SignIn, Staff
from workflows.states import Role

WRONG = "Nama pengguna atau kata sandi tidak cocok. Periksa huruf besar dan kecil, lalu coba lagi."
NOT_IN = "Anda belum masuk, atau sesi sudah berakhir. Masuk lagi; isian Anda belum terkirim."
NOT_YOURS = "Peran Anda tidak boleh melakukan ini. Mintalah petugas yang berwenang."


def said(answer: Any) -> dict[str, Any]:
    """A problem without the help code, which differs each time."""
    return {name: value for name, value in answer.get_json().items() if name != "help_code"}


def disable(office: Office, username: str) -> None:
    with office.write() as session:
        session.exec(select(Staff).where(Staff.username == username)).one().disabled_at = office.clock()


def test_a_token_for_the_right_pair(office: Office) -> None:
    answer = office.api().post("/session", {"username": "loket", "password": DEMO_PASSWORD})
    assert answer.status_code == 201
    assert len(answer.get_json()["token"]) >= 43
    assert answer.get_json()["expires_at"] == (office.clock() + timedelta(minutes=480)).isoformat()
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_token_itself_is_nowhere_stored(office: Office) -> None:
    token = office.token("loket")
    with office.read() as session:
        kept = str([row.model_dump() for table in (SignIn, AuditEvent, Staff) for row in session.exec(select(table))])
    assert token not in kept
    assert DEMO_PASSWORD not in kept
    assert "$argon2id$" in kept


def test_wrong_password_unknown_name_and_disabled_account_are_one_answer(office: Office) -> None:
    disable(office, "admin")
    wrong = [("loket", "salah"), ("tidak-ada", DEMO_PASSWORD), ("admin", DEMO_PASSWORD), ("LOKET", DEMO_PASSWORD), ("", "")]
    strange = [("a\u0000b", "x"), ("loket", "\u0000"), ("loket'--", "x")]
    answers = [office.api().post("/session", {"username": name, "password": word}) for name, word in wrong + strange]
    assert {answer.status_code for answer in answers} == {403}
    assert all(said(answer) == said(answers[0]) for answer in answers)
    assert (said(answers[0])["detail"], said(answers[0])["code"]) == (WRONG, "sandi-salah")
    assert office.count(SignIn) == 0


def test_half_a_character_is_a_wrong_pair_too(office: Office) -> None:
    for body in (b'{"username": "\\ud800", "password": "x"}', b'{"username": "loket", "password": "\\ud800"}'):
        answer = office.api().call("POST", "/session", data=body, content_type="application/json")
        assert (answer.status_code, said(answer)["detail"]) == (403, WRONG)


def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher, checked = auth._hasher("test"), []

    class Counting:
        def verify(self, known: str, password: str) -> bool:
            checked.append(password)
            return hasher.verify(known, password)

    monkeypatch.setattr(auth, "_hasher", lambda _: Counting())
    auth._nobodys_hash.cache_clear()
    monkeypatch.setattr(auth, "_nobodys_hash", lambda _: hasher.hash("x"))
    for name in ("loket", "tidak-ada"):
        office.api().post("/session", {"username": name, "password": "salah"})
    assert checked == ["salah", "salah"]


def test_outside_tests_passwords_are_hashed_at_full_cost() -> None:
    hashed = auth.hash_password("x", environment="production")
    cost = dict(part.split("=") for part in hashed.split("$")[3].split(","))
    assert (int(cost["m"]) >= 19_456, int(cost["t"]) >= 2) == (True, True)


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x"}, {"Authorization": "Basic bG9rZXQ6eA=="}]
)
def test_nobody_is_refused_with_how_to_sign_in(sqlite_office: Office, header: dict[str, str]) -> None:
    answer = sqlite_office.api().get("/applications", headers=header)
    assert (answer.status_code, said(answer)["detail"], said(answer)["code"]) == (401, NOT_IN, "belum-masuk")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_cookie_opens_no_door_of_the_api(sqlite_office: Office) -> None:
    client = sqlite_office.app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = sqlite_office.token("loket")
    assert client.get("/api/v1/applications").status_code == 401


def test_signing_out_ends_the_session_for_good(office: Office) -> None:
    loket, other = office.api("loket"), office.api("loket")
    assert loket.call("DELETE", "/session").status_code == 204
    assert [loket.get("/applications").status_code, loket.call("DELETE", "/session").status_code] == [401, 401]
    assert other.get("/applications").status_code == 200  # another sign-in of the same person goes on


def test_a_session_ends_at_its_time(office: Office) -> None:
    loket = office.api("loket")
    office.clock.pass_by(minutes=480, microseconds=-1)
    assert loket.get("/applications").status_code == 200
    office.clock.pass_by(microseconds=1)
    assert loket.get("/applications").status_code == 401


def test_a_disabled_account_is_out_at_once(office: Office) -> None:
    loket = office.api("loket")
    disable(office, "loket")
    assert loket.get("/applications").status_code == 401


def test_roles_are_todays(office: Office) -> None:
    office.let_sign(office.hire("sekretaris", Role.VALIDATOR), date(2026, 11, 23), date(2026, 11, 23))
    assert office.actor("sekretaris").roles == {Role.VALIDATOR, Role.KADIS}
    office.clock.pass_by(days=1)
    assert office.actor("sekretaris").roles == {Role.VALIDATOR}


def test_each_sign_in_is_on_the_persons_own_trail(office: Office) -> None:
    office.token("loket")
    office.token("loket")
    with office.read() as session:
        trail = session.exec(select(AuditEvent).where(AuditEvent.subject == "staff:1").order_by(AuditEvent.sequence)).all()
    assert [(event.sequence, event.action, event.actor_name) for event in trail] == [
        (1, "SIGN_IN", "Rini Contoh"),
        (2, "SIGN_IN", "Rini Contoh"),
    ]


def test_one_person_signs_in_at_eight_desks_at_once(office: Office) -> None:
    ready, said = threading.Barrier(8, timeout=10), []

    def act() -> None:
        ready.wait()
        said.append(office.api().post("/session", {"username": "rs", "password": DEMO_PASSWORD}).status_code)

    threads = [threading.Thread(target=act, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (said, office.count(SignIn)) == ([201] * 8, 8)


# --- who may see what


def test_a_hospital_reads_no_cases(office: Office) -> None:
    ticket = office.to_letter()
    for method, path in (("GET", "/applications"), ("GET", f"/applications/{ticket}"), ("POST", f"/applications/{ticket}/letter.pdf")):
        answer = office.api("rs").call(method, path)
        assert (answer.status_code, said(answer)["detail"], said(answer)["code"]) == (403, NOT_YOURS, "tidak-berwenang")


@pytest.mark.parametrize("username", ["kadis", "validator", "rs", "admin"])
def test_who_may_not_open_stores_nothing(office: Office, username: str) -> None:
    assert office.api(username).post("/applications", ktp()).status_code == 403
    assert office.api("loket").get("/applications").get_json() == {"applications": [], "next": None}


def test_another_regions_office_does_not_learn_that_a_case_is_there(office: Office) -> None:
    ticket = office.to_letter()
    office.hire("blora", *OFFICE, region="3316")
    blora = office.api("blora")
    unknown = said(blora.get("/applications/ABCD-2345"))
    for method, path, body in (
        ("GET", f"/applications/{ticket}", None),
        ("POST", f"/applications/{ticket}/letter.pdf", {}),
        ("PATCH", f"/applications/{ticket}", {"phone": "081299999999"}),
        ("POST", f"/applications/{ticket}/withdrawal", {"reason": "uji coba"}),
        ("POST", f"/applications/{ticket}/revocation", {"reason": "uji coba"}),
        ("POST", f"/applications/{ticket}/decision", {"outcome": "APPROVE", "version": 1}),
    ):
        answer = blora.call(method, path, json=body)
        assert answer.status_code == 404, path
        assert {**said(answer), "instance": ""} == {**unknown, "instance": ""}
    assert blora.get("/applications").get_json()["applications"] == []


def test_every_permission_has_its_roles() -> None:
    assert set(PERMISSION_MAP) == set(Permission)
    assert all(roles and Role.SYSTEM not in roles for roles in PERMISSION_MAP.values())
    by_role = {role: {permission for permission, roles in PERMISSION_MAP.items() if role in roles} for role in Role}
    assert by_role[Role.ADMIN] & {Permission.READ_CASES, Permission.DECIDE, Permission.CHECK_LETTER, Permission.OPEN_CASE} == set()
    assert by_role[Role.HOSPITAL] & {Permission.READ_CASES, Permission.READ_LETTER, Permission.OPEN_CASE} == set()
    assert PERMISSION_MAP[Permission.DECIDE] == {Role.KADIS}
    assert PERMISSION_MAP[Permission.VALIDATE] == {Role.VALIDATOR}


def test_demo_accounts_never_go_into_production(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(sqlite_office.rekom.settings), "production", property(lambda _: True))
    with pytest.raises(RuntimeError, match="demo accounts never go into production"):
        seed_demo(sqlite_office.rekom)


def test_seeding_again_changes_nothing(office: Office) -> None:
    seed_demo(office.rekom)
    assert office.count(Staff) == len(SEATS)
