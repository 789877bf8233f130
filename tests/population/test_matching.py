"""Matching in the database: NIKs first, doubts side by side, decisions that outlive the files."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from tests.population.city import BY, NOVEMBER, NOW, member, resident, small_city, store
from tests.verify.made_files import nik
from verify.db import Database
from workflows import extracts
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.extracts import DtsenFact
from workflows.population import matching
from workflows.population.matching import Doubt, Pair, Person
from workflows.records.extract import ExtractKind
from workflows.records.match import MatchPair, MatchTier

PAIRS = (Pair(nik(4), nik(50), 0.7), Pair(nik(5), nik(12), 0.6))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def found(database: Database, certain: tuple[Pair, ...] = (), doubtful: tuple[Pair, ...] = PAIRS) -> list[Doubt]:
    with database.write() as session:
        matching.keep(session, matching.question(session, ExtractKind.MEMBERS), certain, doubtful, BY, now=NOW)
        return matching.doubts(session)


def test_only_those_whom_no_nik_matched_are_compared(database: Database) -> None:
    small_city(database)
    with database.read() as session:
        asked = matching.question(session, ExtractKind.MEMBERS)
    assert asked.by_nik == 7
    assert {person.nik for person in asked.left} == {nik(number) for number in (4, 5, 8, 9)}
    assert [person for person in asked.left if person.nik == nik(4)] == [Person(nik(4), "SITI CONTOH", date(1980, 7, 12))]
    assert {person.nik for person in asked.right} == {nik(10), nik(50)}


def test_doubts_come_side_by_side_and_certain_pairs_do_not(database: Database) -> None:
    small_city(database)
    doubts = found(database, certain=(Pair(nik(8), nik(10), 0.999),))
    assert [(doubt.resident.nik, doubt.other.nik, doubt.pair.probability) for doubt in doubts] == [
        (nik(4), nik(50), 700_000), (nik(5), nik(12), 600_000),
    ]  # fmt: skip
    assert len(found(database)) == 2, "the same two files again replace what was found"
    with database.read() as session:
        assert len(session.exec(select(MatchPair)).all()) == 2


def test_a_decision_is_remembered_when_the_next_file_comes(database: Database) -> None:
    small_city(database)
    first, second = found(database)
    with database.write() as session:
        matching.decide(session, first, False, "nama ibu berbeda", BY, now=NOW)
        with pytest.raises(Conflict):
            matching.decide(session, first, True, "nama ibu sama", BY, now=NOW)
    store(database, ExtractKind.MEMBERS, [member(number) for number in (0, 12, 50)], NOW, "next")
    assert [doubt.pair.other_nik for doubt in found(database)] == [second.pair.other_nik]
    again = found(database, certain=(Pair(nik(4), nik(50), 0.999),), doubtful=PAIRS[1:])
    with database.read() as session:
        assert matching.question(session, ExtractKind.MEMBERS).apart == {(nik(4), nik(50))}
        assert matching.certain(session) == [] and len(again) == 1, "who was told apart never comes back as certain"


def test_who_was_called_the_same_is_compared_no_more_and_has_no_other_doubts(database: Database) -> None:
    small_city(database)
    first, _, _ = found(database, doubtful=(*PAIRS, Pair(nik(4), nik(10), 0.4)))
    with database.write() as session:
        matching.decide(session, first, True, "nama ibu sama", BY, now=NOW)
        assert [doubt.pair.resident_nik for doubt in matching.doubts(session)] == [nik(5)]
        assert matching.waiting(session, MatchTier.DOUBTFUL) == 1
        asked = matching.question(session, ExtractKind.MEMBERS)
    assert {person.nik for person in asked.left} == {nik(number) for number in (5, 8, 9)}
    assert {person.nik for person in asked.right} == {nik(10)}


def test_an_undone_import_takes_its_doubts_with_it(database: Database) -> None:
    _, members = small_city(database)
    doubt = found(database)[0]
    with database.write() as session:
        extracts.undo(session, members, BY, now=NOW)
        assert matching.doubts(session) == []
        assert doubt.pair.id
        with pytest.raises(NotFound):
            matching.doubt_of(session, doubt.pair.id)


def test_a_pair_is_shown_and_counted_once_for_the_files_in_force(database: Database) -> None:
    small_city(database)
    found(database)
    later = store(database, ExtractKind.RESIDENTS, [resident(number) for number in range(10)], NOVEMBER, "later")
    with database.read() as session:
        assert matching.doubts(session) == [], "these residents were compared with nobody yet"
    shown = found(database, doubtful=PAIRS[:1])
    assert [doubt.pair.residents_id for doubt in shown] == [later]
    with database.write() as session:
        assert matching.waiting(session, MatchTier.DOUBTFUL) == 1
        extracts.undo(session, later, BY, now=NOW)
        assert (len(matching.doubts(session)), matching.waiting(session, MatchTier.DOUBTFUL)) == (2, 2), "those before count again"


def test_pairs_with_dtsen_stand_beside_those_with_members(database: Database) -> None:
    small_city(database)
    dtsen = store(database, ExtractKind.DTSEN, [DtsenFact(nik(50), name="SITI CONTOH", desil=1)], NOVEMBER)
    with database.write() as session:
        matching.keep(session, matching.question(session, ExtractKind.DTSEN), (), PAIRS[:1], BY, now=NOW)
    assert {(doubt.kind, doubt.pair.other_nik) for doubt in found(database)} == {
        (ExtractKind.DTSEN, nik(50)), (ExtractKind.MEMBERS, nik(50)), (ExtractKind.MEMBERS, nik(12)),
    }  # fmt: skip
    with database.write() as session:
        extracts.undo(session, dtsen, BY, now=NOW)
        assert matching.waiting(session, MatchTier.DOUBTFUL) == len(matching.doubts(session)) == 2


def test_what_cannot_be_compared_is_said(database: Database) -> None:
    with database.read() as session:
        with pytest.raises(NotFound):
            matching.question(session, ExtractKind.DTSEN)
        with pytest.raises(InvalidInput):
            matching.question(session, ExtractKind.RESIDENTS)


@pytest.mark.parametrize("change", ["match_pair SET probability = 1000001", "match_pair SET tier = 'PERHAPS'"])
def test_the_database_refuses_a_pair_that_cannot_be(database: Database, change: str) -> None:
    small_city(database)
    found(database)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(f"UPDATE {change}"))


def test_a_nik_is_no_pair_with_itself_and_nobody_decides_twice(database: Database) -> None:
    small_city(database)
    first, _ = found(database)
    with database.write() as session:
        matching.decide(session, first, True, "nama ibu sama", BY, now=NOW)
    for change in ("SET other_nik = resident_nik", "SET kind = 'ANY'"):
        with pytest.raises(IntegrityError), database.write() as session:
            session.execute(text(f"UPDATE match_decision {change}"))
    with pytest.raises(IntegrityError), database.write() as session:
        columns = "kind, resident_nik, other_nik, same, reason, decided_at, decided_by"
        session.execute(text(f"INSERT INTO match_decision ({columns}) SELECT {columns} FROM match_decision"))
