"""Uploaded files in a worker's hands: tried, stored, undone; and what remains where a worker is killed in the middle."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from tests.office import Office, running_office
from tests.verify.made_files import MONTHLY, nik, write_csv, write_xlsx
from verify.imports import comparing, running
from verify.imports.arriving import arrival, looked_at, moment, pieces
from workflows import extracts, imports
from workflows.errors import Conflict, InvalidInput
from workflows.records.extract import Extract, ExtractKind, MemberRow
from workflows.records.import_file import ImportFile, ImportPart, ImportStatus, PartOf

PEOPLE = [(f"{n:013d}", nik(n), f"BUDI UJI {n}", "APBD", "November", "2026") for n in range(1, 13)]


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Storing in pieces of five shows what a piece of five thousand does."""
    monkeypatch.setattr(running, "CHUNK", 5)
    monkeypatch.setattr(comparing, "TELL_EVERY", 5)


def upload(office: Office, path: Path, kind: ExtractKind | None = None, as_of: datetime | None = None) -> int:
    with io.BytesIO(path.read_bytes()) as sent, looked_at(sent) as source, office.write() as session:
        arrived = replace(arrival(source, path.name, "Asia/Jakarta", kind, None), as_of=as_of)
        file = imports.receive(session, arrived, pieces(source), office.actor("admin"), now=office.clock())
        assert file.id is not None
        return file.id


def members(folder: Path, rows: Sequence[Sequence[object]] = PEOPLE, name: str = "anggota.csv") -> Path:
    return write_csv(folder / name, [MONTHLY, *rows])


def approve(office: Office, file_id: int) -> None:
    with office.write() as session:
        imports.approve(session, file_id, None, office.actor("admin"), now=office.clock(), complete=True)


def run(office: Office, file_id: int) -> ImportFile:
    running.work(office.rekom, file_id)
    with office.read() as session:
        return session.get_one(ImportFile, file_id)


def stored(session: Session) -> tuple[int, int]:
    """Extracts that count, and rows of any."""
    counting = len([one for one in session.exec(select(Extract)) if one.state.value == "APPLIED"])
    return counting, session.exec(select(func.count()).select_from(MemberRow)).one()


def figures(file: ImportFile) -> tuple[int | None, ...]:
    return file.rows_new, file.rows_changed, file.rows_same, file.rows_gone


def test_tried_then_stored_then_undone(office: Office, tmp_path: Path) -> None:
    number = upload(office, members(tmp_path, [*PEOPLE, ("1", "9,90E+15", "SITI CONTOH", "APBD", "November", "2026")]))
    file = run(office, number)
    assert (file.status, file.kind, file.layout) == (ImportStatus.TRIED, ExtractKind.MEMBERS, "ANGGOTA_BULANAN")
    assert (file.rows_good, file.rows_bad, file.faults) == (12, 1, '{"NIK_ILMIAH": 1}') and figures(file) == (12, 0, 0, 0)
    with office.read() as session:
        assert stored(session) == (0, 0)
        listed = b"".join(imports.content(session, file, PartOf.BAD_ROWS)).decode("utf-8-sig")
    assert listed.splitlines()[0] == "BARIS;KODE;ALASAN" and listed.splitlines()[1].startswith("14;NIK_ILMIAH;")
    assert file.head and not any(name in str(file.head) for name in ("BUDI", nik(1)))
    approve(office, number)
    file = run(office, number)
    assert file.status is ImportStatus.APPLIED
    with office.read() as session:
        assert stored(session) == (1, 12)
        assert session.exec(select(ImportPart).where(ImportPart.part_of == PartOf.FILE)).first() is None
        extract = session.get_one(Extract, file.extract_id)
        assert (extract.sha256, extract.imported_by) == (file.sha256, office.actor("admin").name)
    with office.write() as session:
        imports.undo(session, number, office.actor("admin"), now=office.clock())
    with office.read() as session:
        assert stored(session) == (0, 0)


