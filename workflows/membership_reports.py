"""Membership as a hospital's own VClaim saw it: VClaim keys belong to hospitals, so their answer counts as a source."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from workflows import advance, audit, checks, facts
from workflows.actor import Actor
from workflows.permissions import Permission, check
from workflows.ports import MembershipEvidence
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.records.membership_report import MembershipReport
from workflows.states import Job

FRESH = timedelta(hours=24)
"""A report older than this says nothing about today."""


@dataclass(frozen=True, slots=True)
class HospitalReport:
    """A hospital's answer about one NIK; the evidence names the hospital as its source."""

    nik: str
    evidence: MembershipEvidence


def report(session: Session, given: HospitalReport, actor: Actor, *, now: datetime) -> None:
    """Keep the report, and put it on the person's open case if there is one; the hospital is not told which."""
    check(actor, Permission.REPORT_MEMBERSHIP)
    assert actor.hospital_code is not None
    evidence = given.evidence
    case = _open_case(session, given.nik)  # first: every chain of a case is locked before that of the person at work
    session.add(
        MembershipReport(
            nik=given.nik,
            outcome=evidence.outcome.value,
            segment=evidence.segment.value if evidence.segment else None,
            status_code=evidence.status_code,
            status_text=evidence.status_text,
            segment_code=evidence.segment_code,
            segment_text=evidence.segment_text,
            card=evidence.card,
            cover_from=evidence.cover_from,
            cover_until=evidence.cover_until,
            asked_for=evidence.asked_for,
            hospital_code=actor.hospital_code,
            reported_by=actor.person_id,
            reported_at=now,
        )
    )
    audit.record_on_person(session, "REPORT_MEMBERSHIP", actor=actor, now=now, outcome=evidence.outcome.value)
    if case is not None:
        known = facts.checks_of(session, case).get(Job.MEMBERSHIP)
        # A report fills a gap; it never overrides what BPJS itself or an officer of this office said.
        if known is None or known.outcome is None:
            checks.record_report(session, case, evidence, actor, now=now)


def _open_case(session: Session, nik: str) -> Case | None:
    """The person's open case under its lock; None also where it was closed while it was waited for."""
    case_id = session.exec(select(Case.id).where(Case.nik == nik, col(Case.closed_at).is_(None))).first()
    case = advance.lock_by_id(session, case_id) if case_id is not None else None
    return case if case is not None and case.closed_at is None else None


def newest(session: Session, nik: str, *, now: datetime) -> tuple[MembershipReport, Hospital] | None:
    """The newest fresh report on a NIK and who gave it."""
    query = select(MembershipReport, Hospital).join(Hospital)
    fresh = query.where(MembershipReport.nik == nik, MembershipReport.reported_at >= now - FRESH)
    found = session.exec(fresh.order_by(col(MembershipReport.id).desc()).limit(1)).first()
    return (found[0], found[1]) if found else None
