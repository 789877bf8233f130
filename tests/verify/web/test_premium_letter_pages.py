"""The letter to BPJS about a bill: proposed by one, signed by another, numbered, in the ledger, printed without a NIK, withdrawn."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from alembic import command
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from tests.office import Office
from tests.population.city import NOVEMBER, member, small_city, store
from tests.verify.made_files import nik
from tests.verify.web.test_premium_pages import entries, trail, upload
from tests.verify.web.visitor import Page, Visitor
from verify import auth
from verify.db import _alembic
from workflows import staffing
from workflows.errors import Conflict
from workflows.permissions import STEP_UP
from workflows.ports import Segment
from workflows.records import PremiumLetter, PremiumLetterLine
from workflows.records.extract import Extract, ExtractKind

Visit = Callable[[str], Visitor]
SURAT = "/iuran/1/surat"


@pytest.fixture
def city(sqlite_office: Office) -> Office:
    """Residents and members are there."""
    small_city(sqlite_office.rekom.database)
    return sqlite_office


def in_the_ledger(worker: Visitor) -> Page:
    """A bill with four lines to dispute, which come to Rp 151.200."""
    return worker.follow(worker.send(worker.follow(upload(worker)), "/iuran/1/buku", due_on="10-12-2026"))


def letters(office: Office) -> list[PremiumLetter]:
    with office.read() as session:
        return list(session.exec(select(PremiumLetter).order_by(col(PremiumLetter.id))))


def signed(visit: Visit) -> tuple[Visitor, Page]:
    """The head, and the bill's page with its numbered letter."""
    worker, head = visit("peksos"), visit("kadis")
    in_the_ledger(worker)
    worker.fill("/iuran/1", SURAT)
    return head, head.follow(head.fill("/iuran/1", f"{SURAT}/1/tanda-tangan"))


def test_other_eyes_sign_and_number_and_ledger_come_together(visit: Visit, city: Office) -> None:
    worker, head = visit("peksos"), visit("kadis")
    page = in_the_ledger(worker)
    page = worker.follow(worker.send(page, SURAT))
    assert "Usulan surat, menunggu tanda tangan 4 baris, Rp 151.200." in page.main() and page.forms(f"{SURAT}/1/tanda-tangan") == []
    page = head.follow(head.fill("/iuran/1", f"{SURAT}/1/tanda-tangan"))
    (letter,) = letters(city)
    assert letter.number is not None and letter.sequence is not None and re.fullmatch(r".*/\d{3}/.*/XI/2026", letter.number)
    last = entries(city)[-1]
    assert (last.kind.value, last.disputed, last.reference) == ("DISPUTED", 151_200, letter.number)
    assert f"Surat {letter.number}" in page.main() and letter.number in trail(city, "SIGN_DISPUTE")[0].detail["letter"]


def test_an_authority_cannot_end_before_the_letter_it_signed(visit: Visit, city: Office) -> None:
    signed(visit)
    (letter,) = letters(city)
    assert letter.authority_id is not None
    before, admin = date(2026, 11, 22), city.actor("admin")
    with pytest.raises(Conflict, match="dipakai memutus pada 23-11-2026"), city.write() as session:
        staffing.end_authority(session, letter.authority_id, before, admin, timezone="Asia/Jakarta", now=city.clock())


def test_the_paper_names_every_line_with_its_evidence_and_no_nik(visit: Visit, city: Office) -> None:
    _, page = signed(visit)
    worker = visit("peksos")
    form = {"csrf_token": worker.get("/iuran/1").value("csrf_token")}
    first, again = (worker.client.post(f"{SURAT}/1.pdf", data=form) for _ in range(2))
    assert first.mimetype == "application/pdf" and first.data == again.data
    words = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(first.data)).pages).split())
    assert "Kepala BPJS Kesehatan Cabang Serang" in words and "Sanggahan tagihan iuran bulan November 2026" in words
    assert "4 baris dengan jumlah Rp 151.200" in words and "NIK atau nomor kartu sama dengan baris 2 di tagihan ini." in words
    assert all(nik(number) not in words for number in (0, 10, 60)) and str(letters(city)[0].number) in words
    assert len(trail(city, "PRINT_DISPUTE")) == 2 and page.status == 200 and "DITARIK" not in words
    assert "sebagian" not in words and "Dasar: data penduduk per 30 Juni 2026, 00.00 WIB, berkas peserta per 1 November 2026" in page.main()
    with city.write() as session:
        session.execute(text("UPDATE premium_dispute SET amount = 1, reason = 'RATE'"))
    assert worker.client.post(f"{SURAT}/1.pdf", data=form).data == first.data


