"""Pages in English: chosen by the person, whole, and never a changed word in what people typed or the office hands out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from schemas.registration_file import read_answers
from tests.office import Office, person
from tests.verify.web.test_errors import USERNAME, filled, pages
from tests.verify.web.test_hand_batches import ticks
from tests.verify.web.visitor import Page, Visitor
from tests.workflows.test_refusals import object_to, to_refusal
from verify.language import translated
from verify.web.family_words import opening_hours
from verify.web.figures import number, percent, rupiah
from verify.web.mother import mother_words
from verify.web.promises import share
from verify.web.story import story
from verify.web.times import duration, local_time
from workflows.clocks import KeptMonth
from workflows.errors import InvalidInput, TooMany
from workflows.mothers import MothersCover
from workflows.permissions import PERMISSION_MAP, Permission
from workflows.ports import MembershipOutcome
from workflows.records import AuditEvent
from workflows.saying import joined, say
from workflows.vocabulary import Urgency

Visit = Callable[[str], Visitor]

INDONESIAN = re.compile(r"\b(yang|tidak|belum|sudah|untuk|dengan|dari|atau|Anda|lalu|ini|berkas)\b")
"""Words that no English sentence holds."""
MOMENT = datetime(2026, 8, 22, 7, 5, tzinfo=UTC)
OPEN = ((time(8), time(16)),)


def choose(visitor: Visitor, language: str, back: str = "/") -> Page:
    """Press the language's button on a page."""
    return visitor.send(visitor.get("/bantuan"), "/bahasa", ("bahasa", language), kembali=back)


def test_a_page_is_indonesian_until_its_reader_chooses(visit: Visit) -> None:
    loket = visit("loket")
    assert loket.get("/").tree.get("lang") == "id"
    assert choose(loket, "en", "/bantuan").location == "/bantuan"
    page = loket.get("/bantuan")
    assert (page.tree.get("lang"), page.heading) == ("en", "Help")
    assert "Letters, legal reasons, and officers’ notes stay in Indonesian" in page.words()
    choose(loket, "id")
    assert loket.get("/bantuan").heading == "Bantuan"


@pytest.mark.parametrize(("back", "leads"), [("https://lain.example/", "/"), ("//lain.example", "/"), ("/berkas/baru", "/berkas/baru")])
def test_the_choice_leads_back_to_a_page_of_ours(visit: Visit, back: str, leads: str) -> None:
    assert choose(visit("loket"), "en", back).location == leads


def test_a_language_that_is_not_there_changes_nothing(nobody: Visitor) -> None:
    assert "Set-Cookie" not in str([header for header in choose(nobody, "jv").headers if "bahasa=" in header[1]])
    assert nobody.get("/bantuan").heading == "Bantuan"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en-US,en;q=0.9", "en"),
        ("en-US,en;q=0.9,id;q=0.8", "en"),
        ("id-ID,id;q=0.9,en-US;q=0.8,en;q=0.7", "id"),
        ("in,en;q=0.5", "id"),
        ("de,fr;q=0.9", "id"),
        ("", "id"),
    ],
)
def test_a_stranger_gets_what_the_browser_asks_for_first(nobody: Visitor, asked: str, language: str) -> None:
    assert nobody.get("/masuk", headers={"Accept-Language": asked}).tree.get("lang") == language


def test_a_browser_changes_no_page_of_who_signed_in_but_the_desk(visit: Visit) -> None:
    rs, english = visit("rs"), {"Accept-Language": "en-US,en;q=0.9"}
    assert rs.get("/bantuan", headers=english).tree.get("lang") == "id"
    assert rs.get("/periksa", headers=english).tree.get("lang") == "en"
    choose(rs, "id")
    assert rs.get("/periksa", headers=english).tree.get("lang") == "id"


def foreign(page: Page) -> list[str]:
    """What is left in Indonesian, without what says that it is."""
    for marked in [found for found in page.tree.iter() if found.get("lang") == "id"]:
        marked.clear()
    return [text for text in re.split(r"(?<=[.?!])\s", page.main()) if INDONESIAN.search(text)]


