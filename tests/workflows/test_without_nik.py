"""People without a NIK: what stands in its place, one open case each, the NIK that comes later; in words and in the database."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from tests.office import FakePress, Office, person
from verify.db import _alembic
from workflows import advance, desk, without_nik
from workflows.errors import InvalidInput, OpenCaseExists, TransitionRefused
from workflows.records import Case, FindingSet
from workflows.states import CHECKS, State
from workflows.vocabulary import NoNik, Sex
from workflows.without_nik import Identified

MOTHER = person(50)["nik"]
BABY = {
    "nik": None,
    "kk": None,
    "no_nik": NoNik.NEWBORN,
    "mother_nik": MOTHER,
    "sex": Sex.FEMALE,
    "name": "BAYI NYONYA SITI",
    "birth_date": date(2026, 11, 22),
}
STRANGER = {
    "nik": None,
    "kk": None,
    "no_nik": NoNik.UNIDENTIFIED,
    "sex": Sex.MALE,
    "name": "PASIEN TAK DIKENAL",
    "birth_date": date(1980, 1, 1),
    "birth_estimated": True,
    "hospital_code": "RS-CONTOH-1",
    "other_number": "RM-00123",
}
HOMELESS = {**STRANGER, "no_nik": NoNik.HOMELESS, "name": "UJI TANPA RUMAH", "other_number": None}
FOREIGNER = {**STRANGER, "no_nik": NoNik.FOREIGNER, "name": "JOHN UJI", "hospital_code": None, "other_number": "X1234567"}
LANES = (BABY, STRANGER, HOMELESS, FOREIGNER)


def identify(office: Office, ticket: str, number: int, **mended: Any) -> None:
    actor = office.actor("loket")
    with office.write() as session:
        case = advance.lock(session, ticket, actor)
        without_nik.identify(session, case, Identified(person(number)["nik"], **mended), actor, now=office.clock())


@pytest.mark.parametrize("facts", LANES, ids=lambda facts: facts["no_nik"].value)
def test_a_case_goes_all_the_way_without_a_nik(sqlite_office: Office, facts: dict[str, Any]) -> None:
    ticket = sqlite_office.to_letter(1, **facts)
    case = sqlite_office.case(ticket)
    assert (case.nik, case.lane, case.state) == (None, facts["no_nik"], State.LETTER_ISSUED)
    assert sqlite_office.fakes.switch.asked == 0  # no registry can be asked without a NIK


def test_a_letter_knows_which_birth_date_was_guessed(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed, press = [], FakePress.press
    monkeypatch.setattr(FakePress, "press", lambda self, facts: pressed.append(facts) or press(self, facts))
    sqlite_office.to_letter(1, **HOMELESS)
    sqlite_office.to_letter(2)
    assert [facts.birth_estimated for facts in pressed] == [True, False]


def test_a_person_looks_where_no_registry_can_be_asked(sqlite_office: Office) -> None:
    ticket = sqlite_office.open(1, **BABY)
    sqlite_office.drain()
    with sqlite_office.read() as session:
        findings = {one["rule"]: one for one in _findings(session, ticket)}
    assert findings["identitas"]["outcome"] == "NEEDS_PERSON"
    assert "KTP ibu" in findings["identitas"]["reason"]
    assert "surat keterangan lahir" in findings["berkas"]["threshold"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({**BABY, "no_nik": None}, "nik"),
        ({**BABY, "mother_nik": None}, "mother_nik"),
        ({**BABY, "sex": None}, "sex"),
        ({**STRANGER, "hospital_code": None}, "hospital_code"),
        ({**STRANGER, "other_number": None}, "other_number"),
        ({**FOREIGNER, "other_number": None}, "other_number"),
        ({"no_nik": NoNik.HOMELESS}, "no_nik"),
    ],
)
def test_what_must_stand_in_is_asked_for_by_its_field(sqlite_office: Office, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sqlite_office.open(1, **facts)
    assert refused.value.context["field"] == field


@pytest.mark.parametrize("facts", [BABY, STRANGER, FOREIGNER], ids=lambda facts: facts["no_nik"].value)
def test_one_open_case_each(office: Office, facts: dict[str, Any]) -> None:
    first = office.open(1, **facts)
    with pytest.raises(OpenCaseExists) as refused:
        office.open(2, **facts)
    assert refused.value.context["ticket"] == first
    office.withdraw(first)
    assert office.open(3, **facts) != first


def test_twins_and_two_strangers_are_two_people(office: Office) -> None:
    office.open(1, **BABY)
    office.open(2, **{**BABY, "name": "BAYI KEDUA NYONYA SITI"})
    office.open(3, **STRANGER)
    office.open(4, **{**STRANGER, "other_number": "RM-00124"})
    office.open(5, **HOMELESS)
    office.open(6, **{**HOMELESS, "name": "UJI LAIN"})
    assert office.count(Case) == 6


def test_a_nik_that_comes_asks_every_registry(office: Office) -> None:
    ticket = office.open(1, **STRANGER)
    office.drain()
    known = person(7)
    identify(office, ticket, 7, name=known["name"], birth_date=known["birth_date"])
    office.drain()
    case = office.case(ticket)
    assert (case.nik, case.name, case.birth_estimated, case.lane) == (known["nik"], known["name"], False, None)
    assert case.no_nik is NoNik.UNIDENTIFIED  # why it began so stays on record
    assert office.fakes.switch.asked == len(CHECKS) - 1  # duplicates are compared here
    with office.read() as session:
        findings = {one["rule"]: one["outcome"] for one in _findings(session, ticket)}
    assert findings["identitas"] == "MEETS"


def test_a_nik_of_somebody_with_an_open_case_is_refused(office: Office) -> None:
    first, second = office.open(7), office.open(1, **STRANGER)
    office.drain()
    with pytest.raises(OpenCaseExists) as refused:
        identify(office, second, 7)
    assert refused.value.context["ticket"] == first
    assert office.case(second).nik is None


def test_what_was_assessed_was_of_whom_it_was_of(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision(1, **STRANGER)
    with pytest.raises(TransitionRefused):
        identify(sqlite_office, ticket, 7)
    sqlite_office.send_back(ticket, by="kadis")
    sqlite_office.drain()
    identify(sqlite_office, ticket, 7)
    assert sqlite_office.case(ticket).nik == person(7)["nik"]
    with pytest.raises(TransitionRefused):
        identify(sqlite_office, ticket, 8)


def test_after_the_letter_only_the_number_is_added(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter(1, **STRANGER)
    identify(sqlite_office, ticket, 7, name="NAMA LAIN")
    case = sqlite_office.case(ticket)
    assert (case.nik, case.name) == (person(7)["nik"], STRANGER["name"])


def test_an_unknown_patient_stays_in_a_hospital(sqlite_office: Office) -> None:
    ticket = sqlite_office.open(1, **STRANGER)
    with pytest.raises(InvalidInput):
        sqlite_office.amend(ticket, hospital_code=None)


def test_a_baby_s_letter_is_found_by_the_mother_s_nik(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter(1, **BABY)
    with sqlite_office.read() as session:
        number = sqlite_office.letter(ticket).number
        assert desk.find_by_number(session, number, MOTHER) is not None
        assert desk.find_by_number(session, number, "0" * 15 + "1") is None


NUMBERLESS = {"other_number": "NULL", "other_number_digest": "NULL"}
BAD: Mapping[str, tuple[dict[str, str], str]] = {
    "neither NIK nor reason": ({"no_nik": "NULL"}, "ck_case_file_nik_or_why_not"),
    "no sex": ({"sex": "NULL"}, "ck_case_file_sex_without_nik"),
    "a reason of one's own": ({"no_nik": "'LAZY'"}, "ck_case_file_nonik"),
    "a sex of one's own": ({"sex": "'X'"}, "ck_case_file_sex"),
    "a newborn of nobody": ({"no_nik": "'NEWBORN'"}, "ck_case_file_newborn_has_mother"),
    "half a mother": ({"mother_nik": "'99'", "mother_nik_digest": f"'{'0' * 32}'"}, "ck_case_file_mother_nik_sealed"),
    "a stranger nowhere": ({"hospital_code": "NULL"}, "ck_case_file_unidentified_is_in_hospital"),
    "a stranger without a number": ({**NUMBERLESS}, "ck_case_file_unidentified_is_in_hospital"),
    "a foreigner without a passport": ({"no_nik": "'FOREIGNER'", **NUMBERLESS}, "ck_case_file_foreigner_has_passport"),
    "the same stranger twice": (
        {"other_number_digest": "(SELECT other_number_digest FROM case_file WHERE id = 2)"},
        "uq_case_file_open_unidentified|case_file.hospital_code, case_file.other_number_digest",
    ),
}


def test_the_database_itself_refuses(office: Office, subtests: pytest.Subtests) -> None:
    office.open(1, **STRANGER)
    office.open(2, **{**STRANGER, "other_number": "RM-00124"})
    for name, (changes, constraint) in BAD.items():
        wanted = ", ".join(f"{column} = {value}" for column, value in changes.items())
        with subtests.test(name):
            with pytest.raises(IntegrityError) as refused, office.write() as session:
                session.execute(text(f"UPDATE case_file SET {wanted} WHERE id = 1"))
            assert any(word in str(refused.value) for word in constraint.split("|"))


def test_the_migration_does_not_go_back_while_somebody_lacks_a_nik(database_url: str, office: Office) -> None:
    office.open(1, **STRANGER)
    office.rekom.database.close()
    with pytest.raises(RuntimeError, match="without a NIK"):
        command.downgrade(_alembic(database_url, office.rekom.new_vault()), "0006")


def test_the_migration_goes_back_once_everybody_has_one(database_url: str, office: Office) -> None:
    ticket = office.open(1, **STRANGER)
    identify(office, ticket, 7)
    office.rekom.database.close()
    command.downgrade(_alembic(database_url, office.rekom.new_vault()), "0006")
    command.upgrade(_alembic(database_url, office.rekom.new_vault()), "head")
    assert office.case(ticket).nik == person(7)["nik"]


def _findings(session: Any, ticket: str) -> list[dict[str, Any]]:
    found = session.exec(select(FindingSet).join(Case).where(Case.ticket == ticket).order_by(col(FindingSet.id).desc())).first()
    return list(found.findings)
