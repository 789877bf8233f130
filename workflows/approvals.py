"""Many approvals or parafs at once, each of exactly what was shown: a case that changed since drops out by name, the others go on.

Every case is a transaction of its own, so one that fails takes nothing with it, and seats are given one by one as ever.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, func, select

from workflows import advance, decision, facts, four_eyes, guards, parafs, seats
from workflows.actor import Actor
from workflows.decision import Beside
from workflows.errors import RekomError
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.records.check_result import CheckResult
from workflows.records.finding_set import FindingSet
from workflows.records.letter import Letter
from workflows.records.staff import Staff
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.seat_years import SeatRules
from workflows.states import LABEL, TRANSITIONS, Action, Job, State
from workflows.unshown import is_open, noted_among
from workflows.urgency_order import MOST_URGENT_FIRST
from workflows.vocabulary import SEATED

MOST = 40
"""Cases in one batch."""

LOOKED_THROUGH = 80
"""Cases looked at for one screen, the most urgent first."""

PARAF_OF = {row.by: row.source for row in TRANSITIONS if row.action == Action.PARAF}
"""Where a post's cases wait for its paraf."""

DECIDABLE = {State.DECISION, State.WAITLISTED}
"""Where a case waits for the head's word, the second until there is a seat."""

WEIGHING = say("Temuan sedang dihitung ulang.")
SEAT_FREE = say("Dari daftar tunggu: sekarang ada kursi.")
OWN_HAND = say("Anda sudah menangani berkas ini. Penanda tangan lain harus memutuskan.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody saw of a case: its version, and hashes of the facts and of the findings on them."""

    ticket: str
    version: int
    facts: str
    findings: str


@dataclass(frozen=True, slots=True)
class Approvable:
    """A case on the screen of approvals; ``notes`` are why it needs an eye of its own."""

    case: Case
    shown: Shown
    findings: FindingSet | None
    assessor: str
    validator: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """One screen of the queue: ``skipped`` before it, ``behind`` after it from ``following`` on; ``noted`` of those need an eye."""

    cases: tuple[Approvable, ...]
    skipped: int
    following: int
    behind: int
    noted: int


class BatchOutcome(StrEnum):
    """What became of one case of a batch."""

    APPROVED = "APPROVED"
    INITIALLED = "INITIALLED"
    WAITLISTED = "WAITLISTED"
    CHANGED = "CHANGED"
    REFUSED = "REFUSED"
    IN_HAND = "IN_HAND"


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """One case's answer: the letter's number or the place in the line, or a sentence why not and what changed."""

    ticket: str
    name: str
    outcome: BatchOutcome
    letter: str | None = None
    place: int | None = None
    changed: tuple[str, ...] = ()
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What an approval stands on: the batch's name in the audit trail, the policy the case is pinned to, the seats."""

    digest: str
    policy: RegionPolicy
    rules: SeatRules


def digest_of(shown: Iterable[Shown]) -> str:
    """SHA-256 that names a list of cases exactly as it was shown, in its order."""
    rows = [asdict(one) for one in shown]
    return hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def shown_of(session: Session, case: Case) -> Shown:
    """The case as it is now."""
    findings = guards.current_findings(session, case)
    said = json.dumps(findings.findings if findings else None, sort_keys=True, ensure_ascii=False)
    seen = facts.fingerprint(facts.read(session, case, Job.FINDINGS))
    return Shown(case.ticket, case.version, seen, hashlib.sha256(said.encode()).hexdigest())


def waiting(session: Session, actor: Actor, skip: int = 0) -> Queue:
    """Those in line for whom a seat is free, then what waits for the decision; the most urgent and longest waiting first.

    ``skip`` so many of those that wait for the decision.
    """
    queue = _waiting_in(session, actor, {State.DECISION}, skip)
    in_line = () if skip else seats.in_reach(session, actor.region_code, LOOKED_THROUGH)
    return replace(queue, cases=(*(_approvable(session, case, actor) for case in in_line), *queue.cases))


def waiting_for_paraf(session: Session, actor: Actor, skip: int = 0) -> Queue:
    """The same for the paraf of the actor's post."""
    return _waiting_in(session, actor, _posts_of(actor), skip)


def _posts_of(actor: Actor) -> set[State]:
    return {state for role, state in PARAF_OF.items() if role in actor.roles}


def _waiting_in(session: Session, actor: Actor, states: set[State], skip: int) -> Queue:
    waiting = (col(Case.region_code) == actor.region_code, col(Case.state).in_(states))
    query = select(Case).where(*waiting).order_by(*MOST_URGENT_FIRST)
    found = session.exec(query.offset(skip).limit(LOOKED_THROUGH)).all()
    total = session.exec(select(func.count()).select_from(Case).where(*waiting)).one()
    noted = noted_among(session, waiting, found, actor) if total > len(found) else 0
    shown = tuple(_approvable(session, case, actor) for case in found)
    return Queue(shown, skipped=min(skip, total), following=skip + len(found), behind=max(total - skip - len(found), 0), noted=noted)


def seated_among(session: Session, shown: Iterable[Shown], actor: Actor) -> int:
    """How many of the letters shown take a seat of the region's own, and so its money."""
    takes = (col(Case.ticket).in_([one.ticket for one in shown]), col(Case.letter_type).in_(SEATED))
    return session.exec(select(func.count()).select_from(Case).where(Case.region_code == actor.region_code, *takes)).one()


def approve_shown(session: Session, shown: Shown, terms: Terms, reason: str | None, actor: Actor, *, now: datetime) -> BatchAnswer:
    """Approve one case if it still is what was shown; call it in a transaction of its own."""
    case = advance.lock(session, shown.ticket, actor)
    if changed := _changed(session, case, shown, DECIDABLE):
        return BatchAnswer(case.ticket, case.name, BatchOutcome.CHANGED, changed=changed, sentence=_last_change(session, case))
    try:
        with session.begin_nested():
            made = decision.approve(session, case, terms.policy, terms.rules, reason, actor, now=now, beside=Beside(batch=terms.digest))
    except RekomError as error:
        session.refresh(case)
        return BatchAnswer(case.ticket, case.name, BatchOutcome.REFUSED, sentence=str(error))
    if isinstance(made, Letter):
        return BatchAnswer(case.ticket, case.name, BatchOutcome.APPROVED, letter=made.number)
    return BatchAnswer(case.ticket, case.name, BatchOutcome.WAITLISTED, place=seats.place_of(session, case))


def paraf_shown(session: Session, shown: Shown, digest: str, actor: Actor, *, now: datetime) -> BatchAnswer:
    """Put the actor's post's paraf to one case if it still is what was shown; call it in a transaction of its own."""
    case = advance.lock(session, shown.ticket, actor)
    if changed := _changed(session, case, shown, _posts_of(actor)):
        return BatchAnswer(case.ticket, case.name, BatchOutcome.CHANGED, changed=changed, sentence=_last_change(session, case))
    try:
        with session.begin_nested():
            parafs.give(session, case, actor, now=now, batch=digest)
    except RekomError as error:
        session.refresh(case)
        return BatchAnswer(case.ticket, case.name, BatchOutcome.REFUSED, sentence=str(error))
    return BatchAnswer(case.ticket, case.name, BatchOutcome.INITIALLED)


def _changed(session: Session, case: Case, shown: Shown, states: set[State]) -> tuple[str, ...]:
    now = shown_of(session, case)
    if now == shown:
        return ()
    found: list[str] = [say("status sekarang “{label}”", label=LABEL[case.state])] if case.state not in states else []
    if now.facts != shown.facts:
        found.append(say("data pemohon, berkas, atau penilaian"))
    if now.findings != shown.findings:
        found.append(say("temuan"))
    return tuple(found) or (say("catatan pada berkas"),)


def _last_change(session: Session, case: Case) -> str:
    query = select(AuditEvent).where(AuditEvent.subject == advance.subject(case)).order_by(col(AuditEvent.sequence).desc())
    last = session.exec(query.limit(1)).one()
    return say("Berkas ini berubah sesudah Anda buka, terakhir oleh {name}. Lihat lagi, lalu putuskan.", name=last.actor_name)


def _approvable(session: Session, case: Case, actor: Actor) -> Approvable:
    assessment, findings = facts.assessment_of(session, case), guards.current_findings(session, case)
    return Approvable(
        case=case,
        shown=shown_of(session, case),
        findings=findings,
        assessor=_name(session, assessment.assessed_by if assessment else None),
        validator=_name(session, assessment.validated_by if assessment else None),
        notes=tuple(_notes(session, case, findings, actor)),
    )


def _notes(session: Session, case: Case, findings: FindingSet | None, actor: Actor) -> list[str]:
    if findings is None:
        return [WEIGHING]
    notes: list[str] = [SEAT_FREE] if case.state == State.WAITLISTED else []
    notes += [str(one["reason"]) for one in findings.findings if is_open(one)]
    if actor.id in four_eyes.kept_from(session, case):
        notes.append(OWN_HAND if case.state in DECIDABLE else parafs.OWN_HAND)
    by_hand = select(CheckResult.id).where(CheckResult.case_id == case.id, col(CheckResult.recorded_by).is_not(None))
    if session.exec(by_hand).first() is not None:
        notes.append(say("Ada hasil pemeriksaan yang dicatat petugas, bukan dijawab registri."))
    return notes


def _name(session: Session, staff_id: int | None) -> str:
    return session.get_one(Staff, staff_id).name if staff_id else "petugas"
