"""Which letter a case is for: settled from the path, changed by a caseworker with a reason, fixed once validated."""

from datetime import datetime

from sqlmodel import Session

from workflows import advance, audit, facts
from workflows.actor import SYSTEM, Actor
from workflows.errors import InvalidInput, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.rules.policy import RegionPolicy
from workflows.rules.reactivation import FACILITY_LETTER
from workflows.saying import say
from workflows.states import State
from workflows.thousands import rupiah
from workflows.vocabulary import CHOSEN, LetterType

OPEN = frozenset({State.RECEIVED, State.CHECKED, State.ASSESSMENT})
"""While nobody has assessed the case; sent back, it is open again."""

TOO_LATE = say("Berkas sudah dinilai. Mintalah dikembalikan untuk dinilai ulang, lalu ubah jenis suratnya.")


def settle(session: Session, case: Case, kind: LetterType | None, *, now: datetime) -> None:
    """Follow the path's letter, unless a person chose one or the case has been assessed."""
    free = case.state in OPEN and case.letter_chosen_by is None and case.letter_type in CHOSEN
    if kind is None or not free or kind is case.letter_type:
        return
    _become(session, case, kind)
    audit.record(session, advance.subject(case), "SETTLE_LETTER", actor=SYSTEM, now=now, kind=kind.value)


def choose(session: Session, case: Case, kind: LetterType, reason: str, policy: RegionPolicy, actor: Actor, *, now: datetime) -> None:
    """Take another letter than the path's; its rules are weighed at once.

    ``InvalidInput`` for a letter nobody can apply for, ``PolicyRefused`` for one the case's rules do not know.
    """
    check(actor, Permission.CHOOSE_LETTER)
    if case.state not in OPEN:
        raise TransitionRefused(TOO_LATE)
    if kind not in CHOSEN or case.letter_type not in CHOSEN:
        raise InvalidInput(say("Jenis surat ini tidak dapat dipilih untuk permohonan. Pilih dari daftar."), field="letter_type")
    policy.letter(kind, facts.opened_on(case))
    case.letter_chosen_by, case.letter_chosen_reason = actor.person_id, reason
    _become(session, case, kind)
    audit.record(session, advance.subject(case), "CHOOSE_LETTER", actor=actor, now=now, kind=kind.value, reason=reason)
    advance.weigh_again(session, case, now=now)
    advance.settle(session, case, now=now)


def check_terms(session: Session, case: Case, policy: RegionPolicy, cap: int | None) -> int | None:
    """What no reason can talk around, said before a letter is approved; returns the most rupiah letter C lets be billed.

    ``TransitionRefused`` names the paper or the contract that is missing, ``InvalidInput`` a cap above the region's.
    """
    if cap is not None and case.letter_type is not LetterType.JAMINAN_PELAYANAN:
        raise InvalidInput(say("Hanya surat jaminan pelayanan yang memuat batas rupiah. Kosongkan batasnya."), field="cap_rupiah")
    if case.letter_type is LetterType.KET_REAKTIVASI_PBI_JK and FACILITY_LETTER not in facts.documents_of(session, case):
        raise TransitionRefused(say("Surat keterangan faskes belum diterima. Catat berkas itu dahulu, lalu putuskan."))
    return _cap(session, case, policy, cap) if case.letter_type is LetterType.JAMINAN_PELAYANAN else None


def _cap(session: Session, case: Case, policy: RegionPolicy, cap: int | None) -> int:
    terms = policy.letter(case.letter_type, facts.opened_on(case)).terms
    hospital = session.get(Hospital, case.hospital_code) if case.hospital_code else None
    if hospital is None:
        raise TransitionRefused(say("Surat jaminan hanya untuk satu rumah sakit. Catat rumah sakitnya dahulu, lalu putuskan."))
    if terms.mou_only and not hospital.has_contract(facts.opened_on(case)):
        raise TransitionRefused(
            say("{name} tidak mempunyai perjanjian yang berlaku dengan daerah. Pilih rumah sakit lain.", name=hospital.name)
        )
    most = terms.cap_rupiah or 0
    if cap is not None and not 0 < cap <= most:
        raise InvalidInput(
            say("Batas paling tinggi menurut aturan daerah {most}. Tulis jumlah yang tidak melebihinya.", most=rupiah(most)),
            field="cap_rupiah",
        )
    return cap or most


def _become(session: Session, case: Case, kind: LetterType) -> None:
    case.letter_type = kind
    if kind is not LetterType.JAMINAN_PELAYANAN:
        case.diagnosis = None
    case.version += 1
    session.add(case)
    session.flush()
