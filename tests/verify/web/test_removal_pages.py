"""Whoever weighs a removal sees why it is asked for and by which evidence, and nothing that is about letters for a patient."""

from collections.abc import Callable

import pytest

from tests.office import Office
from tests.verify.web.visitor import Visitor
from tests.workflows.test_removals import answer_and_validate, member, start
from workflows import advance, casework
from workflows.rules.facts import Answer
from workflows.vocabulary import LetterType, RemovalReason

EVIDENCE = "Akta kematian contoh nomor 1."


def assess(office: Office, ticket: str) -> None:
    questions = office.rekom.policies.criteria_for(office.policy, LetterType.PENCABUTAN)
    answers, actor = {criterion.key: Answer.YES for criterion in questions.criteria}, office.actor("peksos")
    with office.write() as session:
        casework.assess(session, advance.lock(session, ticket, actor), questions, answers, None, actor, now=office.clock())
    office.drain()


def test_the_validator_reads_the_evidence_first(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    ticket = start(sqlite_office, member(sqlite_office), RemovalReason.DIED)
    assess(sqlite_office, ticket)
    page = visit("validator").get(f"/berkas/{ticket}/validasi").main()
    assert page.index("meninggal dunia") < page.index(EVIDENCE) < page.index("Penilaian bukti")
    assert "Penilaian keluarga" not in page


@pytest.mark.parametrize("path", ["", "/putusan"])
def test_the_head_sees_reason_and_evidence_and_no_hospital(visit: Callable[[str], Visitor], sqlite_office: Office, path: str) -> None:
    ticket = start(sqlite_office, member(sqlite_office), RemovalReason.MOVED)
    answer_and_validate(sqlite_office, ticket)
    page = visit("kadis").get(f"/berkas/{ticket}{path}").main()
    assert "pindah domisili ke daerah lain" in page and EVIDENCE in page
    assert "Rumah sakit tujuan" not in page and "Sisa kuota" not in page


def test_a_patients_letter_shows_hospital_and_seats_as_before(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision()
    page = visit("kadis").get(f"/berkas/{ticket}/putusan").main()
    assert "Rumah sakit tujuan" in page and "Sisa kuota" in page and "Alasan pencabutan" not in page


def test_a_member_who_was_taken_off_is_said_so_in_words(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    held = member(sqlite_office)
    peksos = visit("peksos")
    assert f"/berkas/{held}/pencabutan" in peksos.get(f"/berkas/{held}").links()
    ticket = start(sqlite_office, held, RemovalReason.MOVED)
    answer_and_validate(sqlite_office, ticket)
    sqlite_office.approve(ticket)
    sqlite_office.drain()
    page = peksos.get(f"/berkas/{held}")
    assert "Kepesertaan daerah orang ini sudah dicabut." in page.main() and f"/berkas/{held}/pencabutan" not in page.links()
    assert "Alasan: pindah domisili ke daerah lain" in page.main() and "MOVED" not in page.main()
    assert "pasien sendiri" not in peksos.get(f"/berkas/{ticket}").main()
