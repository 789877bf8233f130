"""The whole process against its table: every state, every action, every role; rows that fire by themselves; guards that say why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from sqlmodel import Session, col, select

from tests.office import Office, person
from workflows import advance, audit, facts, guards
from workflows.actor import Actor
from workflows.codes import new_code
from workflows.errors import NotAllowed, TransitionRefused
from workflows.letter_states import LABEL as LETTER_LABEL
from workflows.letter_states import LETTER_TRANSITIONS, LIVE, LetterState, check_letter_move
from workflows.records import AuditEvent, Case, Task
from workflows.states import FINAL, LABEL, TRANSITIONS, Action, Guard, Job, Role, State, Transition
from workflows.vocabulary import Channel, LetterType, Urgency

ROWS = {(row.source, row.action): row for row in TRANSITIONS}


@dataclass(frozen=True)
class Nothing:
    """Facts of a case about which nothing is known."""


@pytest.fixture
def session(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """One transaction, undone at the end; every guard holds and every step has facts, so that only the table speaks."""
    monkeypatch.setattr(guards, "GUARDS", dict.fromkeys(Guard, lambda _session, _case: True))
    monkeypatch.setattr(facts, "READERS", dict.fromkeys(Job, lambda _session, _case: Nothing()))
    with sqlite_office.read() as opened:
        yield opened


def case_in(session: Session, state: State, office: Office) -> Case:
    known = {name: value for name, value in person().items() if name != "kk"}
    policy, now = office.policy, office.clock()
    pinned = {"policy_valid_from": policy.valid_from, "policy_sha256": policy.sha256, "region_code": "3673", "timezone": policy.timezone}
    words = {"letter_type": LetterType.REKOM_PBPU_PEMDA, "urgency": Urgency.ROUTINE, "channel": Channel.LOKET_DINSOS}
    moments = {"state_since": now, "opened_at": now, "closed_at": now if state in FINAL else None}
    case = Case(ticket=new_code(), state=state, opened_by=1, **known, **pinned, **words, **moments)
    session.add(case)
    session.flush()
    return case


def somebody(role: Role) -> Actor:
    return Actor(id=None if role == Role.SYSTEM else 1, name="Uji", roles=frozenset({role}), region_code="3673")


def path_from(row: Transition) -> list[Transition]:
    """The row and the automatic ones that follow while all guards hold."""
    path = [row]
    while following := [one for one in TRANSITIONS if one.source == path[-1].target and one.by == Role.SYSTEM and one.when]:
        path.append(following[0])
    return path


def outcome(session: Session, case: Case, action: Action, role: Role, office: Office) -> Any:
    """What came of it: the refusal's kind, or where the case stands, what was recorded and what was promised."""
    try:
        advance.advance(session, case, action, somebody(role), now=office.clock())
    except (TransitionRefused, NotAllowed) as refused:
        assert str(refused).endswith(".")
        return type(refused)
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence)).where(AuditEvent.subject == advance.subject(case)))
    moves = [(event.action, event.detail["source"], event.detail["target"]) for event in events]
    jobs = {task.job for task in session.exec(select(Task).where(Task.case_id == case.id))}
    return case.state, case.version, case.closed_at is not None, moves, jobs


def expected(state: State, action: Action, role: Role) -> Any:
    row = ROWS.get((state, action))
    if row is None:
        return TransitionRefused
    if row.by != role:
        return NotAllowed
    path = path_from(row)
    moves = [(one.action.value, one.source.value, one.target.value) for one in path]
    return path[-1].target, 1 + len(path), path[-1].target in FINAL, moves, {job for one in path for job in one.then}


@pytest.mark.parametrize("state", State)
def test_every_action_of_every_role_does_what_the_table_says(session: Session, sqlite_office: Office, state: State) -> None:
    tried = 0
    for action, role in product(Action, Role):
        undone = session.begin_nested()
        case = case_in(session, state, sqlite_office)
        assert outcome(session, case, action, role, sqlite_office) == expected(state, action, role), (state, action, role)
        undone.rollback()
        tried += 1
    assert tried == len(Action) * len(Role) >= 84


