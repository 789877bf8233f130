"""The bedside lane: a token at once with every registry down, a clock both sides see, and a lapse that has a name."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.office import POLICIES, Office, person
from workflows import advance, bedside
from workflows.bedside import Bedside, Cover, NotDueYet
from workflows.errors import NotAllowed, NotFound, OpenCaseExists
from workflows.intake import Intake
from workflows.records import Case, Provisional
from workflows.states import State
from workflows.vocabulary import Channel, DocumentType, NoNik, ProxyKin, Sex, Urgency

NOBODY = {"nik": None, "no_nik": NoNik.UNIDENTIFIED, "sex": Sex.MALE, "other_number": "RM-77", "name": "PASIEN TAK DIKENAL"}
BABY = {"nik": None, "no_nik": NoNik.NEWBORN, "sex": Sex.FEMALE, "mother_nik": str(person(2)["nik"]), "name": "BAYI NYONYA UJI"}
KNOWN = {"nik": str(person(1)["nik"]), "name": str(person(1)["name"])}


def admit(office: Office, by: str = "rs", hours: float = 48, **facts: Any) -> Bedside:
    given = Intake(birth_date=person(1)["birth_date"], phone="0254000001", urgency=Urgency.EMERGENCY, **(facts or NOBODY))
    actor, due = office.actor(by), office.clock() + timedelta(hours=hours)
    with office.write() as session:
        return bedside.open_case(session, given, actor, office.policy, due, now=office.clock())


def stands(office: Office, one: Bedside) -> Cover:
    with office.read() as session:
        found = bedside.by_token(session, one.provisional.token_id)
        assert found is not None
        return bedside.shown(session, found, office.policy, now=office.clock()).cover


def remind(office: Office) -> list[int]:
    with office.read() as session:
        waiting = bedside.to_remind(session, POLICIES, now=office.clock())
    for case_id in waiting:
        with office.write() as session:
            bedside.remind(session, case_id, POLICIES, now=office.clock())
    return waiting


def lapse(office: Office, ticket: str, by: str = "loket", at: datetime | None = None) -> None:
    actor = office.actor(by)
    with office.write() as session:
        case = advance.lock(session, ticket, actor)
        bedside.lapse(session, case, "Keluarga tidak ditemukan.", POLICIES, actor, now=at or office.clock())


@pytest.mark.parametrize("facts", [NOBODY, BABY, KNOWN], ids=["unknown", "newborn", "known"])
def test_a_token_at_once_with_every_registry_down(office: Office, facts: dict[str, Any]) -> None:
    office.fakes.switch.off()
    one = admit(office, **facts)
    assert (one.cover, one.hospital.code, one.case.channel, one.case.state) == (
        Cover.RUNNING,
        "RS-CONTOH-1",
        Channel.RS,
        State.RECEIVED,
    )
    assert len(one.provisional.token_id) == 32
    office.drain()
    assert stands(office, one) == Cover.RUNNING, "what registries do not answer takes nothing away"
    assert [event.action for event in office.events(one.case.ticket)][:2] == ["OPEN", "BEDSIDE"]


def test_the_hospital_is_its_own_and_a_second_case_is_refused(office: Office) -> None:
    assert admit(office, "rs2", **{**KNOWN, "hospital_code": "RS-CONTOH-1"}).case.hospital_code == "RS-CONTOH-2"
    with pytest.raises(OpenCaseExists):
        admit(office, **KNOWN)
    assert (office.count(Case), office.count(Provisional)) == (1, 1)


@pytest.mark.parametrize("by", ["loket", "kadis", "admin"])
def test_only_a_hospital_opens_at_the_bedside(office: Office, by: str) -> None:
    with pytest.raises(NotAllowed):
        admit(office, by)


def test_both_sides_see_it_and_are_reminded_once(office: Office) -> None:
    one = admit(office)
    with office.read() as session:
        assert [found.case_id for found, _ in bedside.of_hospital(session, "RS-CONTOH-1")] == [one.case.id]
        assert [found.case_id for found, _ in bedside.of_region(session, "3673")] == [one.case.id]
        assert bedside.of_hospital(session, "RS-CONTOH-2") == bedside.of_region(session, "3316") == []
    office.clock.pass_by(hours=35)
    assert remind(office) == []
    office.clock.pass_by(hours=1)
    assert remind(office) == [one.case.id]
    assert remind(office) == []
    assert [event.action for event in office.events(one.case.ticket)].count("REMIND_PAPERS") == 1


def test_late_papers_end_nothing_until_a_named_person_says_so(office: Office) -> None:
    one = admit(office)
    with pytest.raises(NotDueYet):
        lapse(office, one.case.ticket)
    office.clock.pass_by(days=30)
    assert stands(office, one) == Cover.LATE
    assert office.case(one.case.ticket).closed_at is None
    with pytest.raises(NotAllowed):
        lapse(office, one.case.ticket, "peksos")
    lapse(office, one.case.ticket)
    assert (stands(office, one), office.case(one.case.ticket).state) == (Cover.LAPSED, State.WITHDRAWN)
    event = office.events(one.case.ticket)[-1]
    assert (event.action, event.actor_name, event.detail) == ("LAPSE", office.actor("loket").name, {"reason": "Keluarga tidak ditemukan."})


def test_a_case_of_the_counter_has_no_token_to_lapse(office: Office) -> None:
    with pytest.raises(NotFound):
        lapse(office, office.open())


def test_complete_papers_and_a_letter_are_told(office: Office) -> None:
    one = admit(office, **KNOWN)
    office.amend(one.case.ticket, documents=frozenset({DocumentType.KTP, DocumentType.KK}))
    assert stands(office, one) == Cover.COMPLETE
    office.drain()
    office.assess(one.case.ticket)
    office.drain()
    office.validate(one.case.ticket)
    office.approve(one.case.ticket)
    office.drain()
    assert stands(office, one) == Cover.LETTER


def test_whose_papers_are_all_there_is_neither_reminded_nor_ended_for_papers(office: Office) -> None:
    one = admit(office, **KNOWN)
    office.amend(one.case.ticket, documents=frozenset({DocumentType.KTP, DocumentType.KK}))
    office.clock.pass_by(hours=60)
    assert remind(office) == [] and stands(office, one) == Cover.COMPLETE
    with pytest.raises(NotDueYet, match=r"^Berkasnya sudah lengkap"):
        lapse(office, one.case.ticket)
    with office.write() as session:
        bedside.remind(session, one.provisional.case_id, POLICIES, now=office.clock())
    assert "REMIND_PAPERS" not in [event.action for event in office.events(one.case.ticket)]


def test_many_complete_ones_keep_nobody_from_being_reminded(sqlite_office: Office) -> None:
    office = sqlite_office
    for number in range(3, 6):
        done = admit(office, **{"nik": str(person(number)["nik"]), "name": "Siti Contoh"})
        office.amend(done.case.ticket, documents=frozenset({DocumentType.KTP, DocumentType.KK}))
    late = admit(office, **KNOWN)
    office.clock.pass_by(hours=36)
    assert remind(office) == [late.provisional.case_id]


def test_the_hospital_is_asked_for_the_papers_the_office_asks_for(sqlite_office: Office) -> None:
    office = sqlite_office
    one = admit(office, **KNOWN)
    office.amend(one.case.ticket, proxy_name="Sari Contoh", proxy_relation="tetangga", proxy_kin=ProxyKin.THIRD_PARTY)
    with office.read() as session:
        found = bedside.by_token(session, one.provisional.token_id.upper())
        assert found is not None, "as the QR has it"
        assert DocumentType.SURAT_KUASA in bedside.shown(session, found, office.policy, now=office.clock()).missing


@pytest.mark.parametrize(
    "lie",
    [
        {"papers_due": "2026-11-22 02:00:00+00:00"},
        {"lapsed_at": "2026-11-26 02:00:00+00:00"},
        {"lapsed_at": "2026-11-26 02:00:00+00:00", "lapse_reason": "Sendiri"},
        {"lapsed_at": "2026-11-24 02:00:00+00:00", "lapsed_by": 1, "lapse_reason": "Terlalu dini"},
        {"hospital_code": "RS-TIDAK-ADA"},
    ],
    ids=str,
)
def test_a_false_row_cannot_be_written(office: Office, lie: dict[str, Any]) -> None:
    facts = {"case_id": office.case(office.open()).id, "token_id": "0" * 32, "hospital_code": "RS-CONTOH-1", "given_by": 1}
    facts |= {"given_at": "2026-11-23 02:00:00+00:00", "papers_due": "2026-11-25 02:00:00+00:00"}

    def insert(row: dict[str, Any]) -> None:
        names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        with office.write() as session:
            session.execute(text(f"INSERT INTO provisional ({names}) VALUES ({values})"), row)

    with pytest.raises(DBAPIError):
        insert({**facts, **lie})
    insert(facts)
