"""What every ``CivilRegistry`` must do: the fakes, and Dukcapil's adapter over the wire."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from verify.simulator.personas import Persona, generated, generated_nik, load_population
from workflows.ports import IdentityOutcome, IdentityQuestion

PEOPLE = load_population()


def question(persona: Persona) -> IdentityQuestion:
    return IdentityQuestion(persona.nik, persona.name, persona.birth_date, persona.kk)


def of(key: str) -> IdentityQuestion:
    persona = PEOPLE.by_key(key)
    assert persona
    return question(persona)


@pytest.mark.parametrize(
    ("key", "outcome"),
    [
        ("siti-contoh", IdentityOutcome.MATCH),
        ("satunama", IdentityOutcome.MATCH),
        ("nama-panjang", IdentityOutcome.MATCH),
        ("pindah-alamat", IdentityOutcome.MATCH),
        ("tono-tanggal", IdentityOutcome.PARTIAL),
        ("muhamad-ejaan", IdentityOutcome.PARTIAL),
        ("harun-almarhum", IdentityOutcome.DECEASED),
        ("ganda-rekaman", IdentityOutcome.DUPLICATE),
        ("nina-nonaktif", IdentityOutcome.INACTIVE),
        ("tiada-data", IdentityOutcome.NOT_FOUND),
    ],
)
def test_each_story_has_its_outcome(registries, key: str, outcome: IdentityOutcome) -> None:
    assert registries.civil.verify(of(key)).outcome is outcome


def test_a_match_keeps_the_words_of_each_element(registries) -> None:
    evidence = registries.civil.verify(of("siti-contoh"))
    assert evidence.elements == {"NIK": "Sesuai", "NO_KK": "Sesuai", "NAMA_LGKP": "Sesuai (100)", "TGL_LHR": "Sesuai"}
    assert (evidence.raw_code, evidence.raw_text) == (None, None)


def test_only_what_is_known_is_asked(registries) -> None:
    assert "NO_KK" not in registries.civil.verify(replace(of("siti-contoh"), kk=None)).elements


def test_another_name_and_birth_date_are_a_mismatch(registries) -> None:
    wrong = replace(of("siti-contoh"), name="ORANG SAMA SEKALI LAIN", birth_date=date(1971, 5, 6))
    assert registries.civil.verify(wrong).outcome is IdentityOutcome.MISMATCH


def test_a_twins_name_does_not_pass_for_the_others(registries) -> None:
    swapped = replace(of("rara-kembar"), name=of("riri-kembar").name)
    assert registries.civil.verify(swapped).outcome is IdentityOutcome.PARTIAL


def test_a_name_is_compared_without_regard_to_case_and_spaces(registries) -> None:
    assert registries.civil.verify(replace(of("siti-contoh"), name="  Siti   contoh ")).outcome is IdentityOutcome.MATCH


def test_a_moved_family_shows_in_the_kk_only(registries) -> None:
    assert registries.civil.verify(of("pindah-alamat")).elements["NO_KK"] == "Tidak Sesuai"


def test_what_is_no_nik_is_bad_format(registries) -> None:
    assert registries.civil.verify(replace(of("siti-contoh"), nik="990101")).outcome is IdentityOutcome.BAD_FORMAT


def test_a_final_word_keeps_code_and_text(registries) -> None:
    evidence = registries.civil.verify(of("harun-almarhum"))
    assert (evidence.raw_code, evidence.raw_text) == ("11", "Data Ditemukan, Meninggal Dunia")
    assert evidence.elements == {}


def test_every_answer_says_where_and_when_from_and_what_is_left(registries) -> None:
    before = datetime.now(UTC)
    evidence = registries.civil.verify(of("siti-contoh"))
    assert evidence.source == "Dukcapil"
    assert before <= evidence.as_of <= datetime.now(UTC) + timedelta(seconds=1)
    assert evidence.quota_left is not None and evidence.quota_left > 0


def test_generated_people_match_their_derived_names(registries) -> None:
    for number in (0, 1, 77, 24_000, 239_975_999):
        assert registries.civil.verify(question(generated(generated_nik(number)))).outcome is IdentityOutcome.MATCH