def test_an_action_and_a_state_make_one_row() -> None:
    assert len(ROWS) == len(TRANSITIONS)


def test_people_do_what_the_law_gives_them_to_do() -> None:
    by_role: dict[Role, set[str]] = {role: set() for role in Role}
    for row in TRANSITIONS:
        by_role[row.by].add(f"{row.source} {row.action}")
    paraf = ("PARAF_KASI", "PARAF_KABID", "PARAF_SEKRETARIS")
    before_decision = ("RECEIVED", "CHECKED", "ASSESSMENT", "VALIDATION", *paraf, "DECISION")
    after_decision = ("WAITLISTED", "APPROVED", "SIGNING", "LETTER_ISSUED", "ACCEPTED", "REGISTERING", "ACTIVE", "OBJECTION")
    assert by_role == {
        Role.LOKET: {f"{state} WITHDRAW" for state in (*before_decision, "WAITLISTED")}
        | {f"{state} RECORD_DEATH" for state in (*before_decision, *after_decision)}
        | {"REJECTED OBJECT", "OBJECTION RETRACT"}
        | {f"{state} GIVE_UP" for state in ("ACCEPTED", "REGISTERING", "ACTIVE")},
        Role.CASEWORKER: {"ASSESSMENT ASSESS", "EXPIRED ADMIT_LATE"},
        Role.VALIDATOR: {"VALIDATION VALIDATE", "VALIDATION SEND_BACK"},
        Role.KASI: {"PARAF_KASI PARAF", "PARAF_KASI SEND_BACK"},
        Role.KABID: {"PARAF_KABID PARAF", "PARAF_KABID SEND_BACK"},
        Role.SEKRETARIS: {"PARAF_SEKRETARIS PARAF", "PARAF_SEKRETARIS SEND_BACK"},
        Role.KADIS: {f"{state} {act}" for state in ("DECISION", "WAITLISTED") for act in ("APPROVE", "REJECT", "SEND_BACK")}
        | {"OBJECTION UPHOLD", "OBJECTION OVERTURN"}
        | {
            "DECISION WAIT",
            "SIGNING SIGN",
            "SIGNING REVOKE",
            "LETTER_ISSUED REVOKE",
            "LETTER_ISSUED REPLACE",
            "REGISTERING REVOKE",
            "REGISTERING REPLACE",
        },
        Role.HOSPITAL: {"LETTER_ISSUED ACCEPT", "ACTIVE RECORD_SEP"},
        Role.ADMIN: set(),
        Role.SYSTEM: {"RECEIVED FINISH_CHECKS", "CHECKED WEIGH", "APPROVED ISSUE", "APPROVED PREPARE", "LETTER_ISSUED EXPIRE"}
        | {"LETTER_ISSUED REMOVE"}
        | {f"{state} ASK_KASI" for state in ("DECISION", "PARAF_KABID", "PARAF_SEKRETARIS")}
        | {f"{state} ASK_KABID" for state in ("DECISION", "PARAF_SEKRETARIS")}
        | {"DECISION ASK_SEKRETARIS"}
        | {"LETTER_ISSUED FORWARD", "LETTER_ISSUED AWAIT", "ACCEPTED ACTIVATE", "ACCEPTED FINISH", "REGISTERING FINISH", "ACTIVE FINISH"},
    }


