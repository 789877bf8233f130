"""The one big button: on the page of a case, whatever its state and whoever looks, there is one or a sentence that says who is next."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from sqlmodel import col, select, update

from tests.office import Office
from tests.verify.web.visitor import Page, Visitor
from tests.workflows.test_refusals import answer, object_to, second_signer, to_refusal
from verify.web import case_page
from verify.web.next_step import CLOSED, Step, next_step
from verify.web.words import ROLE
from workflows import four_eyes, queries
from workflows.actor import Actor
from workflows.permissions import OFFICE
from workflows.queries import CaseView
from workflows.records import Case, CheckResult
from workflows.states import FINAL, LETTER_OUT, OWNER, Role, State
from workflows.vocabulary import ObjectionOutcome, Urgency

Visit = Callable[[str], Visitor]
Views = Mapping[State, CaseView]

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
    State.OVERTURNED: OFFICE,
}
"""Who has it; nobody in any other state."""


@pytest.fixture
def addresses(sqlite_office: Office) -> Iterator[None]:
    """Addresses can be made, as in a request."""
    with sqlite_office.app.test_request_context("/"):
        yield


@pytest.fixture
def views(sqlite_office: Office) -> Views:
    """A case in each state: real ones that were refused, objected to, granted, given a letter and not yet decided; of these the last
    two and the first stand for the other states, which are put there by hand.
    """
    office = sqlite_office
    refused, objecting, granted = (to_refusal(office, number) for number in (1, 2, 3))
    for ticket in (objecting, granted):
        object_to(office, ticket)
    answer(office, granted, ObjectionOutcome.OVERTURNED, second_signer(office))
    tickets = {State.OBJECTION: objecting, State.OVERTURNED: granted, State.REJECTED: refused, State.UPHELD: refused}
    lettered, early = office.to_letter(4), office.to_decision(5)
    return {state: seen(office, tickets.get(state, lettered if state in LETTERED else early), state) for state in State}


def seen(office: Office, ticket: str, state: State) -> CaseView:
    """A case as a page has it, in a state."""
    loket = office.actor("loket")
    with office.read() as session, session.no_autoflush:
        view = queries.case_view(session, ticket, loket)
        view.case.state = state
        kept, agreeing = four_eyes.kept_from(session, view.case), four_eyes.kept_from_agreeing(session, view.case)
    return replace(view, kept_from=kept, kept_from_agreeing=agreeing)


def somebody(role: Role, number: int = 900) -> Actor:
    """One who had no hand in any case, unless ``number`` says so."""
    return Actor(number, "Tono Contoh", frozenset({role}), "3673")


def says_who(state: State, step: Step) -> bool:
    """Whether a step without a button ends the matter in the state's own words, or names whose turn it is."""
    owner = OWNER[state]
    return step.sentence == CLOSED[state] if state in FINAL else ANSWERS.get(owner, str(ROLE[owner])).lower() in step.sentence.lower()


@pytest.mark.usefixtures("addresses")
def test_one_button_or_who_is_next(views: Views) -> None:
    wrong = []
    for state, view in views.items():
        for role in OFFICE:
            step = next_step(view, somebody(role))
            has = role in HAS_BUTTON.get(state, set())
            if (step.button is not None, step.address is not None) != (has, has) or not (has or says_who(state, step)):
                wrong.append((state, role, step))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.usefixtures("addresses")
def test_whoever_had_a_hand_in_it_is_told_who_goes_on_and_a_quorum_asks_posts(views: Views) -> None:
    hands = views[State.DECISION].assessment
    assert hands is not None and hands.validated_by is not None
    for state, role, number, who in (
        (State.VALIDATION, Role.VALIDATOR, hands.assessed_by, "Validator lain"),
        (State.PARAF_KASI, Role.KASI, hands.validated_by, "Kepala Seksi lain"),
        (State.DECISION, Role.KADIS, hands.validated_by, "Penanda tangan lain"),
        (State.WAITLISTED, Role.KADIS, hands.assessed_by, "Penanda tangan lain"),
        (State.OBJECTION, Role.KADIS, next(iter(views[State.OBJECTION].refusal.objection.hands)), "Penanda tangan lain"),  # type: ignore[union-attr]
    ):
        step = next_step(views[state], somebody(role, number))
        assert step.button is None and f"{who} harus melanjutkan." in step.sentence, state
    for state in (State.DECISION, State.WAITLISTED):
        found = {role: next_step(views[state], somebody(role), agrees=True).button for role in (Role.KASI, Role.KABID, Role.KADIS)}
        assert found[Role.KASI] == found[Role.KABID] == "Ke bagian kuorum"
        assert found[Role.KADIS] == next_step(views[state], somebody(Role.KADIS)).button


@pytest.mark.usefixtures("addresses")
def test_who_recorded_a_check_or_refused_the_case_before_is_told_so_and_not_sent_to_a_form(sqlite_office: Office) -> None:
    office = sqlite_office
    first, head, recorder = to_refusal(office, 1), office.actor("kadis").person_id, office.hire("pencatat", Role.KADIS)
    object_to(office, first)
    answer(office, first, ObjectionOutcome.OVERTURNED, second_signer(office))
    office.drain()
    with office.write() as session:
        again = session.exec(select(Case).where(Case.ticket != first)).one()
        by_hand = update(CheckResult).where(col(CheckResult.case_id) == again.id)
        session.exec(by_hand.values(recorded_by=recorder, task_id=None, note="Uji."))
    view = seen(office, again.ticket, State.DECISION)
    for number in (head, recorder):
        step = next_step(view, somebody(Role.KADIS, number))
        assert step.button is None and "Anda sudah menangani langkah sebelumnya. Penanda tangan lain harus melanjutkan." in step.sentence
    assert next_step(view, somebody(Role.KADIS)).button == "Putuskan berkas ini"


@pytest.mark.usefixtures("addresses")
def test_a_check_a_registry_left_is_its_owners_who_has_nothing_else_to_do(sqlite_office: Office) -> None:
    sqlite_office.fakes.switch.off()
    ticket = sqlite_office.open(1, urgency=Urgency.EMERGENCY)
    sqlite_office.drain()
    view = seen(sqlite_office, ticket, State.ASSESSMENT)
    owner = view.manual[0].check.owner_id
    assert next_step(view, somebody(Role.LOKET, owner)).button == "Catat hasil manual"
    assert next_step(view, somebody(Role.LOKET)).button is None
    assert next_step(view, somebody(Role.CASEWORKER, owner)).button == "Nilai berkas ini"


def big(page: Page) -> list[str]:
    """The words of all big buttons in the page."""
    found = [control for tag in ("a", "button") for control in page.one("main").iter(tag)]
    return [page.words(control) for control in found if "big" in (control.get("class") or "").split()]


def next_words(page: Page) -> str:
    """What stands under "Langkah berikutnya"."""
    return page.words(next(found for found in page.all("section") if found.get("aria-labelledby") == "berikutnya"))


def test_the_page_shows_that_step_and_no_second_button(
    views: Views, visit: Visit, sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, actor = visit("kadis"), sqlite_office.actor("kadis")
    with sqlite_office.app.test_request_context("/"):
        steps = {state: next_step(view, actor) for state, view in views.items()}
    for state, step in steps.items():
        monkeypatch.setattr(case_page, "look", lambda _, view=views[state]: view)
        page = head.get(f"/berkas/{views[state].case.ticket}")
        assert (page.status, big(page)) == (200, [step.button] if step.button else []), state
        assert step.sentence in next_words(page), state
