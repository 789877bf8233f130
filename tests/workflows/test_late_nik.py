"""A NIK that comes after the letter, and a newborn's mother's cover."""

from typing import Any

from tests.office import Office, person
from tests.verify.web.visitor import Visitor
from tests.workflows.test_older_members import in_member_file
from tests.workflows.test_without_nik import BABY, identify
from verify.seeds import DEMO_PASSWORD
from workflows import facts, late_nik
from workflows.letter_states import LetterState
from workflows.ports import Segment
from workflows.records import Letter
from workflows.states import Job


def signed_in(office: Office, username: str) -> Visitor:
    visitor = Visitor(office.app.test_client())
    visitor.fill("/masuk", username=username, password=DEMO_PASSWORD)
    return visitor


def test_the_head_replaces_a_letter_that_lacks_the_nik(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.to_letter(1, **BABY)
    kadis = signed_in(office, "kadis")
    assert "Perlu diganti" not in kadis.get("/setuju").main()
    identify(office, ticket, 7)
    office.drain()
    assert office.api("loket").get(f"/applications/{ticket}").get_json()["nik_came_late"] is True
    assert "Mintalah Kepala Dinas mengganti" in signed_in(office, "loket").get(f"/berkas/{ticket}").main()
    at = f"/berkas/{ticket}/ganti-surat"
    assert at in kadis.get("/setuju").links()
    asked = kadis.get(at)
    assert asked.value("reason") == late_nik.REASON
    old = office.letter(ticket)
    kadis.follow(kadis.send(asked))
    office.drain()
    with office.read() as session:
        question = facts.read(session, office.case(ticket), Job.LETTER)
        before = session.get_one(Letter, old.id)
    assert (question.nik, question.stands_in, question.number != old.number) == (person(7)["nik"], None, True)
    assert (before.state, before.replaced_reason) == (LetterState.REPLACED, late_nik.REASON)
    assert "Perlu diganti" not in kadis.get("/setuju").main()
    assert office.api("loket").get(f"/applications/{ticket}").get_json()["nik_came_late"] is False


def mother(office: Office, ticket: str) -> Any:
    return office.api("loket").get(f"/applications/{ticket}").get_json()["mother_membership"]


def test_a_newborns_mother_is_shown_with_whose_word_it_is(sqlite_office: Office) -> None:
    office = sqlite_office
    baby, other = office.open(1, **BABY), office.open(2)
    assert (mother(office, baby), mother(office, other)) == (None, None)
    loket = signed_in(office, "loket")
    assert "Tanyakan kepada BPJS Kesehatan dengan NIK ibu" in loket.get(f"/berkas/{baby}").main()
    in_member_file(office, 50, Segment.PBI_JK, complete=True)
    in_member_file(office, 51, day=1)
    told = mother(office, baby)
    assert (told["outcome"], told["segment"], told["source"]) == ("ACTIVE", "PBI_JK", "berkas peserta bnba.csv")
    assert "Peserta aktif, PBI JK (pusat). Menurut berkas peserta bnba.csv" in loket.get(f"/berkas/{baby}").main()


def test_her_own_case_is_the_newer_word(sqlite_office: Office) -> None:
    office = sqlite_office
    in_member_file(office, 50, Segment.PBI_JK)
    baby = office.open(1, **BABY)
    office.clock.pass_by(hours=1)
    office.open(50)
    office.drain()
    assert mother(office, baby)["outcome"] == "NOT_FOUND"
