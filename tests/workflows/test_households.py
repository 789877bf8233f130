"""A family on one visit: a case for each, all opened or none, and a decision for each alone; who comes for somebody else."""

from collections.abc import Mapping
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlmodel import col, select

from tests.office import PAPERS, Office, person
from tests.registration_office import ACTIVE, answers, make, send
from tests.workflows.test_four_eyes import insert, refused
from verify.db import _alembic
from workflows import households
from workflows.errors import InvalidInput, NotAllowed, NotFound
from workflows.households import Applying, Covered, Family
from workflows.intake import Intake
from workflows.ports import Segment
from workflows.records import Case, Household, HouseholdMember
from workflows.states import Role, State
from workflows.vocabulary import DocumentType, ProxyKin

KK = "9901010101200001"
FATHER = Covered("BUDI CONTOH", "kepala keluarga", Segment.PPU)


def applying(number: int, relation: str = "anak", **facts: Any) -> Applying:
    known = {**person(number), "kk": KK, "domicile_code": "3673", "documents": PAPERS}
    return Applying(relation, Intake(**{**known, **facts}))


def receive(office: Office, *members: Applying, covered: tuple[Covered, ...] = (FATHER,), by: str = "loket") -> str:
    actor = office.actor(by)
    with office.write() as session:
        return households.receive(session, Family(KK, members, covered), actor, office.policy, now=office.clock()).code


def tickets(office: Office) -> list[str]:
    with office.read() as session:
        in_order = select(Case.ticket).join(HouseholdMember, col(HouseholdMember.case_id) == Case.id).order_by(col(HouseholdMember.id))
        return list(session.exec(in_order))


def decide(office: Office, ticket: str, verb: str) -> None:
    office.assess(ticket)
    office.drain()
    office.validate(ticket)
    getattr(office, verb)(ticket)
    office.drain()


def test_one_visit_and_a_decision_for_each(office: Office) -> None:
    code = receive(office, applying(1, "istri"), applying(2), applying(3))
    office.drain()
    first, second, third = tickets(office)
    decide(office, first, "approve")
    decide(office, second, "reject")
    states = [State.LETTER_ISSUED, State.REJECTED, State.ASSESSMENT]
    assert [office.case(ticket).state for ticket in (first, second, third)] == states
    with office.read() as session:
        view = households.view(session, code, office.actor("peksos"))
        assert [one.case.state if one.case else None for one in view.members] == [*states, None]
        assert [(one.segment, one.active) for one in view.members] == [(None, False)] * 3 + [("PPU", True)]
        assert households.code_of(session, office.case(third)) == code
    assert KK not in code


def test_once_bpjs_says_active_the_family_page_says_so(sqlite_office: Office) -> None:
    office = sqlite_office
    code = receive(office, applying(1), applying(2))
    office.drain()
    decide(office, tickets(office)[0], "approve")
    make(office)
    send(office)
    answers(office, {1: ACTIVE})
    with office.read() as session:
        view = households.view(session, code, office.actor("peksos"))
    assert [(one.segment, one.active) for one in view.members] == [("PEMDA", True), (None, False), ("PPU", True)]


def test_who_has_an_open_case_is_linked_and_a_second_visit_adds_nothing_twice(office: Office) -> None:
    known = office.open(1)
    code = receive(office, applying(1), applying(2))
    assert receive(office, applying(1), applying(2)) == code
    assert (office.count(Case), office.count(Household), office.count(HouseholdMember)) == (2, 1, 3)
    assert "HOUSEHOLD" in [event.action for event in office.events(known)]


def test_all_or_none(office: Office) -> None:
    with pytest.raises(InvalidInput) as told:
        receive(office, applying(1), applying(2, hospital_code="TIDAK-ADA"))
    assert told.value.context["field"] == "members/1/hospital_code"
    assert str(told.value).startswith("Anggota 2: ")
    assert (office.count(Case), office.count(Household)) == (0, 0)


def test_a_person_stands_on_one_card(office: Office) -> None:
    receive(office, applying(1))
    actor = office.actor("loket")
    with pytest.raises(InvalidInput, match="KK lain"), office.write() as session:
        other = Family("9901010101200002", (applying(1),))
        households.receive(session, other, actor, office.policy, now=office.clock())


def test_a_family_is_seen_by_its_office_only(sqlite_office: Office) -> None:
    code = receive(sqlite_office, applying(1))
    sqlite_office.hire("blora", Role.CASEWORKER, region="3316")
    for who in ("blora", "rs"):
        with pytest.raises(NotFound), sqlite_office.read() as session:
            households.view(session, code, sqlite_office.actor(who))
    with pytest.raises(NotAllowed):
        receive(sqlite_office, applying(2), by="validator")


