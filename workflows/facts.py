"""What each step reads, frozen, and the fingerprint that says whether it changed since.

Facts are read in a short transaction before a step gathers, so that no transaction is open while an outside
system is waited for.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, or_, select

from workflows.errors import NotFound
from workflows.ports import IdentityQuestion, MembershipQuestion, PovertyQuestion, Unnumbered, WebhookQuestion
from workflows.records.assessment import Assessment
from workflows.records.case import Case, CaseDocument
from workflows.records.check_result import CheckResult
from workflows.records.decision import Decision
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.records.removal import Removal
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff
from workflows.records.task import Task
from workflows.records.webhook import WebhookDelivery, WebhookEndpoint
from workflows.rules.facts import Answer, CheckFact, EligibilityFacts, LetterAsked
from workflows.saying import say
from workflows.states import CHECKS, ON_NEWS, Job
from workflows.vocabulary import LetterType, NoNik, RemovalReason

STANDS_IN: Mapping[NoNik, str] = {
    NoNik.NEWBORN: "NIK ibu",
    NoNik.UNIDENTIFIED: "Nomor rekam medis",
    NoNik.HOMELESS: "Nomor surat keterangan",
    NoNik.FOREIGNER: "Nomor paspor",
}
"""What a letter calls the number that stands in for a NIK."""

TIMES = 12
"""How often a registry can be asked about the same facts at an officer's wish."""


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """Another case that may be the same person."""

    ticket: str
    same_name_and_birth: bool
    same_phone: bool
    same_kk: bool
    open: bool


@dataclass(frozen=True, slots=True)
class DuplicatesQuestion:
    """The case and those that resemble it."""

    nik: str | None
    name: str
    birth_date: date
    phone: str
    kk: str | None
    similar: tuple[SimilarCase, ...]


@dataclass(frozen=True, slots=True)
class FindingsQuestion:
    """Facts for the rules and the policy block the case is pinned to."""

    facts: EligibilityFacts
    policy_valid_from: date
    policy_sha256: str


@dataclass(frozen=True, slots=True)
class LetterQuestion:
    """A signed letter and everything the database knows for its text."""

    letter_id: int
    letter_type: str
    number: str
    token_id: str
    region_code: str
    policy_valid_from: date
    opened_on: date
    name: str
    nik: str | None
    stands_in: tuple[str, str] | None
    female: bool
    kk: str | None
    birth_date: date
    birth_estimated: bool
    address: str | None
    phone: str | None
    hospital_code: str | None
    hospital_name: str | None
    hospital_city: str | None
    admitted_at: datetime | None
    urgency: str
    diagnosis: str | None
    cap_rupiah: int | None
    removal: str | None
    signer_title: str
    signer_name: str
    signer_rank: str | None
    signer_nip: str | None
    signer_capacity: str
    signed_at: datetime
    valid_from: datetime
    valid_until: datetime
    signing_mode: str


def read(session: Session, case: Case, job: Job) -> Any:
    """The frozen facts of one step, of the type its ``gather`` takes."""
    return READERS[job](session, case)


def of_task(session: Session, case: Case, task: Task) -> Any:
    """The same for a task; news is told by what the task was promised for, not by how the case stands."""
    return _news(session, task) if task.job in ON_NEWS else read(session, case, task.job)


def fingerprint(facts: Any) -> str:
    """SHA-256 of the facts; the same facts have the same fingerprint on any machine.

    What other cases look like is left out: it changes without this case changing.
    """
    content = asdict(facts)
    content.pop("similar", None)
    if isinstance(facts, FindingsQuestion):
        content["facts"] = _said(facts.facts)
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=_plain).encode()).hexdigest()


def _said(known: Any) -> dict[str, Any]:
    """Fields that say something: one at its default is left out, so that a fact that a later version adds leaves the
    fingerprints of cases it says nothing about as they were."""
    named = ((one.name, getattr(known, one.name), one.default) for one in fields(known))
    return {name: _said(value) if is_dataclass(value) else value for name, value, default in named if value != default}


def fingerprints(facts: Any) -> tuple[str, ...]:
    """The fingerprints under which the same facts may be asked about: the first time, the second, and so on."""
    first = fingerprint(facts)
    return (first, *(hashlib.sha256(f"{first} {time}".encode()).hexdigest() for time in range(2, TIMES + 1)))


def checks_of(session: Session, case: Case) -> Mapping[Job, CheckResult]:
    """The newest result of each kind that is about what the case says now, a registry's and an officer's alike.

    An answer about a name that was mended since does not count; mended back, the first answer counts again.
    """
    about = func.coalesce(Task.input_hash, CheckResult.input_hash)
    query = select(CheckResult, about).join(Task, col(Task.id) == CheckResult.task_id, isouter=True)
    rows = session.exec(query.where(CheckResult.case_id == case.id).order_by(col(CheckResult.id)))
    asked = {kind: set(fingerprints(ASKED[kind](case))) for kind in CHECKS}
    return {row.kind: row for row, input_hash in rows if input_hash in asked[row.kind]}


