"""Make the paper of a letter that has been signed: PDF, QR and token, all or nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workflows import letters
from workflows.facts import LetterQuestion
from workflows.ports import LetterFacts, Ports, PressedLetter
from workflows.records.case import Case
from workflows.records.task import Task
from workflows.rules.policy import ActivationMode, RegionPolicy


@dataclass(frozen=True, slots=True)
class Finished:
    """Which letter, and its paper."""

    letter_id: int
    pressed: PressedLetter


ACTIVATION_SENTENCE = {
    ActivationMode.SAME_DAY: "Kepesertaan mohon diaktifkan pada hari surat ini diterima, tanpa masa tunggu (UHC Prioritas).",
    ActivationMode.NEXT_CYCLE: "Kepesertaan mohon didaftarkan pada siklus berikutnya sesuai jadwal BPJS Kesehatan.",
    ActivationMode.SUSPENDED: "Aktivasi seketika sedang tidak berlaku di daerah ini; mohon didaftarkan sesuai ketentuan BPJS Kesehatan.",
}


def gather(ports: Ports, question: LetterQuestion) -> Finished:
    """Press the letter from the facts that were frozen when it was signed."""
    policy = ports.policies.pinned(question.region_code, question.policy_valid_from)
    return Finished(letter_id=question.letter_id, pressed=ports.press.press(_facts(question, policy)))


def conclude(session: Session, case: Case, _: Task, evidence: Finished, *, now: datetime) -> None:
    """Issue it, or let it wait for its signature."""
    letters.press(session, case, evidence.letter_id, evidence.pressed, now=now)


def _facts(question: LetterQuestion, policy: RegionPolicy) -> LetterFacts:
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
        address=question.address,
        phone=question.phone,
        hospital_code=question.hospital_code,
        hospital_name=question.hospital_name,
        admitted_at=question.admitted_at,
        care_class="3",
        segment="PEMDA",
        activation_sentence=ACTIVATION_SENTENCE[policy.activation_mode.value],
        addressee=_addressee(question, policy),
        copies=policy.copies.value,
        legal_basis=policy.legal_basis.value,
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
    )


def _addressee(question: LetterQuestion, policy: RegionPolicy) -> tuple[str, ...]:
    if question.hospital_name:
        return (f"Direktur {question.hospital_name}", f"di {question.hospital_city}")
    return ("Direktur Rumah Sakit yang merawat", f"di {policy.office.place}")
