"""Pages and files of people who have no case: each says of itself how many an account saw, and nothing else counts."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.office import Office
from tests.population.city import BY, ONE, small_city
from tests.population.test_matching import found
from tests.verify.made_files import nik
from tests.verify.web.test_door_pages import WISH
from tests.verify.web.test_premium_letter_pages import SURAT, in_the_ledger
from tests.verify.web.visitor import Visitor
from tests.workflows.test_cards import a_village
from verify.cli import main
from workflows import audit, exposure
from workflows.population import coverage
from workflows.population.matching import READ_PAIRS
from workflows.sealed import vault_of

Visit = Callable[[str], Visitor]
BY_WHAT = "Sanggahan November ke BPJS"


def lists(office: Office, username: str) -> list[tuple[str, int, str]]:
    day = timedelta(days=1)
    with office.read() as session:
        person = exposure.account(session, username)
        assert person and person.id
        shown = exposure.exposed_lists(session, person.id, office.clock() - day, office.clock() + day)
        assert exposure.exposed(session, person.id, office.clock() - day, office.clock() + day) == []
    return [(one.what, one.people, one.unit) for one in shown]


@pytest.fixture
def city(sqlite_office: Office) -> Office:
    small_city(sqlite_office.rekom.database)
    return sqlite_office


def test_a_bill_is_seen_sheet_by_sheet_and_not_by_what_is_done_with_it(visit: Visit, city: Office) -> None:
    worker = visit("peksos")
    worker.follow(worker.send(in_the_ledger(worker), SURAT))
    on_pages = ("baris sanggahan tagihan iuran 1", 4, "orang")
    assert lists(city, "peksos") == [on_pages] * 3
    head = visit("kadis")
    page = head.follow(head.fill("/iuran/1", f"{SURAT}/1/tanda-tangan"))
    said = {f"{SURAT}/1.pdf": {}, "/iuran/1/unduh/csv": {"purpose": BY_WHAT}, f"{SURAT}/1/tarik": {"end_why": "Salah alamat"}}
    for path, typed in said.items():
        assert head.client.post(path, data={"csrf_token": page.value("csrf_token"), **typed}).status_code in (200, 303)
    taken = [("cetakan surat sanggahan tagihan iuran 1", 4, "orang"), ("unduhan sanggahan tagihan iuran 1", 4, "orang")]
    assert lists(city, "kadis") == [on_pages, on_pages, *taken]
    worker.fill("/iuran/1", "/iuran/1/tarik", withdraw_why="Salah bulan")
    assert lists(city, "peksos") == [on_pages] * 4, "who took the bill back saw the sheet with the form, not the whole bill"
    assert worker.get("/iuran/1?alasan=RATE").status == 200
    assert len(lists(city, "peksos")) == 4, "a sheet without lines shows nobody"


def test_doors_pairs_and_their_files_are_told_in_words(visit: Visit, city: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(city.rekom.database)
    with city.write() as session:
        coverage.count(session, "3673", BY, now=city.clock())
    worker = visit("peksos")
    worker.follow(worker.send(worker.get(f"/cakupan/{ONE}/pintu"), **WISH))
    for path in ("/cakupan/pintu/1/unduh/csv", "/cocokkan"):
        worker.client.get(path)
    assert lists(city, "peksos") == [
        ("daftar kunjungan 1", 1, "keluarga"),
        ("unduhan daftar kunjungan 1", 1, "keluarga"),
        *[("halaman pasangan nama yang mirip", 1, "orang")] * 4,
    ]
    monkeypatch.setenv("DATABASE_URL", city.rekom.settings.database_url)
    monkeypatch.setenv("REKOM_DATA_DIR", str(city.rekom.settings.data_dir))
    told = exposure.exposed_lists

    def while_somebody_writes(*asked: Any) -> list[exposure.ExposedList]:
        with city.write() as session:
            session.connection()  # begins, and on SQLite waits for any other that writes
            return told(*asked)

    monkeypatch.setattr(exposure, "exposed_lists", while_somebody_writes)
    day = city.clock.now
    span = ("--from", f"{day:%Y-%m-%d}T00:00", "--until", f"{day:%Y-%m-%d}T23:59", "--known", "2026-11-26T09:00")
    done = CliRunner().invoke(main, ["privacy", "breach", "--account", "peksos", *span, "--to", str(tmp_path / "orang.csv")])
    assert done.exit_code == 0 and "Juga 6 kali data orang tanpa berkas" in done.stdout
    listed = (tmp_path / "orang.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed[1].startswith(";1 keluarga;;daftar kunjungan 1: Kunjungan kader Desember;1;")
    assert listed[3].startswith(";SITI CONTOH;;halaman pasangan nama yang mirip;1;")


def test_cards_are_seen_on_their_list_in_its_file_and_among_what_is_left(visit: Visit, sqlite_office: Office) -> None:
    a_village(sqlite_office)
    with sqlite_office.write() as session:
        coverage.count(session, "3673", BY, now=sqlite_office.clock())
    worker = visit("peksos")
    wish = {"days": "30", "given_to": "Ani Contoh, staf kelurahan", "purpose": "Pembagian kartu Desember"}
    worker.follow(worker.send(worker.get(f"/cakupan/{ONE}/kartu"), **wish))
    assert worker.client.get("/cakupan/kartu/1/unduh/csv").status_code == 200
    assert worker.send(worker.get(f"/cakupan/{ONE}/kartu/sisa"), purpose=BY_WHAT).status == 200
    assert lists(sqlite_office, "peksos") == [
        ("daftar kartu 1", 4, "orang"),
        ("unduhan daftar kartu 1", 4, "orang"),
        (f"daftar kartu yang belum dibagikan di wilayah {ONE}", 4, "orang"),
    ]


def test_a_name_in_the_first_file_is_told_without_reading_on(office: Office) -> None:
    small_city(office.rekom.database)
    actor = office.actor("peksos")
    with office.write() as session:
        seen = vault_of(session.connection().dialect).digest("nik", nik(4))
        audit.record_on_person(session, READ_PAIRS, actor=actor, now=office.clock(), persons=[seen])
    with office.read() as session:
        assert actor.id
        (told,) = exposure.exposed_lists(session, actor.id, office.clock(), office.clock())
        assert told.name == "SITI CONTOH"
