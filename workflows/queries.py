"""Reads for pages and API; nothing here writes."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from workflows import (
    audit,
    clocks,
    facts,
    four_eyes,
    guards,
    households,
    late_nik,
    letters,
    manual_checks,
    mothers,
    quorum,
    refusals,
    reprints,
    transfers,
)
from workflows.actor import Actor
from workflows.advance import NO_CASE, subject
from workflows.approval_steps import given_on, steps_of
from workflows.errors import NotFound
from workflows.mothers import MothersCover
from workflows.permissions import can_see
from workflows.records.acceptance import Acceptance
from workflows.records.assessment import Assessment
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.records.check_result import CheckResult
from workflows.records.decision import Decision
from workflows.records.finding_set import FindingSet
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.records.manual_check import Correction, ManualCheck
from workflows.records.objection import DeathNotice
from workflows.records.paraf import ApprovalStep, Paraf
from workflows.records.removal import Removal
from workflows.records.staff import Staff
from workflows.records.task import Task
from workflows.refusals import RefusalView
from workflows.states import CHECKS, Job, Role, State
from workflows.vocabulary import DecisionOutcome

LAST_CASES = 5
"""As many of a person's own cases as a page names."""


@dataclass(frozen=True, slots=True)
class OwnedCheck:
    """An open manual check with the name of whose it is."""

    check: ManualCheck
    owner: str


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One post asked for its paraf; who gave it, when, on which version, as long as it counts."""

    role: Role
    name: str | None = None
    given_by: int | None = None
    given_at: datetime | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything a page or an API answer shows of it; ``prints`` is how often its letter was handed out, ``kept_from`` and
    ``kept_from_agreeing`` are the staff ids that four eyes keep from the step it waits for and from a quorum's yes."""

    case: Case
    hospital: Hospital | None
    documents: tuple[str, ...]
    seen: clocks.Seen
    checks: tuple[CheckResult, ...]
    waiting: tuple[Job, ...]
    findings: FindingSet | None
    assessment: Assessment | None
    chain: tuple[ChainStep, ...]
    agreements: tuple[ChainStep, ...]
    decision: Decision | None
    letter: Letter | None
    replaces: Letter | None
    acceptance: Acceptance | None
    moved_to: Hospital | None
    manual: tuple[OwnedCheck, ...]
    corrections: tuple[Correction, ...]
    timeline: tuple[AuditEvent, ...]
    refusal: RefusalView | None
    from_ticket: str | None
    death: DeathNotice | None
    household: str | None
    removal: Removal | None
    prints: int
    nik_came_late: bool
    mother: MothersCover | None
    kept_from: frozenset[int]
    kept_from_agreeing: frozenset[int]


def case_view(session: Session, ticket: str, actor: Actor) -> CaseView:
    """One case; ``NotFound`` also for a case of another office."""
    return view_of(session, visible(session, ticket, actor))


def view_of(session: Session, case: Case) -> CaseView:
    """Everything a page shows of a case that somebody may see."""
    checks = facts.checks_of(session, case)
    decided = session.exec(select(Decision).where(Decision.case_id == case.id)).first()
    trail = tuple(reversed(audit.events_of(session, subject(case))))
    letter, seen = letters.newest_letter(session, case), clocks.papers_seen(session, [case]).get(case.id or 0, {})
    return CaseView(
        case=case,
        hospital=session.get(Hospital, case.hospital_code) if case.hospital_code else None,
        documents=tuple(sorted(seen)),
        seen=seen,
        checks=tuple(checks[kind] for kind in CHECKS if kind in checks),
        waiting=_waiting(session, case),
        findings=_newest_findings(session, case),
        assessment=facts.assessment_of(session, case),
        chain=_chain(session, case),
        agreements=_agreements(session, case),
        decision=decided,
        letter=letter,
        replaces=session.get(Letter, letter.replaces_id) if letter and letter.replaces_id else None,
        acceptance=session.get(Acceptance, letter.id) if letter else None,
        moved_to=_moved_to(session, letter),
        manual=_manual(session, case),
        corrections=_corrections(session, case),
        timeline=trail,
        refusal=refusals.refusal_of(session, decided) if decided and decided.outcome is DecisionOutcome.REJECTED else None,
        from_ticket=refusals.came_from(session, case),
        death=session.get(DeathNotice, case.id),
        household=households.code_of(session, case),
        removal=session.get(Removal, case.id),
        prints=reprints.next_ordinal(session, letter) if letter else 0,
        nik_came_late=case.state == State.LETTER_ISSUED and late_nik.came_after(letter, trail),
        mother=mothers.cover_of(session, case),
        kept_from=four_eyes.kept_from(session, case),
        kept_from_agreeing=four_eyes.kept_from_agreeing(session, case),
    )