def test_a_refused_move_leaves_the_case_as_it_was(session: Session, sqlite_office: Office) -> None:
    case = case_in(session, State.ASSESSMENT, sqlite_office)
    for action, role in ((Action.APPROVE, Role.KADIS), (Action.ASSESS, Role.VALIDATOR)):
        with pytest.raises((TransitionRefused, NotAllowed)):
            advance.advance(session, case, action, somebody(role), now=sqlite_office.clock())
    assert (case.state, case.version, case.closed_at) == (State.ASSESSMENT, 1, None)
    assert audit.events_of(session, advance.subject(case)) == []


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.when], ids=lambda row: f"{row.source}-{row.action}")
def test_a_guard_that_does_not_hold_refuses_with_its_sentence(
    session: Session, sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, row: Transition
) -> None:
    monkeypatch.setattr(guards, "GUARDS", dict.fromkeys(Guard, lambda _session, _case: False))
    case = case_in(session, row.source, sqlite_office)
    with pytest.raises(TransitionRefused) as refused:
        advance.advance(session, case, row.action, somebody(row.by), now=sqlite_office.clock())
    assert row.when
    assert str(refused.value) == guards.WAITING_FOR[row.when]
    assert case.state == row.source


@pytest.mark.parametrize("guard", Guard)
def test_each_guard_says_what_is_waited_for(guard: Guard) -> None:
    assert guards.WAITING_FOR[guard].endswith("muat ulang.")


def test_settle_fires_rows_only_as_far_as_their_guards_hold(
    session: Session, sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_in(session, State.RECEIVED, sqlite_office)
    holding = {Guard.CHECKS_IN}
    monkeypatch.setattr(guards, "GUARDS", {guard: lambda _s, _c, guard=guard: guard in holding for guard in Guard})
    advance.settle(session, case, now=sqlite_office.clock())
    assert case.state == State.CHECKED
    holding.add(Guard.FINDINGS_IN)
    advance.settle(session, case, now=sqlite_office.clock())
    assert case.state == State.ASSESSMENT
    advance.settle(session, case, now=sqlite_office.clock())
    assert (case.state, case.version) == (State.ASSESSMENT, 3)


def holding(office: Office, ticket: str) -> set[Guard]:
    with office.read() as session:
        case = office.case(ticket)
        return {guard for guard in Guard if guards.holds(session, case, guard)}


def test_a_case_really_waits_for_its_guards(office: Office) -> None:
    ticket = office.open()
    assert holding(office, ticket) == {Guard.NOTHING_TO_REGISTER}
    office.drain()
    assert holding(office, ticket) == {Guard.CHECKS_IN, Guard.FINDINGS_IN, Guard.FINDINGS_CURRENT, Guard.NOTHING_TO_REGISTER}
    office.assess(ticket)
    assert holding(office, ticket) == {Guard.CHECKS_IN, Guard.NOTHING_TO_REGISTER}  # the answers are new facts
    office.drain()
    office.validate(ticket)
    office.approve(ticket)
    assert holding(office, ticket) == {Guard.CHECKS_IN, Guard.FINDINGS_IN, Guard.FINDINGS_CURRENT, Guard.NOTHING_TO_REGISTER}
    office.drain()
    assert Guard.LETTER_PRESSED in holding(office, ticket)
    assert not {Guard.NOTHING_TO_REGISTER, Guard.MEMBER_ACTIVE, Guard.SEP_KNOWN, Guard.FOR_THE_MINISTRY} & holding(office, ticket)


@pytest.mark.parametrize(("source", "target"), list(product(LetterState, LetterState)))
def test_a_letter_moves_only_by_its_table(source: LetterState, target: LetterState) -> None:
    if (source, target) in LETTER_TRANSITIONS:
        check_letter_move(source, target)
        return
    with pytest.raises(TransitionRefused) as refused:
        check_letter_move(source, target)
    assert str(refused.value) == f"Surat berstatus {LETTER_LABEL[source]} tidak dapat menjadi {LETTER_LABEL[target]}."


def test_a_letter_that_left_life_comes_back_only_as_accepted_in_its_time() -> None:
    back = {(source, target) for source, target in LETTER_TRANSITIONS if source not in LIVE}
    assert back == {(LetterState.EXPIRED, LetterState.ACCEPTED)}
    assert set(LETTER_LABEL) == set(LetterState)
    assert set(LABEL) == set(State)
