"""A refusal as a page and a sheet, an objection by form and by program, and a death in plain words."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from tests.office import Office
from tests.verify.web.visitor import Visitor
from workflows.records import Decision, FindingSet
from workflows.states import Role, State

Visit = Callable[[str], Visitor]

REFUSAL = {"outcome": "REJECT", "grounds": ["DOMISILI_LAIN", "ALASAN_LAIN"], "reason": "KK sudah pindah ke Kota Bekasi."}


@pytest.fixture
def refused(sqlite_office: Office) -> str:
    """A case refused for two reasons of the list, with the decider's own words."""
    sqlite_office.let_sign(sqlite_office.hire("plt", Role.KADIS), date(2026, 1, 1), date(2027, 12, 31))
    ticket = sqlite_office.to_decision()
    answer = do(sqlite_office, "kadis", ticket, "decision", REFUSAL)
    assert answer.status_code == 201
    return ticket


def do(office: Office, who: str, ticket: str, what: str, body: dict[str, Any]) -> Any:
    """With the version as it is."""
    return office.api(who).post(f"/applications/{ticket}/{what}", {"version": office.case(ticket).version, **body})


def test_the_page_says_why_what_next_and_where(visit: Visit, refused: str) -> None:
    page = visit("loket").get(f"/berkas/{refused}/penolakan").main()
    told = ("Domisili Anda di daerah lain.", "Dinas Sosial daerah domisili.", "UU 24/2013")
    for words in (*told, "Penjelasan pejabat: KK sudah pindah ke Kota Bekasi."):
        assert words in page
    assert "Semua layanan ini gratis." in page and "SP4N-LAPOR!" in page
    assert "Lembar untuk keluarga, F4" in page and "Catat keberatan" in page
    assert "Catat keberatan" not in visit("peksos").get(f"/berkas/{refused}/penolakan").main()


@pytest.mark.parametrize("paper", ["A4", "F4"])
def test_the_sheet_is_plain_and_holds_no_number_of_a_person(visit: Visit, sqlite_office: Office, refused: str, paper: str) -> None:
    page = visit("loket").get(f"/berkas/{refused}/penolakan/lembar?kertas={paper}").main()
    case = sqlite_office.case(refused)
    assert case.name in page and case.nik is not None
    assert case.nik not in page and case.nik[-4:] not in page
    assert "Anda boleh mengajukan keberatan sampai" in page
    for sentence in re.split(r"[.!?]\s", page):
        assert len(sentence.split()) <= 60  # headings and labels run together in the text of a page


