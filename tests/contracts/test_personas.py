"""The simulator's people: sound, impossible, distinct, and as many as a load test wants."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.simulator.personas import FILE, generated, generated_nik, is_generated, load_population, name_score
from workflows.nik import parse_nik

PEOPLE = load_population()


@pytest.mark.parametrize("persona", PEOPLE.personas, ids=lambda persona: persona.key)
def test_every_named_person_is_sound_and_impossible(persona: Any) -> None:
    nik = parse_nik(persona.nik, practice=True)
    assert nik.province == "99"
    assert persona.kk.startswith("99") and len(persona.kk) == 16
    assert persona.story and persona.name == persona.name.upper()
    if persona.key != "tono-tanggal":
        assert persona.birth_date in nik.possible_birth_dates()
    if persona.member:
        assert len(persona.member.card) == 13


def test_numbers_and_cards_belong_to_one_person_each() -> None:
    niks = [persona.nik for persona in PEOPLE.personas]
    cards = [persona.member.card for persona in PEOPLE.personas if persona.member]
    assert len(set(niks)) == len(niks) >= 20
    assert len(set(cards)) == len(cards)


def test_the_file_holds_no_nik_outside_the_impossible_province() -> None:
    words = [word for word in FILE.read_text().replace('"', " ").split() if word.isdecimal() and len(word) == 16]
    assert words and all(word.startswith("99") for word in words)


@given(st.integers(0, 239_975_999))
def test_a_generated_person_follows_from_the_number(number: int) -> None:
    nik = generated_nik(number)
    persona = generated(nik)
    assert parse_nik(nik, practice=True).district == "990199"
    assert persona == generated(nik) == PEOPLE.find(nik)
    assert persona.birth_date in parse_nik(nik, practice=True).possible_birth_dates()
    assert persona.family and 1 <= persona.family.desil <= 4
    assert persona.member is None


def test_many_generated_people_are_all_different() -> None:
    assert len({generated_nik(number) for number in range(30_000)}) == 30_000


@pytest.mark.parametrize("nik", ["9901993113900001", "9901990101900000", "9901010101900001", "99019901019", "9901993202900001"])
def test_other_numbers_generate_nobody(nik: str) -> None:
    assert not is_generated(nik)
    assert PEOPLE.find(nik) is None
    with pytest.raises(ValueError, match="990199"):
        generated(nik)


@pytest.mark.parametrize("number", [-1, 239_976_000])
def test_there_is_an_end_to_the_generated(number: int) -> None:
    with pytest.raises(ValueError, match="range"):
        generated_nik(number)


def test_name_scores() -> None:
    assert name_score("siti  contoh", "SITI CONTOH") == 100
    assert name_score("SITI", "BUDI UJI") < 50