def test_the_same_file_again_changes_nothing_and_the_next_month_says_what_it_would(office: Office, tmp_path: Path) -> None:
    first = upload(office, members(tmp_path))
    assert upload(office, members(tmp_path)) == first
    run(office, first)
    approve(office, first)
    run(office, first)
    again = run(office, upload(office, members(tmp_path)))
    assert again.status is ImportStatus.KNOWN and again.id != first
    rows = [
        (card, number, name, "PPU" if n == 0 else segment, "Desember", year)
        for n, (card, number, name, segment, _, year) in enumerate(PEOPLE)
    ]
    rows = [*rows[:-2], ("99", nik(99), "SITI CONTOH", "APBD", "Desember", "2026")]
    following = run(office, upload(office, members(tmp_path, rows, "desember.csv")))
    assert figures(following) == (1, 1, 9, 2)
    with office.read() as session:
        assert stored(session) == (1, 12)


def test_files_are_compared_piece_by_piece_and_no_transaction_is_open_between(sqlite_office: Office, tmp_path: Path) -> None:
    number = upload(sqlite_office, members(tmp_path))
    run(sqlite_office, number)
    approve(sqlite_office, number)
    before, told = run(sqlite_office, number).extract_id, list[bool]()
    facts = sorted((extracts.MemberFact(nik(n)) for n in range(3, 20)), key=lambda fact: fact.nik)
    with sqlite_office.read() as session:
        counts = comparing.compare(session, ExtractKind.MEMBERS, facts, before, lambda _: told.append(session.in_transaction()))
    assert told == [False] * 3 and dict(counts) == {"new": 7, "changed": 10, "same": 0, "gone": 2}


