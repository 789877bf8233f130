"""A quorum: where the region's policy says that the head's signature alone is not enough, other posts agree first.

An agreement stands for the findings it was given on, as a paraf does. Whether a quorum is asked for is known when the head
approves: a seat above the year's number, or rupiah above an amount.
"""

from datetime import datetime

from sqlmodel import Session, select

from workflows import advance, audit, facts, four_eyes, guards
from workflows.actor import Actor
from workflows.errors import Conflict, FourEyes, InvalidInput, NotAllowed, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.agreement import Agreement
from workflows.records.assessment import Assessment
from workflows.records.case import Case
from workflows.records.finding_set import FindingSet
from workflows.rules.policy import QuorumRule, RegionPolicy
from workflows.saying import say
from workflows.states import LABEL, Guard, Role, State

WORDS = {Role.KASI: "Kasi", Role.KABID: "Kabid", Role.SEKRETARIS: "Sekretaris"}


class QuorumMissing(Conflict):
    """Too few posts agreed to an approval that needs more than the head."""

    slug = "kuorum-kurang"
    sentence = "Surat ini memerlukan persetujuan pejabat lain. Mintalah mereka menyetujui berkas ini, lalu putuskan lagi."


def rules_for(policy: RegionPolicy, case: Case) -> tuple[QuorumRule, ...]:
    """The rules that may come to bear on a letter of this type."""
    rules = policy.quorum.value if policy.quorum else ()
    return tuple(rule for rule in rules if rule.letter_type in (None, case.letter_type))


def posts_of(policy: RegionPolicy, case: Case) -> frozenset[Role]:
    """Every post whose agreement a rule may ask for."""
    return frozenset(post for rule in rules_for(policy, case) for post in rule.posts)


def given_on(session: Session, assessment: Assessment, findings: FindingSet) -> tuple[Agreement, ...]:
    """The agreements to exactly these findings."""
    query = select(Agreement).where(Agreement.assessment_id == assessment.id, Agreement.finding_set_id == findings.id)
    return tuple(session.exec(query))


def agree(session: Session, case: Case, policy: RegionPolicy, actor: Actor, *, now: datetime) -> Agreement:
    """One post's yes, to the case as it is under its lock; ``NotAllowed`` where no rule asks for this post."""
    check(actor, Permission.PARAF)
    if case.state not in (State.DECISION, State.WAITLISTED):
        raise TransitionRefused(
            say("Kuorum diminta saat berkas menunggu keputusan. Sekarang berstatus “{label}”.", label=LABEL[case.state])
        )
    assessment, findings = facts.assessment_of(session, case), guards.current_findings(session, case)
    if assessment is None or findings is None:
        raise TransitionRefused(guards.WAITING_FOR[Guard.FINDINGS_CURRENT])
    post = next((role for role in sorted(posts_of(policy, case)) if role in actor.roles), None)
    if post is None:
        raise NotAllowed(say("Aturan daerah tidak meminta persetujuan Anda untuk berkas ini. Tidak ada yang perlu Anda lakukan."))
    if actor.id in four_eyes.kept_from_agreeing(session, case):
        raise FourEyes(say("Anda sudah menangani berkas ini di langkah sebelumnya. Pejabat lain harus menyetujui."))
    if any(post == one.role or actor.id == one.given_by for one in given_on(session, assessment, findings)):
        raise InvalidInput(say("Persetujuan jabatan Anda sudah tercatat. Kepala Dinas yang melanjutkan."))
    agreement = _agreement(case, assessment, findings, post, actor, now)
    session.add(agreement)
    session.flush()
    audit.record(session, advance.subject(case), "AGREE", actor=actor, now=now, post=post.value, seen=agreement.case_version)
    return agreement


def check_met(
    session: Session, case: Case, findings: FindingSet, policy: RegionPolicy, actor: Actor, *, above_quota: bool, rupiah: int = 0
) -> int:
    """How many agreements the approval stands on, 0 where none is asked for; ``QuorumMissing`` says how many are missing."""
    bearing = [rule for rule in rules_for(policy, case) if (above_quota if rule.above_quota else rupiah > rule.above_rupiah)]
    assessment = facts.assessment_of(session, case)
    assert assessment is not None, "a case without assessment is not decided"
    given = {one.role for one in given_on(session, assessment, findings) if one.given_by != actor.id}
    for rule in bearing:
        if len(given & set(rule.posts)) < rule.needed:
            raise QuorumMissing(_missing(rule, len(given & set(rule.posts))))
    return max((rule.needed for rule in bearing), default=0)


def _missing(rule: QuorumRule, given: int) -> str:
    posts = ", ".join(WORDS[post] for post in rule.posts)
    return say(
        "Surat ini memerlukan persetujuan {needed} dari {count} pejabat ({posts}). Baru ada {given}. Minta mereka dulu.",
        needed=rule.needed,
        count=len(rule.posts),
        posts=posts,
        given=given,
    )


def _agreement(case: Case, assessment: Assessment, findings: FindingSet, post: Role, actor: Actor, now: datetime) -> Agreement:
    assert case.id and assessment.id and findings.id and assessment.validated_by
    return Agreement(
        case_id=case.id,
        assessment_id=assessment.id,
        finding_set_id=findings.id,
        role=post,
        case_version=case.version,
        opened_by=case.opened_by,
        assessed_by=assessment.assessed_by,
        validated_by=assessment.validated_by,
        given_by=actor.person_id,
        given_at=now,
    )