def _moved_to(session: Session, letter: Letter | None) -> Hospital | None:
    """Whose the letter is by a confirmed move."""
    move = transfers.confirmed(session, letter.id) if letter else None
    return session.get(Hospital, move.to_hospital) if move else None


def visible(session: Session, ticket: str, actor: Actor) -> Case:
    """The row alone; ``NotFound`` also for a case of another office."""
    case = session.exec(select(Case).where(Case.ticket == ticket)).first()
    if case is None or not can_see(actor, case):
        raise NotFound(NO_CASE)
    return case


def events_so_far(session: Session, ticket: str, actor: Actor) -> int:
    """How many events a case's trail has; ``NotFound`` also for a case of another office."""
    case = visible(session, ticket, actor)
    return session.exec(select(func.max(AuditEvent.sequence)).where(AuditEvent.subject == subject(case))).one() or 0


def cases_of(session: Session, nik: str, actor: Actor) -> tuple[Case, ...]:
    """The last few cases of a NIK in the actor's office, open or closed, newest first, for the one search box."""
    query = select(Case).where(Case.nik == nik, Case.region_code == actor.region_code)
    return tuple(session.exec(query.order_by(col(Case.id).desc()).limit(LAST_CASES)))


def hospitals(session: Session, region_code: str) -> tuple[Hospital, ...]:
    """A region's hospitals by name."""
    return tuple(session.exec(select(Hospital).where(Hospital.region_code == region_code).order_by(Hospital.name)))


def oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest unfinished task has been due."""
    return session.exec(select(func.min(col(Task.due_at))).where(col(Task.done_at).is_(None))).one()


def _chain(session: Session, case: Case) -> tuple[ChainStep, ...]:
    assessment, findings = facts.assessment_of(session, case), _newest_findings(session, case)
    if assessment is None or findings is None:
        return ()
    given = {paraf.position: paraf for paraf in given_on(session, assessment, findings)}
    return tuple(_chain_step(session, step, given.get(step.position)) for step in steps_of(session, assessment))


def _agreements(session: Session, case: Case) -> tuple[ChainStep, ...]:
    assessment, findings = facts.assessment_of(session, case), _newest_findings(session, case)
    if assessment is None or findings is None:
        return ()
    given = quorum.given_on(session, assessment, findings)
    names = {one.given_by: session.get_one(Staff, one.given_by).name for one in given}
    return tuple(ChainStep(one.role, names[one.given_by], one.given_by, one.given_at, one.case_version) for one in given)


def _chain_step(session: Session, step: ApprovalStep, paraf: Paraf | None) -> ChainStep:
    if paraf is None:
        return ChainStep(step.role)
    name = session.get_one(Staff, paraf.given_by).name
    return ChainStep(step.role, name, paraf.given_by, paraf.given_at, paraf.case_version)


def _manual(session: Session, case: Case) -> tuple[OwnedCheck, ...]:
    return tuple(OwnedCheck(check, session.get_one(Staff, check.owner_id).name) for check in manual_checks.open_checks(session, case))


def _corrections(session: Session, case: Case) -> tuple[Correction, ...]:
    query = select(Correction).where(Correction.case_id == case.id, col(Correction.resolved_at).is_(None))
    return tuple(session.exec(query.order_by(col(Correction.id))))


def _waiting(session: Session, case: Case) -> tuple[Job, ...]:
    return tuple(session.exec(select(col(Task.job)).where(Task.case_id == case.id, col(Task.done_at).is_(None)).order_by(col(Task.id))))


def _newest_findings(session: Session, case: Case) -> FindingSet | None:
    current = guards.current_findings(session, case)
    if current is not None:
        return current
    return session.exec(select(FindingSet).where(FindingSet.case_id == case.id).order_by(col(FindingSet.id).desc()).limit(1)).first()
