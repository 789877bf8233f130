"""A region that has none of the registries: cases go to people at once, reports and files answer where they can."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office import Office, running_office
from workflows.errors import NotConnected
from workflows.ports import IdentityQuestion, MembershipQuestion
from workflows.states import State


@pytest.fixture
def lonely(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office without any connection, with the real composition of its sources."""
    none = {"dukcapil_url": "", "bpjs_url": "", "dtsen_url": ""}
    with running_office(database_url, tmp_path, **none) as office:
        press = vars(office.rekom).pop("ports").press
        real = office.rekom.ports
        object.__setattr__(real, "press", press)
        yield office


def test_without_registries_a_case_is_a_persons_at_once_and_ends_in_a_letter(lonely: Office) -> None:
    ticket = lonely.open(1)
    lonely.drain()
    assert lonely.case(ticket).state == State.ASSESSMENT
    shown = lonely.api("peksos").get(f"/applications/{ticket}").json
    assert [one["kind"] for one in shown["manual_checks"]] == ["IDENTITY", "MEMBERSHIP", "POVERTY"]
    assert {one["reason"] for one in shown["manual_checks"]} == {NotConnected.sentence}
    for kind, outcome in (("IDENTITY", "MATCH"), ("MEMBERSHIP", "NOT_FOUND"), ("POVERTY", "FOUND")):
        found = {"kind": kind, "outcome": outcome, "note": "Dilihat sendiri di loket.", "as_of": lonely.clock().isoformat()}
        found |= {"desil": 2} if kind == "POVERTY" else {}
        assert lonely.api("peksos").post(f"/applications/{ticket}/checks", found).status_code == 201
    lonely.drain()
    lonely.assess(ticket)
    lonely.drain()
    lonely.validate(ticket)
    lonely.approve(ticket)
    lonely.drain()
    assert lonely.case(ticket).state == State.LETTER_ISSUED


def test_a_hospitals_report_answers_where_vclaim_cannot(lonely: Office) -> None:
    ticket = lonely.open(1)
    nik = lonely.case(ticket).nik
    given = {"nik": nik, "asked_for": "2026-11-23", "found": True, "status_code": "9", "segment_code": "21", "segment_text": "PBI (APBN)"}
    assert lonely.api("rs").post("/desk/membership", given).status_code == 202
    evidence = lonely.rekom.ports.membership.membership(MembershipQuestion(nik, lonely.case(ticket).name, lonely.clock().date()))
    assert (evidence.outcome, evidence.segment, evidence.source) == ("INACTIVE", "PBI_JK", "VClaim RSUD Contoh Serang")


def test_a_report_of_yesterday_says_nothing_about_today(lonely: Office) -> None:
    ticket = lonely.open(1)
    case = lonely.case(ticket)
    given = {"nik": case.nik, "asked_for": "2026-11-23", "found": False}
    assert lonely.api("rs").post("/desk/membership", given).status_code == 202
    lonely.clock.pass_by(hours=25)
    with pytest.raises(NotConnected):
        lonely.rekom.ports.membership.membership(MembershipQuestion(case.nik, case.name, lonely.clock().date()))


def test_what_is_not_connected_says_which(lonely: Office) -> None:
    case = lonely.case(lonely.open(1))
    with pytest.raises(NotConnected) as raised:
        lonely.rekom.ports.civil.verify(IdentityQuestion(case.nik, case.name, case.birth_date))
    assert raised.value.context == {"registry": "Dukcapil"}
