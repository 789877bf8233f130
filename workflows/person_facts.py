"""What the office knows of a person before a case is opened: from the last case and its checks, else from the newest files.

No registry is asked. Each fact says whose it is and as of when; what nobody told stays None and is never guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlmodel import Session

from workflows import extracts, facts
from workflows.population import known
from workflows.ports import MembershipOutcome, PovertyOutcome
from workflows.records.case import Case
from workflows.records.check_result import CheckResult
from workflows.records.extract import ExtractKind
from workflows.saying import say
from workflows.states import Job

Value = TypeVar("Value")

DUKCAPIL, MEMBERS, DTSEN = say("Data Dukcapil"), say("Berkas anggota BPJS"), "DTSEN"


@dataclass(frozen=True, slots=True)
class Told(Generic[Value]):
    """A fact with its source and the moment of which it is true."""

    value: Value
    source: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """``membership`` as a registry would answer, ``desil`` 1 to 10, 0 for not ranked and None for not in DTSEN."""

    kk: Told[str] | None = None
    address: Told[str] | None = None
    membership: Told[MembershipOutcome] | None = None
    desil: Told[int | None] | None = None


def facts_of(session: Session, nik: str, last: Case | None) -> PersonFacts:
    """All that is known of a NIK; ``last`` is the person's newest case in this office."""
    checks = facts.checks_of(session, last) if last else {}
    return PersonFacts(
        kk=_on_case(last, last.kk if last else None) or _resident(session, nik, "family_card"),
        address=_on_case(last, last.address if last else None) or _resident(session, nik, "address"),
        membership=_newest((_membership_checked(checks.get(Job.MEMBERSHIP)), _membership_filed(session, nik))),
        desil=_newest((_desil_checked(checks.get(Job.POVERTY)), _desil_filed(session, nik))),
    )


def _newest(told: Iterable[Told[Value] | None]) -> Told[Value] | None:
    return max((one for one in told if one), key=lambda one: one.as_of, default=None)


def _on_case(last: Case | None, value: str | None) -> Told[str] | None:
    return Told(value, say("Berkas {ticket}", ticket=last.ticket), last.opened_at) if last and value else None


def _resident(session: Session, nik: str, name: str) -> Told[str] | None:
    extract = extracts.newest(session, ExtractKind.RESIDENTS)
    row = known.residents_of(session, extract, [nik]).get(nik)
    value = getattr(row, name) if row else None
    return Told(value, DUKCAPIL, extract.as_of) if extract and value else None


def _membership_checked(result: CheckResult | None) -> Told[MembershipOutcome] | None:
    if result is None or result.outcome is None:
        return None
    return Told(MembershipOutcome(result.outcome), result.source, result.as_of)


def _membership_filed(session: Session, nik: str) -> Told[MembershipOutcome] | None:
    """Only of whom a file lists: absence proves nothing."""
    extract, row = extracts.newest_member(session, nik) or (None, None)
    if extract is None or row is None or row.fault:
        return None
    active = nik in known.active_members(session, extract, [nik])
    return Told(MembershipOutcome.ACTIVE if active else MembershipOutcome.INACTIVE, MEMBERS, extract.as_of)


def _desil_checked(result: CheckResult | None) -> Told[int | None] | None:
    if result is None or result.outcome is None:
        return None
    return Told(result.details.get("desil") if result.outcome == PovertyOutcome.FOUND else None, result.source, result.as_of)


def _desil_filed(session: Session, nik: str) -> Told[int | None] | None:
    extract = extracts.newest(session, ExtractKind.DTSEN)
    row = extracts.dtsen_row(session, extract, nik) if extract else None
    if extract is None or (row is not None and row.fault):
        return None
    return Told(row.desil if row else None, DTSEN, extract.as_of)
