"""The admission desk: eight answers, one acceptance, and nothing told to whoever does not hold both number and NIK."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from schemas.desk_check import NEXT_STEPS, TITLES, DeskAnswerSchema, describe
from tests.collective_office import issued
from tests.office import Office, person, running_office
from tests.waiting import comes_to_wait, meanwhile
from workflows import advance, audit, casework, collective, desk, letters
from workflows.actor import Actor
from workflows.desk import DeskAnswer, Verdict
from workflows.errors import NotAllowed
from workflows.records import Acceptance, Letter
from workflows.states import Role, State

NUMBER = "400.9/001/Dinsos/XI/2026"


def nik(number: int = 1) -> str:
    return str(person(number)["nik"])


def check(office: Office, number: str, digits: str, *, by: str = "rs") -> Verdict:
    actor = office.actor(by)
    with office.write() as session:
        return desk.check_letter(session, desk.find_by_number(session, number, digits), actor, now=office.clock())


def accept(office: Office, actor: Actor, *, registration: str | None = None) -> tuple[Verdict, bool]:
    with office.write() as session:
        letter = desk.find_by_number(session, NUMBER, nik())
        return desk.accept(session, letter, registration, actor, now=office.clock())


def test_valid(office: Office) -> None:
    office.to_letter(hospital_code="RS-CONTOH-1")
    verdict = check(office, NUMBER, nik())
    assert verdict.answer == DeskAnswer.VALID
    assert verdict.letter and verdict.case and verdict.hospital
    assert (verdict.letter.number, verdict.case.nik, verdict.hospital.name) == (NUMBER, nik(), "RSUD Contoh Serang")


def test_a_letter_for_any_hospital_is_valid_at_each(office: Office) -> None:
    office.to_letter()
    assert [check(office, NUMBER, nik(), by=desk_of).answer for desk_of in ("rs", "rs2", "loket")] == [DeskAnswer.VALID] * 3


def test_other_hospital(office: Office) -> None:
    office.to_letter(hospital_code="RS-CONTOH-1")
    verdict = check(office, NUMBER, nik(), by="rs2")
    assert (verdict.answer, verdict.hospital and verdict.hospital.code) == (DeskAnswer.OTHER_HOSPITAL, "RS-CONTOH-1")
    assert check(office, NUMBER, nik(), by="loket").answer == DeskAnswer.VALID  # an office is no hospital
    assert accept(office, office.actor("rs2"))[1] is False


def test_expired_and_revoked_and_used_keep_their_order(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    office.clock.pass_by(days=3)
    assert check(office, NUMBER, nik()).answer == DeskAnswer.EXPIRED
    assert check(office, NUMBER, nik(), by="rs2").answer == DeskAnswer.EXPIRED
    office.revoke(ticket)
    assert check(office, NUMBER, nik()).answer == DeskAnswer.REVOKED


def test_unknown_number_and_wrong_nik_are_one_answer(office: Office) -> None:
    office.to_letter()
    verdicts = [check(office, number, digits) for number, digits in ((NUMBER, nik(2)), ("400.9/002/Dinsos/XI/2026", nik()), ("", "0" * 16))]
    assert verdicts == [desk.UNKNOWN] * 3
    described = [describe(verdict, now=office.clock()) for verdict in verdicts]
    assert described[0] == described[1] == described[2]
    assert (described[0]["letter"], described[0]["used"]) == (None, None)


def test_every_look_at_a_letter_is_on_its_case(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    check(office, NUMBER, nik(), by="rs2")
    event = office.events(ticket)[-1]
    assert (event.action, event.actor_name, event.detail) == (
        "DESK_CHECK",
        "Nina Contoh",
        {"answer": "OTHER_HOSPITAL", "hospital": "RS-CONTOH-2"},
    )
    before = len(office.events(ticket))
    check(office, NUMBER, nik(2))
    assert len(office.events(ticket)) == before  # a wrong guess is no look at this letter


@pytest.mark.parametrize("role", [Role.ADMIN])
def test_who_has_no_desk_checks_nothing(office: Office, role: Role) -> None:
    office.hire("tamu", role)
    with pytest.raises(NotAllowed):
        check(office, NUMBER, nik(), by="tamu")


@pytest.mark.parametrize("by", ["loket", "peksos", "validator", "kadis", "admin"])
def test_only_a_hospital_accepts(office: Office, by: str) -> None:
    ticket = office.to_letter()
    with pytest.raises(NotAllowed):
        accept(office, office.actor(by))
    assert (office.case(ticket).state, office.count(Acceptance)) == (State.LETTER_ISSUED, 0)


@pytest.mark.parametrize("by_code", [False, True])
def test_a_check_that_waited_for_a_revocation_tells_of_it(postgresql_url: str, tmp_path: Path, by_code: bool) -> None:
    said: list[DeskAnswer] = []
    with running_office(postgresql_url, tmp_path) as office:
        ticket = office.to_letter()
        rs, kadis, token_id = office.actor("rs"), office.actor("kadis"), office.letter(ticket).token_id or ""

        def look() -> None:
            with office.write() as session:
                found = desk.find_by_token_ids(session, [token_id])[token_id] if by_code else desk.find_by_number(session, NUMBER, nik())
                said.append(desk.check_letters(session, [found], rs, now=office.clock())[0].answer)

        thread = threading.Thread(target=look, daemon=True)
        with office.write() as session:
            letters.revoke(session, advance.lock(session, ticket, kadis), kadis, reason="Salah orang", now=office.clock())
            session.flush()
            thread.start()
            waited = comes_to_wait(office, thread)
        thread.join(30)
        told = office.events(ticket)[-1].detail["answer"]
    assert (waited, said, told) == (True, [DeskAnswer.REVOKED], "REVOKED")


def said_after(
    office: Office, find: Callable[[Session], desk.Known | None], meanwhile_done: Callable[[Session], object]
) -> list[DeskAnswer]:
    """What a desk is told that found something before somebody changed it, and waited for them."""
    said: list[DeskAnswer] = []
    rs = office.actor("rs")

    def look() -> None:
        with office.write() as session:
            said.append(desk.check_letters(session, [find(session)], rs, now=office.clock())[0].answer)

    meanwhile(office, meanwhile_done, look, lambda session: None)
    return said


def test_a_check_of_a_cover_letter_that_waited_for_its_revocation_tells_of_it(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        letter = issued(office)
        kadis, token_id = office.actor("kadis"), letter.token_id or ""

        def revoke(session: Session) -> None:
            collective.revoke(session, collective.lock(session, letter.id or 0, kadis), "Salah orang", kadis, now=office.clock())

        assert said_after(office, lambda session: desk.find_collective(session, token_id), revoke) == [DeskAnswer.REVOKED]


def test_a_check_that_waited_for_a_case_to_close_knows_nobody(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        ticket, loket = office.open(), office.actor("loket")

        def withdraw(session: Session) -> None:
            casework.withdraw(session, advance.lock(session, ticket, loket), "Batal.", loket, now=office.clock())

        assert said_after(office, lambda session: desk.find_by_nik(session, nik()), withdraw) == [DeskAnswer.UNKNOWN]


# --- accepting once


def test_accepting_uses_the_letter_and_leaves_the_case_to_its_registration(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    office.clock.pass_by(hours=1)
    verdict, accepted = accept(office, office.actor("rs"), registration="IGD-7")
    assert (accepted, verdict.answer) == (True, DeskAnswer.ALREADY_USED)
    case, letter = office.case(ticket), office.letter(ticket)
    assert (case.state, case.closed_at, letter.state) == (State.ACCEPTED, None, "ACCEPTED")
    with office.read() as session:
        used = session.exec(select(Acceptance)).one()
    assert (used.letter_id, used.hospital_code, used.registration_number, used.accepted_at) == (
        letter.id,
        "RS-CONTOH-1",
        "IGD-7",
        office.clock(),
    )
    assert [event.action for event in office.events(ticket)].count("ACCEPT") == 1


def test_the_same_hospital_again_is_harmless(office: Office) -> None:
    ticket = office.to_letter()
    rs = office.actor("rs")
    first = accept(office, rs, registration="IGD-7")
    office.clock.pass_by(minutes=5)
    again = accept(office, rs, registration="IGD-8")
    assert (first[1], again[1]) == (True, True)
    assert again[0].acceptance and first[0].acceptance
    assert (again[0].acceptance.registration_number, again[0].acceptance.accepted_at) == ("IGD-7", first[0].acceptance.accepted_at)
    assert [event.action for event in office.events(ticket)].count("ACCEPT") == 1


def test_another_hospital_is_told_who_has_it_since_when(office: Office) -> None:
    office.to_letter()
    accept(office, office.actor("rs"))
    office.clock.pass_by(hours=2)
    verdict, accepted = accept(office, office.actor("rs2"))
    assert (accepted, verdict.answer, verdict.hospital and verdict.hospital.code) == (False, DeskAnswer.ALREADY_USED, "RS-CONTOH-1")
    said = describe(verdict, now=office.clock())
    assert said["reason"] == "Diterima RSUD Contoh Serang, 23 November 2026, 09.00 WIB."
    assert said["used"]["at"] == office.clock() - timedelta(hours=2)


def test_what_is_not_valid_is_not_accepted(office: Office) -> None:
    ticket = office.to_letter()
    office.clock.pass_by(days=3)
    verdict, accepted = accept(office, office.actor("rs"))
    assert (verdict.answer, accepted) == (DeskAnswer.EXPIRED, False)
    office.revoke(ticket)
    verdict, accepted = accept(office, office.actor("rs"))
    assert (verdict.answer, accepted, office.count(Acceptance)) == (DeskAnswer.REVOKED, False, 0)
    rs = office.actor("rs")
    with office.write() as session:
        assert desk.accept(session, None, None, rs, now=office.clock()) == (desk.UNKNOWN, False)


def test_whoever_was_refused_has_looked(office: Office) -> None:
    ticket = office.to_letter()
    accept(office, office.actor("rs"))
    before = [event.action for event in office.events(ticket)]
    assert "DESK_CHECK" not in before, "an acceptance is its own trace"
    rs2 = office.actor("rs2")
    accept(office, rs2)
    looks = office.events(ticket)[len(before) :]
    assert [(event.action, event.actor_id, event.detail) for event in looks] == [
        ("DESK_CHECK", rs2.id, {"answer": "ALREADY_USED", "hospital": "RS-CONTOH-2"})
    ]
    with office.write() as session:
        desk.accept(session, None, None, rs2, now=office.clock())
    with office.read() as session:
        missed = audit.events_of(session, f"staff:{rs2.person_id}")[-1]
    assert (missed.action, missed.detail) == ("DESK_CHECK", {"answer": "UNKNOWN", "hospital": "RS-CONTOH-2"})


def test_ten_desks_of_two_hospitals_at_once_exactly_one_hospital_has_it(office: Office) -> None:
    ticket = office.to_letter()
    actors = [office.actor("rs"), office.actor("rs2")] * 5
    ready, said = threading.Barrier(len(actors), timeout=10), []

    def act(actor: Actor) -> None:
        try:
            ready.wait()
            verdict, accepted = accept(office, actor)
            said.append((actor.hospital_code, accepted, verdict.answer, verdict.hospital and verdict.hospital.code))
        except Exception as error:
            said.append(error)

    threads = [threading.Thread(target=act, args=(actor,), daemon=True) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with office.read() as session:
        owner = session.exec(select(Acceptance.hospital_code)).one()
    expected: list[Any] = [(code, code == owner, DeskAnswer.ALREADY_USED, owner) for code in ("RS-CONTOH-1", "RS-CONTOH-2")] * 5
    assert sorted(said, key=str) == sorted(expected, key=str)
    assert [event.action for event in office.events(ticket)].count("ACCEPT") == 1


def test_a_second_transaction_waits_for_the_first_and_sees_its_end(office: Office) -> None:
    office.to_letter()
    rs, rs2 = office.actor("rs"), office.actor("rs2")
    said: list[Any] = []
    with office.write() as session:
        desk.accept(session, desk.find_by_number(session, NUMBER, nik()), None, rs, now=office.clock())
        thread = threading.Thread(target=lambda: said.append(accept(office, rs2)), daemon=True)
        thread.start()
        thread.join(0.15)
        assert (thread.is_alive(), said) == (True, [])
    thread.join(10)
    assert [(verdict.answer, accepted) for verdict, accepted in said] == [(DeskAnswer.ALREADY_USED, False)]


# --- what is said


def test_every_answer_has_title_reason_and_next_step(sqlite_office: Office) -> None:
    office = sqlite_office
    assert set(TITLES) == set(NEXT_STEPS) == set(DeskAnswer)
    office.to_letter(hospital_code="RS-CONTOH-1")
    with office.read() as session:
        letter = session.exec(select(Letter)).one()
        known = desk.judge(session, letter, "RS-CONTOH-1", now=office.clock())
    for answer in DeskAnswer:
        blank = answer in (DeskAnswer.UNKNOWN, DeskAnswer.FORGED)
        if answer in (DeskAnswer.ALREADY_USED, DeskAnswer.AFTER_BACKUP):
            continue  # below, with its acceptance; tests/verify/test_lost_letters.py
        said = describe(Verdict(answer) if blank else Verdict(answer, known.letter, known.case, known.hospital), now=office.clock())
        assert (said["answer"], said["title"]) == (answer.value, TITLES[answer])
        assert said["reason"].endswith(".")
        assert said["next_step"].endswith(".")
    assert describe(accept(office, office.actor("rs"))[0], now=office.clock())["reason"].startswith("Diterima RSUD Contoh Serang, ")


def test_no_answer_sends_an_emergency_away() -> None:
    turned_away = set(DeskAnswer) - {DeskAnswer.VALID, DeskAnswer.ALREADY_USED, DeskAnswer.AFTER_BACKUP}
    assert NEXT_STEPS[DeskAnswer.AFTER_BACKUP].startswith("Layani pasien")
    assert all("Pasien gawat darurat tetap dilayani." in NEXT_STEPS[answer] for answer in turned_away)


def test_a_desk_learns_no_more_than_it_needs(office: Office) -> None:
    office.to_letter(hospital_code="RS-CONTOH-1")
    said = DeskAnswerSchema().dump(describe(check(office, NUMBER, nik()), now=office.clock()))
    known = person()
    assert said["letter"]["nik_last4"] == known["nik"][-4:]
    assert said["letter"]["birth_year"] == known["birth_date"].year
    told = str(said)
    for secret in (known["nik"], known["name"], known["kk"], known["phone"], known["birth_date"].isoformat()):
        assert secret not in told
