"""Slips of the finger in a NIK: found by the birth date, and by a namesake born the same day."""

from datetime import date

import pytest

from tests.office import Office, person
from tests.population.city import JUNE, ONE, resident, store
from workflows import typo
from workflows.extracts import ResidentFact
from workflows.nik import Nik, parse_nik
from workflows.records.extract import ExtractKind
from workflows.records.resident import ResidentStatus
from workflows.vocabulary import NoNik, Sex

SITI = "9901014104900001"
BORN = date(1990, 4, 1)
OTHER_SEX = "Menurut NIK orang ini {}, menurut data lain bukan. Bedanya angka ke-7. Mana yang benar menurut KTP?"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (SITI, None),
        ("9901014204900001", "angka ke-8"),
        ("9901014104900010", "angka ke-15 dan ke-16 tertukar"),
        ("9901011404900001", "angka ke-7 dan ke-8 tertukar"),
        ("9901014104910002", None),
        ("9901014104900100", None),
    ],
)
def test_one_slip_is_named_by_its_place(typed: str, said: str | None) -> None:
    assert typo.slip(typed, SITI) == said


@pytest.mark.parametrize(
    ("nik", "born", "said"),
    [
        (SITI, BORN, ()),
        (SITI, date(1991, 4, 1), ("NIK dan tanggal lahir berbeda pada angka ke-12. Mana yang benar menurut KTP?",)),
        (SITI, date(1990, 1, 4), ("Hari dan bulan lahir tampak tertukar. Mana yang benar menurut KTP?",)),
        (SITI, date(1971, 12, 28), ()),
    ],
)
def test_the_birth_date_finds_a_slip(sqlite_office: Office, nik: str, born: date, said: tuple[str, ...]) -> None:
    with sqlite_office.read() as session:
        found = typo.doubts(session, parse_nik(nik, practice=True), name="SITI CONTOH", birth_date=born, region_code="3673")
    assert found == (said, None)


@pytest.mark.parametrize(
    ("nik", "sex", "said"),
    [
        (SITI, Sex.FEMALE, ()),
        (SITI, None, ()),
        (SITI, Sex.MALE, (OTHER_SEX.format("perempuan"),)),
        ("9901010104900001", Sex.FEMALE, (OTHER_SEX.format("laki-laki"),)),
        ("9901010104900001", Sex.MALE, ()),
    ],
)
def test_the_sex_that_was_given_finds_a_slip(sqlite_office: Office, nik: str, sex: Sex | None, said: tuple[str, ...]) -> None:
    with sqlite_office.read() as session:
        found = typo.doubts(session, parse_nik(nik, practice=True), name="SITI CONTOH", birth_date=BORN, region_code="3673", sex=sex)
    assert found == (said, None)


def test_the_sex_that_was_stated_before_there_was_a_nik_finds_a_slip(office: Office) -> None:
    unknown = {"nik": None, "no_nik": NoNik.FOREIGNER, "other_number": "X1234567", "sex": Sex.FEMALE}
    office.open(1, **(unknown | {"name": "SITI CONTOH", "birth_date": BORN}))
    ask = {"name": "SITI CONTOH", "birth_date": BORN, "region_code": "3673"}
    with office.read() as session:
        assert typo.doubts(session, parse_nik("9901010104900001", practice=True), **ask).sentences == (OTHER_SEX.format("laki-laki"),)
        assert typo.doubts(session, parse_nik(SITI, practice=True), **ask).sentences == ()


def test_a_namesake_born_the_same_day_finds_a_slip_that_the_date_cannot(office: Office) -> None:
    office.open(1)
    known = person(1)
    slipped = f"{known['nik'][:15]}{(int(known['nik'][15]) + 1) % 10}"
    ask = {"name": known["name"], "birth_date": known["birth_date"], "region_code": "3673"}
    with office.read() as session:
        found = typo.doubts(session, parse_nik(slipped, practice=True), **ask).sentences
        assert found == ("Orang dengan nama dan tanggal lahir ini pernah tercatat. NIK-nya hanya berbeda pada angka ke-16.",)
        assert typo.doubts(session, parse_nik(known["nik"], practice=True), **ask).sentences == ()
        assert typo.doubts(session, parse_nik(slipped, practice=True), **(ask | {"name": "ORANG LAIN"})).sentences == ()
        assert typo.doubts(session, parse_nik(slipped, practice=True), **(ask | {"region_code": "3316"})).sentences == ()


@pytest.mark.parametrize(
    ("place", "said"),
    [(0, "angka ke-1"), (3, "angka ke-4"), (5, "angka ke-6"), (15, "angka ke-16")],
    ids=["province", "regency", "district", "serial"],
)
@pytest.mark.parametrize("known_by", ["an earlier case", "the list of residents"])
def test_a_slip_in_any_digit_is_found_by_who_is_known(sqlite_office: Office, known_by: str, place: int, said: str) -> None:
    known = person(1)
    if known_by == "an earlier case":
        sqlite_office.open(1)
    else:
        here = ResidentFact(
            known["nik"], name=known["name"].title(), birth_date=known["birth_date"], village_code=ONE, status=ResidentStatus.LIVES
        )
        store(sqlite_office.rekom.database, ExtractKind.RESIDENTS, [here, resident(2)], JUNE)
    slipped = Nik(f"{known['nik'][:place]}{(int(known['nik'][place]) + 1) % 10}{known['nik'][place + 1 :]}")
    ask = {"name": known["name"], "birth_date": known["birth_date"], "region_code": "3673"}
    with sqlite_office.read() as session:
        (found,) = typo.doubts(session, slipped, **ask).sentences
        assert f"berbeda pada {said}." in found and known["nik"] not in found
        assert typo.doubts(session, Nik(known["nik"]), **ask).sentences == ()
        assert typo.doubts(session, slipped, **(ask | {"name": "ORANG LAIN"})).sentences == ()
