"""The second factor: codes that count once, passkeys that answer one question, recovery codes on paper, and what asks for them anew."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from tests.authenticator import PRESENT, SoftKey, code_at
from tests.office import Api, Office, running_office
from tests.verify.web.visitor import Visitor
from verify import auth, factors, passkeys, throttle
from verify.config import Settings, SettingsError, load_settings
from verify.factors import Holder, WrongFactor
from verify.keyring import KeyFileError
from verify.seeds import DEMO_PASSWORD
from workflows import audit, second_factor, staffing
from workflows.actor import Actor
from workflows.errors import Conflict, NotFound, TooMany
from workflows.permissions import STEP_UP, Permission
from workflows.records import Passkey, RecoveryCode, TotpSecret
from workflows.states import Role

STRICT = {"second_factor_roles": "KADIS", "public_url": "https://rekom.example"}


@pytest.fixture
def strict(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office whose head needs a second factor."""
    with running_office(database_url, tmp_path, **STRICT) as made:
        yield made


def holder(office: Office, username: str) -> Holder:
    """A person with a new session."""
    token = office.token(username)
    found = auth.find_session(office.rekom, token)
    assert found is not None
    return Holder(found[1], found[0].digest)


def with_app(office: Office, username: str) -> tuple[str, tuple[str, ...]]:
    """Put an app on a person's telephone; returns its secret and the recovery codes. Half a minute passes."""
    person = holder(office, username)
    secret, _ = factors.begin_app(office.rekom, person.actor, username)
    codes = factors.confirm_app(office.rekom, person, code_at(secret, office.clock()))
    office.clock.pass_by(seconds=30)
    return secret, codes


def with_passkey(office: Office, username: str, key: SoftKey) -> tuple[str, ...]:
    person = holder(office, username)
    return passkeys.keep_new(office.rekom, person, key.make(passkeys.ask_for_new(office.rekom, person, username)), "Telepon kantor")


def show(api: Api, code: str) -> int:
    return api.post("/session/factor", {"code": code}).status_code


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_a_role_that_owes_one_works_only_after_it(strict: Office) -> None:
    secret, _ = with_app(strict, "kadis")
    kadis = strict.api("kadis")
    assert problem(kadis.get("/applications")) == (403, "kode-kedua-belum")
    assert show(kadis, code_at(secret, strict.clock())) == 204
    assert kadis.get("/applications").status_code == 200


def test_who_owes_one_and_has_none_reads_nothing(strict: Office) -> None:
    kadis = strict.api("kadis")
    assert problem(kadis.get("/applications")) == (403, "kode-kedua-belum")
    assert strict.api("loket").get("/applications").status_code == 200


def test_signing_in_says_whether_a_factor_is_owed(strict: Office) -> None:
    said = [
        strict.api().post("/session", {"username": name, "password": "rekom-demo-2026"}).get_json()["factor_needed"]
        for name in ("kadis", "loket")
    ]
    assert said == [True, False]


def test_who_has_one_owes_it_in_any_role(strict: Office) -> None:
    with_app(strict, "loket")
    assert problem(strict.api("loket").get("/applications")) == (403, "kode-kedua-belum")


def test_a_code_counts_once(strict: Office) -> None:
    secret, _ = with_app(strict, "kadis")
    code = code_at(secret, strict.clock())
    assert show(strict.api("kadis"), code) == 204
    assert show(strict.api("kadis"), code) == 422
    assert show(strict.api("kadis"), code_at(secret, strict.clock(), -1)) == 422


def test_a_telephones_clock_may_be_half_a_minute_off(strict: Office) -> None:
    secret, _ = with_app(strict, "kadis")
    strict.clock.pass_by(minutes=5)
    assert [show(strict.api("kadis"), code_at(secret, strict.clock(), drift)) for drift in (-2, 2, -1, 0, 1)] == [422, 422, 204, 204, 204]


def test_of_many_with_one_code_one_gets_in(strict: Office) -> None:
    secret, _ = with_app(strict, "kadis")
    code, ready, said = code_at(secret, strict.clock()), threading.Barrier(4, timeout=30), []
    people = [strict.api("kadis") for _ in range(4)]

    def act(api: Api) -> None:
        ready.wait()
        said.append(show(api, code))

    threads = [threading.Thread(target=act, args=(api,), daemon=True) for api in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said) == [204, 422, 422, 422]


