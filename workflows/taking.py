"""Taking a case in hand, giving it back, handing it to a colleague: so that two people do not do the same work.

It holds for the state the case is in and refuses nobody: whoever comes first to a step still does it, four eyes as ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, and_, col, select

from workflows import audit
from workflows.actor import Actor
from workflows.advance import subject
from workflows.errors import Conflict, InvalidInput, NotAllowed, TakenMeanwhile
from workflows.records.case import Case
from workflows.records.staff import Staff, StaffRole
from workflows.records.taking import Taking
from workflows.saying import say
from workflows.states import FINAL, OWNER

NOT_YOURS = say("Berkas ini bukan giliran peran Anda. Biarkan rekan yang berwenang mengambilnya.")
NOT_TAKEN = say("Berkas ini tidak sedang Anda pegang. Muat ulang berkas.")
NO_COLLEAGUE = say("Pilih rekan yang berperan untuk langkah ini.")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a case in hand, and since when."""

    staff_id: int
    name: str
    since: datetime


def can_take(case: Case, actor: Actor) -> bool:
    """Whether the case waits for a role of this person."""
    return case.state not in FINAL and OWNER[case.state] in actor.roles


def take(session: Session, case: Case, actor: Actor, *, now: datetime, over: bool = False) -> None:
    """Take a case, under its lock; ``over`` also from a colleague, else that is ``TakenMeanwhile``."""
    if not can_take(case, actor):
        raise NotAllowed(NOT_YOURS)
    held = holder(session, case)
    if held and held.staff_id == actor.id:
        return
    if held and not over:
        raise TakenMeanwhile(holder=held.name)
    _give(session, case, actor.person_id, now=now)
    audit.record(session, subject(case), "TAKE", actor=actor, now=now, **({"from_owner": held.name} if held else {}))


def release(session: Session, case: Case, actor: Actor, *, now: datetime) -> None:
    """Give a case back to whoever comes next; ``Conflict`` where it is not in this person's hand."""
    check_mine(session, case, actor)
    session.delete(session.get_one(Taking, case.id))
    session.flush()
    audit.record(session, subject(case), "RELEASE", actor=actor, now=now)


def hand_to(session: Session, case: Case, staff_id: int, actor: Actor, *, now: datetime) -> None:
    """Put the case into a colleague's hand, who needs the role it waits for."""
    check_mine(session, case, actor)
    chosen = next((one for one in colleagues(session, case, actor) if one.id == staff_id), None)
    if chosen is None:
        raise InvalidInput(NO_COLLEAGUE, field="owner")
    _give(session, case, staff_id, now=now)
    audit.record(session, subject(case), "HAND_TO", actor=actor, now=now, owner=chosen.name)


def colleagues(session: Session, case: Case, actor: Actor) -> tuple[Staff, ...]:
    """Who else of the office has the role the case waits for."""
    query = select(Staff).join(StaffRole).where(StaffRole.role == OWNER[case.state], Staff.region_code == case.region_code)
    return tuple(session.exec(query.where(col(Staff.disabled_at).is_(None), Staff.id != actor.id).order_by(Staff.name)))


def holder(session: Session, case: Case) -> Holder | None:
    """In whose hand a case is."""
    return holders(session, (case,)).get(case.id or 0)


def holders(session: Session, cases: Iterable[Case]) -> dict[int, Holder]:
    """In whose hands many cases are, by case."""
    ids = [case.id for case in cases]
    query = select(Taking, Staff).join(Staff, col(Staff.id) == Taking.staff_id).join(Case, held_now())
    return {
        row.case_id: Holder(row.staff_id, person.name, row.taken_at) for row, person in session.exec(query.where(col(Case.id).in_(ids)))
    }


def held_now() -> Any:
    """For a query over cases and takings: the taking is of the state the case is in."""
    return and_(col(Taking.case_id) == Case.id, col(Taking.in_state) == Case.state, col(Taking.state_since) == Case.state_since)


def check_mine(session: Session, case: Case, actor: Actor) -> None:
    """``Conflict`` where the case is not in this person's hand."""
    held = holder(session, case)
    if held is None or held.staff_id != actor.id:
        raise Conflict(NOT_TAKEN)


def _give(session: Session, case: Case, staff_id: int, *, now: datetime) -> None:
    assert case.id is not None
    facts: dict[str, Any] = {"staff_id": staff_id, "in_state": case.state, "state_since": case.state_since, "taken_at": now}
    row = session.get(Taking, case.id) or Taking(case_id=case.id, **facts)
    row.sqlmodel_update(facts)
    session.add(row)
    session.flush()