MEMBER = {"household_id": 1, "case_id": 1, "name": "SITI", "relation": "anak"}
SAME = "the digest of the card that is there"
BAD: Mapping[str, tuple[str, dict[str, Any], str]] = {
    "a case twice": ("household_member", MEMBER, "uq_household_member_case_id|household_member.case_id"),
    "neither case nor segment": ("household_member", MEMBER | {"case_id": None}, "ck_household_member_case_or_segment"),
    "both case and segment": ("household_member", MEMBER | {"segment": "PPU"}, "ck_household_member_case_or_segment"),
    "a card twice at an office": (
        "household",
        {"code": "AAAA-BBBB", "region_code": "3673", "kk": "r1.2.sealed", "kk_digest": SAME, "opened_by": 1},
        "uq_household_region_code_kk_digest|household.region_code, household.kk_digest",
    ),
    "a plain card": (
        "household",
        {"code": "AAAA-BBBB", "region_code": "3673", "kk": KK, "kk_digest": "0" * 32, "opened_by": 1},
        "ck_household_kk_sealed",
    ),
    "half a digest": (
        "household",
        {"code": "AAAA-BBBB", "region_code": "3673", "kk": "r1.2.sealed", "kk_digest": "99", "opened_by": 1},
        "ck_household_kk_digested",
    ),
}
BAD_PROXIES: Mapping[str, tuple[str, str]] = {
    "a kin of nobody": ("proxy_kin = 'FAMILY'", "ck_case_file_proxy_kin_of_somebody"),
    "authority without a proxy": ("proxy_paper = '1'", "ck_case_file_authority_of_third_party"),
    "authority of the family": (
        "proxy_name = 'A', proxy_relation = 'b', proxy_kin = 'FAMILY', proxy_paper = '1'",
        "ck_case_file_authority_of_third_party",
    ),
    "a kin of one's own": ("proxy_name = 'A', proxy_relation = 'b', proxy_kin = 'FRIEND'", "ck_case_file_proxykin"),
}


def test_the_database_itself_refuses(office: Office, subtests: pytest.Subtests) -> None:
    receive(office, applying(1))
    with office.read() as session:
        known = session.execute(text("SELECT kk_digest FROM household")).scalar_one()
    for name, (table, row, constraint) in BAD.items():
        moment = {"noted_at" if table == "household_member" else "opened_at": office.clock()}
        given = {column: known if value == SAME else value for column, value in (row | moment).items()}
        with subtests.test(name):
            refused(office, insert(table, given), given, constraint)
    for name, (change, constraint) in BAD_PROXIES.items():
        with subtests.test(name):
            refused(office, f"UPDATE case_file SET {change}", {}, constraint)


def test_the_migration_can_be_undone_with_families(database_url: str, office: Office) -> None:
    receive(office, applying(1))
    office.rekom.database.close()
    command.downgrade(_alembic(database_url, office.rekom.new_vault()), "0013")
    command.upgrade(_alembic(database_url, office.rekom.new_vault()), "head")
    assert office.count(Case) == 1 and office.count(Household) == 0


# --- who comes for somebody else

PROXY = {"proxy_name": "TONO UJI", "proxy_relation": "ketua RT", "proxy_kin": ProxyKin.THIRD_PARTY, "proxy_paper": "01/SK/2026"}


def test_a_third_party_is_asked_for_a_letter_of_authority(sqlite_office: Office) -> None:
    ticket = sqlite_office.open(1, **PROXY)
    answer = sqlite_office.api("loket").get(f"/applications/{ticket}").get_json()
    assert answer["proxy"] == {"name": "TONO UJI", "relation": "ketua RT", "kin": "THIRD_PARTY", "authority": "01/SK/2026"}
    sqlite_office.drain()
    finding = _papers(sqlite_office, ticket)
    assert (finding["outcome"], finding["value"]) == ("NEEDS_PERSON", "kurang: surat kuasa")
    sqlite_office.amend(ticket, documents=frozenset({DocumentType.SURAT_KUASA}))
    sqlite_office.drain()
    assert _papers(sqlite_office, ticket)["outcome"] == "MEETS"


@pytest.mark.parametrize("facts", [{**PROXY, "proxy_kin": ProxyKin.FAMILY}, {"proxy_kin": ProxyKin.FAMILY}, {"proxy_paper": "1"}])
def test_authority_belongs_to_somebody_outside_the_family(sqlite_office: Office, facts: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        sqlite_office.open(1, **facts)


def _papers(office: Office, ticket: str) -> dict[str, Any]:
    found = office.api("loket").get(f"/applications/{ticket}").get_json()["findings"]
    return next(one for one in found if one["rule"] == "berkas")
