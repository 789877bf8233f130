"""A block somebody wrote into after cases began under it: the case is flagged, and nobody assesses or approves by it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.office import POLICIES, Office
from workflows import advance, decision
from workflows.errors import PolicyEdited
from workflows.rules.policy import PolicyBook
from workflows.states import State

BLOCK = POLICIES.at("3673", date(2026, 11, 23))
EDITED = replace(BLOCK, desil_max=replace(BLOCK.desil_max, value=1), sha256="0" * 64)


def edited_book() -> PolicyBook:
    blocks = tuple(EDITED if block == BLOCK else block for block in POLICIES.regions["3673"])
    return replace(POLICIES, regions={**POLICIES.regions, "3673": blocks})


@pytest.fixture
def edit(sqlite_office: Office) -> Callable[[PolicyBook], None]:
    """Write into the policy files of a running office."""

    def write(book: PolicyBook) -> None:
        rekom = sqlite_office.rekom
        vars(rekom).update(policies=book, ports=replace(rekom.ports, policies=book))

    return write


def test_nobody_approves_by_rules_that_were_rewritten(sqlite_office: Office) -> None:
    ticket, kadis = sqlite_office.to_decision(), sqlite_office.actor("kadis")
    with pytest.raises(PolicyEdited), sqlite_office.write() as session:
        case, rules = advance.lock(session, ticket, kadis), sqlite_office.seat_rules
        decision.approve(session, case, EDITED, rules, "Uji.", kadis, now=sqlite_office.clock())
    assert sqlite_office.case(ticket).state is State.DECISION


def test_the_counter_is_told_and_the_case_goes_on_once_the_rules_are_back(
    sqlite_office: Office, edit: Callable[[PolicyBook], None]
) -> None:
    ticket = sqlite_office.open()
    edit(edited_book())
    sqlite_office.drain()
    assert sqlite_office.case(ticket).state is State.CHECKED  # findings are not made from rewritten rules
    edit(POLICIES)
    sqlite_office.clock.pass_by(hours=2)
    sqlite_office.drain()
    assert sqlite_office.case(ticket).state is State.ASSESSMENT
    edit(edited_book())
    api = sqlite_office.api("peksos")
    answers = {criterion.key: "YES" for criterion in sqlite_office.criteria.criteria}
    refused = api.post(f"/applications/{ticket}/assessment", {"answers": answers})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "aturan-diubah")
    edit(POLICIES)
    assert api.post(f"/applications/{ticket}/assessment", {"answers": answers}).status_code == 201


def test_a_pin_knows_its_content() -> None:
    assert POLICIES.unedited("3673", BLOCK.valid_from, BLOCK.sha256) is BLOCK
    with pytest.raises(PolicyEdited, match="diubah sesudah berkas dibuka"):
        edited_book().unedited("3673", BLOCK.valid_from, BLOCK.sha256)
