"""The only door to a new state: find the row, check who and whether, move, record, promise the next jobs.

One transaction, under the case's row lock. Nothing else assigns ``.state``; a structure test searches the
syntax tree for it. Locks are taken in one order everywhere: cases by their ids, then files for BPJS, then letters E, then the person at
work.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from workflows import audit, facts, guards, registrations, seats, tasks
from workflows.actor import SYSTEM, Actor
from workflows.errors import ChangedMeanwhile, NotAllowed, NotFound, TransitionRefused
from workflows.letter_states import LetterState, check_letter_move
from workflows.permissions import can_see
from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.saying import say
from workflows.states import ASSESSED, FINAL, INITIAL, LABEL, ON_OPENING, TRANSITIONS, Action, Job, Role, State, Transition

_HOLD = (
    sql_select(col(Case.id))
    .where(col(Case.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Case.id))
    .with_for_update(key_share=True)
)
_HOLD_FREE = (
    sql_select(col(Letter.token_id))
    .join(Case, col(Case.id) == Letter.case_id)
    .where(col(Letter.token_id).in_(bindparam("token_ids", expanding=True)))
    .order_by(col(Case.id))
    .with_for_update(key_share=True, of=Case, skip_locked=True)
)
NO_CASE = say("Berkas tidak ditemukan. Periksa nomor berkas, lalu cari lagi.")


def lock(session: Session, ticket: str, actor: Actor, *, version: int | None = None) -> Case:
    """A case the actor may see, under its row lock; ``ChangedMeanwhile`` where the caller saw another version of it."""
    case = _locked(session, select(Case).where(Case.ticket == ticket))
    if not can_see(actor, case):
        raise NotFound(NO_CASE)
    if version is not None and case.version != version:
        raise ChangedMeanwhile()
    return case


def lock_by_id(session: Session, case_id: int) -> Case:
    """The same for the process itself, by id."""
    return _locked(session, select(Case).where(Case.id == case_id))


def lock_all(session: Session, case_ids: Iterable[int]) -> None:
    """The row locks of many cases, each read anew: by their ids, so that no two who take many wait for each other."""
    locked = select(Case).where(col(Case.id).in_(set(case_ids))).order_by(col(Case.id)).with_for_update()
    session.exec(locked.execution_options(populate_existing=True)).all()


def hold(session: Session, case_ids: Iterable[int]) -> None:
    """Take the locks that the chains of cases hang on, without reading the cases: in one order, so that no two wait for each other."""
    session.connection().execute(_HOLD, {"ids": list(set(case_ids))}).all()


def hold_free(session: Session, token_ids: Iterable[str]) -> set[str]:
    """The same for the cases of letters, by the ids in their seals, waiting for nobody: answers for which letters it holds them now."""
    return set(session.connection().execute(_HOLD_FREE, {"token_ids": list(set(token_ids))}).scalars())


def begin(session: Session, case: Case, actor: Actor, *, now: datetime) -> None:
    """Put a new case in its first state and promise its first jobs."""
    case.state, case.state_since = INITIAL, now
    session.add(case)
    session.flush()
    audit.record(session, subject(case), "OPEN", actor=actor, now=now, state=INITIAL.value)
    _promise(session, case, ON_OPENING, now=now)


def advance(session: Session, case: Case, action: Action, actor: Actor, *, now: datetime, **detail: Any) -> None:
    """Move the case by ``action``, then let automatic rows fire.

    ``TransitionRefused`` says why it cannot be now; ``NotAllowed`` that this person may not.
    """
    row = find(case.state, action)
    if row.by not in actor.roles:
        raise NotAllowed()
    if row.when and not guards.holds(session, case, row.when):
        raise TransitionRefused(guards.WAITING_FOR[row.when])
    _move(session, case, row, actor, now=now, **detail)
    settle(session, case, now=now)


def settle(session: Session, case: Case, *, now: datetime) -> None:
    """Fire automatic rows as long as one's guard holds."""
    while row := _automatic(session, case):
        _move(session, case, row, SYSTEM, now=now)


def find(state: State, action: Action) -> Transition:
    """The row for an action in a state, or a refusal that says where the case stands."""
    for row in TRANSITIONS:
        if row.source == state and row.action == action:
            return row
    raise TransitionRefused(say("Langkah ini tidak ada saat berkas berstatus “{label}”. Muat ulang berkas.", label=LABEL[state]))


def weigh_again(session: Session, case: Case, *, now: datetime) -> None:
    """Promise new findings after facts changed, unless the first ones are still to come anyway."""
    if case.state != State.RECEIVED and case.closed_at is None:
        _promise(session, case, (Job.FINDINGS,), now=now)


def shown_differently(case: Case) -> None:
    """A new answer or finding makes another version of a case that waits for somebody's word: who saw the old one is told."""
    if case.state in ASSESSED | {State.WAITLISTED}:
        case.version += 1


def check_again(session: Session, case: Case, *, now: datetime) -> None:
    """Promise registry checks for whatever they now read differently."""
    _promise(session, case, ON_OPENING, now=now)


def move_letter(letter: Letter, target: LetterState) -> None:
    """The same door for letters; the caller records the event on the case."""
    check_letter_move(letter.state, target)
    letter.state = target


def subject(case: Case) -> str:
    """The case's name in the audit trail."""
    return f"case:{case.id}"


def _automatic(session: Session, case: Case) -> Transition | None:
    rows = (row for row in TRANSITIONS if row.source == case.state and row.by == Role.SYSTEM and row.when)
    return next((row for row in rows if row.when and guards.holds(session, case, row.when)), None)


def _move(session: Session, case: Case, row: Transition, actor: Actor, *, now: datetime, **detail: Any) -> None:
    case.state, case.state_since = row.target, now
    case.version += 1
    case.closed_at = now if row.target in FINAL else None
    session.add(case)
    session.flush()
    audit.record(session, subject(case), row.action.value, actor=actor, now=now, source=row.source.value, target=row.target.value, **detail)
    seats.follow(session, case, row.source, row.target, now=now)
    registrations.follow(session, case, row.target, now=now)
    _promise(session, case, row.then, now=now)


def _promise(session: Session, case: Case, jobs: tuple[Job, ...], *, now: datetime) -> None:
    for job in jobs:
        tasks.add(session, case, job, facts.fingerprint(facts.read(session, case, job)), now=now)


def _locked(session: Session, query: Any) -> Case:
    case: Case | None = session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
    if case is None:
        raise NotFound(NO_CASE)
    return case
