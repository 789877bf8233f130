"""Four eyes, told once for all who ask: whom the earlier steps of a case keep from the step that it waits for."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, union_all
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from workflows import facts
from workflows.records.assessment import Assessment
from workflows.records.case import Case
from workflows.records.check_result import CheckResult
from workflows.records.objection import Objection
from workflows.records.paraf import Paraf
from workflows.states import OWNER, PARAF, State

Cases = Collection[int | None] | SelectOfScalar[int | None]


def kept_from(session: Session, case: Case) -> frozenset[int]:
    """The staff ids that may not take the step; empty in a state that asks for no other eyes.

    A post's own paraf does not keep its giver from giving it again: findings that change and a case that is sent back ask every post anew.
    """
    if case.state in (State.DECISION, State.WAITLISTED):
        return _people(session, hands_before_decision([case.id]))
    if case.state == State.OBJECTION:
        return _before_answer(session, case)
    assessment = facts.assessment_of(session, case)
    if case.state in PARAF and assessment is not None:
        return frozenset({case.opened_by, *_hands(assessment), *_other_posts(session, case, assessment)})
    apart = {case.opened_by} if case.separate_intake and case.state in (State.ASSESSMENT, State.VALIDATION) else set()
    assessed = _hands(assessment) if case.state == State.VALIDATION and assessment is not None else set()
    return frozenset(apart | assessed)


def kept_from_agreeing(session: Session, case: Case) -> frozenset[int]:
    """The staff ids that may not agree for a post of a quorum; empty where none can be asked for.

    A paraf keeps nobody: posts that gave theirs on the way up are the very ones a quorum asks, for a second yes to what is decided.
    """
    return _people(session, union_all(*_hands_in_case([case.id]))) if case.state in (State.DECISION, State.WAITLISTED) else frozenset()


def hands_before_decision(cases: Cases) -> CompoundSelect[Any]:
    """Each case of many with each person who may not decide it: opened, assessed, validated, gave a paraf in whatever round, recorded
    a check by hand, or refused the case that this one goes on from."""
    return union_all(*_hands_in_case(cases), select(col(Paraf.case_id), col(Paraf.given_by)).where(col(Paraf.case_id).in_(cases)))


def _hands_in_case(cases: Cases) -> list[Any]:
    stands = col(Assessment.returned_at).is_(None)
    return [
        select(col(Case.id), col(Case.opened_by)).where(col(Case.id).in_(cases)),
        select(col(Assessment.case_id), col(Assessment.assessed_by)).where(col(Assessment.case_id).in_(cases), stands),
        select(col(Assessment.case_id), col(Assessment.validated_by)).where(col(Assessment.case_id).in_(cases), stands),
        select(col(CheckResult.case_id), col(CheckResult.recorded_by)).where(col(CheckResult.case_id).in_(cases)),
        select(col(Objection.new_case_id), col(Objection.first_decided_by)).where(col(Objection.new_case_id).in_(cases)),
    ]


def _people(session: Session, hands: CompoundSelect[Any]) -> frozenset[int]:
    return frozenset(staff_id for _, staff_id in session.execute(hands) if staff_id is not None)


def _before_answer(session: Session, case: Case) -> frozenset[int]:
    objection = session.exec(select(Objection).where(Objection.case_id == case.id, col(Objection.retracted_at).is_(None))).one()
    return objection.hands | set(session.exec(select(Paraf.given_by).where(Paraf.case_id == case.id)))


def _hands(assessment: Assessment) -> set[int]:
    return {staff_id for staff_id in (assessment.assessed_by, assessment.validated_by) if staff_id is not None}


def _other_posts(session: Session, case: Case, assessment: Assessment) -> set[int]:
    others = select(Paraf.given_by).where(Paraf.assessment_id == assessment.id, Paraf.role != OWNER[case.state])
    return set(session.exec(others))
