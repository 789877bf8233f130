"""An application is withdrawn with a cause and words; an objection is taken back once, and the refusal stands."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from tests.office import Office
from tests.verify.web.visitor import Visitor
from verify.seeds import DEMO_PASSWORD
from workflows.records import Objection, Withdrawal
from workflows.states import State
from workflows.vocabulary import WithdrawalCause


def refused(office: Office, number: int = 1) -> str:
    ticket = office.to_decision(number)
    office.reject(ticket)
    return ticket


def objected(office: Office, number: int = 1) -> str:
    ticket = refused(office, number)
    given = {"objector": "SITI CONTOH", "grounds": "Kami tidak mampu.", "version": office.case(ticket).version}
    assert office.api("loket").post(f"/applications/{ticket}/objection", given).status_code == 201
    return ticket


def retract(office: Office, ticket: str, by: str = "loket") -> int:
    given = {"reason": "Pemohon sudah dibantu keluarga.", "version": office.case(ticket).version}
    return int(office.api(by).post(f"/applications/{ticket}/objection/retraction", given).status_code)


@pytest.mark.parametrize(
    ("given", "kept", "told"),
    [
        ({"cause": "COVERED"}, (WithdrawalCause.COVERED, None), "Sudah dijamin pihak lain"),
        ({"cause": "MOVED", "reason": "Ke Blora."}, (WithdrawalCause.MOVED, "Ke Blora."), "Pindah ke daerah lain: Ke Blora."),
        ({"reason": "Pasien pulang."}, (WithdrawalCause.OTHER, "Pasien pulang."), "Pasien pulang."),
    ],
)
def test_a_cause_and_words_are_kept(
    sqlite_office: Office, given: dict[str, str], kept: tuple[WithdrawalCause, str | None], told: str
) -> None:
    ticket = sqlite_office.open()
    assert sqlite_office.api("loket").post(f"/applications/{ticket}/withdrawal", given).status_code == 201
    with sqlite_office.read() as session:
        row = session.exec(select(Withdrawal)).one()
    assert ((row.cause, row.words), sqlite_office.case(ticket).state) == (kept, State.WITHDRAWN)
    assert sqlite_office.events(ticket)[-1].detail["reason"] == told


def test_what_is_not_on_the_list_needs_words(sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), sqlite_office.api("loket")
    for given in ({}, {"cause": "OTHER"}, {"cause": "OTHER", "reason": "ya"}, {"cause": "BOSAN"}):
        assert loket.post(f"/applications/{ticket}/withdrawal", given).status_code == 422
    assert sqlite_office.count(Withdrawal) == 0


def test_an_objection_is_taken_back_once_and_the_refusal_stands(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = objected(office)
    assert (retract(office, ticket, "kadis"), retract(office, ticket)) == (403, 201)
    case = office.case(ticket)
    assert (case.state, case.closed_at is not None) == (State.REJECTED, True)
    shown = office.api("loket").get(f"/applications/{ticket}").get_json()["refusal"]["objection"]
    assert (shown["retracted_reason"], shown["outcome"]) == ("Pemohon sudah dibantu keluarga.", None)
    assert retract(office, ticket) == 409
    again = {"objector": "SITI CONTOH", "grounds": "Kami tidak mampu.", "version": case.version}
    answer = office.api("loket").post(f"/applications/{ticket}/objection", again)
    assert (answer.status_code, "lalu dicabut" in answer.get_json()["detail"]) == (409, True)
    assert office.open(1) != ticket, "the person may apply anew"


def test_both_by_page(sqlite_office: Office) -> None:
    office = sqlite_office
    loket = Visitor(office.app.test_client())
    loket.fill("/masuk", username="loket", password=DEMO_PASSWORD)
    ticket = office.open(2)
    silent = loket.fill(f"/berkas/{ticket}/batalkan")
    assert (silent.status, "Pilih alasan dari daftar, atau tulis alasannya." in silent.main()) == (422, True)
    done = loket.follow(loket.fill(f"/berkas/{ticket}/batalkan", cause="COVERED"))
    assert "Sudah dijamin pihak lain" in done.main()
    ticket = objected(office)
    page = loket.get(f"/berkas/{ticket}")
    at = f"/berkas/{ticket}/keberatan/cabut"
    assert at in page.links()
    short = loket.fill(at, reason="")
    assert (short.status, short.problems() != []) == (422, True)
    back = loket.follow(loket.fill(at, reason="Pemohon berubah pikiran."))
    assert f"/berkas/{ticket}/keberatan" not in back.links()
    assert "Pemohon berubah pikiran." in loket.get(f"/berkas/{ticket}/penolakan").main()


def test_the_database_holds_both(office: Office) -> None:
    withdrawn, ticket = office.open(2), objected(office)
    office.withdraw(withdrawn)
    retract(office, ticket)
    for statement in (
        "UPDATE withdrawal SET words = NULL",
        "UPDATE withdrawal SET cause = 'BOSAN'",
        "UPDATE objection SET retracted_reason = NULL",
        "UPDATE objection SET outcome = 'UPHELD', decided_by = retracted_by, decided_at = retracted_at, reason = 'x', authority_id = 1",
    ):
        with pytest.raises(IntegrityError), office.write() as session:
            _run(session, statement)
    assert office.count(Objection) == 1


def _run(session: Session, statement: str) -> None:
    session.connection().execute(text(statement))
