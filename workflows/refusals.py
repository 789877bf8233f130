"""After a refusal: what was told, until when an objection may come, the objection, and its answer by other eyes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from workflows import advance, audit, four_eyes, intake, without_nik
from workflows.actor import Actor
from workflows.authority import check_may_sign
from workflows.codes import new_code
from workflows.errors import FourEyes, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.case import Case, CaseDocument
from workflows.records.decision import Decision
from workflows.records.finding_set import FindingSet
from workflows.records.objection import DecisionGround, Objection
from workflows.rules.calendar import Calendar, Counting, deadline, working_day_after
from workflows.rules.finding import Outcome
from workflows.saying import say
from workflows.states import Action
from workflows.vocabulary import ObjectionOutcome


@dataclass(frozen=True, slots=True)
class ObjectionTerm:
    """Working days to object and to answer, by the calendar they are counted by."""

    days: int
    answer_days: int
    calendar: Calendar

    def last_day(self, decided_at: datetime) -> date:
        """The last local day on which an objection may be filed."""
        return working_day_after(self.calendar.day_of(decided_at), self.calendar, self.days)

    def answer_due(self, filed_at: datetime) -> datetime:
        """Until when it is to be answered."""
        return deadline(filed_at, self.answer_days * 24, self.calendar, Counting.WORKING_DAYS)


@dataclass(frozen=True, slots=True)
class Objecting:
    """Who objects, and why; ``relation`` where it is not the applicant."""

    objector: str
    grounds: str
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class RefusalView:
    """A refusal with everything a page, a sheet or an API answer says of it; ``words`` are what the decider added, ``changes`` what
    would change each finding that failed."""

    decision: Decision
    grounds: tuple[DecisionGround, ...]
    words: str | None
    objection: Objection | None
    new_ticket: str | None
    changes: tuple[str, ...] = ()


def refusal_of(session: Session, decided: Decision) -> RefusalView:
    """What was told, and what became of it."""
    grounds = session.exec(select(DecisionGround).where(DecisionGround.decision_id == decided.id).order_by(DecisionGround.code)).all()
    reason = decided.reason or ""
    objection = objection_of(session, decided)
    new = session.get(Case, objection.new_case_id) if objection and objection.new_case_id else None
    in_order = sorted(grounds, key=lambda ground: reason.find(ground.sentence))
    said = " ".join(ground.sentence for ground in in_order)
    words = reason.removeprefix(said).strip() if grounds else None
    return RefusalView(decided, tuple(in_order), words or None, objection, new.ticket if new else None, _changes(session, decided))


def _changes(session: Session, decided: Decision) -> tuple[str, ...]:
    """Only of what a rule itself failed: the others ask something of the caseworker, who has answered by refusing."""
    weighed = session.get_one(FindingSet, decided.finding_set_id).findings
    return tuple(str(one["change"]) for one in weighed if one["outcome"] == Outcome.FAILS and one.get("change"))


def came_from(session: Session, case: Case) -> str | None:
    """The ticket of the refused case this one goes on from."""
    query = select(Case.ticket).join(Objection, col(Objection.case_id) == Case.id)
    return session.exec(query.where(Objection.new_case_id == case.id)).first()


def objection_of(session: Session, decided: Decision) -> Objection | None:
    """The objection against a decision, if any."""
    return session.exec(select(Objection).where(Objection.decision_id == decided.id)).first()


def object_to(session: Session, case: Case, term: ObjectionTerm, given: Objecting, actor: Actor, *, now: datetime) -> Objection:
    """File an objection within its term. The case is open again, so the person has no other open one meanwhile."""
    check(actor, Permission.OBJECT)
    advance.find(case.state, Action.OBJECT)
    decided = _decision_of(session, case)
    if objection_of(session, decided) is not None:
        raise TransitionRefused(
            say("Keberatan atas keputusan ini sudah pernah diajukan lalu dicabut. Pemohon boleh mengajukan berkas baru.")
        )
    filed_on, last_day = term.calendar.day_of(now), term.last_day(decided.decided_at)
    if filed_on > last_day:
        raise TransitionRefused(
            say("Masa keberatan habis pada {last_day}. Pemohon boleh mengajukan berkas baru.", last_day=f"{last_day:%d-%m-%Y}")
        )
    without_nik.refuse_second(session, {name: getattr(case, name) for name in CARRIED})
    objection = Objection(
        **_first_hands(decided),
        objector=given.objector,
        relation=given.relation,
        grounds=given.grounds,
        filed_by=actor.person_id,
        filed_at=now,
        filed_on=filed_on,
        last_day=last_day,
        answer_due=term.answer_due(now),
    )
    session.add(objection)
    session.flush()
    advance.advance(session, case, Action.OBJECT, actor, now=now, objector=given.objector)
    return objection


def retract(session: Session, case: Case, reason: str, actor: Actor, *, now: datetime) -> Objection:
    """Take an objection back at the wish of whoever filed it; the refusal stands, and the case is closed again."""
    check(actor, Permission.OBJECT)
    advance.find(case.state, Action.RETRACT)
    objection = objection_of(session, _decision_of(session, case))
    assert objection is not None
    objection.retracted_at, objection.retracted_by, objection.retracted_reason = now, actor.person_id, reason
    session.add(objection)
    session.flush()
    advance.advance(session, case, Action.RETRACT, actor, now=now, reason=reason)
    return objection


def answer(session: Session, case: Case, outcome: ObjectionOutcome, reason: str, actor: Actor, *, now: datetime) -> Objection:
    """Uphold the refusal, or overturn it: then the person goes on at once as a new case under the rules of the first."""
    authority = check_may_sign(session, case, actor, now=now)
    action = Action.OVERTURN if outcome is ObjectionOutcome.OVERTURNED else Action.UPHOLD
    advance.find(case.state, action)
    objection = objection_of(session, _decision_of(session, case))
    assert objection is not None
    if actor.id in four_eyes.kept_from(session, case):
        raise FourEyes(say("Anda sudah menangani berkas ini. Keberatan dijawab pejabat lain."))
    advance.advance(session, case, action, actor, now=now, reason=reason)
    new = _begin_anew(session, case, objection, actor, now=now) if outcome is ObjectionOutcome.OVERTURNED else None
    objection.outcome, objection.reason, objection.authority_id = outcome, reason, authority.id
    objection.decided_by, objection.decided_at, objection.new_case_id = actor.id, now, new.id if new else None
    session.add(objection)
    session.flush()
    return objection


def _begin_anew(session: Session, case: Case, objection: Objection, actor: Actor, *, now: datetime) -> Case:
    """The same person, papers and rules; checked, assessed and decided again."""
    known = {name: getattr(case, name) for name in CARRIED}
    new = Case(**known, ticket=new_code(), opened_by=objection.filed_by, opened_at=now)
    advance.begin(session, new, actor, now=now)
    assert new.id is not None
    for paper in session.exec(select(CaseDocument).where(CaseDocument.case_id == case.id)).all():
        session.add(CaseDocument(case_id=new.id, type=paper.type, received_at=paper.received_at, received_by=paper.received_by))
    session.flush()
    audit.record(session, advance.subject(new), "FROM_OBJECTION", actor=actor, now=now, ticket=case.ticket)
    return new


CARRIED = (*intake.ONCE, *intake.AMENDABLE, *"letter_type region_code timezone policy_valid_from policy_sha256 separate_intake".split())
"""What a case that goes on after an objection takes over."""


def _decision_of(session: Session, case: Case) -> Decision:
    return session.exec(select(Decision).where(Decision.case_id == case.id)).one()


def _first_hands(decided: Decision) -> dict[str, Any]:
    hands = {f"first_{hand}": getattr(decided, hand) for hand in ("opened_by", "assessed_by", "validated_by", "decided_by")}
    return {"case_id": decided.case_id, "decision_id": decided.id, **hands}
