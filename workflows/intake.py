"""Opening a case: with a KTP alone; everything else may follow."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from workflows import advance, audit, without_nik
from workflows.actor import Actor
from workflows.codes import new_code
from workflows.errors import InvalidInput, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.case import Case, CaseDocument
from workflows.records.hospital import Hospital
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.states import ASSESSED, State
from workflows.vocabulary import Channel, DocumentType, LetterType, NoNik, ProxyKin, Sex, Urgency


@dataclass(frozen=True, slots=True)
class Intake:
    """What is known when a case is opened: four facts from the KTP and a telephone number, the rest as it comes.

    Without a NIK, ``no_nik`` says why and what stands in its place says who.
    """

    nik: str | None
    name: str
    birth_date: date
    phone: str
    no_nik: NoNik | None = None
    mother_nik: str | None = None
    other_number: str | None = None
    sex: Sex | None = None
    birth_estimated: bool = False
    kk: str | None = None
    address: str | None = None
    domicile_code: str | None = None
    resident_since: date | None = None
    hospital_code: str | None = None
    admitted_at: datetime | None = None
    urgency: Urgency = Urgency.ROUTINE
    channel: Channel = Channel.LOKET_DINSOS
    proxy_name: str | None = None
    proxy_relation: str | None = None
    proxy_phone: str | None = None
    proxy_kin: ProxyKin | None = None
    proxy_paper: str | None = None
    documents: frozenset[DocumentType] = field(default_factory=frozenset)


ONCE = "nik no_nik mother_nik other_number sex birth_estimated channel".split()
"""What is said at the opening and not amended; a NIK that was missing comes by ``without_nik.identify``."""

AMENDABLE = (
    "name birth_date phone kk address domicile_code resident_since hospital_code admitted_at urgency proxy_name proxy_relation proxy_phone "
    "proxy_kin proxy_paper"
).split()
"""What may follow or be corrected later; the NIK is not among them: another NIK is another case."""

AMENDABLE_LATER = ("diagnosis",)
"""What is not asked when a case is opened: it is for one type of letter only."""

SUBSTANCE = frozenset({"name", "birth_date", "kk", "address", "domicile_code", "resident_since"})
"""Who the person is and where she lives: what an assessor assessed and a validator confirmed."""

AMENDABLE_STATES = ASSESSED | {State.RECEIVED, State.CHECKED, State.ASSESSMENT}


def open_application(session: Session, intake: Intake, actor: Actor, policy: RegionPolicy, *, now: datetime) -> Case:
    """Open a case under the policy in force; its registry checks are promised in the same transaction.

    ``OpenCaseExists`` carries the ticket of the case the person already has.
    """
    check(actor, Permission.OPEN_CASE)
    return open_anywhere(session, intake, actor, policy, now=now)


def open_anywhere(session: Session, intake: Intake, actor: Actor, policy: RegionPolicy, *, now: datetime) -> Case:
    """The same, whatever lane the actor was let into."""
    known = examine(session, intake)
    case = _new_case(intake, actor, policy, now)
    try:
        with session.begin_nested():
            advance.begin(session, case, actor, now=now)
    except IntegrityError:
        without_nik.refuse_second(session, known)
        raise
    add_documents(session, case, intake.documents, actor, now=now)
    return case


def examine(session: Session, intake: Intake) -> dict[str, Any]:
    """What is known, where a case may be opened on it now; raises what stands in the way and opens nothing."""
    _check_hospital(session, intake.hospital_code)
    known = asdict(complete_proxy(intake))
    without_nik.check_stands_in(known)
    without_nik.refuse_second(session, known)
    return known


def amend(
    session: Session, case: Case, changes: dict[str, Any], documents: frozenset[DocumentType], actor: Actor, *, now: datetime
) -> None:
    """Add what follows later or correct what was typed; checks that read it differently now run again."""
    check(actor, Permission.AMEND_CASE)
    if case.state not in AMENDABLE_STATES:
        raise TransitionRefused(say("Berkas sudah diputus. Datanya tidak dapat diubah lagi."))
    known = (*AMENDABLE, *AMENDABLE_LATER)
    changed = {name: value for name, value in changes.items() if name in known and getattr(case, name) != value}
    if changed.get("diagnosis") and case.letter_type is not LetterType.JAMINAN_PELAYANAN:
        raise InvalidInput(say("Diagnosis hanya dicatat untuk surat jaminan pelayanan. Kosongkan isian ini."), field="diagnosis")
    _check_hospital(session, changed.get("hospital_code"))
    if case.state in ASSESSED and SUBSTANCE & set(changed):
        raise TransitionRefused(say("Data orang ini sudah dinilai. Mintalah berkas dikembalikan untuk dinilai ulang, lalu ubah."))
    for name, value in changed.items():
        setattr(case, name, value)
    check_proxy(case)
    if case.lane is NoNik.UNIDENTIFIED and case.hospital_code is None:
        raise InvalidInput(without_nik.MISSING["hospital_code"], field="hospital_code")
    case.version += 1
    session.add(case)
    session.flush()
    add_documents(session, case, documents, actor, now=now)
    audit.record(session, advance.subject(case), "AMEND", actor=actor, now=now, fields=sorted(changed), documents=sorted(documents))
    advance.check_again(session, case, now=now)
    advance.weigh_again(session, case, now=now)


def add_documents(session: Session, case: Case, documents: frozenset[DocumentType], actor: Actor, *, now: datetime) -> None:
    """Note papers the office has seen; one already noted stays as it was."""
    assert case.id is not None
    known = set(session.exec(select(CaseDocument.type).where(CaseDocument.case_id == case.id)))
    for document in sorted(documents - known):
        session.add(CaseDocument(case_id=case.id, type=document, received_at=now, received_by=actor.person_id))
    session.flush()


def check_proxy(known: Intake | Case) -> None:
    """A proxy is named with the relation or not at all; a letter of authority belongs to somebody outside the family."""
    if (known.proxy_name is None) != (known.proxy_relation is None):
        raise InvalidInput(say("Isi nama dan hubungan orang yang mengurus, atau kosongkan keduanya."))
    if known.proxy_kin is not None and known.proxy_name is None:
        raise InvalidInput(say("Isi nama orang yang mengurus."), field="proxy_name")
    if known.proxy_paper is not None and known.proxy_kin is not ProxyKin.THIRD_PARTY:
        raise InvalidInput(say("Surat kuasa hanya untuk yang mengurus dari luar keluarga."), field="proxy_paper")


def complete_proxy(intake: Intake) -> Intake:
    """The intake with its proxy checked; a telephone without a proxy is nobody's."""
    check_proxy(intake)
    return replace(intake, proxy_phone=intake.proxy_phone if intake.proxy_name else None)


def _new_case(intake: Intake, actor: Actor, policy: RegionPolicy, now: datetime) -> Case:
    intake = complete_proxy(intake)
    known = {name: getattr(intake, name) for name in (*ONCE, *AMENDABLE)}
    return Case(
        **known,
        ticket=new_code(),
        letter_type=LetterType.REKOM_PBPU_PEMDA,
        region_code=policy.region_code,
        timezone=policy.timezone,
        policy_valid_from=policy.valid_from,
        policy_sha256=policy.sha256,
        separate_intake=policy.separate_intake is not None and policy.separate_intake.value,
        opened_by=actor.person_id,
        opened_at=now,
    )


def _check_hospital(session: Session, code: str | None) -> None:
    if code is not None and session.get(Hospital, code) is None:
        raise InvalidInput(say("Rumah sakit ini belum terdaftar. Pilih dari daftar rumah sakit."), field="hospital_code")
