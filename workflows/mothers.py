"""A newborn follows the mother's cover: what this office knows of it by her NIK, from her own case here or the newest member file."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import extracts, facts
from workflows.ports import MembershipOutcome
from workflows.records.case import Case
from workflows.states import Job
from workflows.vocabulary import NoNik

ACTIVE_CODE = "0"
"""The one status code of BPJS Kesehatan that is known: active."""


@dataclass(frozen=True, slots=True)
class MothersCover:
    """Her membership as somebody told it, who, and as of when; ``segment`` as far as it was said."""

    outcome: MembershipOutcome
    segment: str | None
    source: str
    as_of: datetime


def cover_of(session: Session, case: Case) -> MothersCover | None:
    """The newest word on the mother's membership; None where nobody has said anything, or the case is no newborn's."""
    if case.no_nik is not NoNik.NEWBORN or case.mother_nik is None:
        return None
    told = (_from_her_case(session, case), _from_member_file(session, case.mother_nik))
    return max((one for one in told if one is not None), key=lambda one: one.as_of, default=None)


def _from_her_case(session: Session, case: Case) -> MothersCover | None:
    query = select(Case).where(Case.nik == case.mother_nik, Case.region_code == case.region_code).order_by(col(Case.id).desc())
    hers = session.exec(query.limit(1)).first()
    answer = facts.checks_of(session, hers).get(Job.MEMBERSHIP) if hers is not None else None
    if answer is None or answer.outcome is None:
        return None
    return MothersCover(MembershipOutcome(answer.outcome), answer.details.get("segment"), answer.source, answer.as_of)


def _from_member_file(session: Session, nik: str) -> MothersCover | None:
    extract, row = extracts.newest_member(session, nik) or (None, None)
    if extract is None or row is None or row.fault is not None:
        return None
    active = row.month is not None or row.status_code == ACTIVE_CODE
    outcome = MembershipOutcome.ACTIVE if active else MembershipOutcome.INACTIVE
    return MothersCover(outcome, row.segment.value if row.segment else None, f"berkas peserta {extract.file_name}", extract.as_of)
