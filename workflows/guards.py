"""The conditions of the transition table, as questions about a case."""

from collections.abc import Callable, Mapping

from sqlmodel import Session, select

from workflows import facts, registrations
from workflows.approval_steps import next_step
from workflows.letter_states import LetterState
from workflows.records.case import Case
from workflows.records.episode import Episode
from workflows.records.finding_set import FindingSet
from workflows.records.letter import Letter
from workflows.registration_states import RegistrationStatus, Route
from workflows.saying import say
from workflows.states import CHECKS, Guard, Job, Role
from workflows.vocabulary import LetterType


def holds(session: Session, case: Case, guard: Guard) -> bool:
    """Whether the guard is true of the case now."""
    return GUARDS[guard](session, case)


def current_findings(session: Session, case: Case) -> FindingSet | None:
    """The findings on exactly today's facts of the case; None while they are being weighed again."""
    fingerprint = facts.fingerprint(facts.read(session, case, Job.FINDINGS))
    return session.exec(select(FindingSet).where(FindingSet.case_id == case.id, FindingSet.facts_hash == fingerprint)).first()


def _checks_in(session: Session, case: Case) -> bool:
    return set(facts.checks_of(session, case)) >= set(CHECKS)


def _findings_in(session: Session, case: Case) -> bool:
    return current_findings(session, case) is not None


def _letter_pressed(session: Session, case: Case) -> bool:
    pressed = select(Letter.id).where(Letter.case_id == case.id, Letter.state == LetterState.ISSUED)
    return session.exec(pressed).first() is not None


def _letter_prepared(session: Session, case: Case) -> bool:
    prepared = select(Letter.id).where(Letter.case_id == case.id, Letter.state == LetterState.PREPARED)
    return session.exec(prepared).first() is not None


def _next_is(role: Role) -> Callable[[Session, Case], bool]:
    def asks(session: Session, case: Case) -> bool:
        assessment, findings = facts.assessment_of(session, case), current_findings(session, case)
        if assessment is None or findings is None:
            return False
        step = next_step(session, assessment, findings)
        return step is not None and step.role == role

    return asks


def _for_the_ministry(session: Session, case: Case) -> bool:
    registration = registrations.of_case(session, case)
    return registration is not None and registration.route == Route.SIKS_NG


def _nothing_to_register(session: Session, case: Case) -> bool:
    return registrations.of_case(session, case) is None


def _member_active(session: Session, case: Case) -> bool:
    registration = registrations.of_case(session, case)
    return registration is not None and registration.status == RegistrationStatus.ACTIVE


def _sep_known(session: Session, case: Case) -> bool:
    known = select(Episode.letter_id).join(Letter).where(Letter.case_id == case.id)
    return session.exec(known).first() is not None


def _removal_issued(session: Session, case: Case) -> bool:
    return case.letter_type is LetterType.PENCABUTAN and _letter_pressed(session, case)


GUARDS: Mapping[Guard, Callable[[Session, Case], bool]] = {
    Guard.CHECKS_IN: _checks_in,
    Guard.FINDINGS_IN: _findings_in,
    Guard.FINDINGS_CURRENT: _findings_in,
    Guard.KASI_NEXT: _next_is(Role.KASI),
    Guard.KABID_NEXT: _next_is(Role.KABID),
    Guard.SEKRETARIS_NEXT: _next_is(Role.SEKRETARIS),
    Guard.LETTER_PREPARED: _letter_prepared,
    Guard.LETTER_PRESSED: _letter_pressed,
    Guard.FOR_THE_MINISTRY: _for_the_ministry,
    Guard.NOTHING_TO_REGISTER: _nothing_to_register,
    Guard.MEMBER_ACTIVE: _member_active,
    Guard.SEP_KNOWN: _sep_known,
    Guard.REMOVAL_ISSUED: _removal_issued,
}

WAITING_FOR: Mapping[Guard, str] = {
    Guard.CHECKS_IN: say("Pemeriksaan registri belum selesai. Tunggu sebentar, lalu muat ulang."),
    Guard.FINDINGS_IN: say("Temuan belum dihitung. Tunggu sebentar, lalu muat ulang."),
    Guard.FINDINGS_CURRENT: say("Temuan sedang dihitung ulang karena data berubah. Tunggu sebentar, lalu muat ulang."),
    Guard.KASI_NEXT: say("Kasi belum diminta memberi paraf. Tunggu sebentar, lalu muat ulang."),
    Guard.KABID_NEXT: say("Kabid belum diminta memberi paraf. Tunggu sebentar, lalu muat ulang."),
    Guard.SEKRETARIS_NEXT: say("Sekretaris belum diminta memberi paraf. Tunggu sebentar, lalu muat ulang."),
    Guard.LETTER_PREPARED: say("Surat sedang dibuat. Tunggu sebentar, lalu muat ulang."),
    Guard.REMOVAL_ISSUED: say("Surat pencabutan belum terbit. Tunggu sebentar, lalu muat ulang."),
    Guard.LETTER_PRESSED: say("Surat sedang dibuat. Tunggu sebentar, lalu muat ulang."),
    Guard.FOR_THE_MINISTRY: say("Surat ini tidak dikirim lewat SIKS-NG. Tunggu rumah sakit, lalu muat ulang."),
    Guard.NOTHING_TO_REGISTER: say("Pendaftaran ke BPJS belum selesai. Catat jawabannya dulu, lalu muat ulang."),
    Guard.MEMBER_ACTIVE: say("BPJS belum mengaktifkan peserta ini. Catat jawabannya dulu, lalu muat ulang."),
    Guard.SEP_KNOWN: say("Nomor SEP belum dicatat rumah sakit. Tunggu nomornya, lalu muat ulang."),
}

assert set(GUARDS) == set(WAITING_FOR) == set(Guard)
