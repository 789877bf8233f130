"""Escalation that really runs: the relay looks at what waits too long and tells the next person, once for each step.

A step is a row that cannot be written twice, and an event in the audit trail of what waits. It ends when the wait does.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from workflows import advance, audit, collective
from workflows.actor import SYSTEM, Actor
from workflows.authority import authority_of
from workflows.records.case import Case
from workflows.records.collective import CollectiveLetter
from workflows.records.escalation import Escalation
from workflows.records.late_acceptance import LateAcceptance
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff, StaffRole
from workflows.states import Role
from workflows.stuck import Wait
from workflows.waiting import About, Pending, Unknown, turn

Key = tuple[About, str, datetime]
"""What one wait is known by: what it is about, subject, since when."""


def untold(session: Session, waits: Iterable[Wait]) -> list[Wait]:
    """Those with a step that is over and was not told yet."""
    levels: dict[Key, int] = defaultdict(int)
    for row in session.exec(select(Escalation).where(col(Escalation.ended_at).is_(None))):
        levels[_key(row)] += 1
    return [wait for wait in waits if wait.level > levels[key(wait)]]


def tell(session: Session, wait: Wait, *, now: datetime) -> list[Escalation]:
    """Record the steps of a wait that are over and were not told yet; returns those. One that goes on after it ended runs again."""
    trail = _still(session, wait.pending)
    if trail is None:
        return []  # it moved on since it was looked at
    known = {row.level: row for row in session.exec(select(Escalation).where(*_same(wait)))}
    for row in known.values():
        row.ended_at = None
        session.add(row)
    session.flush()
    return [_record(session, trail, wait, level, now) for level in range(1, wait.level + 1) if level not in known]


def over(session: Session, alive: Collection[Key]) -> list[int | None]:
    """Ids of running steps whose wait is over."""
    running = session.exec(select(Escalation).where(col(Escalation.ended_at).is_(None)))
    return [row.id for row in running if _key(row) not in alive]


def end(session: Session, steps: Sequence[int | None], *, now: datetime) -> None:
    """End so many steps, unless somebody else has."""
    for start in range(0, len(steps), 500):
        some = col(Escalation.id).in_(steps[start : start + 500])
        session.exec(update(Escalation).where(some, col(Escalation.ended_at).is_(None)).values(ended_at=now))


def key(wait: Wait) -> Key:
    """The wait's own."""
    return wait.pending.about, wait.pending.subject, wait.pending.since


def told_to(session: Session, actor: Actor) -> int:
    """How many waits of the actor's region came to a role of theirs and still run."""
    about = (col(Escalation.case_id), col(Escalation.collective_id), col(Escalation.late_nonce))
    waits = select(Escalation).with_only_columns(*about, col(Escalation.subject), col(Escalation.since)).distinct()
    waits = waits.where(col(Escalation.region_code) == actor.region_code, col(Escalation.ended_at).is_(None))
    mine = waits.where(col(Escalation.role).in_(list(actor.roles)))
    return int(session.exec(select(func.count()).select_from(mine.subquery())).one())


def names(session: Session, waits: Iterable[Wait]) -> Mapping[Key, str]:
    """Whom the last step of each wait named, where it was told to somebody."""
    wanted = {key(wait) for wait in waits}
    query = select(Escalation, Staff).join(Staff, col(Staff.id) == Escalation.staff_id).where(col(Escalation.ended_at).is_(None))
    rows = session.exec(query.order_by(col(Escalation.level)))
    return {_key(row): person.name for row, person in rows if _key(row) in wanted}


def _key(row: Escalation) -> Key:
    return About(row.case_id, row.collective_id, row.late_nonce), row.subject, row.since


def _same(wait: Wait) -> tuple[Any, ...]:
    """The rows of one wait."""
    pending = wait.pending
    about = [getattr(Escalation, name) == value for name, value in asdict(pending.about).items() if value is not None]
    return (*about, Escalation.subject == pending.subject, Escalation.since == pending.since)


def _still(session: Session, pending: Pending) -> str | None:
    """The audit trail of what waits, under its row's lock; None where it does not wait like this any more."""
    match pending.thing:
        case Case(id=case_id):
            case = advance.lock_by_id(session, case_id or 0)
            moved = pending.kind == pending.thing.state and (case.state, case.state_since) != (pending.kind, pending.since)
            return None if moved else advance.subject(case)
        case CollectiveLetter(id=letter_id):
            letter = collective.lock_by_id(session, letter_id or 0)
            same = letter.status == pending.thing.status and turn(session, letter) == (pending.owner, pending.since)
            return collective.subject(letter) if same else None
        case Unknown(late=late):
            found = session.get_one(LateAcceptance, late.nonce, with_for_update=True, populate_existing=True)
            return f"late:{found.nonce}" if found.settled_at is None else None


def _record(session: Session, trail: str, wait: Wait, level: int, now: datetime) -> Escalation:
    role, pending = wait.ladder[level - 1], wait.pending
    person = _person(session, wait, role, now)
    row = Escalation(
        **asdict(pending.about),
        region_code=pending.region_code,
        subject=pending.subject,
        since=pending.since,
        level=level,
        role=role,
        staff_id=person.id if person else None,
        at=now,
    )
    session.add(row)
    session.flush()
    words = {"waiting": pending.kind, "level": level, "role": role.value, "to": person.name if person else None}
    audit.record(session, trail, "ESCALATE", actor=SYSTEM, now=now, **words)
    return row


def _person(session: Session, wait: Wait, role: Role, now: datetime) -> Staff | None:
    """Who hears of it: the person whose name is on it where the step is for their own role, who holds the office, else the first."""
    if role is wait.pending.owner and wait.pending.person_id is not None:
        return session.get(Staff, wait.pending.person_id)
    region_code = wait.pending.region_code
    people = select(Staff).where(Staff.region_code == region_code, col(Staff.disabled_at).is_(None)).order_by(col(Staff.id))
    if role is Role.KADIS:
        signers = session.exec(people.where(col(Staff.id).in_(select(SigningAuthority.staff_id))))
        return next((one for one in signers if authority_of(session, one.id or 0, region_code, wait.timezone, now=now)), None)
    return session.exec(people.where(col(Staff.id).in_(select(StaffRole.staff_id).where(StaffRole.role == role))).limit(1)).first()
