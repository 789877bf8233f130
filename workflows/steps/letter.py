"""Make the paper of a letter that has been signed: PDF, QR and token, all or nothing."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from workflows import letters
from workflows.facts import LetterQuestion
from workflows.ports import LetterFacts, Ports, PressedLetter
from workflows.records.case import Case
from workflows.records.task import Task
from workflows.rules.guarantee import is_in_ward
from workflows.rules.policy import ActivationMode, RegionPolicy
from workflows.rules.removal import REASONS
from workflows.thousands import rupiah
from workflows.vocabulary import AT_HOSPITAL, CARE_CLASS, CARE_CLASS_ROMAN, LetterType


@dataclass(frozen=True, slots=True)
class Finished:
    """Which letter, and its paper."""

    letter_id: int
    pressed: PressedLetter


SEGMENT = {LetterType.KET_REAKTIVASI_PBI_JK: "PBI_JK"}
"""The segment a letter is about, where it is not the region's own."""

ACTIVATION_SENTENCE = {
    ActivationMode.SAME_DAY: "Kepesertaan mohon diaktifkan pada hari surat ini diterima, tanpa masa tunggu (UHC Prioritas).",
    ActivationMode.NEXT_CYCLE: "Kepesertaan mohon didaftarkan pada siklus berikutnya sesuai jadwal BPJS Kesehatan.",
    ActivationMode.SUSPENDED: "Aktivasi seketika sedang tidak berlaku di daerah ini; mohon didaftarkan sesuai ketentuan BPJS Kesehatan.",
}


def gather(ports: Ports, question: LetterQuestion) -> Finished:
    """Press the letter from the facts that were frozen when it was signed."""
    policy = ports.policies.pinned(question.region_code, question.policy_valid_from)
    today = ports.policies.at(question.region_code, question.signed_at.astimezone(ZoneInfo(policy.timezone)).date())
    return Finished(letter_id=question.letter_id, pressed=ports.press.press(_facts(question, policy, today)))


def conclude(session: Session, case: Case, _: Task, evidence: Finished, *, now: datetime) -> None:
    """Issue it, or let it wait for its signature."""
    letters.press(session, case, evidence.letter_id, evidence.pressed, now=now)


def _facts(question: LetterQuestion, policy: RegionPolicy, today: RegionPolicy) -> LetterFacts:
    rule = policy.letter(LetterType(question.letter_type), question.opened_on)
    words = _words(question, policy)
    return LetterFacts(
        letter_id=question.letter_id,
        letter_type=question.letter_type,
        number=question.number,
        region_code=question.region_code,
        office=policy.office.name,
        office_lines=(policy.office.government, policy.office.name, policy.office.address, policy.office.phone),
        place=policy.office.place,
        issuer=policy.office.issuer,
        token_id=question.token_id,
        name=question.name,
        nik=question.nik,
        kk=question.kk,
        stands_in=question.stands_in,
        sex="Perempuan" if question.female else "Laki-laki",
        birth_date=question.birth_date,
        birth_estimated=question.birth_estimated,
        address=question.address,
        phone=question.phone,
        hospital_code=question.hospital_code,
        hospital_name=question.hospital_name,
        admitted_at=question.admitted_at,
        care_class=CARE_CLASS,
        segment=SEGMENT.get(rule.form.type, "PEMDA"),
        subject=rule.subject,
        finding=rule.form.finding.format(**words),
        request=rule.request.format(**words),
        terms=rule.form.terms.format(**words),
        activation_sentence=ACTIVATION_SENTENCE[today.activation_mode.value] if rule.form.promises_start else "",
        addressee=tuple(line.format(**words) for line in rule.terms.addressee),
        copies=tuple(line.format(**words) for line in rule.terms.copies),
        legal_basis=rule.law,
        signer_title=question.signer_title,
        signer_name=question.signer_name,
        signer_rank=question.signer_rank,
        signer_nip=question.signer_nip,
        signer_capacity=question.signer_capacity,
        signed_at=question.signed_at,
        valid_from=question.valid_from,
        valid_until=question.valid_until,
        timezone=policy.timezone,
        signing_mode=question.signing_mode,
        diagnosis=question.diagnosis if rule.terms.asks_diagnosis else None,
        at_hospital=rule.form.type in AT_HOSPITAL,
        paper=policy.paper.value if policy.paper else "A4",
    )


def _words(question: LetterQuestion, policy: RegionPolicy) -> dict[str, str]:
    """What the braces of a letter's texts become."""
    return {
        "segmen": "PBPU dan BP Pemerintah Daerah",
        "kelas": f"kelas {CARE_CLASS_ROMAN}",
        "perawatan": "rawat inap" if is_in_ward(question.urgency) else "rawat jalan",
        "tempat": question.hospital_name or "rumah sakit yang bekerja sama dengan BPJS Kesehatan",
        "batas": rupiah(question.cap_rupiah or 0),
        "alasan": REASONS.get(question.removal or "", ""),
        "rumah_sakit": question.hospital_name or "Rumah Sakit yang merawat",
        "kota": question.hospital_city or policy.office.place,
    }
