"""Initials before the head signs: each post of the chain in its order, each a different person, each on what is true now.

The posts are written down at validation from the policy the case is pinned to. Findings that change on the way begin the
chain again, for a paraf stands for what its giver saw.
"""

from datetime import datetime

from sqlmodel import Session

from workflows import advance, facts, four_eyes, guards
from workflows.actor import Actor
from workflows.approval_steps import next_step
from workflows.errors import FourEyes, NotAllowed, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.assessment import Assessment
from workflows.records.case import Case
from workflows.records.finding_set import FindingSet
from workflows.records.paraf import ApprovalStep, Paraf
from workflows.saying import say
from workflows.states import Action, Guard, Role

MISSING = say("Paraf belum lengkap untuk data yang sekarang. Kembalikan berkas untuk dinilai ulang, lalu minta paraf lagi.")
OWN_HAND = say("Anda sudah menangani berkas ini di langkah sebelumnya. Pejabat lain harus memberi paraf.")


def ask(session: Session, assessment: Assessment, posts: tuple[Role, ...]) -> None:
    """Write down whose paraf this round needs."""
    assert assessment.id is not None
    for position, role in enumerate(posts, 1):
        session.add(ApprovalStep(assessment_id=assessment.id, position=position, role=role))
    session.flush()


def give(session: Session, case: Case, actor: Actor, *, now: datetime, batch: str | None = None) -> Paraf:
    """Put one's paraf to the case as it is under its lock; the next post is asked, or the head. ``batch`` names the list it was in."""
    check(actor, Permission.PARAF)
    post = advance.find(case.state, Action.PARAF).by
    if post not in actor.roles:
        raise NotAllowed(say("Berkas ini menunggu paraf pejabat lain. Tunggu giliran Anda."))
    assessment, findings = _validated(session, case), guards.current_findings(session, case)
    if findings is None:
        raise TransitionRefused(guards.WAITING_FOR[Guard.FINDINGS_CURRENT])
    step = next_step(session, assessment, findings)
    if step is None or step.role != post:
        raise TransitionRefused(say("Urutan paraf berubah karena data berubah. Muat ulang berkas."))
    if actor.id in four_eyes.kept_from(session, case):
        raise FourEyes(OWN_HAND)
    paraf = _paraf(case, assessment, findings, step, actor, now)
    session.add(paraf)
    session.flush()
    listed = {"batch": batch} if batch else {}
    advance.advance(session, case, Action.PARAF, actor, now=now, post=post.value, seen=paraf.case_version, **listed)
    return paraf


def check_complete(session: Session, assessment: Assessment, findings: FindingSet) -> None:
    """``TransitionRefused`` where a post has not put its paraf to these findings."""
    if next_step(session, assessment, findings) is not None:
        raise TransitionRefused(MISSING)


def _validated(session: Session, case: Case) -> Assessment:
    assessment = facts.assessment_of(session, case)
    if assessment is None or assessment.validated_by is None:
        raise TransitionRefused(say("Berkas ini belum divalidasi."))
    return assessment


def _paraf(case: Case, assessment: Assessment, findings: FindingSet, step: ApprovalStep, actor: Actor, now: datetime) -> Paraf:
    assert case.id and assessment.id and findings.id and assessment.validated_by
    return Paraf(
        case_id=case.id,
        assessment_id=assessment.id,
        finding_set_id=findings.id,
        position=step.position,
        previous=step.position - 1 or None,
        role=step.role,
        case_version=case.version,
        opened_by=case.opened_by,
        assessed_by=assessment.assessed_by,
        validated_by=assessment.validated_by,
        given_by=actor.person_id,
        given_at=now,
    )
