"""Whose paraf a round of assessment asks for, and whose comes next on given findings; reads only."""

from sqlmodel import Session, col, select

from workflows.records.assessment import Assessment
from workflows.records.finding_set import FindingSet
from workflows.records.paraf import ApprovalStep, Paraf


def steps_of(session: Session, assessment: Assessment) -> tuple[ApprovalStep, ...]:
    """The posts asked for, from the lowest up."""
    query = select(ApprovalStep).where(ApprovalStep.assessment_id == assessment.id)
    return tuple(session.exec(query.order_by(col(ApprovalStep.position))))


def given_on(session: Session, assessment: Assessment, findings: FindingSet) -> tuple[Paraf, ...]:
    """What was given on exactly these findings, in order; a paraf on other findings does not count."""
    query = select(Paraf).where(Paraf.assessment_id == assessment.id, Paraf.finding_set_id == findings.id)
    return tuple(session.exec(query.order_by(col(Paraf.position))))


def next_step(session: Session, assessment: Assessment, findings: FindingSet) -> ApprovalStep | None:
    """The first post whose paraf is still missing; None where the head may decide."""
    given = {paraf.position for paraf in given_on(session, assessment, findings)}
    return next((step for step in steps_of(session, assessment) if step.position not in given), None)
