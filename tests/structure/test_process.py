"""The process is whole: every state has an owner and words and can be reached, every job a step, every guard a function."""

import inspect
import pkgutil
from collections.abc import Iterable
from types import ModuleType

import pytest

import workflows.steps
from workflows import facts, guards, ports
from workflows.letter_states import LETTER_TRANSITIONS, LetterState
from workflows.states import (
    CHECKS,
    FINAL,
    INITIAL,
    LABEL,
    ON_NEWS,
    ON_OPENING,
    OWNER,
    TRANSITIONS,
    Action,
    Guard,
    Job,
    Role,
    State,
    Transition,
)
from workflows.steps import SOURCE, STEPS

STEP = ("conclude", "gather")


def reachable(rows: Iterable[Transition], start: State = INITIAL) -> set[State]:
    """All states a case can come to."""
    known, fresh = {start}, {start}
    while fresh:
        fresh = {row.target for row in rows if row.source in fresh} - known
        known |= fresh
    return known


def dead_ends(rows: Iterable[Transition], final: Iterable[State] = FINAL) -> set[State]:
    """States from which a case cannot come to an end."""
    return {state for state in State if not reachable(rows, state) & set(final)}


def public_functions(module: ModuleType) -> list[str]:
    """Functions of the module itself whose names do not say that they are its own affair."""
    own = inspect.getmembers(module, lambda thing: inspect.isfunction(thing) and thing.__module__ == module.__name__)
    return sorted(name for name, _ in own if not name.startswith("_"))


def test_every_state_has_an_owner_and_words() -> None:
    assert set(OWNER) == set(LABEL) == set(State)
    assert all(label and label[0].isupper() for label in LABEL.values())
    assert len(set(LABEL.values())) == len(LABEL)


def test_every_state_can_be_reached_and_left() -> None:
    assert reachable(TRANSITIONS) == set(State)
    assert dead_ends(TRANSITIONS) == set()


def test_an_unreachable_state_and_a_dead_end_are_found() -> None:
    assert State.REVOKED not in reachable([row for row in TRANSITIONS if row.target != State.REVOKED])
    assert dead_ends([row for row in TRANSITIONS if row.source != State.APPROVED]) == {State.APPROVED}


def test_final_states_are_final_but_for_an_objection_and_a_late_acceptance() -> None:
    reopened = {(row.source, row.action) for row in TRANSITIONS if row.source in FINAL}
    assert reopened == {(State.REJECTED, Action.OBJECT), (State.EXPIRED, Action.ADMIT_LATE)}
    assert {state for state in State if state not in {row.source for row in TRANSITIONS}} == FINAL - {State.REJECTED, State.EXPIRED}


def test_whoever_owns_an_open_state_can_move_it() -> None:
    for state in set(State) - FINAL:
        assert OWNER[state] in {row.by for row in TRANSITIONS if row.source == state}, state


def test_a_row_says_one_thing() -> None:
    assert len({(row.source, row.action) for row in TRANSITIONS}) == len(TRANSITIONS)


def test_rows_that_fire_by_themselves_have_a_guard_and_make_no_circle() -> None:
    automatic = [row for row in TRANSITIONS if row.by == Role.SYSTEM and row.when]
    for row in automatic:
        assert row.source not in reachable(automatic, row.target), row


def test_every_guard_is_used_and_has_a_question_and_a_sentence() -> None:
    assert {row.when for row in TRANSITIONS if row.when} == set(Guard) == set(guards.GUARDS) == set(guards.WAITING_FOR)


def test_every_job_is_started_and_has_facts() -> None:
    assert (
        {job for row in TRANSITIONS for job in row.then} | set(ON_OPENING) | set(ON_NEWS) == set(Job) == set(facts.READERS) | set(ON_NEWS)
    )
    assert set(SOURCE) == set(CHECKS)


def test_every_job_has_a_step_of_its_own_and_every_step_a_job() -> None:
    assert set(STEPS) == set(Job)
    modules = {name for _, name, _ in pkgutil.iter_modules(workflows.steps.__path__)}
    assert {module.__name__.rsplit(".", 1)[1] for module in STEPS.values()} == modules
    assert {job.lower() for job in Job} == modules


@pytest.mark.parametrize("job", Job)
def test_a_step_is_exactly_gather_and_conclude(job: Job) -> None:
    step = STEPS[job]
    assert public_functions(step) == list(STEP)
    gather, conclude = inspect.signature(step.gather), inspect.signature(step.conclude)
    assert next(iter(gather.parameters.values())).annotation is ports.Ports
    assert len(gather.parameters) == 2  # no session: nothing is written while an outside system is waited for
    assert list(conclude.parameters)[-1] == "now"
    assert conclude.parameters["now"].kind == inspect.Parameter.KEYWORD_ONLY
    assert len(conclude.parameters) == 5


def test_a_third_function_in_a_step_is_found() -> None:
    planted = ModuleType("planted")
    exec("def gather(p, f): ...\ndef conclude(s): ...\ndef helper(): ...\ndef _own(): ...", vars(planted))
    assert public_functions(planted) == ["conclude", "gather", "helper"]


def test_every_letter_state_can_be_reached() -> None:
    known, fresh = {LetterState.SIGNED}, {LetterState.SIGNED}
    while fresh:
        fresh = {target for source, target in LETTER_TRANSITIONS if source in fresh} - known
        known |= fresh
    assert known == set(LetterState)