def test_the_same_file_with_another_day_or_kind_is_tried_anew(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    path = write_xlsx(tmp_path / "d.xlsx", [("NIK", "DESIL"), *((nik(n), 3) for n in range(1, 5))])
    first, day = upload(office, path), office.clock() - timedelta(days=30)
    run(office, first)
    dated = upload(office, path, as_of=day)
    assert (run(office, dated).as_of, run(office, first).status) == (day, ImportStatus.DROPPED)
    assert upload(office, path) == upload(office, path, ExtractKind.DTSEN, day) == dated
    other = upload(office, path, ExtractKind.MEMBERS)
    assert run(office, dated).status is ImportStatus.DROPPED and run(office, other).status is ImportStatus.REFUSED
    waits = upload(office, path)
    assert upload(office, path, as_of=day) != waits  # also before a worker has it


def test_the_same_file_from_two_desks_at_once_comes_in_once(postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, first = members(tmp_path), list[int]()
    with running_office(postgresql_url, tmp_path) as office:

        def meanwhile(session: Session, sha256: str) -> None:
            monkeypatch.undo()
            first.append(upload(office, path))

        monkeypatch.setattr(extracts, "standing_of_any_kind", meanwhile)
        assert [upload(office, path)] == first and office.count(ImportFile) == 1


class Killed(BaseException):
    """What a dying worker raises nowhere: no handler of ours may see it."""


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Ends the run at the third piece it stores."""
    seen: list[int] = []
    add_rows = extracts.add_rows

    def add(session: Session, extract: Extract, rows: Sequence[extracts.Fact]) -> None:
        seen.append(len(rows))
        if len(seen) == 2:
            raise Killed
        add_rows(session, extract, rows)

    monkeypatch.setattr(extracts, "add_rows", add)
    yield seen


def test_a_worker_that_dies_while_storing_leaves_nothing_that_counts_and_the_next_goes_on(
    office: Office, tmp_path: Path, dies: list[int]
) -> None:
    number = upload(office, members(tmp_path))
    run(office, number)
    approve(office, number)
    with pytest.raises(Killed):
        running.work(office.rekom, number)
    with office.read() as session:
        assert stored(session) == (0, 5)
        assert extracts.newest(session, ExtractKind.MEMBERS) is None
        assert imports.due(session, now=office.clock()) is None
    office.clock.pass_by(minutes=10)
    with office.read() as session:
        assert imports.due(session, now=office.clock()) == number
    assert run(office, number).status is ImportStatus.APPLIED
    assert dies == [5, 5, 5, 2]
    with office.read() as session:
        assert stored(session) == (1, 12)


def test_the_relay_waits_for_nobody_who_works_on_a_file(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        number = upload(office, members(tmp_path))
        with office.write() as working, office.write() as relay:
            imports.lock(working, number, office.actor("admin"))
            relay.execute(text("SET LOCAL lock_timeout = '1s'"))
            assert not imports.lease(relay, number, now=office.clock(), seconds=30)
        with office.write() as session:
            assert imports.lease(session, number, now=office.clock(), seconds=30)
            assert not imports.lease(session, number, now=office.clock(), seconds=30)


def test_an_overtaken_run_writes_nothing_more(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    number = upload(office, members(tmp_path))
    with office.write() as session:
        old = imports.start(session, number, now=office.clock(), seconds=30)
    assert old is not None
    file = run(office, number)
    with office.write() as session, pytest.raises(imports.Overtaken):
        imports.tell(session, old, {"done": 1}, now=office.clock(), seconds=30)
    with office.write() as session, pytest.raises(imports.Overtaken):
        imports.refuse(session, old, "x", now=office.clock())
    assert file.status is ImportStatus.TRIED


def test_what_kills_every_worker_is_given_back(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    number = upload(office, members(tmp_path))
    for _ in range(imports.MOST_ATTEMPTS):
        with office.write() as session:
            assert imports.start(session, number, now=office.clock(), seconds=30)
    file = run(office, number)
    assert file.status is ImportStatus.REFUSED and file.reason and "di server (rekom import)" in file.reason


def test_a_file_given_back_half_stored_leaves_nothing_and_may_come_again(office: Office, tmp_path: Path, dies: list[int]) -> None:
    number = upload(office, members(tmp_path))
    run(office, number)
    approve(office, number)
    with pytest.raises(Killed):
        running.work(office.rekom, number)
    assert office.count(MemberRow) == 5
    with office.write() as session:
        session.get_one(ImportFile, number).attempts = imports.MOST_ATTEMPTS
    file = run(office, number)
    assert (file.status, file.extract_id) == (ImportStatus.REFUSED, None)
    assert (office.count(MemberRow), office.count(Extract)) == (0, 0)
    again = upload(office, members(tmp_path))
    run(office, again)
    approve(office, again)
    assert run(office, again).status is ImportStatus.APPLIED
    with office.read() as session:
        assert again != number and stored(session) == (1, 12)


def test_a_file_that_comes_in_by_another_way_just_now_is_refused_with_what_to_do(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    number = upload(office, members(tmp_path))
    file = run(office, number)
    approve(office, number)
    with office.write() as session:
        other = extracts.Received(ExtractKind.MEMBERS, file.sha256, "lain.csv", "X", office.clock(), "Asia/Jakarta", 1, 0, 0)
        extracts.begin(session, other, office.actor("admin"), now=office.clock())
    file = run(office, number)
    assert file.status is ImportStatus.REFUSED and file.reason and "lewat jalan lain. Tunggu" in file.reason
    assert office.count(Extract) == 1


def test_a_run_that_breaks_off_waits_longer_each_time_and_lets_others_pass(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = upload(office, members(tmp_path))

    def breaks(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as broken:
        broken.setattr(running, "compare", breaks)
        for seconds in (20, 40, 80):
            with pytest.raises(OSError, match="no space"):
                running.work(office.rekom, number)
            with office.read() as session:
                assert imports.due(session, now=office.clock() + timedelta(seconds=seconds - 1)) is None
                assert imports.due(session, now=office.clock() + timedelta(seconds=seconds)) == number
        other = upload(office, members(tmp_path, PEOPLE[:3], "lain.csv"))
        with office.read() as session:
            assert imports.due(session, now=office.clock()) == other
    assert run(office, number).status is ImportStatus.TRIED


def test_a_workbook_and_a_file_nobody_knows(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    rows = [("NIK", "DESIL"), *((nik(n), 3) for n in range(1, 5))]
    file = run(office, upload(office, write_xlsx(tmp_path / "d.xlsx", rows)))
    assert (file.status, file.kind, file.rows_good, file.as_of) == (ImportStatus.TRIED, ExtractKind.DTSEN, 4, None)
    with office.write() as session, pytest.raises(InvalidInput):
        imports.approve(session, file.id or 0, None, office.actor("admin"), now=office.clock())
    with office.write() as session, pytest.raises(InvalidInput):
        imports.approve(
            session,
            file.id or 0,
            moment(office.clock().date().replace(year=2030), "Asia/Jakarta"),
            office.actor("admin"),
            now=office.clock(),
        )
    strange = run(office, upload(office, write_csv(tmp_path / "x.csv", [("A", "B"), (1, 2)])))
    assert strange.status is ImportStatus.REFUSED and "Baris judul tidak dikenali" in (strange.reason or "")
    with office.write() as session, pytest.raises(Conflict):
        imports.drop(session, strange.id or 0, office.actor("admin"), now=office.clock())


def test_the_first_rows_go_with_the_file_and_of_a_birth_only_the_year_is_shown(office: Office, tmp_path: Path) -> None:
    rows = [("NIK", "NAMA", "TGL LAHIR", "KODE KELURAHAN"), (nik(1), "SITI CONTOH", "12-07-1980", "3673011001")]
    rows += [(nik(2), "SITI CONTOH", "12071980", "3673011001"), (nik(3), "SITI CONTOH", "1980-07-12", "3673011001")]
    path = write_csv(tmp_path / "penduduk.csv", rows)
    dropped = upload(office, path)
    file = run(office, dropped)
    assert file.head and [str(row).count("1980") for row in file.head["rows"]] == [1, 0, 1]
    assert not any(day in str(file.head) for day in ("12-07", "1207", "07-12"))
    with office.write() as session:
        assert imports.drop(session, dropped, office.actor("admin"), now=office.clock()).head is None
    undone = upload(office, members(tmp_path))
    run(office, undone)
    approve(office, undone)
    assert run(office, undone).head
    with office.write() as session:
        imports.undo(session, undone, office.actor("admin"), now=office.clock())
    given_back = upload(office, members(tmp_path))
    run(office, given_back)
    approve(office, given_back)
    with office.write() as session:
        session.get_one(ImportFile, given_back).attempts = imports.MOST_ATTEMPTS
    assert run(office, given_back).status is ImportStatus.REFUSED
    with office.rekom.database.engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM import_file WHERE head IS NOT NULL")).all() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE import_file SET status = 'APPLIED'",
        "UPDATE import_file SET status = 'TRIED', rows_good = NULL",
        "UPDATE import_file SET status = 'REFUSED', reason = NULL",
        "UPDATE import_file SET approved_by = received_by",
        "UPDATE import_file SET head = 'plain'",
        "UPDATE import_part SET content = 'plain'",
        "INSERT INTO import_file (region_code, handle, file_name, size, sha256, status, received_at, received_by, timezone, faults, "
        "attempts, done, total, rows_read) SELECT region_code, 'other', file_name, size, sha256, 'TO_TRY', received_at, received_by, "
        "timezone, faults, 0, 0, 0, 0 FROM import_file",
    ],
)
def test_the_database_itself_refuses(office: Office, tmp_path: Path, change: str) -> None:
    upload(office, members(tmp_path))
    with pytest.raises(IntegrityError), office.rekom.database.engine.begin() as connection:
        connection.execute(text(change))


def test_an_extract_in_the_making_cannot_be_an_undone_one(office: Office, tmp_path: Path) -> None:
    number = upload(office, members(tmp_path))
    run(office, number)
    approve(office, number)
    run(office, number)
    with pytest.raises(IntegrityError), office.rekom.database.engine.begin() as connection:
        connection.execute(text("UPDATE extract SET storing = TRUE, undone_at = imported_at, undone_by = 'x'"))