def test_guessing_codes_ends_in_a_lock_that_an_admin_opens(strict: Office) -> None:
    secret, _ = with_app(strict, "kadis")
    kadis, said = strict.api("kadis"), []
    for _ in range(20):
        said.append(show(kadis, "000000"))
        strict.clock.pass_by(minutes=16)
    assert said == [422] * 20
    kadis = strict.api("kadis")
    assert show(kadis, code_at(secret, strict.clock())) == 429
    with strict.write() as session:
        assert throttle.unlock(strict.rekom, session, "kadis")
    assert show(kadis, code_at(secret, strict.clock())) == 204


def test_five_wrong_codes_have_to_wait(strict: Office) -> None:
    with_app(strict, "kadis")
    kadis = strict.api("kadis")
    assert [show(kadis, "000000") for _ in range(6)] == [422] * 5 + [429]


def test_a_recovery_code_counts_once_and_only_for_its_person(strict: Office) -> None:
    _, codes = with_app(strict, "kadis")
    _, others = with_app(strict, "validator")
    assert len(set(codes)) == 10 and not set(codes) & set(others)
    assert show(strict.api("kadis"), others[0]) == 422
    assert show(strict.api("kadis"), codes[0].lower()) == 204
    assert show(strict.api("kadis"), codes[0]) == 422
    assert factors.factors_of(strict.rekom, holder(strict, "kadis").actor.person_id).codes_left == 9


def test_new_recovery_codes_replace_the_old(strict: Office) -> None:
    _, codes = with_app(strict, "kadis")
    fresh = factors.renew_codes(strict.rekom, holder(strict, "kadis"))
    assert [show(strict.api("kadis"), code) for code in (codes[0], fresh[0])] == [422, 204]


def test_no_secret_and_no_code_is_readable_in_the_database(strict: Office) -> None:
    secret, codes = with_app(strict, "kadis")
    with strict.read() as session:
        kept = str([row.model_dump() for table in (TotpSecret, RecoveryCode) for row in session.exec(select(table))])
    assert secret not in kept and codes[0] not in kept and codes[0].replace("-", "") not in kept


def test_a_secret_moved_to_another_person_opens_for_nobody(strict: Office) -> None:
    with_app(strict, "kadis")
    with_app(strict, "validator")
    first, second = holder(strict, "kadis").actor.person_id, holder(strict, "validator")
    with strict.write() as session:
        mine, theirs = (session.get_one(TotpSecret, number) for number in (first, second.actor.person_id))
        theirs.sealed = mine.sealed
    with pytest.raises(KeyFileError, match="reset-factor"):
        factors.show_code(strict.rekom, second, "123456")


def test_an_app_is_confirmed_once_and_replaced_only_after_removal(strict: Office) -> None:
    with_app(strict, "kadis")
    person = holder(strict, "kadis")
    with pytest.raises(Conflict, match="sudah terpasang"):
        factors.begin_app(strict.rekom, person.actor, "kadis")
    with pytest.raises(WrongFactor):
        factors.confirm_app(strict.rekom, person, "000000")


def test_an_unconfirmed_app_opens_nothing_and_asks_for_nothing(strict: Office) -> None:
    person = holder(strict, "loket")
    secret, _ = factors.begin_app(strict.rekom, person.actor, "loket")
    with pytest.raises(WrongFactor):
        factors.show_code(strict.rekom, person, code_at(secret, strict.clock()))
    assert strict.api("loket").get("/applications").status_code == 200


# --- passkeys


def test_a_passkey_signs_one_question_once(strict: Office) -> None:
    key = SoftKey()
    assert len(with_passkey(strict, "kadis", key)) == 10
    person = holder(strict, "kadis")
    question = passkeys.ask(strict.rekom, person)
    assert question is not None
    answer = key.sign(question)
    passkeys.show(strict.rekom, person, answer)
    with pytest.raises(WrongFactor):
        passkeys.show(strict.rekom, person, answer)


