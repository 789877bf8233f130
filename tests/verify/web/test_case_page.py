"""One case: in every state, for every role, with what is next, what was found and what happened."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.office import Office, person
from tests.verify.web.visitor import Page, Visitor
from workflows.advance import lock
from workflows.intake import Intake, open_application
from workflows.letters import expire
from workflows.records import AuditEvent
from workflows.states import LABEL, State
from workflows.vocabulary import Urgency

Visit = Callable[[str], Visitor]
OFFICE = ("loket", "peksos", "validator", "kadis")


def case(visitor: Visitor, ticket: str) -> Page:
    return visitor.get(f"/berkas/{ticket}")


def buttons(page: Page) -> list[str]:
    return [page.words(link) for link in page.all("a") if "button" in (link.get("class") or "")]


def bring_to(office: Office, state: State) -> str:
    """A case in a state, by its ordinary way."""
    if state == State.RECEIVED:
        return office.open()
    if state == State.ASSESSMENT:
        ticket = office.open()
        office.drain()
        return ticket
    if state == State.VALIDATION:
        ticket = bring_to(office, State.ASSESSMENT)
        office.assess(ticket)
        office.drain()
        return ticket
    if state == State.DECISION:
        return office.to_decision()
    if state == State.APPROVED:
        ticket = office.to_decision()
        office.approve(ticket)
        return ticket
    return office.to_letter(hospital_code="RS-CONTOH-1")


@pytest.mark.parametrize("state", [State.RECEIVED, State.ASSESSMENT, State.VALIDATION, State.DECISION, State.APPROVED, State.LETTER_ISSUED])
def test_every_state_reads_well_for_every_role(visit: Visit, sqlite_office: Office, state: State) -> None:
    ticket = bring_to(sqlite_office, state)
    assert sqlite_office.case(ticket).state == state
    for username in OFFICE:
        page = case(visit(username), ticket)
        assert page.status == 200
        assert LABEL[state] in page.main()
        assert page.heading == person()["name"]
        assert "Langkah berikutnya" in page.main()


@pytest.mark.parametrize(
    ("state", "username", "button"),
    [
        (State.ASSESSMENT, "peksos", "Nilai berkas ini"),
        (State.VALIDATION, "validator", "Periksa penilaian"),
        (State.DECISION, "kadis", "Putuskan berkas ini"),
        (State.LETTER_ISSUED, "loket", "Cetak surat"),
    ],
)
def test_the_next_step_is_a_button_for_whoever_may_take_it(
    visit: Visit, sqlite_office: Office, state: State, username: str, button: str
) -> None:
    ticket = bring_to(sqlite_office, state)
    for someone in OFFICE:
        page = case(visit(someone), ticket)
        shown = button in buttons(page)
        assert shown == (someone == username or state == State.LETTER_ISSUED)
        if not shown:
            assert "Giliran" in page.main()


def test_four_eyes_are_said_before_somebody_tries(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("rangkap", *sqlite_office.actor("peksos").roles, *sqlite_office.actor("validator").roles)
    ticket = bring_to(sqlite_office, State.ASSESSMENT)
    sqlite_office.assess(ticket, by="rangkap")
    sqlite_office.drain()
    page = case(visit("rangkap"), ticket)
    assert "Anda yang menilai berkas ini. Validator lain harus melanjutkan." in page.main()
    assert "Periksa penilaian" not in buttons(page)


def test_while_checks_run_the_page_says_what_it_waits_for(visit: Visit, sqlite_office: Office) -> None:
    visitor, ticket = visit("loket"), sqlite_office.open()
    page = case(visitor, ticket)
    assert "Data kependudukan: menunggu jawaban Dukcapil" in page.main()
    assert page.all("meta", http_equiv="refresh"), "without scripts the page looks again by itself"
    assert "data-busy" in page.one("main").attrib
    sqlite_office.drain()
    page = case(visitor, ticket)
    assert not page.all("meta", http_equiv="refresh")
    assert "data-busy" not in page.one("main").attrib


def test_a_step_that_takes_long_names_whom_it_waits_for(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    sqlite_office.clock.pass_by(seconds=23)
    page = case(visit("loket"), ticket).main()
    assert "Dukcapil, BPJS Kesehatan, DTSEN belum menjawab." in page
    assert "lanjutkan dengan pemeriksaan manual" in page


def test_what_no_registry_answered_has_a_name_on_it(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.fakes.switch.off()
    ticket = sqlite_office.open(urgency=Urgency.EMERGENCY)
    sqlite_office.drain()
    page = case(visit("peksos"), ticket)
    assert "Kepesertaan BPJS Kesehatan: belum tersedia" in page.main()
    assert "Diperiksa manual oleh Agus Contoh." in page.main()
    assert f"/berkas/{ticket}/cek-manual/kepesertaan" in page.links()
    assert f"/berkas/{ticket}/cek-manual/kepesertaan" not in case(visit("loket"), ticket).links()


def test_findings_show_reason_article_and_what_would_change_them(visit: Visit, sqlite_office: Office) -> None:
    ticket = bring_to(sqlite_office, State.ASSESSMENT)
    page = case(visit("peksos"), ticket).main()
    assert "Penilaian keluarga: perlu ditimbang petugas" in page
    assert "Yang dapat mengubahnya: Lengkapi penilaian keluarga." in page
    assert "Kepmensos 262/HUK/2022" in page
    assert "contoh" in page


def test_checks_show_source_and_freshness(visit: Visit, sqlite_office: Office) -> None:
    ticket = bring_to(sqlite_office, State.ASSESSMENT)
    page = case(visit("peksos"), ticket).main()
    assert "Sumber: Dukcapil, data 23 November 2026, 09.00 WIB." in page


def test_identifiers_are_masked(visit: Visit, sqlite_office: Office) -> None:
    ticket = bring_to(sqlite_office, State.LETTER_ISSUED)
    text = case(visit("kadis"), ticket).text
    known = person()
    assert known["nik"][-4:] in text
    for secret in (known["nik"], known["kk"], known["phone"], known["nik"][:6], known["kk"][:12]):
        assert secret not in text


def test_the_story_is_newest_first_with_who_and_when(visit: Visit, sqlite_office: Office) -> None:
    ticket = bring_to(sqlite_office, State.LETTER_ISSUED)
    page = case(visit("kadis"), ticket)
    lines = [page.words(line) for line in page.one("ol", class_="story")]
    assert lines[0].startswith("Surat terbit") and lines[-1].startswith("Berkas dibuka")
    assert "23 November 2026, 09.00 WIB · Rini Contoh" in lines[-1]
    assert any(line.startswith("Disetujui dan ditandatangani") and "Wati Contoh" in line and "400.9/" in line for line in lines)


def test_an_event_younger_than_its_words_breaks_no_page(visit: Visit, sqlite_office: Office) -> None:
    ticket = bring_to(sqlite_office, State.RECEIVED)
    with sqlite_office.write() as session:
        subject = f"case:{sqlite_office.case(ticket).id}"
        when = {"at": sqlite_office.clock(), "actor_name": "Rekom", "detail": {}, "previous_hash": "x", "hash": "y"}
        session.add(AuditEvent(subject=subject, sequence=99, action="SOMETHING_NEW", **when))
    assert "Peristiwa lain" in case(visit("loket"), ticket).main()


def test_the_button_says_whether_the_original_or_a_marked_copy_comes(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision()
    visitor = visit("kadis")
    assert "Cetak surat" not in case(visitor, ticket).main()
    sqlite_office.approve(ticket)
    sqlite_office.drain()
    page = case(visitor, ticket)
    assert "Surat asli keluar satu kali." in page.main()
    key = {"csrf_token": page.value("csrf_token")}
    paper = visitor.client.post(f"/berkas/{ticket}/surat.pdf", data=key)
    assert (paper.status_code, paper.mimetype, paper.headers["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert "Bertanda CETAK ULANG ke-1." in case(visitor, ticket).main()
    visitor.client.post(f"/berkas/{ticket}/surat.pdf", data=key)
    assert "Bertanda CETAK ULANG ke-2." in case(visitor, ticket).main()


def test_an_expired_letter_says_what_to_do(visit: Visit, sqlite_office: Office) -> None:
    ticket = bring_to(sqlite_office, State.LETTER_ISSUED)
    sqlite_office.clock.pass_by(hours=80)
    with sqlite_office.write() as session:
        expire(session, lock(session, ticket, sqlite_office.actor("loket")), now=sqlite_office.clock())
    page = case(visit("loket"), ticket).main()
    assert "Kedaluwarsa" in page and "buka berkas baru untuk orang ini" in page


def test_a_case_that_is_not_there(visit: Visit) -> None:
    page = visit("loket").get("/berkas/7QMK-2F9X")
    assert page.status == 404
    assert "Berkas tidak ditemukan." in page.main()


@pytest.mark.parametrize(
    ("opened", "warned"), [(datetime(2025, 12, 31, 2, tzinfo=UTC), True), (datetime(2026, 1, 1, 2, tzinfo=UTC), False)]
)
def test_a_start_that_may_be_promised_no_more_or_only_now_is_said(
    visit: Visit, sqlite_office: Office, opened: datetime, warned: bool
) -> None:
    office = sqlite_office
    office.clock.now = opened
    policy, loket = office.rekom.policies.at("3673", opened.date()), office.actor("loket")
    with office.write() as session:
        ticket = open_application(session, Intake(**person(1), domicile_code="3673"), loket, policy, now=opened).ticket
    office.drain()
    office.clock.now = datetime(2026, 1, 2, 2, tzinfo=UTC)
    said = "Aturan mulai aktif berganti sesudah berkas dibuka. Yang berlaku hari ini: pada hari pendaftaran."
    assert (said in case(visit("peksos"), ticket).main()) is warned
