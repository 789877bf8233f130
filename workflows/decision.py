"""The decision: findings advise with reasons, only a named person with a dated authority decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workflows import advance, facts, four_eyes, guards, letter_types, letters, parafs, quorum, seats
from workflows.actor import Actor
from workflows.authority import check_limits, check_may_sign
from workflows.errors import FourEyes, InvalidInput, PolicyEdited, TransitionRefused
from workflows.records.assessment import Assessment
from workflows.records.case import Case
from workflows.records.decision import Decision
from workflows.records.finding_set import FindingSet
from workflows.records.letter import Letter
from workflows.records.objection import DecisionGround
from workflows.records.seat import WaitingEntry
from workflows.records.signing_authority import SigningAuthority
from workflows.rules.finding import Outcome
from workflows.rules.policy import RefusalReason, RegionPolicy
from workflows.saying import say
from workflows.seat_years import SeatRules
from workflows.seats import QuotaFull
from workflows.states import Action, Guard, State
from workflows.vocabulary import SEATED, DecisionOutcome


@dataclass(frozen=True, slots=True)
class Beside:
    """What may stand beside an approval: ``cap`` lowers letter C's rupiah below the region's, ``batch`` names the list it was in."""

    cap: int | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    """What was said: the outcome, why, letter C's cap in rupiah, and how many others agreed to it."""

    outcome: DecisionOutcome
    reason: str | None
    cap: int | None = None
    agreed: int = 0


def approve(
    session: Session,
    case: Case,
    policy: RegionPolicy,
    rules: SeatRules,
    reason: str | None,
    actor: Actor,
    *,
    now: datetime,
    beside: Beside = Beside(),
) -> Letter | WaitingEntry:
    """Approve and sign: seat and number are given here, and the paper is made by a job right after.

    Where a finding fails or needs a person, the decider says why it is approved all the same. Where letter A finds no seat left
    the case waits in line instead, undecided; ``QuotaFull`` where it does already.
    """
    if not policy.reads_as(case.policy_sha256):
        raise PolicyEdited()
    findings = _findings(session, case)
    if reason is None and any(finding["outcome"] != Outcome.MEETS for finding in findings.findings if finding["rule"] != "aktivasi"):
        raise InvalidInput(say("Ada temuan yang belum terpenuhi. Tulis alasan mengapa tetap disetujui."))
    hands = _check_hands(session, case, actor, now=now)
    check_limits(policy, hands[0], case.letter_type, now=now)
    parafs.check_complete(session, hands[1], findings)
    cap = letter_types.check_terms(session, case, policy, beside.cap)
    seat = seats.reserve(session, case, rules, now=now) if case.letter_type in SEATED else None
    if seat is None and case.letter_type in SEATED:
        return _wait(session, case, rules, reason, actor, now=now)
    above = seat is not None and seat.above_quota
    agreed = quorum.check_met(session, case, findings, policy, actor, above_quota=above, rupiah=cap or 0)
    decision = _decide(session, case, findings, hands, _Word(DecisionOutcome.APPROVED, reason, cap, agreed), actor, now=now)
    letter = letters.sign(session, case, decision, policy, now=now)
    batch = {"batch": beside.batch} if beside.batch else {}
    advance.advance(session, case, Action.APPROVE, actor, now=now, reason=reason, letter=letter.number, **batch)
    return letter


def reject(session: Session, case: Case, grounds: Iterable[RefusalReason], words: str | None, actor: Actor, *, now: datetime) -> Decision:
    """Refuse, by the grounds of the list as it is today, and with what the decider adds: the applicant reads both."""
    told = tuple(grounds)
    _check_told(told, words)
    reason = " ".join([*(ground.sentence for ground in told), *([words] if words else [])])
    findings, hands = _findings(session, case), _check_hands(session, case, actor, now=now)
    decision = _decide(session, case, findings, hands, _Word(DecisionOutcome.REJECTED, reason), actor, now=now)
    session.add_all(_ground(decision, ground) for ground in told)
    session.flush()
    advance.advance(session, case, Action.REJECT, actor, now=now, reason=reason, grounds=[ground.code for ground in told])
    return decision


def _wait(session: Session, case: Case, rules: SeatRules, reason: str | None, actor: Actor, *, now: datetime) -> WaitingEntry:
    if case.state == State.WAITLISTED:
        raise QuotaFull(
            say("Kuota kursi masih penuh. Berkas ini nomor {place_of} di daftar tunggu.", place_of=seats.place_of(session, case))
        )
    entry = seats.wait(session, case, rules, now=now)
    advance.advance(session, case, Action.WAIT, actor, now=now, reason=reason, place=seats.place_of(session, case))
    return entry


def _check_told(grounds: tuple[RefusalReason, ...], words: str | None) -> None:
    if not grounds:
        raise InvalidInput(say("Pilih paling sedikit satu alasan dari daftar."), field="grounds")
    if words is None and any(ground.needs_words for ground in grounds):
        raise InvalidInput(say("Tulis alasannya, karena alasan ini tidak ada di daftar."), field="reason")


def _ground(decision: Decision, ground: RefusalReason) -> DecisionGround:
    assert decision.id is not None
    named = {name: getattr(ground, name) for name in ("code", "valid_from", "sentence", "next_step", "place", "reference")}
    return DecisionGround(decision_id=decision.id, **named)


def _check_hands(session: Session, case: Case, actor: Actor, *, now: datetime) -> tuple[SigningAuthority, Assessment]:
    """Who decides holds an authority and had no earlier hand in the case."""
    return check_may_sign(session, case, actor, now=now), _check_four_eyes(session, case, actor)


def _decide(
    session: Session,
    case: Case,
    findings: FindingSet,
    hands: tuple[SigningAuthority, Assessment],
    word: _Word,
    actor: Actor,
    *,
    now: datetime,
) -> Decision:
    authority, assessment = hands
    assert case.id and assessment.id and findings.id and authority.id and assessment.validated_by
    decision = Decision(
        case_id=case.id,
        assessment_id=assessment.id,
        opened_by=case.opened_by,
        assessed_by=assessment.assessed_by,
        validated_by=assessment.validated_by,
        letter_type=case.letter_type,
        cap_rupiah=word.cap,
        quorum=word.agreed,
        outcome=word.outcome,
        reason=word.reason,
        finding_set_id=findings.id,
        authority_id=authority.id,
        decided_by=actor.person_id,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    return decision


def _check_four_eyes(session: Session, case: Case, actor: Actor) -> Assessment:
    assessment = facts.assessment_of(session, case)
    if assessment is None or assessment.validated_by is None:
        raise TransitionRefused(say("Berkas ini belum divalidasi."))
    if actor.id in four_eyes.kept_from(session, case):
        raise FourEyes(say("Anda sudah menangani berkas ini di langkah sebelumnya. Penanda tangan lain harus memutuskan."))
    return assessment


def _findings(session: Session, case: Case) -> FindingSet:
    advance.find(case.state, Action.APPROVE)
    current = guards.current_findings(session, case)
    if current is None:
        raise TransitionRefused(guards.WAITING_FOR[Guard.FINDINGS_CURRENT])
    return current