def test_no_page_has_indonesian_left(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    found: dict[str, list[str]] = {}
    for role, username in USERNAME.items():
        visitor = visit(username)
        choose(visitor, "en")
        for method, address, needed in pages(sqlite_office):
            if method == "GET" and isinstance(needed, Permission) and role in PERMISSION_MAP[needed] and not address.endswith(UNREAD):
                page = visitor.get(filled(address, ticket))
                if page.text and page.tree.get("lang") == "en":
                    found.setdefault(address, []).extend(foreign(page))
    assert {address: left for address, left in found.items() if left} == {}
    assert len(found) > 30


def test_what_stays_indonesian_on_a_worked_case_says_so(visit: Visit, sqlite_office: Office) -> None:
    """WCAG 3.1.2: findings, questions of the criteria, grounds of a refusal and officers' notes stand in ``lang="id"``."""
    sqlite_office.fakes.switch.off()
    silent = sqlite_office.open(5, urgency=Urgency.EMERGENCY)
    sqlite_office.drain()
    sqlite_office.fakes.switch.on()
    decision, refused, validation = sqlite_office.to_decision(1), to_refusal(sqlite_office, 2), sqlite_office.open(4)
    sqlite_office.drain()
    sqlite_office.assess(validation)
    object_to(sqlite_office, refused)
    places = {
        "peksos": (f"/berkas/{silent}", f"/berkas/{silent}/nilai", f"/berkas/{silent}/cek-manual/dtsen", "/tugas"),
        "validator": (f"/berkas/{validation}/validasi",),
        "kadis": (f"/berkas/{decision}", f"/berkas/{decision}/putusan", "/setuju", f"/berkas/{refused}/keberatan/jawaban"),
        "loket": (f"/berkas/{refused}/penolakan", f"/berkas/{refused}/keberatan/cabut", "/akun", "/kuota"),
    }
    found = {}
    for username, paths in places.items():
        visitor = visit(username)
        choose(visitor, "en")
        found |= {path: foreign(visitor.get(path)) for path in paths}
    assert {path: left for path, left in found.items() if left} == {}
    page = visit("kadis").get(f"/berkas/{decision}")
    kept = [page.words(one) for one in page.tree.iter() if one.get("lang") == "id"]
    assert "Orang ini berdomisili di daerah ini." in " ".join(kept)


UNREAD = (".pdf", ".csv", "/langsung")
"""Answers that are no pages."""


def test_what_people_typed_is_never_translated(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open(name="DITOLAK", address="Belum ada")
    loket = visit("loket")
    choose(loket, "en")
    page = loket.get(f"/berkas/{ticket}")
    assert page.heading == "DITOLAK"
    assert "Belum ada" in page.main()
    with sqlite_office.app.test_request_context(headers={"Cookie": "bahasa=en"}):
        assert translated("Berkas lain") == "Berkas lain"
        assert translated(say("Berkas lain")) == "Other papers"


def test_what_the_office_hands_out_stays_indonesian(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    loket = visit("loket")
    choose(loket, "en")
    receipt = loket.get(f"/berkas/{ticket}/tanda-terima")
    assert (receipt.tree.get("lang"), receipt.heading) == ("id", "Tanda terima")


def test_dates_and_numbers_follow_the_language(sqlite_office: Office) -> None:
    with sqlite_office.app.test_request_context(headers={"Cookie": "bahasa=en"}):
        assert translated(local_time(MOMENT, "Asia/Jakarta")) == "22 August 2026, 14:05 WIB"
        assert translated(duration(timedelta(hours=3, minutes=12))) == "3 h 12 min"
        assert (number(43000), rupiah(-37800), percent(91.64)) == ("43,000", "−Rp 37,800", "91.64%")
    assert str(local_time(MOMENT, "Asia/Jakarta")) == "22 Agustus 2026, 14.05 WIB"
    assert (number(43000), rupiah(37800), percent(91.64)) == ("43.000", "Rp 37.800", "91,64 %")


def test_sentences_within_sentences_are_said_too(sqlite_office: Office) -> None:
    inner = say("Gawat darurat").lower()
    with sqlite_office.app.test_request_context(headers={"Cookie": "bahasa=en"}):
        assert translated(say("Alasan: {reason}", reason=inner)) == "Reason: emergency"
        assert translated(joined((say("Ya"), "Tidak"), ", ")) == "Yes, Tidak"
    assert say("Alasan: {reason}", reason=inner) == "Alasan: gawat darurat"
    assert say("Pilih salah satu: {choices}.").format(choices="A, B") == "Pilih salah satu: A, B."


def told(action: str, **detail: str) -> str:
    """What a line of a case's story says beside its title."""
    event = AuditEvent(subject="case:1", sequence=1, at=MOMENT, actor_name="Uji", action=action, detail=detail, previous_hash="", hash="")
    return str(translated(story([event])[0].details[0]))


def test_no_word_within_others_stays_behind(sqlite_office: Office) -> None:
    mother = MothersCover(MembershipOutcome.ACTIVE, "PPU", "BPJS Kesehatan", MOMENT)
    with sqlite_office.app.test_request_context(headers={"Cookie": "bahasa=en"}):
        said = translated(mother_words(mother, "Asia/Jakarta"))
        assert said == "Active member, Wage earner. According to BPJS Kesehatan, 22 August 2026, 14:05 WIB."
        assert told("ASK_AGAIN", kind="DUPLICATES") == "Duplicate cases."
        assert told("RESOLVE", kind="DUPLICATES", resolution="Orang lain.") == "Duplicate cases: Orang lain."
        assert told("CHOOSE_LETTER", kind="PENGANTAR_KOLEKTIF") == "Collective cover letter."
        assert told("DESK_CHECK", answer="FORGED") == "Answer: Forged or damaged."
        assert [translated(line) for line in opening_hours((OPEN, (), (), (), (), (), ()))] == ["Monday 08:00–16:00"]
        assert share(KeptMonth(MOMENT.date(), 10, 9)) == "90%"


def test_why_a_case_could_not_be_taken_is_said_in_english(visit: Visit, sqlite_office: Office) -> None:
    ticket, peksos = sqlite_office.open(), visit("peksos")
    sqlite_office.drain()
    case = sqlite_office.case(ticket)
    choose(peksos, "en")
    stale = peksos.get("/")
    sqlite_office.withdraw(ticket)
    said = peksos.send(stale, "/berkas/ambil", tickets=ticks(stale)).main()
    told = said[said.index("0 of 1") :].replace(case.name, "")
    assert "Changed since you opened the page: 1" in told and "Cancelled" in told and not INDONESIAN.search(told)


def test_spans_and_faults_within_sentences_are_said_too(sqlite_office: Office) -> None:
    rows = [(1, ("NIK", "STATUS")), (2, (str(person(1)["nik"]), "MUNGKIN"))]
    with pytest.raises(InvalidInput) as wrong:
        read_answers(rows, practice=True)
    with sqlite_office.app.test_request_context(headers={"Cookie": "bahasa=en"}):
        assert translated(str(TooMany.closed(timedelta(minutes=5)))) == "Too many tries. Wait 5 minutes, then try again."
        assert "STATUS must be AKTIF or DITOLAK" in translated(str(wrong.value))
        assert not INDONESIAN.search(translated(str(wrong.value)))
    assert str(TooMany.closed(timedelta(seconds=5))) == "Terlalu banyak percobaan. Tunggu 5 detik, lalu coba lagi."


def test_the_desks_program_speaks_it_too(visit: Visit) -> None:
    rs = visit("rs")
    choose(rs, "en")
    page = rs.get("/periksa")
    assert page.one("div", data_answer="FORGED").get("data-title") == "FORGED OR DAMAGED"
    token = page.value("csrf_token")
    answer = rs.client.post("/periksa/jawab", json={"code": "bukan kode"}, headers={"X-CSRFToken": token})
    assert answer.get_json()["title"] in ("FORGED OR DAMAGED", "NOT FOUND")
    worker = rs.client.get("/periksa/sw.js").get_data(as_text=True)
    choose(rs, "id")
    assert rs.client.get("/periksa/sw.js").get_data(as_text=True) != worker  # the page kept for the time without network changes too
