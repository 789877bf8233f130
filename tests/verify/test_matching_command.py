"""``rekom match``: what it finds is kept, and without the extra it says what to install."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from tests.population.city import JUNE, NOVEMBER, member, resident, small_city, store
from tests.verify.made_files import nik
from verify.cli import Commands
from verify.commands import matching as command
from verify.db import Database
from verify.population.linkage import Linked
from workflows.population import matching
from workflows.population.matching import Pair
from workflows.records.extract import ExtractKind
from workflows.records.match import MatchPair


@pytest.fixture
def database(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("REKOM_ENVIRONMENT", "test")
    monkeypatch.setenv("REKOM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    made = Database(sqlite_url)
    yield made
    made.close()


def rekom(*words: str) -> Result:
    return CliRunner().invoke(Commands("rekom"), ["match", *words])


def test_what_is_found_is_kept_and_counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    small_city(database)
    assert command.linkage is not None
    found = Linked((Pair(nik(8), nik(10), 0.999),), (Pair(nik(4), nik(50), 0.7),))
    monkeypatch.setattr(command.linkage, "link", lambda left, right, apart: found)
    said = rekom("run", "members")
    assert "Cocok menurut NIK: 7. Pasti orang yang sama: 1. Perlu dilihat orang: 1, di halaman /cocokkan." in said.output
    with database.read() as session:
        assert [doubt.resident.nik for doubt in matching.doubts(session)] == [nik(4)]


@pytest.mark.slow
def test_a_member_with_a_mistyped_nik_is_found_in_earnest(database: Database) -> None:
    names = ("SITI RAHAYU", "BUDI SANTOSO", "AGUS WIJAYA", "DEWI LESTARI", "TONO HARTONO", "RINI KUSUMA")
    people = [replace(resident(number * 37), name=f"{names[number % 6]} {'ABCDEFGH'[number % 8] * 4}") for number in range(60)]
    mistyped = [replace(member(1), nik=f"{one.nik[:13]}9{one.nik[14:]}", name=one.name, birth_date=one.birth_date) for one in people[:20]]
    store(database, ExtractKind.RESIDENTS, people, JUNE)
    store(database, ExtractKind.MEMBERS, mistyped, NOVEMBER)
    said = rekom("run", "members")
    assert said.exit_code == 0, said.output
    assert "Cocok menurut NIK: 0." in said.output
    with database.read() as session:
        kept = {(pair.resident_nik, pair.other_nik) for pair in session.exec(select(MatchPair))}
    assert {(one.nik, other.nik) for one, other in zip(people[:20], mistyped, strict=True)} <= kept


def test_without_the_extra_it_says_what_to_install(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "linkage", None)
    said = rekom("run", "members")
    assert (said.exit_code, "pip install 'rekom[link]'" in said.output) == (2, True)
