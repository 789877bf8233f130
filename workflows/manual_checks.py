"""Never a dead end: what cannot be learnt gets an owner; what is learnt too late is held against what was believed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import nulls_first
from sqlmodel import Session, col, func, select

from workflows import audit
from workflows.actor import SYSTEM, Actor
from workflows.errors import Conflict, NotFound
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.check_result import CheckResult
from workflows.records.manual_check import Correction, ManualCheck
from workflows.records.staff import Staff, StaffRole
from workflows.saying import say
from workflows.states import Job, Role, State

COMPARED = ("segment", "desil", "exclusion_reason")
"""Details that matter as much as the outcome, where both answers give them."""

HARMLESS: Mapping[Job, frozenset[str]] = {
    Job.IDENTITY: frozenset({"MATCH"}),
    Job.MEMBERSHIP: frozenset({"NOT_FOUND"}),
    Job.POVERTY: frozenset({"FOUND"}),
    Job.DUPLICATES: frozenset({"CLEAR"}),
}
"""Late answers that would not have stood in the letter's way, by kind: a NIK nobody knows is no membership nobody has."""

POOR = frozenset({1, 2, 3, 4})
"""Deciles that no region's rule turns away; above them a person compares with the region's own rule."""

UNSERVED = frozenset({State.REJECTED, State.WITHDRAWN, State.OBJECTION, State.UPHELD, State.OVERTURNED, State.DIED})
"""Nothing was given in these cases, so nothing needs correcting."""
DECIDED = frozenset(
    {
        State.APPROVED,
        State.SIGNING,
        State.LETTER_ISSUED,
        State.ACCEPTED,
        State.REGISTERING,
        State.ACTIVE,
        State.CLOSED,
        State.UNREGISTERED,
        State.EXPIRED,
        State.REVOKED,
    }
)
"""Where something was given on what was believed."""


def hand_over(session: Session, case: Case, kind: Job, reason: str, *, now: datetime) -> ManualCheck:
    """Give an unanswered check to the caseworker with the least to do; one that is open already stays where it is."""
    known = open_check(session, case, kind)
    if known is not None:
        return known
    assert case.id is not None
    owner = _least_busy(session, case)
    manual = ManualCheck(case_id=case.id, kind=kind, reason=reason[:300], owner_id=owner, opened_at=now)
    session.add(manual)
    session.flush()
    audit.record(
        session, f"case:{case.id}", "HAND_OVER", actor=SYSTEM, now=now, kind=kind.value, owner=_name(session, owner), reason=reason
    )
    return manual


def pass_on(session: Session, case: Case, kind: Job, owner_id: int, actor: Actor, *, now: datetime) -> None:
    """Give an open manual check to another caseworker."""
    check(actor, Permission.RECORD_CHECK)
    manual = open_check(session, case, kind)
    if manual is None:
        raise NotFound(say("Tidak ada pemeriksaan manual yang terbuka untuk langkah ini."))
    if owner_id not in caseworkers(session, case.region_code):
        raise NotFound(say("Petugas ini bukan penilai di kantor ini. Pilih dari daftar."))
    manual.owner_id = owner_id
    session.add(manual)
    audit.record(session, f"case:{case.id}", "PASS_ON", actor=actor, now=now, kind=kind.value, owner=_name(session, owner_id))


def settle_result(session: Session, case: Case, result: CheckResult, believed: CheckResult | None, *, now: datetime) -> None:
    """After a result: end the manual check it answers, and open a correction where a registry contradicts what was decided on."""
    manual = open_check(session, case, result.kind)
    if manual is not None and result.outcome is not None:
        manual.done_at, manual.result_id = now, result.id
        session.add(manual)
    if believed is not None and result.recorded_by is None and contradicts(case, believed, result):
        _open_correction(session, case, believed, result, now=now)
    session.flush()


def contradicts(case: Case, believed: CheckResult, result: CheckResult) -> bool:
    """Whether a late answer differs from what a person recorded, or from what was unknown when the letter was given."""
    if result.outcome is None or case.state in UNSERVED:
        return False
    if believed.outcome is None:
        return _was_decided(case) and not _harmless(result)
    if believed.recorded_by is None:
        return False
    return believed.outcome != result.outcome or any(_differs(believed.details, result.details, name) for name in COMPARED)