def assessment_of(session: Session, case: Case) -> Assessment | None:
    """The newest round of assessment that was not sent back."""
    query = select(Assessment).where(Assessment.case_id == case.id).order_by(col(Assessment.round).desc()).limit(1)
    newest = session.exec(query).first()
    return newest if newest and newest.returned_at is None else None


def documents_of(session: Session, case: Case) -> frozenset[str]:
    """Papers the office has seen."""
    return frozenset(row.type.value for row in session.exec(select(CaseDocument).where(CaseDocument.case_id == case.id)))


def opened_on(case: Case) -> date:
    """The local day the case began: rules are weighed as at this day, whenever they are weighed."""
    return _local_day(case, case.opened_at)


def _local_day(case: Case, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(case.timezone)).date()


def _identity(case: Case) -> IdentityQuestion | Unnumbered:
    if case.nik is None:
        return _unnumbered(case)
    return IdentityQuestion(nik=case.nik, name=case.name, birth_date=case.birth_date, kk=case.kk)


def _membership(case: Case) -> MembershipQuestion | Unnumbered:
    if case.nik is None:
        return _unnumbered(case)
    return MembershipQuestion(nik=case.nik, name=case.name, on=_local_day(case, case.admitted_at or case.opened_at))


def _poverty(case: Case) -> PovertyQuestion | Unnumbered:
    return PovertyQuestion(nik=case.nik, name=case.name) if case.nik else _unnumbered(case)


def _unnumbered(case: Case) -> Unnumbered:
    assert case.no_nik is not None
    return Unnumbered(no_nik=case.no_nik.value, name=case.name, birth_date=case.birth_date)


def _alone(case: Case) -> DuplicatesQuestion:
    return DuplicatesQuestion(nik=case.nik, name=case.name, birth_date=case.birth_date, phone=case.phone, kk=case.kk, similar=())


def _duplicates(session: Session, case: Case) -> DuplicatesQuestion:
    same_person = (Case.name == case.name) & (Case.birth_date == case.birth_date)
    alike = or_(same_person, *_same_numbers(case))
    others = session.exec(select(Case).where(Case.id != case.id, alike).order_by(col(Case.id).desc()).limit(20))
    return replace(_alone(case), similar=tuple(_similar(case, other) for other in others))


def _same_numbers(case: Case) -> list[Any]:
    """By telephone and NIK; the telephone of an unknown patient is the hospital's."""
    phone = [] if case.lane is NoNik.UNIDENTIFIED else [Case.phone == case.phone]
    return [*phone, Case.nik == case.nik] if case.nik else phone


def _similar(case: Case, other: Case) -> SimilarCase:
    return SimilarCase(
        ticket=other.ticket,
        same_name_and_birth=other.name == case.name and other.birth_date == case.birth_date,
        same_phone=other.phone == case.phone and case.lane is not NoNik.UNIDENTIFIED,
        same_kk=case.kk is not None and other.kk == case.kk,
        open=other.closed_at is None,
    )


def _findings(session: Session, case: Case) -> FindingsQuestion:
    checks = checks_of(session, case)
    assessment = assessment_of(session, case)
    answers = assessment.answers if assessment else {}
    facts = EligibilityFacts(
        on=opened_on(case),
        region_code=case.region_code,
        birth_date=case.birth_date,
        domicile_code=case.domicile_code,
        resident_since=case.resident_since,
        urgency=case.urgency.value,
        documents=documents_of(session, case),
        identity=_fact(case, checks.get(Job.IDENTITY)),
        membership=_fact(case, checks.get(Job.MEMBERSHIP)),
        poverty=_fact(case, checks.get(Job.POVERTY)),
        duplicates=_fact(case, checks.get(Job.DUPLICATES)),
        answers={key: Answer(answer) for key, answer in answers.items()},
        no_nik=case.lane.value if case.lane else None,
        letter=_asked(session, case),
        by_third_party=case.by_third_party,
    )
    return FindingsQuestion(facts=facts, policy_valid_from=case.policy_valid_from, policy_sha256=case.policy_sha256)


def _asked(session: Session, case: Case) -> LetterAsked | None:
    if case.letter_type is LetterType.REKOM_PBPU_PEMDA:
        return None
    hospital = session.get(Hospital, case.hospital_code) if case.hospital_code else None
    removal = session.get(Removal, case.id)
    return letter_asked(case, hospital, removal.reason if removal else None, reactivations(session, case.nik, Case.id != case.id))


def letter_asked(case: Case, hospital: Hospital | None, removal: RemovalReason | None, times: int) -> LetterAsked:
    """What the rules of letters other than A read about a case beside its checks and papers."""
    return LetterAsked(
        type=case.letter_type.value,
        removal=removal.value if removal else None,
        reactivations=times,
        hospital_code=case.hospital_code,
        hospital_contract=hospital is not None and hospital.has_contract(opened_on(case)),
        has_diagnosis=case.diagnosis is not None,
    )


