"""A patient who moves on: the desk asks, somebody of the office says yes or no, and the first acceptance stays as it was."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from schemas.desk_check import describe
from tests.office import Office
from workflows import desk, transfers
from workflows.desk import DeskAnswer, Verdict
from workflows.errors import InvalidInput, NotAllowed, NotFound
from workflows.records import Acceptance, Letter, Transfer, TransferOutcome
from workflows.states import State
from workflows.transfers import TransferRefused

HERE = {"hospital_code": "RS-CONTOH-1"}
BED = "Ruang ICU penuh."


def ask(office: Office, letter: Letter | None, by: str = "rs2") -> Transfer:
    actor = office.actor(by)
    with office.write() as session:
        known = session.get(Letter, letter.id) if letter else None
        return transfers.request(session, known, BED, "IGD-9", actor, now=office.clock())


def decide(office: Office, asked: Transfer, *, confirms: bool, by: str = "peksos", note: str | None = None) -> Transfer:
    actor = office.actor(by)
    with office.write() as session:
        assert asked.id is not None
        return transfers.decide(session, asked.id, confirms=confirms, note=note, actor=actor, now=office.clock())


def accept(office: Office, letter: Letter, by: str = "rs") -> tuple[Verdict, bool]:
    actor = office.actor(by)
    with office.write() as session:
        return desk.accept(session, session.get(Letter, letter.id), None, actor, now=office.clock())


def look(office: Office, letter: Letter, by: str) -> Verdict:
    hospital = office.actor(by).hospital_code
    with office.read() as session:
        return desk.judge(session, session.get(Letter, letter.id), hospital, now=office.clock())


def test_a_letter_for_another_hospital_is_accepted_after_the_office_moved_it(office: Office) -> None:
    ticket = office.to_letter(**HERE)
    letter = office.letter(ticket)
    asked = ask(office, letter)
    assert look(office, letter, "rs2").answer == DeskAnswer.OTHER_HOSPITAL
    with office.read() as session:
        (waiting,) = transfers.waiting(session, "3673")
        assert (waiting.giver.code, waiting.taker.code, waiting.letter.number) == ("RS-CONTOH-1", "RS-CONTOH-2", letter.number)
        assert transfers.waiting(session, "3316") == ()
    decide(office, asked, confirms=True)
    assert look(office, letter, "rs2").answer == DeskAnswer.VALID
    assert look(office, letter, "rs").answer == DeskAnswer.OTHER_HOSPITAL
    assert accept(office, letter, "rs")[1] is False
    assert accept(office, letter, "rs2")[1] is True
    assert [event.action for event in office.events(ticket)][-4:] == ["ASK_TRANSFER", "CONFIRM_TRANSFER", "DESK_CHECK", "ACCEPT"]


def test_a_used_letter_moves_on_and_its_first_acceptance_stays(office: Office) -> None:
    ticket = office.to_letter()
    letter = office.letter(ticket)
    accept(office, letter, "rs")
    decide(office, ask(office, letter), confirms=True)
    verdict, ours = accept(office, letter, "rs2")
    assert (verdict.answer, ours) == (DeskAnswer.ALREADY_USED, True)
    assert describe(verdict, now=office.clock())["reason"] == "Dipindahkan ke RS Contoh Sejahtera, 23 November 2026, 09.00 WIB."
    assert accept(office, letter, "rs")[1] is False
    with office.read() as session:
        first = session.get(Acceptance, letter.id)
        assert first is not None and first.hospital_code == "RS-CONTOH-1"
        assert transfers.holder(session, letter) == "RS-CONTOH-2"
    assert office.case(ticket).state == State.ACCEPTED


def test_a_refusal_says_why_and_moves_nothing(office: Office) -> None:
    letter = office.letter(office.to_letter(**HERE))
    asked = ask(office, letter)
    with pytest.raises(InvalidInput, match=r"^Isi alasan penolakan"):
        decide(office, asked, confirms=False)
    answered = decide(office, asked, confirms=False, note="Pasien masih di RS pertama.")
    assert (answered.outcome, answered.note) == (TransferOutcome.REFUSED, "Pasien masih di RS pertama.")
    with pytest.raises(TransferRefused, match=r"^Permintaan ini sudah dijawab"):
        decide(office, asked, confirms=True)
    assert look(office, letter, "rs2").answer == DeskAnswer.OTHER_HOSPITAL
    assert ask(office, letter).id != asked.id


def test_one_request_at_a_time_and_none_without_need(office: Office) -> None:
    named, anywhere = (office.letter(office.to_letter(number, **facts)) for number, facts in ((1, HERE), (2, {})))
    ask(office, named)
    for letter, by, why in [
        (named, "rs2", "Sudah ada permintaan"),
        (named, "rs", "Surat ini sudah milik"),
        (anywhere, "rs2", "Surat ini berlaku di rumah sakit mana pun"),
    ]:
        with pytest.raises(TransferRefused, match=f"^{why}"):
            ask(office, letter, by)
    with pytest.raises(NotFound):
        ask(office, None)
    office.clock.pass_by(days=4)
    with pytest.raises(TransferRefused, match=r"^Surat ini tidak berlaku lagi"):
        ask(office, anywhere)


def test_what_changed_meanwhile_is_not_moved(office: Office) -> None:
    letter = office.letter(office.to_letter(**HERE))
    asked = ask(office, letter)
    office.clock.now = letter.valid_until + timedelta(seconds=1)
    with pytest.raises(TransferRefused, match=r"^Surat ini berubah sejak diminta"):
        decide(office, asked, confirms=True)
    decide(office, asked, confirms=False, note="Surat sudah habis.")


@pytest.mark.parametrize("by", ["rs2", "loket", "admin"])
def test_who_may_not_confirm(office: Office, by: str) -> None:
    asked = ask(office, office.letter(office.to_letter(**HERE)))
    with pytest.raises(NotAllowed):
        decide(office, asked, confirms=True, by=by)


@pytest.mark.parametrize("by", ["loket", "kadis"])
def test_only_a_hospital_asks(office: Office, by: str) -> None:
    with pytest.raises(NotAllowed):
        ask(office, office.letter(office.to_letter(**HERE)), by)


def test_another_region_sees_no_request(office: Office) -> None:
    asked = ask(office, office.letter(office.to_letter(**HERE)))
    office.hire("jauh", *office.actor("peksos").roles, region="3316")
    with pytest.raises(NotFound):
        decide(office, asked, confirms=True, by="jauh")


@pytest.mark.parametrize(
    "lie",
    [
        {"to_hospital": "RS-CONTOH-1"},
        {"decided_by": 2},
        {"outcome": "CONFIRMED"},
        {"outcome": "CONFIRMED", "decided_by": 1, "decided_at": "2026-11-23 03:00:00+00:00"},
        {"outcome": "REFUSED", "decided_by": 2, "decided_at": "2026-11-23 03:00:00+00:00"},
        {"outcome": "LOST", "decided_by": 2, "decided_at": "2026-11-23 03:00:00+00:00"},
    ],
    ids=str,
)
def test_a_false_row_cannot_be_written(office: Office, lie: dict[str, Any]) -> None:
    letter = office.letter(office.to_letter(**HERE))
    facts = {"letter_id": letter.id, "from_hospital": "RS-CONTOH-1", "to_hospital": "RS-CONTOH-2", "reason": "x", "requested_by": 1}
    facts |= {"requested_at": "2026-11-23 02:00:00+00:00"}

    def insert(row: dict[str, Any]) -> None:
        names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        with office.write() as session:
            session.execute(text(f"INSERT INTO transfer ({names}) VALUES ({values})"), row)

    with pytest.raises(DBAPIError):
        insert({**facts, **lie})
    insert(facts)
    with pytest.raises(DBAPIError):
        insert(facts)  # one open request of a letter
