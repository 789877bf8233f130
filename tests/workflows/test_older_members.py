"""Letter D for members older than this system: known by the member file or by what was seen, decided like any other, freeing no seat."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from tests.office import MORNING, Office, person
from tests.verify.web.visitor import Visitor
from tests.workflows.test_removals import answer_and_validate, member, used
from verify.seeds import DEMO_PASSWORD
from workflows.ports import Segment
from workflows.records import Extract, MemberRow, Removal
from workflows.records.extract import ExtractKind
from workflows.states import State
from workflows.vocabulary import LetterType


def in_member_file(office: Office, number: int, segment: Segment = Segment.PEMDA, *, day: int = 0, complete: bool = False) -> int:
    """The newest member file, of so many days later, lists resident ``number``; returns the file's id."""
    as_of = MORNING + timedelta(days=day)
    with office.write() as session:
        counts = {"rows_good": 1, "rows_bad": 0, "rows_unreadable": 0}
        origin = {"file_name": "bnba.csv", "layout": "uji", "timezone": "Asia/Jakarta", "imported_by": "uji"}
        file = Extract(kind=ExtractKind.MEMBERS, sha256=f"{day:064}", as_of=as_of, imported_at=as_of, complete=complete, **origin, **counts)
        session.add(file)
        session.flush()
        assert file.id is not None
        session.add(
            MemberRow(extract_id=file.id, nik=person(number)["nik"], name=person(number)["name"], segment=segment, month=11, year=2026)
        )
        return file.id


def asked(number: int = 1, **more: Any) -> dict[str, Any]:
    known = person(number)
    day: date | datetime = known["birth_date"]
    told = {"nik": known["nik"], "name": known["name"], "birth_date": day.isoformat(), "phone": known["phone"]}
    return {**told, "removal": "DIED", "evidence": "Akta kematian contoh nomor 7.", **more}


def removal(office: Office) -> Removal:
    with office.read() as session:
        return session.exec(select(Removal)).one()


def test_the_member_file_names_her_and_four_eyes_decide(sqlite_office: Office) -> None:
    office = sqlite_office
    file = in_member_file(office, 1)
    made = office.api("peksos").post("/removals", asked(), key="1")
    assert (made.status_code, made.get_json()["letter_type"]) == (201, LetterType.PENCABUTAN.value)
    assert office.api("peksos").post("/removals", asked(), key="1").get_json()["ticket"] == made.get_json()["ticket"]
    known = removal(office)
    assert (known.extract_id, known.member_case_id, known.member_seen) == (file, None, None)
    ticket = made.get_json()["ticket"]
    office.drain()
    answer_and_validate(office, ticket)
    office.approve(ticket)
    office.drain()
    assert (office.case(ticket).state, office.letter(ticket).type) == (State.REMOVED, LetterType.PENCABUTAN)


def test_whom_a_newer_file_of_some_leaves_out_the_file_of_everybody_names(sqlite_office: Office) -> None:
    office = sqlite_office
    whole = in_member_file(office, 1, complete=True)
    in_member_file(office, 2, day=1)
    assert office.api("peksos").post("/removals", asked()).status_code == 201
    assert removal(office).extract_id == whole


def test_without_a_file_somebody_says_what_was_seen(sqlite_office: Office) -> None:
    office = sqlite_office
    in_member_file(office, 1, Segment.PPU)
    silent = office.api("peksos").post("/removals", asked())
    assert (silent.status_code, "Berkas peserta terbaru" in str(silent.get_json())) == (422, True)
    said = office.api("peksos").post("/removals", asked(member_seen="Kartu JKN 0001234567890 dilihat."))
    assert (said.status_code, removal(office).member_seen) == (201, "Kartu JKN 0001234567890 dilihat.")


def test_who_became_a_member_here_is_removed_from_her_own_case(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = member(office)
    answer = office.api("peksos").post("/removals", asked(member_seen="Kartu dilihat."))
    assert (answer.status_code, ticket in answer.get_json()["detail"], used(office)) == (409, True, 1)
    assert office.api("loket").post("/removals", asked()).status_code == 403


def test_by_page(sqlite_office: Office) -> None:
    office = sqlite_office
    in_member_file(office, 1)
    peksos = Visitor(office.app.test_client())
    peksos.fill("/masuk", username="peksos", password=DEMO_PASSWORD)
    known = asked()
    typed = known | {"birth_date": person(1)["birth_date"].strftime("%d-%m-%Y")}
    wrong = peksos.fill("/pencabutan", **(typed | {"evidence": "x"}))
    assert (wrong.status, wrong.problems() != []) == (422, True)
    made = peksos.follow(peksos.fill("/pencabutan", **typed))
    assert "Surat pencabutan peserta daerah" in made.main()


def test_the_database_knows_a_member_one_way(office: Office) -> None:
    in_member_file(office, 1)
    assert office.api("peksos").post("/removals", asked()).status_code == 201
    for statement in (
        "UPDATE removal SET extract_id = NULL",
        "UPDATE removal SET member_seen = 'Kartu dilihat.'",
        "UPDATE removal SET extract_id = NULL, member_seen = 'ya'",
        "UPDATE removal SET extract_id = 99",
    ):
        with pytest.raises(IntegrityError), office.write() as session:
            session.connection().execute(text(statement))
