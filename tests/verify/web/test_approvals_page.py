"""The page of many approvals, without a script: exceptions apart, a second look, and what became of each case."""

from collections.abc import Callable

from sqlmodel import col, select

from tests.office import Office
from tests.seat_office import made_findings, make_decidable, with_seats
from tests.verify.web.visitor import Visitor
from workflows import facts
from workflows.approvals import LOOKED_THROUGH
from workflows.records import Case, Letter
from workflows.states import Job
from workflows.vocabulary import DocumentType, LetterType, Urgency

Visit = Callable[[str], Visitor]


def text(page: object) -> str:
    return " ".join(page.main().split())  # type: ignore[attr-defined]


def test_nothing_waits(visit: Visit) -> None:
    assert "Tidak ada yang menunggu Anda." in text(visit("kadis").get("/setuju"))


def test_to_have_seen_more_than_any_list_holds_is_no_fault(visit: Visit) -> None:
    assert visit("kadis").get(f"/setuju?lewati={'9' * 20}").status == 200


def test_exceptions_stand_first_and_cannot_be_ticked(visit: Visit, sqlite_office: Office) -> None:
    make_decidable(sqlite_office, 3)
    noted = sqlite_office.to_decision(50, documents=frozenset())
    page = visit("kadis").get("/setuju")
    assert text(page).index("Perlu Anda lihat (1)") < text(page).index("Tanpa catatan (3)")
    assert f"/berkas/{noted}/putusan" in page.links()
    ticked = [value for name, value in page.fields_of(page.forms("/setuju/periksa")[0]) if name == "seen"]
    assert len(ticked) == 3
    assert not any(value.startswith(noted) for value in ticked)


def test_from_the_list_over_a_second_look_to_letters(visit: Visit, sqlite_office: Office) -> None:
    make_decidable(sqlite_office, 4)
    kadis = visit("kadis")
    asked = kadis.fill("/setuju", "/setuju/periksa")
    assert "Setujui 4 surat?" in text(asked)
    assert "4 × Rp 37.800 = Rp 151.200 per bulan" in text(asked)
    done = kadis.send(asked, "/setuju")
    assert "4 dari 4 surat disetujui" in text(done)
    assert sqlite_office.count(Letter) == 4


def test_letters_that_take_no_seat_cost_none(visit: Visit, sqlite_office: Office) -> None:
    with_seats(sqlite_office, 1)
    tickets = make_decidable(sqlite_office, 3)
    with sqlite_office.write() as session:
        for case in session.exec(select(Case).where(col(Case.ticket).in_(tickets[1:]))):
            case.letter_type = LetterType.KET_REAKTIVASI_PBI_JK
            session.add(made_findings(sqlite_office, case, facts.fingerprint(facts.read(session, case, Job.FINDINGS))))
    asked = text(visit("kadis").fill("/setuju", "/setuju/periksa"))
    assert "1 × Rp 37.800 = Rp 37.800 per bulan" in asked
    assert "2 surat tidak memakai kuota dan iuran daerah" in asked
    assert "Sisa kuota sesudah ini 0 dari 1 kursi" in asked
    assert "Kursi tidak cukup" not in asked


def test_the_same_form_again_shows_the_same_and_does_nothing(visit: Visit, sqlite_office: Office) -> None:
    make_decidable(sqlite_office, 2)
    kadis = visit("kadis")
    asked = kadis.fill("/setuju", "/setuju/periksa")
    first, again = kadis.send(asked, "/setuju"), kadis.send(asked, "/setuju")
    assert text(first) == text(again)
    assert sqlite_office.count(Letter) == 2


def test_a_case_changed_meanwhile_is_named(visit: Visit, sqlite_office: Office) -> None:
    first, _ = make_decidable(sqlite_office, 2)
    kadis = visit("kadis")
    asked = kadis.fill("/setuju", "/setuju/periksa")
    sqlite_office.amend(first, documents=frozenset({DocumentType.KTP}))
    done = text(kadis.send(asked, "/setuju"))
    assert "1 dari 2 surat disetujui" in done
    assert "1 berubah sesudah Anda buka" in done
    assert "Yang berubah: data pemohon, berkas, atau penilaian; temuan." in done


def test_who_finds_no_seat_waits_in_line(visit: Visit, sqlite_office: Office) -> None:
    with_seats(sqlite_office, 1)
    make_decidable(sqlite_office, 3)
    kadis = visit("kadis")
    asked = kadis.fill("/setuju", "/setuju/periksa")
    assert "Kursi tidak cukup untuk semua." in text(asked)
    done = text(kadis.send(asked, "/setuju"))
    assert "1 dari 3 surat disetujui" in done
    assert "2 masuk daftar tunggu karena kuota penuh" in done


def test_what_cannot_be_read_or_was_altered_is_refused_with_the_list(visit: Visit, sqlite_office: Office) -> None:
    make_decidable(sqlite_office, 1)
    kadis = visit("kadis")
    token = kadis.get("/setuju").value("csrf_token")
    nothing = kadis.post("/setuju/periksa", {"csrf_token": token})
    assert (nothing.status, "Centang paling sedikit satu berkas" in text(nothing)) == (422, True)
    assert ("checked" in kadis.get("/setuju").text, "checked" in nothing.text) == (True, False), "what was unticked stays so"
    unread = kadis.post("/setuju/periksa", {"csrf_token": token, "seen": "AAAA-BBBB x"})
    assert (unread.status, "Daftar ini tidak dapat dibaca." in text(unread)) == (422, True)
    asked = kadis.fill("/setuju", "/setuju/periksa")
    altered = kadis.send(asked, "/setuju", shown="0" * 64)
    assert (altered.status, "Hash tidak sama dengan daftar yang dikirim." in text(altered)) == (422, True)
    assert sqlite_office.count(Letter) == 0


def test_an_emergency_that_came_last_stands_on_the_first_screen(visit: Visit, sqlite_office: Office) -> None:
    make_decidable(sqlite_office, LOOKED_THROUGH + 1)
    sqlite_office.clock.pass_by(hours=1)
    (emergency,) = make_decidable(sqlite_office, 1, Urgency.EMERGENCY, first=LOOKED_THROUGH + 2)
    page = visit("kadis").get("/setuju")
    ticked = [value for name, value in page.fields_of(page.forms("/setuju/periksa")[0]) if name == "seen"]
    assert ticked[0].startswith(emergency)


def test_what_one_screen_cannot_hold_is_counted_and_can_be_reached(visit: Visit, sqlite_office: Office) -> None:
    make_decidable(sqlite_office, LOOKED_THROUGH)
    sqlite_office.clock.pass_by(hours=1)
    noted = sqlite_office.to_decision(500, documents=frozenset(), urgency=Urgency.ROUTINE)
    kadis = visit("kadis")
    first = kadis.get("/setuju")
    assert "1 berkas lain menunggu di luar halaman ini. 1 di antaranya perlu Anda lihat satu per satu." in text(first)
    assert f"/berkas/{noted}/putusan" not in first.links()
    second = kadis.get(next(link for link in first.links() if "lewati=" in link))
    assert f"/berkas/{noted}/putusan" in second.links()
    assert f"{LOOKED_THROUGH} berkas lain menunggu di luar halaman ini." in text(second)
    assert "/setuju" in second.links()