def test_paper_and_page_name_the_newer_file_of_some_beside_that_of_everybody(visit: Visit, city: Office) -> None:
    store(city.rekom.database, ExtractKind.MEMBERS, [member(0, Segment.PBI_JK)], NOVEMBER + timedelta(days=9), "pbi", complete=False)
    head, page = signed(visit)
    assert "Berkas peserta sebagian, lebih baru: per 10 November 2026, 00.00 WIB, pbi.csv." in page.main()
    printed = head.client.post(f"{SURAT}/1.pdf", data={"csrf_token": page.value("csrf_token")})
    words = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(printed.data)).pages).split())
    with city.read() as session:
        whole, some = [one.sha256[:12] for one in session.exec(select(Extract).where(Extract.kind == "MEMBERS").order_by(col(Extract.id)))]
    assert f"Berkas peserta : per 1 November 2026, berkas {whole}" in words
    assert f"Berkas peserta sebagian : per 10 November 2026, berkas {some}, lebih baru" in words


def test_a_withdrawn_letter_says_so_on_every_sheet_and_an_edited_rule_prints_none(visit: Visit, city: Office) -> None:
    head, _ = signed(visit)
    page = head.follow(head.fill("/iuran/1", f"{SURAT}/1/tarik", end_why="Salah alamat"))
    printed = head.client.post(f"{SURAT}/1.pdf", data={"csrf_token": page.value("csrf_token")})
    sheets = PdfReader(BytesIO(printed.data)).pages
    assert len(sheets) > 1 and all("DITARIK 23 November 2026" in sheet.extract_text() for sheet in sheets)
    with city.write() as session:
        session.execute(text("UPDATE premium_letter SET policy_sha256 = 'lain'"))
    edited = head.post(f"{SURAT}/1.pdf", {"csrf_token": page.value("csrf_token")})
    assert edited.status == 409 and len(trail(city, "PRINT_DISPUTE")) == 1


def test_whoever_proposed_it_does_not_sign_it(visit: Visit, city: Office) -> None:
    head = visit("kadis")
    in_the_ledger(head)
    page = head.follow(head.fill("/iuran/1", SURAT))
    refused = head.send(page, f"{SURAT}/1/tanda-tangan")
    assert refused.status == 403 and "Pejabat lain harus menandatanganinya." in refused.main()
    visit("peksos").fill("/iuran/1", f"{SURAT}/1/kembalikan", end_why="Disusun petugas saja")
    visit("peksos").fill("/iuran/1", SURAT)
    head.fill("/iuran/1", f"{SURAT}/2/tanda-tangan")
    assert letters(city)[1].number
    with pytest.raises(DatabaseError, match="four_eyes"), city.write() as session:
        session.execute(text("UPDATE premium_letter SET proposed_by = decided_by WHERE id = 2"))


def test_a_line_is_on_one_letter_until_that_ends(visit: Visit, city: Office) -> None:
    head, page = signed(visit)
    again = head.send(page, SURAT)
    assert again.status == 409 and "Tidak ada baris yang perlu disurati." in again.main()
    letter = "INSERT INTO premium_letter (bill_id, lines, rupiah, proposed_by, proposed_at) SELECT bill_id, 4, 1, proposed_by, proposed_at "
    copy = "INSERT INTO premium_letter_line SELECT 2, line, bill_id, reason, amount, {} FROM premium_letter_line"
    with city.write() as session:
        session.execute(text(f"{letter} FROM premium_letter"))
    with pytest.raises(DatabaseError, match="UNIQUE constraint failed"), city.write() as session:
        session.execute(text(copy.format("true")))
    with city.write() as session:
        session.execute(text(copy.format("false")))
        session.execute(text("DELETE FROM premium_letter_line WHERE letter_id = 2"))
        session.execute(text("DELETE FROM premium_letter WHERE id = 2"))
    page = head.follow(head.fill("/iuran/1", f"{SURAT}/1/tarik", end_why="Salah alamat"))
    assert "Salah alamat" in page.main()
    head.send(page, SURAT)
    assert len(letters(city)) == 2 and city.count(PremiumLetterLine) == 8


