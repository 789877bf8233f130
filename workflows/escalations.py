"""Escalation that really runs: the relay looks at what waits too long and tells the next person, once for each step.

A step is a row that cannot be written twice, and an event in the case's audit trail. It ends when the wait does.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from workflows import advance, audit
from workflows.actor import SYSTEM, Actor
from workflows.authority import authority_of
from workflows.records.case import Case
from workflows.records.escalation import Escalation
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff, StaffRole
from workflows.states import Role
from workflows.stuck import Wait

Key = tuple[int, str, datetime]
"""What one wait is known by: case, subject, since when."""


def untold(session: Session, waits: Iterable[Wait]) -> list[Wait]:
    """Those with a step that is over and was not told yet."""
    levels: dict[Key, int] = defaultdict(int)
    for row in session.exec(select(Escalation).where(col(Escalation.ended_at).is_(None))):
        levels[_key(row)] += 1
    return [wait for wait in waits if wait.level > levels[key(wait)]]


def tell(session: Session, wait: Wait, *, now: datetime) -> list[Escalation]:
    """Record the steps of a wait that are over and were not told yet; returns those."""
    pending = wait.pending
    case = advance.lock_by_id(session, pending.case.id or 0)
    if pending.kind == pending.case.state and (case.state, case.state_since) != (pending.kind, pending.since):
        return []  # it moved on since it was looked at
    case_id, subject, since = key(wait)
    same = (Escalation.case_id == case_id, Escalation.subject == subject, Escalation.since == since)
    known = set(session.exec(select(Escalation.level).where(*same)))
    return [_record(session, case, wait, level, now) for level in range(1, wait.level + 1) if level not in known]


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
    return wait.pending.case.id or 0, wait.pending.subject, wait.pending.since


def told_to(session: Session, actor: Actor) -> int:
    """How many waits of the actor's region came to a role of theirs and still run."""
    waits = select(Escalation.case_id, Escalation.subject, Escalation.since).distinct()
    waits = waits.where(Escalation.region_code == actor.region_code, col(Escalation.ended_at).is_(None))
    mine = waits.where(col(Escalation.role).in_(list(actor.roles)))
    return int(session.exec(select(func.count()).select_from(mine.subquery())).one())


def names(session: Session, waits: Iterable[Wait]) -> Mapping[Key, str]:
    """Whom the last step of each wait named, where it was told to somebody."""
    wanted = {key(wait) for wait in waits}
    query = select(Escalation, Staff).join(Staff, col(Staff.id) == Escalation.staff_id).where(col(Escalation.ended_at).is_(None))
    rows = session.exec(query.order_by(col(Escalation.level)))
    return {_key(row): person.name for row, person in rows if _key(row) in wanted}


def _key(row: Escalation) -> Key:
    return row.case_id, row.subject, row.since


def _record(session: Session, case: Case, wait: Wait, level: int, now: datetime) -> Escalation:
    role = wait.ladder[level - 1]
    person = _person(session, case, wait, role, now)
    assert case.id is not None
    row = Escalation(
        case_id=case.id,
        region_code=case.region_code,
        subject=wait.pending.subject,
        since=wait.pending.since,
        level=level,
        role=role,
        staff_id=person.id if person else None,
        at=now,
    )
    session.add(row)
    session.flush()
    words = {"waiting": wait.pending.kind, "level": level, "role": role.value, "to": person.name if person else None}
    audit.record(session, advance.subject(case), "ESCALATE", actor=SYSTEM, now=now, **words)
    return row


def _person(session: Session, case: Case, wait: Wait, role: Role, now: datetime) -> Staff | None:
    """Who hears of it: the person whose name is on it where the step is for their own role, who holds the office, else the first."""
    if role is wait.pending.owner and wait.pending.person_id is not None:
        return session.get(Staff, wait.pending.person_id)
    people = select(Staff).where(Staff.region_code == case.region_code, col(Staff.disabled_at).is_(None)).order_by(col(Staff.id))
    if role is Role.KADIS:
        signers = session.exec(people.where(col(Staff.id).in_(select(SigningAuthority.staff_id))))
        return next((one for one in signers if authority_of(session, one.id or 0, case.region_code, case.timezone, now=now)), None)
    return session.exec(people.where(col(Staff.id).in_(select(StaffRole.staff_id).where(StaffRole.role == role))).limit(1)).first()