FAULTS = {
    "another site": lambda key: setattr(key, "origin", "https://jahat.example"),
    "another relying party": lambda key: setattr(key, "site", "jahat.example"),
    "no finger": lambda key: setattr(key, "flags", PRESENT),
    "another key": lambda key: setattr(key, "private", SoftKey().private),
    "an unknown number": lambda key: setattr(key, "number", b"0" * 16),
    "a copy that counts lower": lambda key: setattr(key, "counter", -1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_passkey_that_proves_nothing_is_refused(strict: Office, fault: str) -> None:
    key = SoftKey(counter=5)
    with_passkey(strict, "kadis", key)
    person = holder(strict, "kadis")
    question = passkeys.ask(strict.rekom, person)
    FAULTS[fault](key)
    with pytest.raises(WrongFactor):
        passkeys.show(strict.rekom, person, key.sign(question or ""))


@pytest.mark.parametrize("answer", ["", "x", "[]", "{}", '{"id": "x"}', "[" * 50_000, "1" * 30_000])
def test_an_answer_nobody_can_read_is_refused(strict: Office, answer: str) -> None:
    with_passkey(strict, "kadis", SoftKey())
    person = holder(strict, "kadis")
    passkeys.ask(strict.rekom, person)
    with pytest.raises(WrongFactor):
        passkeys.show(strict.rekom, person, answer)
    passkeys.ask_for_new(strict.rekom, person, "kadis")
    with pytest.raises(WrongFactor):
        passkeys.keep_new(strict.rekom, person, answer, "x")


def test_a_question_of_another_session_is_answered_for_nobody(strict: Office) -> None:
    key = SoftKey()
    with_passkey(strict, "kadis", key)
    here, there = holder(strict, "kadis"), holder(strict, "kadis")
    question = passkeys.ask(strict.rekom, here)
    passkeys.ask(strict.rekom, there)
    with pytest.raises(WrongFactor):
        passkeys.show(strict.rekom, there, key.sign(question or ""))


def test_one_passkey_belongs_to_one_person(strict: Office) -> None:
    key = SoftKey()
    with_passkey(strict, "kadis", key)
    with pytest.raises(IntegrityError):
        with_passkey(strict, "validator", key)


def test_browsers_make_passkeys_for_names_with_tls_only(sqlite_office: Office) -> None:
    known = {"https://rekom.example": True, "http://localhost:8000": True, "http://rekom.example": False, "https://10.0.0.1": False}
    assert {url: passkeys.usable(load_settings({"REKOM_PUBLIC_URL": url})) for url in known} == known


# --- asking anew


def test_a_decision_asks_for_a_fresh_factor(strict: Office) -> None:
    secret, _ = with_app(strict, "kadis")
    ticket = strict.to_decision()
    kadis = strict.api("kadis")
    assert show(kadis, code_at(secret, strict.clock())) == 204
    strict.clock.pass_by(minutes=10, seconds=1)
    version = strict.case(ticket).version
    decide = {"outcome": "APPROVE", "reason": "Uji.", "version": version}
    assert problem(kadis.post(f"/applications/{ticket}/decision", decide)) == (403, "kode-kedua-lagi")
    assert kadis.get(f"/applications/{ticket}").status_code == 200  # reading goes on
    assert show(kadis, code_at(secret, strict.clock())) == 204
    assert kadis.post(f"/applications/{ticket}/decision", decide).status_code == 201


WHO = {
    Permission.PARAF: "kabid",
    Permission.DECIDE: "kadis",
    Permission.REVOKE_LETTER: "kadis",
    Permission.UPLOAD_SCAN: "kadis",
    Permission.REVEAL: "loket",
    Permission.APPLY_DATA: "admin",
}
"""Somebody who may, of each step that asks anew."""


def test_what_asks_anew() -> None:
    assert set(WHO) == STEP_UP


def test_what_asks_anew_asks_in_production_also_whom_no_role_makes_owe_one(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every door: with the password alone nobody signs, reveals or applies."""
    sqlite_office.hire("kabid", Role.KABID)
    monkeypatch.setattr(Settings, "production", property(lambda _: True))
    visitors = {name: Visitor(sqlite_office.app.test_client()) for name in {*WHO.values()}}
    for name, visitor in visitors.items():
        visitor.fill("/masuk", username=name, password=DEMO_PASSWORD)
    forms = {name: {"csrf_token": visitor.get("/akun").value("csrf_token")} for name, visitor in visitors.items()}
    programs = {name: sqlite_office.api(name) for name in visitors}
    tried = dict.fromkeys(STEP_UP, 0)
    for rule in sqlite_office.app.url_map.iter_rules():
        needed = auth.declared(sqlite_office.app.view_functions[rule.endpoint])
        if not isinstance(needed, Permission) or needed not in STEP_UP:
            continue
        (method,), path = (rule.methods or set()) - {"HEAD", "OPTIONS"}, re.sub("<[^>]*>", "1", rule.rule)
        if path.startswith("/api/v1"):
            answer = programs[WHO[needed]].call(method, path.removeprefix("/api/v1"))
        else:
            answer = visitors[WHO[needed]].client.open(path, method=method, data=forms[WHO[needed]] if method == "POST" else None)
        tried[needed] += 1
        assert (answer.status_code, "kode-kedua-tidak-ada" in answer.get_data(as_text=True)) == (403, True), rule.rule
    assert all(tried.values()), tried


def test_an_office_in_practice_may_leave_it_off(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision()
    decide = {"outcome": "APPROVE", "reason": "Uji.", "version": sqlite_office.case(ticket).version}
    assert sqlite_office.api("kadis").post(f"/applications/{ticket}/decision", decide).status_code == 201


# --- taking away


def test_an_admin_takes_away_what_was_lost_and_sessions_end(strict: Office) -> None:
    with_app(strict, "kadis")
    with_passkey(strict, "kadis", SoftKey())
    kadis = strict.api("kadis")
    operator = Actor(None, "operator: uji", frozenset({Role.ADMIN}), "3673")
    with strict.write() as session:
        staffing.reset_factors(session, staffing.find(session, "kadis"), operator, now=strict.clock())
    assert [strict.count(table) for table in (TotpSecret, Passkey, RecoveryCode)] == [0, 0, 0]
    assert kadis.get("/sessions").status_code == 401


def test_with_the_last_factor_the_recovery_codes_go(strict: Office) -> None:
    with_app(strict, "loket")
    key = SoftKey()
    with_passkey(strict, "loket", key)
    person = holder(strict, "loket").actor
    number = factors.factors_of(strict.rekom, person.person_id).passkeys[0][0]
    with strict.write() as session:
        second_factor.remove(session, person, "TOTP", None, now=strict.clock())
    assert strict.count(RecoveryCode) == 10
    stranger = holder(strict, "peksos").actor
    with strict.write() as session, pytest.raises(NotFound):
        second_factor.remove(session, stranger, "PASSKEY", number, now=strict.clock())
    with strict.write() as session:
        second_factor.remove(session, person, "PASSKEY", number, now=strict.clock())
    assert strict.count(RecoveryCode) == 0


def test_each_change_is_on_the_persons_trail(strict: Office) -> None:
    secret, _ = with_app(strict, "loket")
    show(strict.api("loket"), code_at(secret, strict.clock()))
    with strict.read() as session:
        events = audit.events_of(session, "staff:1")
        assert audit.verify_chain(events) is None
    words = [event.action for event in events if event.action != "SIGN_IN"]
    assert words == ["ADD_FACTOR", "SECOND_FACTOR", "RENEW_CODES", "SECOND_FACTOR"]


@pytest.mark.parametrize("change", ["INSERT INTO totp_secret (staff_id, sealed, last_step, created_at) VALUES (1, 'x', -1, '2026-01-01')"])
def test_the_database_refuses_a_step_before_time(strict: Office, change: str) -> None:
    with pytest.raises(IntegrityError), strict.write() as session:
        session.execute(text(change))


def test_production_asks_it_of_head_and_admin() -> None:
    production = {
        "REKOM_ENVIRONMENT": "production",
        "REKOM_PRACTICE": "false",
        "REKOM_SECRET_KEY": "s" * 32,
        **{f"REKOM_{name}": "x" for name in ("DUKCAPIL_PASSWORD", "BPJS_SECRET", "BPJS_USER_KEY", "DTSEN_KEY", "BSRE_PASSWORD")},
    }
    for roles in ("none", "KADIS", "ADMIN,LOKET"):
        with pytest.raises(SettingsError, match="KADIS dan ADMIN"):
            load_settings({**production, "REKOM_SECOND_FACTOR_ROLES": roles})
    with pytest.raises(SettingsError, match="nama peran"):
        load_settings({"REKOM_SECOND_FACTOR_ROLES": "KEPALA"})
    assert load_settings({**production, "REKOM_SECOND_FACTOR_ROLES": "kadis, admin"}).factor_roles == {Role.KADIS, Role.ADMIN}


def test_a_wrong_code_and_too_many_are_told_apart(strict: Office) -> None:
    with_app(strict, "kadis")
    person = holder(strict, "kadis")
    for _ in range(5):
        with pytest.raises(WrongFactor):
            factors.show_code(strict.rekom, person, "000000")
    with pytest.raises(TooMany):
        factors.show_code(strict.rekom, person, "000000")