def test_a_withdrawn_letter_is_out_of_the_ledger_too(visit: Visit, city: Office) -> None:
    head, _ = signed(visit)
    number = letters(city)[0].number
    head.fill("/iuran/1", f"{SURAT}/1/tarik", end_why="Salah alamat")
    last = entries(city)[-1]
    assert (last.kind.value, last.disputed, last.reference) == ("DISPUTED", 0, f"Surat {number} ditarik: Salah alamat")
    head.fill("/iuran/1", SURAT)
    assert entries(city)[-1].position == last.position


def test_the_ledger_has_only_lines_of_numbered_letters(visit: Visit, city: Office) -> None:
    worker, head = visit("peksos"), visit("kadis")
    page = in_the_ledger(worker)
    worker.send(page, "/iuran/1/baris", lines="3", word="WITHDRAWN", reason="Masih hidup menurut KTP")
    worker.fill("/iuran/1", SURAT)
    worker.fill("/iuran/1", "/iuran/1/baris", lines="3", word="DISPUTED", reason="Akta kematian diterima")
    worker.fill("/iuran/1", SURAT)
    head.fill("/iuran/1", f"{SURAT}/1/tanda-tangan")
    assert (entries(city)[-1].disputed, entries(city)[-1].reference) == (113_400, letters(city)[0].number)
    worker.fill("/iuran/1", "/iuran/1/baris", lines="4", word="ACCEPTED", reason="Nota kredit BPJS")
    head.fill("/iuran/1", f"{SURAT}/2/tanda-tangan")
    assert (entries(city)[-1].disputed, entries(city)[-1].reference) == (151_200, letters(city)[1].number)
    head.fill("/iuran/1", f"{SURAT}/1/tarik", end_why="Salah alamat")
    assert entries(city)[-1].disputed == 2 * 37_800  # the other letter's line, and what BPJS takes back


def test_who_ends_what(visit: Visit, city: Office) -> None:
    worker, head = visit("peksos"), visit("kadis")
    in_the_ledger(worker)
    worker.fill("/iuran/1", SURAT)

    def ends(who: Visitor, step: str) -> Page:
        page = who.get("/iuran/1")
        return who.post(f"{SURAT}/1/{step}", {name: page.value(name) for name in ("csrf_token", "kunci")} | {"end_why": "Salah alamat"})

    unnumbered = ends(head, "tarik")
    assert unnumbered.status == 409 and "Usulan ini belum bernomor." in unnumbered.main()
    head.fill("/iuran/1", f"{SURAT}/1/tanda-tangan")
    numbered = ends(worker, "kembalikan")
    assert numbered.status == 409 and "Surat ini sudah bernomor." in numbered.main()
    assert ends(worker, "tarik").status == 403 and worker.get("/iuran/1").forms(f"{SURAT}/1/tarik") == []
    assert letters(city)[0].ended_at is None and ends(head, "tarik").status == 303
    assert ends(head, "tarik").status == 409


def test_whoever_signs_some_types_only_does_not_withdraw(visit: Visit, city: Office) -> None:
    head, _ = signed(visit)
    with city.write() as session:
        session.execute(text("UPDATE signing_authority SET letter_types = :some"), {"some": '["REKOM_PBPU_PEMDA"]'})
    refused = head.fill("/iuran/1", f"{SURAT}/1/tarik", end_why="Salah alamat")
    assert refused.status == 403 and letters(city)[0].ended_at is None
    assert len(refused.all("details", open="")) == 1 and refused.one("input", id="end_why").get("value") == "Salah alamat"


def test_withdrawing_asks_for_a_fresh_second_factor(city: Office) -> None:
    wanted = {step: auth.declared(city.app.view_functions[f"premium_letters.{step}"]) for step in ("sign", "withdraw", "send_back")}
    assert {step: permission in STEP_UP for step, permission in wanted.items()} == {"sign": True, "withdraw": True, "send_back": False}


