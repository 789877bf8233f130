"""What an admission desk asks and what it is told: answer, reason, next step, and no more of the person than needed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validates_schema

from schemas.fields import NikText, Shape, Text
from workflows.collective_states import CollectiveStatus
from workflows.desk import DeskAnswer, Verdict
from workflows.extensions import Prolonged
from workflows.letter_states import LetterState
from workflows.long_date import long_date
from workflows.lost_letters import Lost
from workflows.masking import initials
from workflows.records.collective import CollectiveLetter
from workflows.records.extension import ExtensionOutcome
from workflows.records.letter import Letter
from workflows.rules.letter_terms import NAMES
from workflows.saying import say, sayings
from workflows.states import LABEL, PARAF, State
from workflows.thousands import rupiah
from workflows.vocabulary import AT_HOSPITAL, CARE_CLASS_ROMAN, LetterType

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
REGISTRATION_LONGEST = 64
"""Letters of a hospital's registration number."""


class DeskQuestion(Shape):
    """The code from the QR, or the NIK on the KTP, with the letter's number where it is at hand."""

    code = Text(2000, metadata={"description": "isi QR: token atau alamat yang berakhir dengan token"})
    number = Text(120, metadata={"description": "nomor surat, hanya bersama nik"})
    nik = NikText(metadata={"description": "NIK di KTP; dengan number, atau sendiri: surat terbaru orang itu"})

    @validates_schema
    def _check_one_way(self, data: dict[str, Any], **_: object) -> None:
        by_number = "number" in data or "nik" in data
        if ("code" in data) == by_number:
            raise ValidationError(say("Kirim code dari QR, atau number bersama nik."), "code")
        if by_number and "nik" not in data:
            raise ValidationError(say("Nomor surat hanya diperiksa bersama NIK."), "nik")


class AcceptQuestion(DeskQuestion):
    """The same, with the hospital's own registration number if there is one yet."""

    registration_number = Text(REGISTRATION_LONGEST, allow_none=True, load_default=None)


class DeskLetterSchema(Schema):
    """The little a desk needs to compare with the KTP in its hand."""

    number = fields.String()
    type = fields.String(metadata={"enum": [kind.value for kind in LetterType]})
    type_name = fields.String()
    cap_rupiah = fields.Integer(allow_none=True, metadata={"description": "batas surat jaminan, rupiah"})
    name = fields.String(metadata={"description": "inisial, juga sesudah surat diterima"})
    birth_year = fields.Integer()
    nik_last4 = fields.String()
    hospital = fields.String(allow_none=True)
    segment = fields.String()
    care_class = fields.String()
    valid_from = fields.DateTime()
    valid_until = fields.DateTime()


class DeskUseSchema(Schema):
    """Who used the letter and when."""

    hospital = fields.String(allow_none=True)
    at = fields.DateTime()
    registration_number = fields.String(allow_none=True)


class DeskAnswerSchema(Schema):
    """The answer to a check."""

    answer = fields.String(metadata={"enum": [answer.value for answer in DeskAnswer]})
    title = fields.String()
    reason = fields.String()
    next_step = fields.String()
    checked_at = fields.DateTime()
    letter = fields.Nested(DeskLetterSchema, allow_none=True)
    used = fields.Nested(DeskUseSchema, allow_none=True)


class AcceptAnswerSchema(DeskAnswerSchema):
    """The same, and whether the letter is now this hospital's."""

    accepted = fields.Boolean()


TITLES = {
    DeskAnswer.VALID: "BERLAKU",
    DeskAnswer.EXPIRED: "TIDAK BERLAKU: KEDALUWARSA",
    DeskAnswer.REVOKED: "TIDAK BERLAKU: DICABUT",
    DeskAnswer.ALREADY_USED: "SUDAH DIPAKAI",
    DeskAnswer.OTHER_HOSPITAL: "TIDAK BERLAKU: RUMAH SAKIT LAIN",
    DeskAnswer.NOT_FOR_HOSPITAL: "BUKAN SURAT UNTUK LOKET",
    DeskAnswer.IN_PROGRESS: "BELUM ADA SURAT",
    DeskAnswer.AFTER_BACKUP: "ASLI, TERBIT SESUDAH CADANGAN",
    DeskAnswer.UNKNOWN: "TIDAK DITEMUKAN",
    DeskAnswer.FORGED: "PALSU ATAU RUSAK",
}
TITLES = sayings(TITLES)

