"""Extracts in the database: applied as a whole, undone as a whole, the newest by content counts."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from verify.db import Database
from workflows import audit, extracts
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.extracts import AlreadyImported, DtsenFact, Fact, MemberFact, Received
from workflows.ports import Segment
from workflows.records.extract import DtsenRow, Extract, ExtractKind, ExtractState, MemberRow
from workflows.states import Role

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
AS_OF = datetime(2026, 10, 31, 19, tzinfo=UTC)
BY = Actor(id=None, name="Tono Contoh", roles=frozenset({Role.ADMIN}), region_code="3673")
NIK, OTHER = "9901014101900001", "9901014101900002"
FACTS: tuple[Fact, ...] = (DtsenFact(NIK, "SITI CONTOH", 2, None), DtsenFact(OTHER, fault="NIK_GANDA"))
RECEIVED = Received(ExtractKind.DTSEN, "a" * 64, "dtsen.csv", "DTSEN", AS_OF, "Asia/Jakarta", 1, 2, 0)
MEMBERS = replace(RECEIVED, kind=ExtractKind.MEMBERS, layout="ANGGOTA_LENGKAP", rows_bad=0)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def apply(database: Database, received: Received = RECEIVED, facts: tuple[Fact, ...] = FACTS) -> int:
    with database.write() as session:
        extract = extracts.apply(session, received, facts, BY, now=NOW)
    assert extract.id
    return extract.id


def count(session: Session, table: type[Extract] | type[DtsenRow] | type[MemberRow]) -> int:
    return len(session.exec(select(table)).all())


def test_an_extract_is_stored_with_its_rows_and_an_audit_event(database: Database) -> None:
    number = apply(database)
    with database.read() as session:
        extract = extracts.newest(session, ExtractKind.DTSEN)
        assert extract and (extract.id, extract.state, extract.imported_by) == (number, ExtractState.APPLIED, "Tono Contoh")
        assert (extract.as_of, extract.timezone, extract.imported_at) == (AS_OF, "Asia/Jakarta", NOW)
        assert (extract.rows_good, extract.rows_bad, extract.rows_unreadable) == (1, 2, 0)
        row, faulty = extracts.dtsen_row(session, extract, NIK), extracts.dtsen_row(session, extract, OTHER)
        assert row and (row.name, row.desil, row.exclusion_reason, row.fault) == ("SITI CONTOH", 2, None, None)
        assert faulty and (faulty.desil, faulty.fault) == (None, "NIK_GANDA")
        assert extracts.dtsen_row(session, extract, "9901014101900003") is None
        (event,) = audit.events_of(session, extracts.subject(extract))
        assert (event.action, event.actor_name, event.detail["good"], event.detail["sha256"]) == ("IMPORT", "Tono Contoh", 1, "a" * 64)
        assert audit.verify_chain([event]) is None


def test_a_member_keeps_all_its_columns(database: Database) -> None:
    fact = MemberFact(
        NIK, "0009900000021", "SITI", "PBI (APBD)", Segment.PEMDA, "0", "AKTIF", None, None, date(2026, 11, 1), date(2050, 1, 1)
    )
    apply(database, MEMBERS, (fact,))
    with database.read() as session:
        extract = extracts.newest(session, ExtractKind.MEMBERS)
        assert extract
        row = extracts.member_row(session, extract, NIK)
        assert row
        assert MemberFact(**{name: getattr(row, name) for name in extracts.COLUMNS[ExtractKind.MEMBERS]}) == fact
        assert extracts.newest(session, ExtractKind.DTSEN) is None


def test_the_same_file_twice_is_refused_and_changes_nothing(database: Database) -> None:
    number = apply(database)
    with pytest.raises(AlreadyImported, match=f"sudah diimpor sebagai #{number}. Tidak ada yang diubah"):
        apply(database, replace(RECEIVED, as_of=AS_OF + timedelta(days=1)))
    with database.read() as session:
        assert (count(session, Extract), count(session, DtsenRow)) == (1, 2)
    apply(database, MEMBERS, (MemberFact(NIK, month=11, year=2026),))  # as the other kind it is another thing


def test_two_imports_of_one_file_at_the_same_time_leave_one(database: Database) -> None:
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def one() -> None:
        gate.wait()
        try:
            apply(database)
            outcomes.append("applied")
        except AlreadyImported:
            outcomes.append("known")

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["applied", "known"]
    with database.read() as session:
        assert (count(session, Extract), count(session, DtsenRow)) == (1, 2)


def test_a_fault_half_way_leaves_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracts, "CHUNK", 1)

    def failing() -> Iterator[Fact]:
        yield FACTS[0]
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"), database.write() as session:
        extracts.apply(session, RECEIVED, failing(), BY, now=NOW)
    with database.read() as session:
        assert (count(session, Extract), count(session, DtsenRow)) == (0, 0)


@pytest.mark.parametrize("facts", [(), FACTS[1:], (*FACTS, DtsenFact("9901014101900003"))])
def test_a_count_that_does_not_agree_leaves_nothing(database: Database, facts: tuple[Fact, ...]) -> None:
    with pytest.raises(RuntimeError, match="1 were read"):
        apply(database, RECEIVED, facts)
    with database.read() as session:
        assert count(session, Extract) == 0


def test_the_newest_is_by_content_and_not_by_the_day_of_import(database: Database) -> None:
    newer = apply(database, replace(RECEIVED, sha256="b" * 64, as_of=AS_OF + timedelta(days=1)))
    apply(database)
    with database.read() as session:
        extract = extracts.newest(session, ExtractKind.DTSEN)
        assert extract and extract.id == newer
        assert [known.id for known in extracts.listed(session)] == [newer + 1, newer]


def test_undo_brings_the_one_before_back(database: Database) -> None:
    older = apply(database)
    newer = apply(database, replace(RECEIVED, sha256="b" * 64, as_of=AS_OF + timedelta(days=1)), (DtsenFact(NIK, None, 9), *FACTS[1:]))
    with database.write() as session:
        undone = extracts.undo(session, newer, BY, now=NOW)
        assert (undone.state, undone.undone_by) == (ExtractState.UNDONE, "Tono Contoh")
    with database.read() as session:
        extract = extracts.newest(session, ExtractKind.DTSEN)
        assert extract and extract.id == older
        row = extracts.dtsen_row(session, extract, NIK)
        assert row and row.desil == 2
        assert count(session, DtsenRow) == 2
        assert [event.action for event in audit.events_of(session, f"extract:{newer}")] == ["IMPORT", "UNDO"]


def test_what_was_undone_may_come_again(database: Database) -> None:
    number = apply(database)
    with database.write() as session:
        extracts.undo(session, number, BY, now=NOW)
    assert apply(database) != number
    with pytest.raises(Conflict, match="sudah dibatalkan"), database.write() as session:
        extracts.undo(session, number, BY, now=NOW)
    with pytest.raises(NotFound, match="Tidak ada impor bernomor 999"), database.write() as session:
        extracts.undo(session, 999, BY, now=NOW)


def test_content_from_the_future_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInput, match="masa depan"):
        apply(database, replace(RECEIVED, as_of=NOW + timedelta(minutes=1)))


@pytest.mark.parametrize(
    "facts",
    [
        (FACTS[0], FACTS[0]),
        (DtsenFact(NIK, None, 11),),
        (DtsenFact(NIK, None, -1),),
        (DtsenFact("990101410190001"),),
        (DtsenFact(NIK, None, 3, None, "DESIL_SALAH"),),
    ],
)
def test_the_database_itself_refuses_what_cannot_be(database: Database, facts: tuple[Fact, ...]) -> None:
    with pytest.raises(IntegrityError):
        apply(database, RECEIVED, facts)


@pytest.mark.parametrize(
    "fact",
    [
        MemberFact(NIK),
        MemberFact(NIK, month=13, year=2026),
        MemberFact(NIK, month=1),
        MemberFact(NIK, status_code="0", fault="KARTU_SALAH"),
    ],
)
def test_and_of_members(database: Database, fact: MemberFact) -> None:
    with pytest.raises(IntegrityError):
        apply(database, MEMBERS, (fact,))