def test_a_refused_reason_stays_where_it_was_typed(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = in_the_ledger(worker)
    worker.send(page, "/iuran/1/baris", lines="3", word="WITHDRAWN", reason="Masih hidup menurut KTP")
    worker.fill("/iuran/1", SURAT)
    worker.fill("/iuran/1", "/iuran/1/baris", lines="3", word="DISPUTED", reason="Akta kematian diterima")
    worker.fill("/iuran/1", SURAT)
    refused = worker.fill("/iuran/1", f"{SURAT}/1/kembalikan", end_why="x")
    assert refused.status == 422 and refused.one("input", id="end_why").get("value") == "x"
    (first,) = refused.forms(f"{SURAT}/1/kembalikan")
    assert refused.one("input", id="end_why") in list(first.iter()) and refused.one("input", id="end_why-2").get("value") == ""
    assert len(refused.all("details", open="")) == 1


def test_nobody_signs_under_a_title_the_rules_do_not_know(visit: Visit, city: Office) -> None:
    in_the_ledger(visit("peksos"))
    visit("peksos").fill("/iuran/1", SURAT)
    with city.write() as session:
        session.execute(text("UPDATE signing_authority SET title = 'Kepala Dinas Perhubungan'"))
    refused = visit("kadis").fill("/iuran/1", f"{SURAT}/1/tanda-tangan")
    assert refused.status == 403 and "Aturan daerah tidak mengenal jabatan" in refused.main() and letters(city)[0].number is None
    assert refused.all("details", open="") == [], "nobody asked for it to be sent back"


def test_a_migration_back_does_not_forget_a_number(visit: Visit, city: Office) -> None:
    signed(visit)
    with city.write() as session:
        session.execute(text("UPDATE extract SET complete = FALSE"))  # a migration on the way back would not forget that either
    city.rekom.database.close()
    with pytest.raises(RuntimeError, match="cannot hold the numbers of letters about bills"):
        command.downgrade(_alembic(city.rekom.settings.database_url, city.rekom.new_vault()), "0059")


def test_a_line_left_out_meanwhile_keeps_the_letter_from_its_number(visit: Visit, city: Office) -> None:
    worker, head = visit("peksos"), visit("kadis")
    in_the_ledger(worker)
    page = worker.follow(worker.fill("/iuran/1", SURAT))
    worker.send(page, "/iuran/1/baris", lines="3", word="WITHDRAWN", reason="Masih hidup menurut KTP")
    refused = head.fill("/iuran/1", f"{SURAT}/1/tanda-tangan")
    assert refused.status == 409 and letters(city)[0].number is None
    worker.fill("/iuran/1", f"{SURAT}/1/kembalikan", end_why="Satu baris dicoret")
    page = worker.follow(worker.fill("/iuran/1", SURAT))
    assert "3 baris, Rp 113.400" in page.main()


def test_without_an_entry_in_the_ledger_or_a_number_there_is_no_letter(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    page = worker.follow(upload(worker))
    early = worker.post(SURAT, {"csrf_token": page.value("csrf_token"), "kunci": "x"})
    assert early.status == 409 and "Catat tagihan ini di buku iuran dulu" in early.main()
    worker.send(page, "/iuran/1/buku", due_on="10-12-2026")
    worker.fill("/iuran/1", SURAT)
    unnumbered = worker.post(f"{SURAT}/1.pdf", {"csrf_token": page.value("csrf_token")})
    assert unnumbered.status == 404 and "Surat ini belum bernomor." in unnumbered.main()
    kept = worker.fill("/iuran/1", "/iuran/1/tarik", withdraw_why="Tagihan bulan lain terunggah")
    assert kept.status == 409 and "Masih ada surat sanggahan untuk tagihan ini." in kept.main()
    city.hire("jauh", *city.actor("kadis").roles, region="3316")
    far = visit("jauh")
    form = {"csrf_token": far.get("/iuran").value("csrf_token"), "kunci": "x", "end_why": "Salah alamat"}
    assert far.post(f"{SURAT}/1/kembalikan", form).status == 404 and letters(city)[0].ended_at is None
