"""Who may do what, cell by cell: role x permission as a table to read, role x route, another region's office, roles that clash."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from tests.access_cells import PEOPLE, of_role, of_strangers, of_strangers_to_a_list
from tests.collective_office import again, issued
from tests.office import Office, person, running_office
from workflows import staffing
from workflows.actor import Actor
from workflows.errors import InvalidInput
from workflows.permissions import PERMISSION_MAP
from workflows.staffing import NewStaff
from workflows.states import POSTS, Role

OPERATOR = Actor(None, "operator: uji", frozenset({Role.ADMIN}), "3673")

CELLS = """
OPEN_CASE          LOKET CASEWORKER
READ_CASES         OFFICE
AMEND_CASE         LOKET CASEWORKER
RECORD_CHECK       CASEWORKER
ASSESS             CASEWORKER
VALIDATE           VALIDATOR
PARAF              POSTS
DECIDE             KADIS
WITHDRAW           LOKET
READ_LETTER        OFFICE
UPLOAD_SCAN        KADIS
REVOKE_LETTER      KADIS
CHECK_LETTER       OFFICE HOSPITAL
ACCEPT_LETTER      HOSPITAL
REVEAL             LOKET CASEWORKER VALIDATOR
REPORT_MEMBERSHIP  HOSPITAL
MANAGE_STAFF       ADMIN
CHECK_PREMIUM      CASEWORKER VALIDATOR KADIS
IMPORT_DATA        ADMIN
APPLY_DATA         ADMIN
SIGNED_IN          OFFICE HOSPITAL ADMIN
OPEN_AT_BEDSIDE    HOSPITAL
CHOOSE_LETTER      CASEWORKER
START_REMOVAL      CASEWORKER
DELEGATE           KADIS
OBJECT             LOKET
RECORD_DEATH       LOKET
CONFIRM_TRANSFER   CASEWORKER VALIDATOR KADIS
ADMIT_LATE         CASEWORKER
REGISTER           LOKET
READ_COVERAGE      OFFICE ADMIN
READ_UNCOVERED     CASEWORKER VALIDATOR KADIS
READ_NEWS          HOSPITAL ADMIN
"""
"""Written by hand from the office's own division of work, so that a change of the map is seen twice."""


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path) as made:
        yield made


def expected() -> dict[str, frozenset[Role]]:
    groups = {"POSTS": frozenset(POSTS), "OFFICE": frozenset(PEOPLE) - {Role.HOSPITAL, Role.ADMIN}}
    found = {}
    for line in CELLS.split("\n")[1:-1]:
        permission, *words = line.split()
        found[permission] = frozenset().union(*(groups.get(word) or frozenset({Role(word)}) for word in words))
    return found


def test_the_map_is_what_was_written_by_hand() -> None:
    assert {permission.value: roles for permission, roles in PERMISSION_MAP.items()} == expected()


@pytest.mark.slow
@pytest.mark.parametrize("role", PEOPLE)
def test_every_route_refuses_exactly_the_roles_without_its_permission(office: Office, role: Role) -> None:
    found = of_role(office, role, office.open())
    assert found.deviations == []
    assert found.number > 60


@pytest.mark.slow
def test_another_regions_people_get_nothing_of_a_case(office: Office) -> None:
    ticket = office.to_letter()
    found = of_strangers(office, ticket)
    assert found.deviations == []
    assert found.number > 50
    assert [event.action for event in office.events(ticket) if event.actor_name.endswith("3316 Contoh")] == []


@pytest.mark.slow
def test_another_regions_people_get_nothing_of_a_cover_letter(sqlite_office: Office) -> None:
    """Under the number it really has: one that nobody has would be refused to everybody."""
    letter = issued(sqlite_office, 1)
    found = of_strangers_to_a_list(sqlite_office, letter.id or 0, [str(person(1)["name"])])
    assert found.deviations == []
    assert found.number > 20
    assert again(sqlite_office, letter).status == letter.status


TOGETHER_REFUSED = (
    {frozenset({Role.ADMIN, other}) for other in PEOPLE if other != Role.ADMIN}
    | {frozenset({Role.HOSPITAL, other}) for other in PEOPLE if other != Role.HOSPITAL}
    | {frozenset(pair) for pair in combinations((*POSTS, Role.KADIS), 2)}
)
"""ADMIN is held alone, and so is HOSPITAL; of the posts of the chain one person has one. Others meet: four eyes hold case by case."""


def new(roles: frozenset[Role]) -> NewStaff:
    hospital = "RS-CONTOH-1" if Role.HOSPITAL in roles else None
    return NewStaff("budi", "Budi Contoh", "3673", roles, hospital_code=hospital)


@pytest.mark.parametrize("pair", [frozenset(pair) for pair in combinations(PEOPLE, 2)], ids=lambda pair: "+".join(sorted(pair)))
def test_roles_that_exclude_each_other_are_refused_when_given(office: Office, pair: frozenset[Role]) -> None:
    if pair in TOGETHER_REFUSED:
        with pytest.raises(InvalidInput), office.write() as session:
            staffing.hire(session, new(pair), "x", OPERATOR, now=office.clock())
        return
    with office.write() as session:
        person = staffing.hire(session, new(pair), "x", OPERATOR, now=office.clock())
        assert staffing.roles_of(session, person) == pair


def test_the_process_itself_is_no_role_to_hold(office: Office) -> None:
    with pytest.raises(InvalidInput), office.write() as session:
        staffing.hire(session, new(frozenset({Role.SYSTEM})), "x", OPERATOR, now=office.clock())