def resolve(session: Session, case: Case, correction_id: int, resolution: str, actor: Actor, *, now: datetime) -> Correction:
    """Say what followed from one of the case's corrections; the caller holds the case's row lock."""
    check(actor, Permission.RECORD_CHECK)
    correction = session.get(Correction, correction_id, with_for_update=True)
    if correction is None or correction.case_id != case.id:
        raise NotFound(say("Koreksi tidak ditemukan."))
    if correction.resolved_at is not None:
        raise Conflict(say("Koreksi ini sudah diselesaikan."))
    correction.resolved_at, correction.resolved_by, correction.resolution = now, actor.id, resolution
    session.add(correction)
    audit.record(session, f"case:{case.id}", "RESOLVE", actor=actor, now=now, kind=correction.kind.value, resolution=resolution)
    return correction


def open_check(session: Session, case: Case, kind: Job) -> ManualCheck | None:
    """The open manual check of a kind, if any."""
    query = select(ManualCheck).where(ManualCheck.case_id == case.id, ManualCheck.kind == kind, col(ManualCheck.done_at).is_(None))
    return session.exec(query).first()


def open_checks(session: Session, case: Case) -> tuple[ManualCheck, ...]:
    """All open manual checks of a case, oldest first."""
    query = select(ManualCheck).where(ManualCheck.case_id == case.id, col(ManualCheck.done_at).is_(None))
    return tuple(session.exec(query.order_by(col(ManualCheck.id))))


def open_corrections(session: Session, region_code: str) -> tuple[tuple[Correction, Case], ...]:
    """Everything a region still has to correct, oldest first."""
    query = select(Correction, Case).join(Case, col(Case.id) == Correction.case_id)
    waiting = query.where(Case.region_code == region_code, col(Correction.resolved_at).is_(None))
    return tuple((correction, case) for correction, case in session.exec(waiting.order_by(col(Correction.id))))


def _open_correction(session: Session, case: Case, believed: CheckResult, result: CheckResult, *, now: datetime) -> None:
    assert case.id is not None and believed.id is not None and result.id is not None
    owner = believed.recorded_by or _least_busy(session, case)
    session.add(Correction(case_id=case.id, kind=result.kind, result_id=result.id, believed_id=believed.id, owner_id=owner, opened_at=now))
    session.flush()
    words = {"believed": believed.outcome or "belum diketahui", "answer": result.outcome}
    audit.record(
        session, f"case:{case.id}", "CORRECTION", actor=SYSTEM, now=now, kind=result.kind.value, owner=_name(session, owner), **words
    )


def _was_decided(case: Case) -> bool:
    return case.state in DECIDED


def _harmless(result: CheckResult) -> bool:
    if result.outcome not in HARMLESS[result.kind] or result.details.get("exclusion_reason"):
        return False
    return result.kind != Job.POVERTY or result.details.get("desil") in POOR


def _differs(one: dict[str, Any], other: dict[str, Any], name: str) -> bool:
    return one.get(name) is not None and other.get(name) is not None and one[name] != other[name]


def _least_busy(session: Session, case: Case) -> int:
    """The caseworker with the fewest open manual checks; without any caseworker, whoever opened the case."""
    workers = caseworkers(session, case.region_code)
    if not workers:
        return case.opened_by
    waiting = (
        select(ManualCheck.owner_id, func.count().label("n")).where(col(ManualCheck.done_at).is_(None)).group_by(col(ManualCheck.owner_id))
    )
    counted = waiting.subquery()
    query = select(Staff.id).outerjoin(counted, counted.c.owner_id == Staff.id).where(col(Staff.id).in_(workers))
    found = session.exec(query.order_by(nulls_first(counted.c.n), col(Staff.id)).limit(1)).one()
    assert found is not None
    return found


def caseworkers(session: Session, region_code: str) -> tuple[int, ...]:
    """Who may be given manual checks in a region."""
    query = select(Staff.id).join(StaffRole).where(StaffRole.role == Role.CASEWORKER, Staff.region_code == region_code)
    return tuple(number for number in session.exec(query.where(col(Staff.disabled_at).is_(None))) if number is not None)


def _name(session: Session, staff_id: int) -> str:
    return session.get_one(Staff, staff_id).name
