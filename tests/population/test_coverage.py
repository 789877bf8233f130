"""Coverage: who is counted, that everything adds up to the last person, and what was published comes out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from schemas.population.coverage_files import shipped_figures
from tests.office import running_office
from tests.population.city import BY, JUNE, NOVEMBER, NOW, ONE, TWO, member, resident, small_city, store
from tests.verify.made_files import nik
from tests.waiting import meanwhile
from verify.db import Database
from verify.population import examples
from workflows import audit, extracts, outdated
from workflows.errors import Conflict, NotFound
from workflows.extracts import MemberFact
from workflows.population import coverage, matching
from workflows.population.matching import Pair
from workflows.population.tally import Definition, Share, summed
from workflows.ports import Segment
from workflows.records.coverage import CoverageCell, CoverageSegment, CoverageSnapshot
from workflows.records.extract import ExtractKind, MemberRow
from workflows.records.resident import ResidentStatus
from workflows.rules.retention import Kept
from workflows.turns import COVERAGE, take_turn

WIB = ZoneInfo("Asia/Jakarta")
PUBLISHED = {
    ("3673", date(2022, 11, 17)): "91.64",
    ("3673", date(2024, 7, 1)): "98.87",
    ("3316", date(2022, 2, 14)): "73.00",
    ("3275", date(2022, 5, 1)): "95.27",
    ("3216", date(2023, 3, 14)): "98.28",
    ("1607", date(2023, 9, 1)): "97.63",
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def count(database: Database) -> CoverageSnapshot:
    with database.write() as session:
        return coverage.count(session, "3673", BY, now=NOW)


def count_members(database: Database) -> int:
    """Of the newest count."""
    with database.read() as session:
        newest = coverage.newest(session, "3673")
        assert newest
        return coverage.tallies(session, newest, digits=4)["3673"].members


def test_a_city_is_counted_by_village_and_segment(database: Database) -> None:
    small_city(database)
    snapshot = count(database)
    with database.read() as session:
        cells = {(cell.village_code, cell.segment): (cell.people, cell.active) for cell in session.exec(select(CoverageCell))}
    assert cells == {
        (ONE, CoverageSegment.PEMDA): (1, 1),
        (ONE, CoverageSegment.PBI_JK): (1, 1),
        (ONE, CoverageSegment.PPU): (1, 0),
        (ONE, CoverageSegment.OTHER): (1, 1),
        (ONE, CoverageSegment.NONE): (2, 0),
        (TWO, CoverageSegment.PBPU_MANDIRI): (1, 0),
        (TWO, CoverageSegment.PEMDA): (1, 1),
        (TWO, CoverageSegment.NONE): (2, 0),
    }
    assert snapshot.members_elsewhere == 3, "one died, one lives in the next regency, one is in no list of residents"


def test_totals_are_the_sum_of_the_villages_and_both_definitions_keep_their_numbers(database: Database) -> None:
    small_city(database)
    snapshot = count(database)
    with database.read() as session:
        whole = coverage.tallies(session, snapshot, digits=4)["3673"]
        for digits in (6, 10):
            assert summed(coverage.tallies(session, snapshot, digits=digits).values()) == summed([whole])
        assert list(coverage.tallies(session, snapshot, under="367302")) == [TWO]
    assert (whole.people, whole.members, whole.active, whole.uncovered) == (10, 6, 4, 4)
    assert whole.share(Definition.MEMBERS_OF_RESIDENTS) == Share(6, 10)
    assert whole.share(Definition.ACTIVE_OF_RESIDENTS) == Share(4, 10)
    assert whole.share(Definition.ACTIVE_OF_MEMBERS) == Share(4, 6)


def test_members_listed_for_a_month_are_active(database: Database) -> None:
    small_city(database)
    listed = [MemberFact(nik(number), segment=Segment.PEMDA, month=11, year=2026) for number in range(3)]
    store(database, ExtractKind.MEMBERS, listed, NOVEMBER + timedelta(days=10), "month")
    snapshot = count(database)
    with database.read() as session:
        assert coverage.tallies(session, snapshot, digits=4)["3673"].active == 3


def test_the_same_two_files_are_counted_once(database: Database) -> None:
    small_city(database)
    count(database)
    with pytest.raises(coverage.AlreadyCounted):
        count(database)
    with database.read() as session:
        assert len(session.exec(select(CoverageSnapshot)).all()) == 1


def test_a_file_of_some_members_uncovers_nobody(database: Database) -> None:
    _, whole = small_city(database)
    count(database)
    paid = [MemberFact(nik(0), segment=Segment.PEMDA, month=11, year=2026)]
    some = store(database, ExtractKind.MEMBERS, paid, NOVEMBER + timedelta(days=10), "month", complete=False)
    with pytest.raises(coverage.AlreadyCounted):
        count(database)
    with database.write() as session:
        standing = coverage.newest(session, "3673")
        assert standing and standing.members_id == whole
        assert coverage.tallies(session, standing, digits=4)["3673"].members == 6
        standing.members_id = some
    with database.read() as session:
        assert coverage.newest(session, "3673") is None, "what was counted from such a file before stands no more"


def test_a_file_of_everybody_outlasts_newer_files_of_some(database: Database) -> None:
    _, whole = small_city(database)
    asked = count(database)
    for days in (10, 20):
        store(database, ExtractKind.MEMBERS, [member(0)], NOVEMBER + timedelta(days=days), "month", complete=False)
    with database.write() as session:
        matching.keep(session, matching.question(session, ExtractKind.MEMBERS), (Pair(nik(4), nik(50), 0.999),), (), BY, now=NOW)
    with database.write() as session:
        assert outdated.clear(session, Kept.EXTRACTS, NOW, now=NOW) == 1, "the first file of some"
    assert (count(database).id, count_members(database)) == (asked.id, 7)
    newest = store(database, ExtractKind.MEMBERS, [member(0)], NOVEMBER + timedelta(days=15), "all")
    with database.write() as session:
        outdated.clear(session, Kept.EXTRACTS, NOW, now=NOW)
        left = set(session.exec(select(MemberRow.extract_id)))
    assert whole not in left and newest in left


def test_where_the_members_are_gone_nobody_is_uncovered_by_that(database: Database) -> None:
    small_city(database)
    snapshot = count(database)
    with database.write() as session:
        session.execute(delete(MemberRow))
        assert session.exec(coverage.without_cover(snapshot, ONE)).all() == []
        with pytest.raises(Conflict, match="#2 sudah dihapus. Minta admin"):
            coverage.uncovered(session, snapshot, ONE, "Kunjungan kader", BY, now=NOW)
    with pytest.raises(Conflict, match="#2 sudah dihapus. Minta admin"):
        count(database)
    assert count_members(database) == 6, "the good figure stands"


def test_a_member_file_that_is_half_cleared_counts_nobody(database: Database) -> None:
    small_city(database)
    snapshot = count(database)
    with database.write() as session:
        session.execute(delete(MemberRow).where(col(MemberRow.nik) == nik(0)))
        with pytest.raises(Conflict, match="#2 sudah dihapus. Minta admin"):
            coverage.uncovered(session, snapshot, ONE, "Kunjungan kader", BY, now=NOW)
    with pytest.raises(Conflict, match="#2 sudah dihapus. Minta admin"):
        count(database)
    with database.write() as session:
        extracts.say_complete(session, 2, False, BY, now=NOW)
        with pytest.raises(Conflict, match="#2 sudah dihapus. Minta admin"):
            extracts.say_complete(session, 2, True, BY, now=NOW)


def test_without_a_file_of_everybody_nothing_is_counted(database: Database) -> None:
    _, whole = small_city(database)
    store(database, ExtractKind.MEMBERS, [member(0)], NOVEMBER, "month", complete=False)
    with database.write() as session:
        extracts.undo(session, whole, BY, now=NOW)
    with pytest.raises(NotFound, match="memuat semua peserta"):
        count(database)


def test_who_is_a_member_under_another_nik_is_covered_and_counted_apart(database: Database) -> None:
    small_city(database)
    first = count(database)
    with database.write() as session:
        asked = matching.question(session, ExtractKind.MEMBERS)
        doubtful = (Pair(nik(5), nik(10), 0.6), Pair(nik(9), nik(12), 0.5))
        matching.keep(session, asked, (Pair(nik(4), nik(50), 0.999),), doubtful, BY, now=NOW)
    snapshot = count(database)
    assert (snapshot.id, snapshot.made_at, snapshot.members_matched, snapshot.members_elsewhere) == (first.id, first.made_at, 1, 2)
    with database.write() as session:
        assert coverage.tallies(session, snapshot, digits=4)["3673"].members == 7
        assert [row.nik for row in coverage.uncovered(session, snapshot, ONE, "Kunjungan kader", BY, now=NOW)] == [nik(5)]
        for doubt in matching.doubts(session):
            matching.decide(session, doubt, True, "nama ibu sama", BY, now=NOW)
    snapshot = count(database)
    assert (snapshot.members_matched, snapshot.members_elsewhere) == (2, 1), "who lives elsewhere is a member there"
    with database.write() as session:
        assert coverage.uncovered(session, snapshot, ONE, "Kunjungan kader", BY, now=NOW) == []
        (certain,) = matching.certain(session)
        matching.decide(session, certain, False, "nama ibu berbeda", BY, now=NOW)
        assert matching.certain(session) == []
    assert count(database).members_matched == 1
    with database.read() as session:
        assert [row.nik for row in session.exec(coverage.without_cover(snapshot, ONE))] == [nik(4)]
    with pytest.raises(coverage.AlreadyCounted):
        count(database)


def test_who_counts_while_another_does_waits_and_sees_the_matches_the_other_saw(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        small_city(office.rekom.database)
        count(office.rekom.database)

        def matched(session: Session) -> None:
            asked = matching.question(session, ExtractKind.MEMBERS)
            matching.keep(session, asked, (Pair(nik(4), nik(50), 0.999),), (), BY, now=NOW)

        turn = partial(take_turn, name=COVERAGE.format("3673"))
        meanwhile(office, turn, lambda: count(office.rekom.database), matched)
        assert count_members(office.rekom.database) == 7


def test_one_member_covers_one_resident(database: Database) -> None:
    small_city(database)
    pairs = tuple(Pair(nik(resident), nik(member), 0.999) for resident in (4, 5) for member in (10, 50))
    with database.write() as session:
        matching.keep(session, matching.question(session, ExtractKind.MEMBERS), pairs, (), BY, now=NOW)
    assert count(database).members_matched == 1


def test_a_persons_word_comes_before_a_certain_pair_while_both_are_there(database: Database) -> None:
    small_city(database)
    with database.write() as session:
        asked = matching.question(session, ExtractKind.MEMBERS)
        matching.keep(session, asked, (Pair(nik(4), nik(50), 0.999),), (Pair(nik(5), nik(50), 0.6),), BY, now=NOW)
        (doubt,) = matching.doubts(session)
        matching.decide(session, doubt, True, "nama ibu sama", BY, now=NOW)
        assert matching.certain(session) == []
    snapshot = count(database)
    with database.read() as session:
        assert [row.nik for row in session.exec(coverage.without_cover(snapshot, ONE))] == [nik(4)]
    store(database, ExtractKind.RESIDENTS, [resident(4), resident(5, status=ResidentStatus.DIED)], NOVEMBER, "later")
    with database.write() as session:
        matching.keep(session, matching.question(session, ExtractKind.MEMBERS), (Pair(nik(4), nik(50), 0.999),), (), BY, now=NOW)
        assert [doubt.resident.nik for doubt in matching.certain(session)] == [nik(4)], "whom the word was about is there no more"
    assert count(database).members_matched == 1


def test_an_undone_import_takes_its_count_with_it_and_the_one_before_counts_again(database: Database) -> None:
    _, first = small_city(database)
    count(database)
    second = store(database, ExtractKind.MEMBERS, [member(number) for number in range(9)], NOVEMBER + timedelta(days=10), "later")
    count(database)
    with database.write() as session:
        assert [tally.members for _, tally in coverage.series(session, "3673")] == [6, 9]
        extracts.undo(session, second, BY, now=NOW)
    with database.read() as session:
        standing = coverage.newest(session, "3673")
        assert standing and standing.members_id == first


def test_without_residents_or_members_it_is_said_what_is_missing(database: Database) -> None:
    with pytest.raises(NotFound, match="Belum ada data penduduk"):
        count(database)
    residents, _ = small_city(database)
    with pytest.raises(NotFound, match="tidak memuat orang di daerah ini"), database.write() as session:
        coverage.count(session, "3275", replace(BY, region_code="3275"), now=NOW)
    with database.write() as session:
        extracts.undo(session, residents, BY, now=NOW)
    with pytest.raises(NotFound, match="Belum ada data penduduk"):
        count(database)


def test_the_list_of_the_uncovered_names_them_by_family_and_says_who_looked(database: Database) -> None:
    small_city(database)
    snapshot = count(database)
    with database.write() as session:
        listed = coverage.uncovered(session, snapshot, ONE, "Kunjungan kader", BY, now=NOW)
        assert [row.nik for row in listed] == [nik(4), nik(5)]
        looks = [event for event in audit.events_of(session, f"coverage:{snapshot.id}") if event.action == "READ_UNCOVERED"]
    assert [look.detail for look in looks] == [{"village": ONE, "purpose": "Kunjungan kader", "people": 2}]


@pytest.mark.parametrize(
    "change",
    [
        "coverage_cell SET active = people + 1",
        "coverage_cell SET people = 0, active = 0",
        "coverage_cell SET active = 1 WHERE segment = 'NONE'",
        "coverage_cell SET segment = 'ANYBODY'",
        "coverage_cell SET village_code = '3673'",
        "coverage_snapshot SET residents_id = NULL",
        "coverage_snapshot SET reference = 'somebody said so'",
        "coverage_snapshot SET members_elsewhere = -1",
        "coverage_snapshot SET members_matched = -1",
        "extract SET complete = TRUE WHERE kind = 'RESIDENTS'",
    ],
)
def test_the_database_refuses_a_count_that_cannot_be(database: Database, change: str) -> None:
    small_city(database)
    count(database)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(f"UPDATE {change}"))


# --- what was published


@pytest.fixture
def published(sqlite_url: str) -> Iterator[Session]:
    database = Database(sqlite_url)
    with database.write() as session:
        for figure in shipped_figures():
            coverage.publish(session, examples.told(figure, WIB), examples.cells(figure), BY, now=NOW)
    with database.read() as session:
        yield session
    database.close()


def test_the_published_figures_come_out_to_the_digit(published: Session) -> None:
    found = {
        (code, snapshot.members_as_of.astimezone(WIB).date()): str(tally.share(Definition.MEMBERS_OF_RESIDENTS).percent)
        for code in ("3673", "3316", "3275", "3216", "1607")
        for snapshot, tally in coverage.series(published, code)
    }
    assert found == PUBLISHED
    (banyuasin,) = [tally for _, tally in coverage.series(published, "1607")]
    assert banyuasin.uncovered == 19_841
    (bekasi,) = [tally for _, tally in coverage.series(published, "3275")]
    assert bekasi.members == 2_468_448


def test_an_example_names_nobody(published: Session) -> None:
    snapshot = coverage.newest(published, "3673")
    assert snapshot and coverage.uncovered(published, snapshot, ONE, "Kunjungan kader", BY, now=NOW) == []


@given(st.integers(0, 10**7), st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_a_spread_adds_up_and_follows_its_weights(total: int, weights: list[int]) -> None:
    parts = examples.spread(total, weights)
    assert sum(parts) == (total if sum(weights) else 0)
    assert all(abs(part - total * weight / sum(weights)) < 1 for part, weight in zip(parts, weights, strict=True) if sum(weights))


# --- shares and semesters


def test_a_percent_is_rounded_as_it_is_published_but_a_target_is_reached_by_people() -> None:
    almost = Share(979_999, 1_000_000)
    assert almost.percent == Decimal("98.00") and not almost.reaches(98)
    assert Share(98, 100).reaches(98) and not Share(98, 100).exceeds(98) and Share(99, 100).exceeds(98)
    assert Share(0, 0).percent == 0 and Share(103, 100).percent == 103


def test_the_semester_of_a_figure() -> None:
    days = {JUNE: "Semester I 2026", NOVEMBER: "Semester I 2026", NOW.replace(month=12, day=31): "Semester II 2026"}
    assert {day: coverage.semester(day, WIB) for day in days} == days
    assert coverage.semester(NOW.replace(month=6, day=29), WIB) == "Semester II 2025"
