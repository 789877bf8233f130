"""Slips of the finger in a NIK: found by the birth date, and by a namesake born the same day."""

from datetime import date

import pytest

from tests.office import Office, person
from workflows import typo
from workflows.nik import parse_nik

SITI = "9901014104900001"
BORN = date(1990, 4, 1)


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
        assert typo.doubts(session, parse_nik(nik, practice=True), name="SITI CONTOH", birth_date=born, region_code="3673") == said


def test_a_namesake_born_the_same_day_finds_a_slip_that_the_date_cannot(office: Office) -> None:
    office.open(1)
    known = person(1)
    slipped = f"{known['nik'][:15]}{(int(known['nik'][15]) + 1) % 10}"
    ask = {"name": known["name"], "birth_date": known["birth_date"], "region_code": "3673"}
    with office.read() as session:
        found = typo.doubts(session, parse_nik(slipped, practice=True), **ask)
        assert found == ("Orang dengan nama dan tanggal lahir ini pernah tercatat. NIK-nya hanya berbeda pada angka ke-16.",)
        assert typo.doubts(session, parse_nik(known["nik"], practice=True), **ask) == ()
        assert typo.doubts(session, parse_nik(slipped, practice=True), **(ask | {"name": "ORANG LAIN"})) == ()
        assert typo.doubts(session, parse_nik(slipped, practice=True), **(ask | {"region_code": "3316"})) == ()
