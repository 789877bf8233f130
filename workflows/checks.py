"""Results of checks: what a registry answered, what nobody could learn, and what an officer found by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from workflows import advance, audit, facts, manual_checks
from workflows.actor import SYSTEM, Actor
from workflows.errors import InvalidInput, TransitionRefused
from workflows.permissions import Permission, check
from workflows.ports import IdentityOutcome, MembershipEvidence, MembershipOutcome, PovertyOutcome
from workflows.records.case import Case
from workflows.records.check_result import CheckResult
from workflows.records.task import Task
from workflows.saying import say
from workflows.states import CHECKS, Job

DUPLICATES_CLEAR, DUPLICATES_FOUND = "CLEAR", "SIMILAR"

WORDS: Mapping[Job, tuple[str, ...]] = {
    Job.IDENTITY: tuple(IdentityOutcome),
    Job.MEMBERSHIP: tuple(MembershipOutcome),
    Job.POVERTY: tuple(PovertyOutcome),
    Job.DUPLICATES: (DUPLICATES_CLEAR, DUPLICATES_FOUND),
}
"""The outcome words a check can have; None beside them means undetermined."""


def record_answer(
    session: Session, case: Case, task: Task, *, outcome: str, source: str, as_of: datetime, details: Mapping[str, Any], now: datetime
) -> None:
    """Keep a registry's answer and see whether the case can go on."""
    _record(session, case, task.job, SYSTEM, now=now, outcome=outcome, source=source, as_of=as_of, details=dict(details), task_id=task.id)


def record_undetermined(session: Session, case: Case, task: Task, *, source: str, reason: str, now: datetime) -> None:
    """Keep that nobody could learn it so far: the case goes on, and a named person takes the check over.

    Asked again for the same task it changes nothing.
    """
    if session.exec(select(CheckResult.id).where(CheckResult.task_id == task.id)).first() is not None:
        return
    manual_checks.hand_over(session, case, task.job, reason, now=now)
    details = {"reason": reason}
    _record(session, case, task.job, SYSTEM, now=now, outcome=None, source=source, as_of=now, details=details, task_id=task.id)


@dataclass(frozen=True, slots=True)
class ManualResult:
    """What an officer found by hand; ``note`` names the evidence seen, ``details`` as the port would give them."""

    kind: Job
    outcome: str
    details: Mapping[str, Any]
    note: str
    as_of: datetime


def record_by_person(session: Session, case: Case, found: ManualResult, actor: Actor, *, now: datetime) -> None:
    """Keep it; the newest result counts, whoever gave it."""
    check(actor, Permission.RECORD_CHECK)
    if found.kind not in CHECKS or found.outcome not in WORDS[found.kind]:
        raise InvalidInput(say("Hasil ini tidak dikenal untuk pemeriksaan itu. Pilih dari daftar."))
    if case.closed_at is not None:
        raise TransitionRefused(say("Berkas sudah ditutup. Hasil pemeriksaan tidak dapat ditambah."))
    fields = {"outcome": found.outcome, "details": dict(found.details), "note": found.note, "as_of": found.as_of}
    _record(session, case, found.kind, actor, now=now, source=f"petugas: {actor.name}", recorded_by=actor.id, **fields)
    case.version += 1


def record_report(session: Session, case: Case, evidence: MembershipEvidence, actor: Actor, *, now: datetime) -> None:
    """Keep what a hospital's own VClaim said of the case's person."""
    fields = {"outcome": evidence.outcome.value, "source": evidence.source, "as_of": evidence.as_of}
    details, note = membership_details(evidence), "Dilaporkan rumah sakit dari VClaim."
    _record(session, case, Job.MEMBERSHIP, actor, now=now, details=details, note=note, recorded_by=actor.id, **fields)


def membership_details(evidence: MembershipEvidence) -> dict[str, str | None]:
    """What a case keeps of a membership: segment and status, raw code and text beside our words, never the card."""
    return {
        "segment": evidence.segment.value if evidence.segment else None,
        "status_code": evidence.status_code,
        "status_text": evidence.status_text,
        "segment_code": evidence.segment_code,
        "segment_text": evidence.segment_text,
        "cover_from": evidence.cover_from.isoformat() if evidence.cover_from else None,
        "cover_until": evidence.cover_until.isoformat() if evidence.cover_until else None,
        "asked_for": evidence.asked_for.isoformat(),
    }


def _record(session: Session, case: Case, kind: Job, actor: Actor, *, now: datetime, **fields: Any) -> None:
    assert case.id is not None
    believed = facts.checks_of(session, case).get(kind)
    about = facts.fingerprint(facts.read(session, case, kind))
    result = CheckResult(case_id=case.id, kind=kind, recorded_at=now, input_hash=None if fields.get("task_id") else about, **fields)
    session.add(result)
    session.flush()
    audit.record(
        session, advance.subject(case), "CHECK", actor=actor, now=now, kind=kind.value, outcome=fields["outcome"], source=fields["source"]
    )
    manual_checks.settle_result(session, case, result, believed, now=now)
    if case.closed_at is None:
        advance.shown_differently(case)
        advance.weigh_again(session, case, now=now)
        advance.settle(session, case, now=now)
