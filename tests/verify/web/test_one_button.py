"""The one big button: on the page of a case, whatever its state and whoever looks, there is one or a sentence that says who is next."""

from collections.abc import Callable, Iterator

import pytest

from tests.office import Office
from tests.verify.web.visitor import Page, Visitor
from tests.workflows.test_refusals import to_refusal
from verify.web import case_page
from verify.web.words import ROLE
from workflows import queries
from workflows.permissions import OFFICE
from workflows.states import FINAL, LETTER_OUT, OWNER, Role, State

Visit = Callable[[str], Visitor]

REFUSED = {State.REJECTED, State.OBJECTION, State.UPHELD, State.OVERTURNED}
LETTERED = LETTER_OUT | {State.CLOSED, State.UNREGISTERED, State.EXPIRED, State.REVOKED, State.REMOVED}
ANSWERS = {Role.SYSTEM: "Rekom", Role.HOSPITAL: "Rumah sakit"}
"""Who is next, where it is nobody of the office."""
HAS_BUTTON = {
    State.ASSESSMENT: {Role.CASEWORKER},
    State.VALIDATION: {Role.VALIDATOR},
    State.PARAF_KASI: {Role.KASI},
    State.PARAF_KABID: {Role.KABID},
    State.PARAF_SEKRETARIS: {Role.SEKRETARIS},
    State.DECISION: {Role.KADIS},
    State.WAITLISTED: {Role.KADIS},
    State.SIGNING: {Role.KADIS},
    State.OBJECTION: {Role.KADIS},
    State.ACCEPTED: {Role.LOKET},
    State.REGISTERING: {Role.LOKET},
    State.ACTIVE: {Role.LOKET},
    State.LETTER_ISSUED: OFFICE,
    State.REJECTED: OFFICE,
}
"""Who has it; nobody in any other state."""


@pytest.fixture
def staff(visit: Visit, sqlite_office: Office) -> dict[Role, Visitor]:
    """One person for each role of the office."""
    known = {Role.LOKET: "loket", Role.CASEWORKER: "peksos", Role.VALIDATOR: "validator", Role.KADIS: "kadis"}
    for role in OFFICE - known.keys():
        sqlite_office.hire(role.value.lower(), role)
    return {role: visit(known.get(role, role.value.lower())) for role in OFFICE}


def pages(office: Office, staff: dict[Role, Visitor], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[State, Role, Page]]:
    """The page of a case in each state, as each role reads it; only the state is put there by hand."""
    tickets = {"refused": to_refusal(office, 1), "lettered": office.to_letter(2), "early": office.to_decision(3)}
    for state in State:
        ticket = tickets["refused" if state in REFUSED else "lettered" if state in LETTERED else "early"]
        with office.read() as session:
            view = queries.case_view(session, ticket, office.actor("loket"))
        view.case.state = state
        monkeypatch.setattr(case_page, "look", lambda _, view=view: view)
        for role, visitor in staff.items():
            yield state, role, visitor.get(f"/berkas/{ticket}")


def big(page: Page) -> list[str]:
    """The words of all big buttons in the page."""
    found = [control for tag in ("a", "button") for control in page.one("main").iter(tag)]
    return [page.words(control) for control in found if "big" in (control.get("class") or "").split()]


def next_words(page: Page) -> str:
    """What stands under "Langkah berikutnya"."""
    return page.words(next(found for found in page.all("section") if found.get("aria-labelledby") == "berikutnya"))


def test_one_big_button_or_who_is_next(sqlite_office: Office, staff: dict[Role, Visitor], monkeypatch: pytest.MonkeyPatch) -> None:
    wrong: list[tuple[State, Role, list[str], str]] = []
    seen = set()
    for state, role, page in pages(sqlite_office, staff, monkeypatch):
        assert page.status == 200, (state, role)
        seen.add((state, role))
        buttons, words = big(page), next_words(page)
        owner = OWNER[state]
        has = role in HAS_BUTTON.get(state, set())
        said = state in FINAL or ANSWERS.get(owner, str(ROLE[owner])).lower() in words.lower() or "penanda tangan lain" in words.lower()
        if len(buttons) != has or not (has or said):
            wrong.append((state, role, buttons, words))
    assert not wrong, "\n".join(map(str, wrong))
    assert seen == {(state, role) for state in State for role in OFFICE}
