"""A letter that expired before the patient came: asked for with one key, a new case from the old one, or a reason."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from schemas.desk_check import ASK_OFFICE, TAKE_NEW, WAIT_FOR_NEW, describe, extendable
from tests.letter_office import to_letter_b
from tests.office import Office, person
from workflows import advance, deaths, desk, extensions, without_nik
from workflows.deaths import Death
from workflows.errors import NotAllowed, NotFound, OpenCaseExists
from workflows.extensions import ExtensionRefused
from workflows.records import Case, CaseDocument, Extension, ExtensionOutcome, Letter
from workflows.states import State
from workflows.vocabulary import NoNik, Sex
from workflows.without_nik import Identified

HERE = {"hospital_code": "RS-CONTOH-1"}


def expired(office: Office, **facts: Any) -> Letter:
    letter = office.letter(office.to_letter(**(facts or HERE)))
    office.clock.pass_by(hours=73)
    return letter


def ask(office: Office, letter: Letter, by: str = "rs") -> Extension:
    actor = office.actor(by)
    with office.write() as session:
        return extensions.request(session, session.get(Letter, letter.id), actor, now=office.clock())


def open_again(office: Office, asked: Extension, by: str = "peksos") -> Case:
    actor = office.actor(by)
    with office.write() as session:
        return extensions.open_again(session, asked.id or 0, office.policy, actor, now=office.clock())


def refuse(office: Office, asked: Extension, by: str = "kadis") -> Extension:
    actor = office.actor(by)
    with office.write() as session:
        return extensions.refuse(session, asked.id or 0, "Pasien sudah dirawat di kota lain.", actor, now=office.clock())


def told(office: Office, letter: Letter) -> tuple[str, bool]:
    with office.read() as session:
        verdict = desk.judge(session, session.get(Letter, letter.id), "RS-CONTOH-1", now=office.clock())
        return describe(verdict, now=office.clock())["reason"].partition("WIB.")[2].strip(), extendable(verdict)


def next_step(office: Office, letter: Letter) -> str:
    with office.read() as session:
        verdict = desk.judge(session, session.get(Letter, letter.id), "RS-CONTOH-1", now=office.clock())
        return str(describe(verdict, now=office.clock())["next_step"])


def decide(office: Office, ticket: str) -> None:
    office.drain()
    office.assess(ticket)
    office.drain()
    office.validate(ticket)
    office.approve(ticket)
    office.drain()


def test_from_the_desks_key_to_the_new_letter(office: Office) -> None:
    letter = expired(office)
    assert told(office, letter) == ("", True)
    asked = ask(office, letter)
    assert told(office, letter) == ("Perpanjangan sudah diminta, menunggu Dinas Sosial.", False)
    with office.read() as session:
        (waiting,) = extensions.waiting(session, "3673")
        assert (waiting.letter.number, waiting.hospital.code) == (letter.number, "RS-CONTOH-1")
        assert extensions.waiting(session, "3316") == ()
    case = open_again(office, asked)
    with office.read() as session:
        old = session.get_one(Case, letter.case_id)
        assert (old.state, old.nik == case.nik, case.hospital_code, case.state) == (State.EXPIRED, True, "RS-CONTOH-1", State.RECEIVED)
        papers = [set(session.exec(select(CaseDocument.type).where(CaseDocument.case_id == one.id))) for one in (old, case)]
    assert papers[0] == papers[1] != set()
    assert told(office, letter) == ("Surat baru sedang diproses.", False)
    decide(office, case.ticket)
    new = office.letter(case.ticket)
    assert new.number != letter.number and told(office, letter) == (f"Surat baru nomor {new.number} sudah terbit.", False)
    assert [event.action for event in office.events(case.ticket)].count("EXTENDS") == 1


def test_a_refusal_says_why_and_it_may_be_asked_again(office: Office) -> None:
    letter = expired(office)
    first = refuse(office, ask(office, letter))
    assert first.outcome is ExtensionOutcome.REFUSED
    assert told(office, letter) == ("Perpanjangan ditolak: Pasien sudah dirawat di kota lain.", True)
    second = ask(office, letter)
    assert second.id != first.id
    with pytest.raises(ExtensionRefused, match="sudah diminta"):
        ask(office, letter)
    refuse(office, second)
    with pytest.raises(ExtensionRefused, match="sudah dijawab"):
        open_again(office, second)


def test_what_cannot_be_prolonged(office: Office) -> None:
    good = office.letter(office.to_letter(1, **HERE))
    other = office.letter(office.to_letter(2, hospital_code="RS-CONTOH-2"))
    bpjs = office.letter(to_letter_b(office, 3))
    with pytest.raises(ExtensionRefused, match="Hanya surat yang masa berlakunya habis"):
        ask(office, good)
    office.clock.pass_by(days=40)
    for letter, sentence in ((other, "untuk rumah sakit lain"), (bpjs, "bukan untuk loket")):
        with pytest.raises(ExtensionRefused, match=sentence):
            ask(office, letter)
    with pytest.raises(NotAllowed):
        ask(office, good, "loket")
    assert ask(office, good).outcome is None


def test_who_answers(office: Office) -> None:
    asked = ask(office, expired(office))
    office.hire("jauh", *office.actor("peksos").roles, region="3316")
    with pytest.raises(NotFound):
        open_again(office, asked, "jauh")
    for by, act in (("validator", open_again), ("rs", refuse), ("loket", refuse)):
        with pytest.raises(NotAllowed):
            act(office, asked, by)
    assert open_again(office, asked, "loket").state == State.RECEIVED


def test_a_person_with_an_open_case_gets_no_second_one(office: Office) -> None:
    letter = expired(office)
    asked = ask(office, letter)
    with office.write() as session:
        session.execute(text("UPDATE letter SET state = 'EXPIRED' WHERE id = :id"), {"id": letter.id})
        session.execute(
            text("UPDATE case_file SET state = 'EXPIRED', closed_at = :at WHERE id = :id"), {"at": office.clock(), "id": letter.case_id}
        )
    office.open(1)
    with pytest.raises(OpenCaseExists):
        open_again(office, asked)
    with office.read() as session:
        assert session.get_one(Extension, asked.id).outcome is None


def test_whose_nik_came_later_has_a_new_case_opened_by_it(sqlite_office: Office) -> None:
    office, known = sqlite_office, person(7)
    unknown = {"nik": None, "no_nik": NoNik.UNIDENTIFIED, "sex": Sex.MALE, "other_number": "RM-1", **HERE}
    ticket, loket = office.open(**unknown), office.actor("loket")
    office.drain()
    with office.write() as session:
        found = Identified(known["nik"], known["name"], known["birth_date"])
        without_nik.identify(session, advance.lock(session, ticket, loket), found, loket, now=office.clock())
    decide(office, ticket)
    letter = office.letter(ticket)
    office.clock.pass_by(hours=73)
    case = open_again(office, ask(office, letter))
    assert (case.nik, case.no_nik, case.hospital_code) == (known["nik"], None, "RS-CONTOH-1")


def test_nothing_is_asked_or_opened_for_whoever_died(sqlite_office: Office) -> None:
    office = sqlite_office
    letter, loket = expired(office), office.actor("loket")
    asked = ask(office, letter)
    with office.write() as session:  # as a case is whose registration was on its way when the letter ran out
        session.execute(text("UPDATE letter SET state = 'EXPIRED' WHERE id = :id"), {"id": letter.id})
        session.execute(text("UPDATE case_file SET state = 'REGISTERING' WHERE id = :id"), {"id": letter.case_id})
    with office.write() as session:
        case = advance.lock_by_id(session, letter.case_id)
        deaths.record_death(session, case, Death(office.clock().date(), "Keluarga"), loket, now=office.clock())
    with pytest.raises(ExtensionRefused, match=r"^Pasien tercatat wafat"):
        open_again(office, asked)
    refuse(office, asked)
    with pytest.raises(ExtensionRefused, match=r"^Pasien tercatat wafat"):
        ask(office, letter)


def test_the_desk_is_told_where_the_new_case_ended_without_a_letter(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = expired(office)
    case = open_again(office, ask(office, letter))
    office.drain()
    office.withdraw(case.ticket)
    assert told(office, letter) == ("Berkas barunya ditutup tanpa surat.", False)
    assert next_step(office, letter) == ASK_OFFICE


def test_the_desk_is_told_what_became_of_the_new_letter(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = expired(office)
    assert next_step(office, letter).startswith("Tekan Minta perpanjangan")
    asked = ask(office, letter)
    assert next_step(office, letter) == WAIT_FOR_NEW
    case = open_again(office, asked)
    decide(office, case.ticket)
    assert next_step(office, letter) == TAKE_NEW
    number = office.letter(case.ticket).number
    office.clock.pass_by(hours=100)
    assert told(office, letter) == (f"Surat baru nomor {number} juga sudah habis.", False)
    office.drain()
    again = ask(office, office.letter(case.ticket))
    refuse(office, again)
    assert told(office, letter) == (f"Surat baru nomor {number} juga sudah habis.", False)


def test_a_new_letter_that_was_revoked_is_called_so(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = expired(office)
    case = open_again(office, ask(office, letter))
    decide(office, case.ticket)
    office.revoke(case.ticket)
    assert told(office, letter) == (f"Surat baru nomor {office.letter(case.ticket).number} sudah dicabut.", False)


@pytest.mark.parametrize(
    "lie",
    [
        {"outcome": "OPENED", "decided_at": "2026-11-26 03:00:00+00:00", "decided_by": 1},
        {"outcome": "REFUSED", "decided_at": "2026-11-26 03:00:00+00:00", "decided_by": 1},
        {"outcome": "PROLONGED", "decided_at": "2026-11-26 03:00:00+00:00", "decided_by": 1, "note": "x"},
        {"decided_by": 1},
        {"note": "x", "outcome": "REFUSED"},
        {},
    ],
    ids=str,
)
def test_a_false_row_cannot_be_written(office: Office, lie: dict[str, Any]) -> None:
    letter = expired(office)
    ask(office, letter)
    facts = {"letter_id": letter.id, "hospital_code": "RS-CONTOH-1", "requested_by": 1, "requested_at": "2026-11-26 03:00:00+00:00", **lie}
    names, values = ", ".join(facts), ", ".join(f":{name}" for name in facts)
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text(f"INSERT INTO extension ({names}) VALUES ({values})"), facts)