def reactivations(session: Session, nik: str | None, *others: Any) -> int:
    """How often letter B was issued for a person, in the cases that ``others`` leaves."""
    letters = select(func.count(col(Letter.id))).join(Case, col(Case.id) == Letter.case_id)
    issued = Letter.type == LetterType.KET_REAKTIVASI_PBI_JK, col(Letter.issued_at).is_not(None)
    return session.exec(letters.where(Case.nik == nik, *issued, *others)).one()


def _fact(case: Case, result: CheckResult | None) -> CheckFact | None:
    if result is None:
        return None
    return CheckFact(outcome=result.outcome, source=result.source, as_of=_local_day(case, result.as_of), details=result.details)


def _letter(session: Session, case: Case) -> LetterQuestion:
    query = (
        select(Letter, Decision, Staff, SigningAuthority)
        .join(Decision, col(Decision.case_id) == Letter.case_id)
        .join(Staff, col(Staff.id) == Decision.decided_by)
        .join(SigningAuthority, col(SigningAuthority.id) == Decision.authority_id)
    )
    found = session.exec(query.where(Letter.case_id == case.id).order_by(col(Letter.id).desc()).limit(1)).first()
    if found is None:
        raise NotFound(say("Berkas ini belum mempunyai surat."))
    removal = session.get(Removal, case.id)
    question = _letter_question(case, *found, session.get(Hospital, found[0].hospital_code) if found[0].hospital_code else None)
    return replace(question, removal=removal.reason.value) if removal else question


def _letter_question(
    case: Case, letter: Letter, decision: Decision, signer: Staff, authority: SigningAuthority, hospital: Hospital | None
) -> LetterQuestion:
    assert letter.id is not None
    return LetterQuestion(
        letter_id=letter.id,
        letter_type=letter.type.value,
        number=letter.number,
        token_id=letter.token_id,
        region_code=case.region_code,
        policy_valid_from=case.policy_valid_from,
        opened_on=opened_on(case),
        name=case.name,
        nik=case.nik,
        stands_in=_stands_in(case),
        female=case.female,
        kk=case.kk,
        birth_date=case.birth_date,
        birth_estimated=case.birth_estimated,
        address=case.address,
        phone=case.phone,
        hospital_code=letter.hospital_code,
        hospital_name=hospital.name if hospital else None,
        hospital_city=hospital.city if hospital else None,
        admitted_at=case.admitted_at,
        urgency=case.urgency.value,
        diagnosis=case.diagnosis,
        cap_rupiah=decision.cap_rupiah,
        removal=None,
        signer_title="\n".join(line for line in (authority.title, authority.position) if line),
        signer_name=signer.name,
        signer_rank=signer.rank,
        signer_nip=signer.nip,
        signer_capacity=authority.capacity.value,
        signed_at=letter.signed_at,
        valid_from=letter.valid_from,
        valid_until=letter.valid_until,
        signing_mode=letter.signing_mode.value,
    )


def decision_of(session: Session, letter: Letter) -> Decision:
    """The approval a letter stands on, its own or that of the letter whose place it took: a case has one decision."""
    return session.exec(select(Decision).where(Decision.case_id == letter.case_id)).one()


def _stands_in(case: Case) -> tuple[str, str] | None:
    if case.lane is None:
        return None
    number = case.mother_nik if case.lane is NoNik.NEWBORN else case.other_number
    return (STANDS_IN[case.lane], number) if number else None


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"no plain form for {type(value).__name__}")


ASKED: Mapping[Job, Callable[[Case], Any]] = {
    Job.IDENTITY: _identity,
    Job.MEMBERSHIP: _membership,
    Job.POVERTY: _poverty,
    Job.DUPLICATES: _alone,
}
"""What a check asks as the case stands, as far as its fingerprint goes."""


def _news(session: Session, task: Task) -> WebhookQuestion:
    query = select(WebhookDelivery, WebhookEndpoint).join(WebhookEndpoint).where(WebhookDelivery.task_hash == task.input_hash)
    delivery, endpoint = session.exec(query).one()
    return WebhookQuestion(
        delivery.message_id, endpoint.id, endpoint.url, endpoint.sealed_secret, delivery.body, endpoint.closed_at is None
    )


READERS: Mapping[Job, Callable[[Session, Case], Any]] = {
    Job.IDENTITY: lambda _, case: _identity(case),
    Job.MEMBERSHIP: lambda _, case: _membership(case),
    Job.POVERTY: lambda _, case: _poverty(case),
    Job.DUPLICATES: _duplicates,
    Job.FINDINGS: _findings,
    Job.LETTER: _letter,
}

assert {*READERS, *ON_NEWS} == set(Job) and set(ASKED) == set(CHECKS)