NEXT_STEPS = {
    DeskAnswer.VALID: say("Cocokkan dengan KTP, lalu tekan Terima pasien ini."),
    DeskAnswer.EXPIRED: say("Tekan Minta perpanjangan, atau telepon Dinas Sosial. Pasien gawat darurat tetap dilayani."),
    DeskAnswer.REVOKED: say("Jangan dipakai. Telepon Dinas Sosial. Pasien gawat darurat tetap dilayani."),
    DeskAnswer.ALREADY_USED: say("Bila pasien dirujuk ke sini, tekan Minta pindah rumah sakit. Dinas Sosial yang memutuskan."),
    DeskAnswer.OTHER_HOSPITAL: say("Tekan Minta pindah rumah sakit. Dinas Sosial yang memutuskan. Pasien gawat darurat tetap dilayani."),
    DeskAnswer.NOT_FOR_HOSPITAL: say("Bukan untuk mendaftarkan pasien. Periksa kepesertaannya. Pasien gawat darurat tetap dilayani."),
    DeskAnswer.IN_PROGRESS: say("Tunggu sebentar, lalu periksa lagi. Pasien gawat darurat tetap dilayani."),
    DeskAnswer.AFTER_BACKUP: say("Layani pasien dan simpan suratnya. Telepon Dinas Sosial agar surat dicatat kembali, lalu periksa lagi."),
    DeskAnswer.UNKNOWN: say(
        "Periksa nomor surat dan NIK. Bila belum ada surat, ajukan ke Dinas Sosial. Pasien gawat darurat tetap dilayani."
    ),
    DeskAnswer.FORGED: say("Tahan surat ini, foto, lalu telepon Dinas Sosial. Pasien gawat darurat tetap dilayani."),
}

WAIT_FOR_NEW = say("Tunggu jawaban Dinas Sosial, atau telepon. Pasien gawat darurat tetap dilayani.")
TAKE_NEW = say("Minta surat yang baru, lalu pindai surat itu. Pasien gawat darurat tetap dilayani.")
ASK_OFFICE = say("Minta surat baru ke Dinas Sosial. Pasien gawat darurat tetap dilayani.")

SEGMENT = {LetterType.KET_REAKTIVASI_PBI_JK: "PBI JK", LetterType.JAMINAN_PELAYANAN: say("Jaminan daerah")}
"""Whose money it is, where that is not the region's own segment."""


def segment_of(kind: LetterType) -> str:
    """Whose money a letter of this type is about."""
    return SEGMENT.get(kind, "PBPU dan BP Pemda")


def describe(verdict: Verdict, *, now: datetime) -> dict[str, Any]:
    """The verdict in words, ready for ``DeskAnswerSchema``."""
    return {
        "answer": verdict.answer.value,
        "title": TITLES[verdict.answer],
        "reason": _why(verdict, now),
        "next_step": _next_step(verdict),
        "checked_at": now,
        "letter": _letter(verdict),
        "used": _use(verdict),
    }


STAGES = 5
"""Registries, assessment, validation with its parafs, decision, letter: what every case goes through."""
STAGE: Mapping[State, int] = {
    State.RECEIVED: 1,
    State.CHECKED: 1,
    State.ASSESSMENT: 2,
    State.VALIDATION: 3,
    **dict.fromkeys(PARAF, 3),
    State.DECISION: 4,
    State.WAITLISTED: 4,
    State.APPROVED: 5,
    State.SIGNING: 5,
}
"""At which of them a case without a letter stands; an objection is at none."""


def local_time(moment: datetime, timezone: str) -> str:
    """``22 November 2026, 14.05 WIB``."""
    local = moment.astimezone(ZoneInfo(timezone))
    return say(
        "{day}, {hour}.{minute} {zone}",
        day=long_date(local.date()),
        hour=f"{local:%H}",
        minute=f"{local:%M}",
        zone=ZONES.get(timezone, timezone),
    )


