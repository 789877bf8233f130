"""Decided cases with their facts as they were on the day of the decision, rebuilt in batches; nothing here writes.

What the rules saw is rebuilt from the case, the papers seen and the results recorded up to then, and from the assessment
the decision names. Source and day of a result, and details that no outcome depends on, are left out.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from workflows import facts
from workflows.records.assessment import Assessment
from workflows.records.case import Case, CaseDocument
from workflows.records.check_result import CheckResult
from workflows.records.decision import Decision
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.records.removal import Removal
from workflows.records.task import Task
from workflows.rules.eligibility import RULES_OF
from workflows.rules.facts import Answer, CheckFact, EligibilityFacts, LetterAsked
from workflows.rules.whatif import PastCase
from workflows.states import CHECKS, Job
from workflows.vocabulary import DecisionOutcome, LetterType, ProxyKin

BATCH = 5_000
"""Decided cases read at a time, by a handful of queries whatever their number."""
KEPT = 100_000
"""Different texts of details and answers remembered: most cases share theirs with others."""
WEIGHED = frozenset({Job.MEMBERSHIP, Job.POVERTY})
"""Checks whose details can change an outcome; of the others only the word counts."""


@dataclass(slots=True)
class _Batch:
    """What else is known of the cases of a batch, by case id."""

    checks: dict[int, dict[Job, CheckFact]] = field(default_factory=dict)
    papers: dict[int, set[str]] = field(default_factory=dict)
    answers: dict[int, Mapping[str, Answer]] = field(default_factory=dict)
    letters: dict[int, LetterAsked] = field(default_factory=dict)


def past_cases(session: Session, region_code: str, since: datetime, told: Callable[[int], None] = lambda _: None) -> Iterator[PastCase]:
    """Every case that a region decided by rules since a moment, oldest first; ``told`` hears how many were read."""
    last, done = 0, 0
    while rows := session.execute(_decided(region_code, since, last)).all():
        first, last = rows[0].id, rows[-1].id
        batch = _batch(session, first, last)
        for row in rows:
            yield _case(row, batch)
        done += len(rows)
        told(done)


def _decided(region_code: str, since: datetime, after: int) -> Any:
    names = (
        "id ticket region_code timezone opened_at birth_date domicile_code resident_since urgency policy_valid_from nik_digest no_nik "
        "proxy_kin"
    ).split()
    wanted = [*(getattr(Case, name) for name in names), col(Decision.outcome)]
    query = select(*wanted).join(Decision, col(Decision.case_id) == Case.id)
    ours = (
        col(Case.letter_type).in_(RULES_OF)
        & (col(Case.region_code) == region_code)
        & (col(Decision.decided_at) >= since)
        & (col(Case.id) > after)
    )
    return query.where(ours).order_by(col(Case.id)).limit(BATCH)


def _batch(session: Session, first: int, last: int) -> _Batch:
    batch = _Batch()
    for case_id, kind, outcome in session.execute(_results(first, last, set(CHECKS) - WEIGHED)):
        batch.checks.setdefault(case_id, {})[kind] = _fact(outcome, "{}")
    for case_id, kind, outcome, details in session.execute(_results(first, last, WEIGHED, CheckResult.details)):
        batch.checks.setdefault(case_id, {})[kind] = _fact(outcome, json.dumps(details))
    batch.checks |= _as_they_stood(session, session.execute(_asked_anew(first, last)).scalars().all())
    for case_id, paper in session.execute(_papers(first, last)):
        batch.papers.setdefault(case_id, set()).add(paper.value)
    for case_id, answers in session.execute(_answers(first, last)):
        batch.answers[case_id] = _answered(json.dumps(answers))
    batch.letters = _letters_asked(session, first, last)
    return batch


def _results(first: int, last: int, kinds: Collection[Job], *more: Any) -> Any:
    """Of the kinds asked for; details lie encrypted, so only those that are read are asked for."""
    query = select(CheckResult.case_id, CheckResult.kind, CheckResult.outcome, *more).where(col(CheckResult.kind).in_(kinds))
    then = col(CheckResult.recorded_at) <= col(Decision.decided_at)
    query = query.join(Decision, col(Decision.case_id) == CheckResult.case_id).where(col(CheckResult.case_id).between(first, last), then)
    return query.order_by(col(CheckResult.id))


def _asked_anew(first: int, last: int) -> Any:
    """Cases in which a registry was asked more than once, because something was corrected or had failed: few."""
    asked = select(Task.case_id).where(col(Task.case_id).between(first, last), col(Task.job).in_(CHECKS))
    decided = asked.join(Decision, col(Decision.case_id) == Task.case_id)
    return decided.group_by(col(Task.case_id)).having(func.count() > len(CHECKS))


def _as_they_stood(session: Session, ids: Sequence[int]) -> dict[int, dict[Job, CheckFact]]:
    """The newest result of each kind, up to the decision, that answers what the case said."""
    found: dict[int, dict[Job, CheckFact]] = {case_id: {} for case_id in ids}
    cases = session.exec(select(Case).where(col(Case.id).in_(ids)))
    asked = {one.id: {kind: facts.fingerprints(facts.ASKED[kind](one)) for kind in CHECKS} for one in cases}
    about = func.coalesce(Task.input_hash, CheckResult.input_hash)
    query = select(CheckResult, about).join(Task, col(Task.id) == CheckResult.task_id, isouter=True)
    query = query.join(Decision, col(Decision.case_id) == CheckResult.case_id).where(col(CheckResult.case_id).in_(ids))
    then = col(CheckResult.recorded_at) <= col(Decision.decided_at)
    for row, input_hash in session.exec(query.where(then).order_by(col(CheckResult.id))):
        if input_hash in asked[row.case_id][row.kind]:
            found[row.case_id][row.kind] = _fact(row.outcome, _told(row.kind, row.details))
    return found


def _papers(first: int, last: int) -> Any:
    query = select(CaseDocument.case_id, CaseDocument.type).join(Decision, col(Decision.case_id) == CaseDocument.case_id)
    return query.where(col(CaseDocument.case_id).between(first, last), col(CaseDocument.received_at) <= col(Decision.decided_at))


def _answers(first: int, last: int) -> Any:
    query = select(Decision.case_id, Assessment.answers).join(Assessment, col(Assessment.id) == Decision.assessment_id)
    return query.where(col(Decision.case_id).between(first, last))


def _letters_asked(session: Session, first: int, last: int) -> dict[int, LetterAsked]:
    """What the rules of letters other than A read beside; few cases are for one."""
    times = dict(session.execute(_reactivations(first, last)).all())
    query = select(Case, Hospital, Removal.reason).join(Hospital, col(Hospital.code) == Case.hospital_code, isouter=True)
    query = query.join(Removal, col(Removal.case_id) == Case.id, isouter=True).where(col(Case.id).between(first, last))
    found = session.execute(query.where(col(Case.letter_type) != LetterType.REKOM_PBPU_PEMDA))
    return {one.id: facts.letter_asked(one, hospital, removal, times.get(one.id, 0)) for one, hospital, removal in found}


def _reactivations(first: int, last: int) -> Any:
    """How often letter B was issued for the same person before each decision."""
    earlier = aliased(Case)
    query = select(Case.id, func.count(col(Letter.id))).join(Decision, col(Decision.case_id) == Case.id)
    query = query.join(earlier, (col(earlier.nik) == Case.nik) & (col(earlier.id) != Case.id)).join(
        Letter, col(Letter.case_id) == earlier.id
    )
    issued = col(Letter.type) == LetterType.KET_REAKTIVASI_PBI_JK, col(Letter.issued_at) <= Decision.decided_at
    ours = col(Case.id).between(first, last), col(Case.letter_type) == LetterType.KET_REAKTIVASI_PBI_JK
    return query.where(*issued, *ours).group_by(col(Case.id))


def _case(row: Any, batch: _Batch) -> PastCase:
    checks = batch.checks.get(row.id, {})
    known = EligibilityFacts(
        on=_day(row.opened_at, row.timezone),
        region_code=row.region_code,
        birth_date=row.birth_date,
        domicile_code=row.domicile_code,
        resident_since=row.resident_since,
        urgency=row.urgency.value,
        documents=frozenset(batch.papers.get(row.id, ())),
        identity=checks.get(Job.IDENTITY),
        membership=checks.get(Job.MEMBERSHIP),
        poverty=checks.get(Job.POVERTY),
        duplicates=checks.get(Job.DUPLICATES),
        answers=batch.answers.get(row.id, {}),
        no_nik=row.no_nik.value if row.no_nik and row.nik_digest is None else None,
        letter=batch.letters.get(row.id),
        by_third_party=row.proxy_kin is ProxyKin.THIRD_PARTY,
    )
    return PastCase(row.ticket, known, row.policy_valid_from, row.outcome is DecisionOutcome.APPROVED)


def _day(moment: datetime, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()


def _told(kind: Job, details: Mapping[str, Any]) -> str:
    return json.dumps(details) if kind in WEIGHED else "{}"


@lru_cache(KEPT)
def _fact(outcome: str | None, details: str) -> CheckFact:
    return CheckFact(outcome=outcome, source="", as_of=date.min, details=json.loads(details))


@lru_cache(KEPT)
def _answered(answers: str) -> Mapping[str, Answer]:
    return {key: Answer(answer) for key, answer in json.loads(answers).items()}