def test_page_and_sheet_say_what_would_change_what_failed(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision(5, domicile_code="3316")
    sqlite_office.reject(ticket)
    with sqlite_office.read() as session:
        weighed = session.exec(select(FindingSet).join(Decision, Decision.finding_set_id == FindingSet.id)).one()
        failed = [one for one in weighed.findings if one["outcome"] == "FAILS"]
    assert failed
    for path in ("penolakan", "penolakan/lembar"):
        said = visit("loket").get(f"/berkas/{ticket}/{path}").main()
        assert "Yang dapat mengubah hasilnya:" in said
        assert all(one["change"] in said for one in failed), path


def test_no_sheet_where_nothing_was_refused(visit: Visit, sqlite_office: Office, refused: str) -> None:
    visitor, other = visit("loket"), sqlite_office.open(2)
    assert visitor.get(f"/berkas/{other}/penolakan").status == 404
    assert visitor.get(f"/berkas/{refused}/penolakan/lembar?kertas=A3").status == 404


def test_an_objection_from_the_counter_to_its_answer(visit: Visit, sqlite_office: Office, refused: str) -> None:
    counter, deputy = visit("loket"), visit("plt")
    page = counter.fill(f"/berkas/{refused}/keberatan", objector="SITI CONTOH", grounds="KK saya masih di Serang.")
    done = counter.follow(page).main()
    assert "Keberatan diterima." in done and "Keberatan diperiksa" in done and "Jawaban keberatan" in done
    assert "KK saya masih di Serang." in deputy.get(f"/berkas/{refused}/keberatan/jawaban").main()
    form = deputy.get(f"/berkas/{refused}/keberatan/jawaban")
    empty = deputy.send(form, button=("outcome", "UPHELD"))
    assert empty.status == 422
    answered = deputy.follow(deputy.send(empty, button=("outcome", "OVERTURNED"), reason="KK memang masih di Serang.")).main()
    assert "Keberatan dikabulkan" in answered and "Buka berkas lanjutan" in answered
    told = counter.get(f"/berkas/{refused}/penolakan").main()
    assert "Buka berkas lanjutan" in told and "KK memang masih di Serang." in told


def test_who_refused_does_not_answer(visit: Visit, sqlite_office: Office, refused: str) -> None:
    do(sqlite_office, "loket", refused, "objection", {"objector": "Siti Contoh", "grounds": "KK masih di Serang."})
    head = visit("kadis")
    assert "Anda sudah menangani berkas ini. Penanda tangan lain harus melanjutkan." in head.get(f"/berkas/{refused}").main()
    at = f"/berkas/{refused}/keberatan/jawaban"
    shown = head.get(at)
    assert "Keberatan dijawab pejabat lain." in shown.main() and not shown.forms()
    typed = {"csrf_token": head.get("/akun").value("csrf_token"), "version": str(sqlite_office.case(refused).version)}
    assert head.post(at, {**typed, "kunci": "lain", "outcome": "UPHELD", "reason": "Tetap."}).status == 403
    assert sqlite_office.case(refused).state is State.OBJECTION


def test_a_program_reads_reasons_objects_and_answers(sqlite_office: Office, refused: str) -> None:
    listed = sqlite_office.api("kadis").get("/refusal-reasons").get_json()["reasons"]
    assert "DOMISILI_LAIN" in {one["code"] for one in listed}
    shown = sqlite_office.api("loket").get(f"/applications/{refused}").get_json()["refusal"]
    assert [ground["code"] for ground in shown["grounds"]] == ["DOMISILI_LAIN", "ALASAN_LAIN"]
    assert shown["last_day"] > "2026-12-01" and shown["objection"] is None
    assert do(sqlite_office, "peksos", refused, "objection", {"objector": "SITI", "grounds": "x"}).status_code == 403
    filed = do(sqlite_office, "loket", refused, "objection", {"objector": "SITI CONTOH", "grounds": "KK masih di Serang."})
    assert (filed.status_code, filed.get_json()["state"]) == (201, "OBJECTION")
    assert [clock["kind"] for clock in filed.get_json()["clocks"]] == ["OBJECTION"]
    answered = do(sqlite_office, "plt", refused, "objection/answer", {"outcome": "OVERTURNED", "reason": "Benar."}).get_json()
    new = answered["refusal"]["objection"]["new_ticket"]
    assert (answered["state"], sqlite_office.case(new).state) == ("OVERTURNED", State.RECEIVED)
    assert sqlite_office.api("loket").get(f"/applications/{new}").get_json()["from_ticket"] == refused


@pytest.mark.parametrize("body", [{**REFUSAL, "grounds": ["TIDAK_ADA"]}, {"outcome": "REJECT", "grounds": ["ALASAN_LAIN"]}])
def test_a_reason_that_is_not_on_the_list_is_told(sqlite_office: Office, body: dict[str, Any]) -> None:
    answer = do(sqlite_office, "kadis", sqlite_office.to_decision(), "decision", body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] in ("/grounds", "/reason")


def test_a_death_is_recorded_with_dignity(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_letter(), visit("loket")
    assert "belasungkawa" in visitor.get(f"/berkas/{ticket}/wafat").main()
    page = visitor.fill(f"/berkas/{ticket}/wafat", died_on="23-11-2026", told_by="istri pasien")
    done = visitor.follow(page).main()
    assert "Pasien wafat" in done and "Keluarga tidak perlu mengurus apa pun lagi di sini." in done
    assert "Surat: dicabut" in done or "Dicabut" in done
    again = do(sqlite_office, "loket", ticket, "death", {"died_on": "2026-11-23", "told_by": "RSUD"})
    assert again.status_code == 409


def test_a_program_records_a_death(sqlite_office: Office) -> None:
    answer = do(sqlite_office, "loket", sqlite_office.open(), "death", {"died_on": "2026-11-23", "told_by": "RSUD Contoh"})
    assert (answer.status_code, answer.get_json()["state"], answer.get_json()["died_on"]) == (201, "DIED", "2026-11-23")