def _why(verdict: Verdict, now: datetime) -> str:
    if verdict.lost is not None:
        return _reason_of_lost(verdict, verdict.lost)
    return _reason_of_list(verdict, verdict.collective) if verdict.collective else _reason(verdict, now)


def _reason(verdict: Verdict, now: datetime) -> str:
    letter, case = verdict.letter, verdict.case
    if letter is None and case is not None:
        return _on_its_way(case.state)
    if letter is None or case is None:
        if verdict.answer == DeskAnswer.FORGED:
            return say("Tanda tangan digital surat ini tidak cocok.")
        return _taken_back(verdict, verdict.reason) if verdict.reason else say("Tidak ada surat untuk data ini.")
    until = local_time(letter.valid_until, case.timezone)
    named = verdict.hospital.name if verdict.hospital else say("rumah sakit mana pun")
    words = {
        DeskAnswer.VALID: say(
            "{initials}, lahir {year}. Untuk {named}. Sampai {until}.{cap}",
            initials=initials(case.name),
            year=case.birth_date.year,
            named=named,
            until=until,
            cap=_cap(verdict),
        ),
        DeskAnswer.EXPIRED: say("Masa berlaku habis {until}.{prolonged}", until=until, prolonged=_prolonged(verdict, now)),
        DeskAnswer.REVOKED: _taken_back(verdict, verdict.reason or letter.revoked_reason, letter.revoked_at, case.timezone),
        DeskAnswer.OTHER_HOSPITAL: say("Surat ini untuk {named}.", named=named),
        DeskAnswer.NOT_FOR_HOSPITAL: say("{names} ini untuk BPJS Kesehatan. Bukan jaminan pembayaran.", names=NAMES[letter.type]),
        DeskAnswer.IN_PROGRESS: say("Surat sudah disetujui dan sedang dibuat."),
    }
    if verdict.transfer is not None and verdict.transfer.decided_at is not None and verdict.answer == DeskAnswer.ALREADY_USED:
        return say("Dipindahkan ke {named}, {decided_at}.", named=named, decided_at=local_time(verdict.transfer.decided_at, case.timezone))
    if verdict.acceptance is not None and verdict.answer == DeskAnswer.ALREADY_USED:
        return say("Diterima {named}, {accepted_at}.", named=named, accepted_at=local_time(verdict.acceptance.accepted_at, case.timezone))
    return words[verdict.answer]


def _on_its_way(state: State) -> str:
    if state not in STAGE:
        return say("Berkas sedang diproses. Tahap sekarang: {label}.", label=LABEL[state])
    return say("Berkas sedang diproses, tahap {stage} dari {stages}: {label}.", stage=STAGE[state], stages=STAGES, label=LABEL[state])


def _reason_of_list(verdict: Verdict, letter: CollectiveLetter) -> str:
    assert letter.valid_until is not None
    ended = letter.since if letter.status is CollectiveStatus.REVOKED else None
    words = {
        DeskAnswer.EXPIRED: say("Masa berlaku habis {valid_until}.", valid_until=local_time(letter.valid_until, letter.timezone)),
        DeskAnswer.REVOKED: _taken_back(verdict, verdict.reason, ended, letter.timezone),
        DeskAnswer.NOT_FOR_HOSPITAL: say(
            "{names} ini untuk BPJS Kesehatan. Bukan jaminan pembayaran.", names=NAMES[LetterType.PENGANTAR_KOLEKTIF]
        ),
        DeskAnswer.IN_PROGRESS: say("Surat sudah disetujui dan sedang dibuat."),
    }
    return words[verdict.answer]


def _reason_of_lost(verdict: Verdict, lost: Lost) -> str:
    over = say(", masa berlakunya habis") if verdict.answer == DeskAnswer.EXPIRED else ""
    noted = say("Sudah dicatat kembali.") if lost.known else say("Belum dicatat kembali.")
    return say(
        "Segel surat {number} asli{over}. Catatannya hilang saat cadangan kantor dipulihkan. {noted}",
        number=lost.number,
        over=over,
        noted=noted,
    )


