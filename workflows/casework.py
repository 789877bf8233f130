"""Assessment and validation: a caseworker answers the criteria, somebody else confirms or sends back."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, func, select

from workflows import advance, facts, four_eyes, parafs
from workflows.actor import Actor
from workflows.errors import FourEyes, InvalidInput, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.assessment import Assessment
from workflows.records.case import Case
from workflows.records.withdrawal import Withdrawal
from workflows.rules.facts import Answer
from workflows.rules.policy import CriteriaSet
from workflows.saying import say, sayings
from workflows.states import Action, Role
from workflows.vocabulary import WithdrawalCause


def assess(
    session: Session, case: Case, criteria: CriteriaSet, answers: Mapping[str, Answer], note: str | None, actor: Actor, *, now: datetime
) -> Assessment:
    """Answer every criterion of the region's set with YES, NO or UNKNOWN."""
    check(actor, Permission.ASSESS)
    advance.find(case.state, Action.ASSESS)
    _check_four_eyes(session, case, actor)
    _check_answers(criteria, answers)
    assert case.id is not None
    rounds = session.exec(select(func.count(col(Assessment.id))).where(Assessment.case_id == case.id)).one()
    assessment = Assessment(
        case_id=case.id,
        round=rounds + 1,
        criteria_set=criteria.code,
        answers={key: answer.value for key, answer in answers.items()},
        note=note,
        assessed_by=actor.person_id,
        assessed_at=now,
    )
    session.add(assessment)
    session.flush()
    advance.advance(session, case, Action.ASSESS, actor, now=now, round=assessment.round)
    return assessment


def validate(session: Session, case: Case, posts: tuple[Role, ...], note: str | None, actor: Actor, *, now: datetime) -> None:
    """Confirm somebody else's assessment; ``posts`` are those whose paraf is asked for before the head decides."""
    check(actor, Permission.VALIDATE)
    assessment = _current(session, case)
    advance.find(case.state, Action.VALIDATE)
    _check_four_eyes(session, case, actor)
    assessment.validated_by, assessment.validated_at, assessment.validation_note = actor.id, now, note
    session.add(assessment)
    session.flush()
    parafs.ask(session, assessment, posts)
    advance.advance(session, case, Action.VALIDATE, actor, now=now, round=assessment.round)


def send_back(session: Session, case: Case, reason: str, actor: Actor, *, now: datetime) -> None:
    """Return the case to assessment with a reason; the round ends here and a new one begins."""
    assessment = _current(session, case)
    assessment.returned_at, assessment.returned_reason = now, reason
    session.add(assessment)
    session.flush()
    advance.advance(session, case, Action.SEND_BACK, actor, now=now, reason=reason)
    advance.weigh_again(session, case, now=now)


CAUSES: Mapping[WithdrawalCause, str] = {
    WithdrawalCause.CHANGED_MIND: "Pemohon mencabut permohonannya",
    WithdrawalCause.COVERED: "Sudah dijamin pihak lain",
    WithdrawalCause.PAYS_SELF: "Membayar sendiri",
    WithdrawalCause.MOVED: "Pindah ke daerah lain",
    WithdrawalCause.MISTAKE: "Berkas salah atau dibuat dua kali",
    WithdrawalCause.OTHER: "Alasan lain",
}
CAUSES = sayings(CAUSES)
"""What the applicant may have said, as a page asks it."""

assert set(CAUSES) == set(WithdrawalCause)


def withdraw(
    session: Session,
    case: Case,
    words: str | None,
    actor: Actor,
    *,
    now: datetime,
    cause: WithdrawalCause = WithdrawalCause.OTHER,
) -> None:
    """Close the case at the applicant's wish, with a cause of the list and words; without a cause the words say it."""
    check(actor, Permission.WITHDRAW)
    if cause is WithdrawalCause.OTHER and not words:
        raise InvalidInput(say("Pilih alasan dari daftar, atau tulis alasannya."), field="reason")
    assert case.id is not None
    reason = ": ".join(part for part in (CAUSES[cause] if cause is not WithdrawalCause.OTHER else None, words) if part)
    advance.advance(session, case, Action.WITHDRAW, actor, now=now, reason=reason, cause=cause.value)
    session.add(Withdrawal(case_id=case.id, cause=cause, words=words, recorded_by=actor.person_id, recorded_at=now))
    session.flush()


def _current(session: Session, case: Case) -> Assessment:
    assessment = facts.assessment_of(session, case)
    if assessment is None:
        raise TransitionRefused(say("Berkas ini belum dinilai."))
    return assessment


def _check_four_eyes(session: Session, case: Case, actor: Actor) -> None:
    """Nobody validates what they assessed; where the region keeps intake apart, whoever opened the case does neither."""
    if actor.id not in four_eyes.kept_from(session, case):
        return
    if case.separate_intake and case.opened_by == actor.id:
        raise FourEyes(say("Anda yang membuka berkas ini. Di daerah ini petugas lain yang menilai dan memvalidasi."))
    raise FourEyes(say("Anda yang menilai berkas ini. Petugas lain harus memvalidasi."))


def _check_answers(criteria: CriteriaSet, answers: Mapping[str, Answer]) -> None:
    keys = {criterion.key for criterion in criteria.criteria}
    if missing := sorted(keys - set(answers)):
        raise InvalidInput(say("Jawab semua kriteria. Belum dijawab: {missing}.", missing=", ".join(missing)))
    if unknown := sorted(set(answers) - keys):
        raise InvalidInput(say("Kriteria tidak dikenal di daerah ini: {unknown}.", unknown=", ".join(unknown)))