def _taken_back(verdict: Verdict, reason: str | None, at: datetime | None = None, timezone: str = "") -> str:
    """Why, and ``at`` which moment: a withdrawn key takes back every letter under it and has none of its own."""
    if verdict.replaced_by:
        return say("Diganti surat nomor {replaced_by}. Minta surat yang baru.", replaced_by=verdict.replaced_by)
    if at is None:
        return say("Dicabut Dinas Sosial: {reason}.", reason=(reason or "").rstrip("."))
    return say("Dicabut Dinas Sosial {at}: {reason}.", at=local_time(at, timezone), reason=(reason or "").rstrip("."))


def _next_step(verdict: Verdict) -> str:
    """What to do; of an expired letter it hangs on whether somebody asked for a new one."""
    if verdict.answer != DeskAnswer.EXPIRED or extendable(verdict):
        return NEXT_STEPS[verdict.answer]
    if verdict.prolonged is None or _ended_empty(verdict.prolonged):
        return ASK_OFFICE
    return TAKE_NEW if verdict.prolonged.letter else WAIT_FOR_NEW


def _prolonged(verdict: Verdict, now: datetime) -> str:
    """What became of the wish for a new letter."""
    if verdict.prolonged is None:
        return ""
    asked, new = verdict.prolonged.extension, verdict.prolonged.letter
    if new is not None:
        return say(" Surat baru nomor {number} {how}.", number=new.number, how=_how(new, now))
    if asked.outcome is ExtensionOutcome.REFUSED:
        return say(" Perpanjangan ditolak: {reason}.", reason=(asked.note or "").rstrip("."))
    if _ended_empty(verdict.prolonged):
        return say(" Berkas barunya ditutup tanpa surat.")
    return say(" Surat baru sedang diproses.") if asked.outcome else say(" Perpanjangan sudah diminta, menunggu Dinas Sosial.")


def _how(new: Letter, now: datetime) -> str:
    if new.state is LetterState.REVOKED:
        return say("sudah dicabut")
    return say("juga sudah habis") if new.state is not LetterState.ACCEPTED and new.valid_until <= now else say("sudah terbit")


def _ended_empty(prolonged: Prolonged) -> bool:
    """Whether the case that was opened again ended without a letter."""
    return prolonged.letter is None and prolonged.case is not None and prolonged.case.closed_at is not None


def extendable(verdict: Verdict) -> bool:
    """Whether a desk may ask for a new letter: nobody asked yet, or the office said no."""
    asked = verdict.prolonged.extension.outcome if verdict.prolonged else ExtensionOutcome.REFUSED
    letter = verdict.letter if verdict.answer == DeskAnswer.EXPIRED else None
    return letter is not None and letter.type in AT_HOSPITAL and asked is ExtensionOutcome.REFUSED


def _cap(verdict: Verdict) -> str:
    return say(" Dijamin paling banyak {cap_rupiah}.", cap_rupiah=rupiah(verdict.cap_rupiah)) if verdict.cap_rupiah else ""


def _letter(verdict: Verdict) -> dict[str, Any] | None:
    letter, case = verdict.letter, verdict.case
    if letter is None or case is None:
        return None
    return {
        "number": letter.number,
        "name": initials(case.name),
        "birth_year": case.birth_date.year,
        "nik_last4": case.known_by[-4:] if case.known_by else None,
        "hospital": verdict.hospital.name if verdict.hospital and verdict.acceptance is None else None,
        "type": letter.type.value,
        "type_name": NAMES[letter.type],
        "cap_rupiah": verdict.cap_rupiah,
        "segment": segment_of(letter.type),
        "care_class": CARE_CLASS_ROMAN,
        "valid_from": letter.valid_from,
        "valid_until": letter.valid_until,
    }


def _use(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.acceptance is None:
        return None
    return {
        "hospital": verdict.hospital.name if verdict.hospital else None,
        "at": verdict.acceptance.accepted_at,
        "registration_number": verdict.acceptance.registration_number,
    }
