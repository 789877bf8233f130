"""The sandbox: a fixed code for each of the ten answers, in the very words of the real desk, about nobody.

Nothing is looked up and nothing is kept, so it is the same in production; every answer says ``sandbox: true``.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas.desk_check import AcceptQuestion, DeskQuestion, describe
from schemas.hospital import ChecksQuestion, coded
from workflows.desk import DeskAnswer, Verdict
from workflows.lost_letters import Lost
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.vocabulary import LetterType

MADE_UP = "99"
"""NIKs of this province belong to nobody."""
MARK = "CONTOH – "
TIMEZONE = "Asia/Jakarta"
OURS = Hospital(code="CONTOH-RS", name="RS Contoh", city="Serang", region_code="0000")
OTHERS = Hospital(code="CONTOH-RS-2", name="RS Contoh Lain", city="Serang", region_code="0000")
PERSON: dict[str, Any] = {
    "name": "SITI CONTOH",
    "nik": f"{MADE_UP}01014101900001",
    "birth_date": date(1990, 1, 1),
    "timezone": TIMEZONE,
}
LETTER: dict[str, Any] = {"number": "CONTOH/1/2026", "revoked_reason": "contoh pencabutan"}

CODES = {
    "CONTOH-BERLAKU": DeskAnswer.VALID,
    "CONTOH-KEDALUWARSA": DeskAnswer.EXPIRED,
    "CONTOH-DICABUT": DeskAnswer.REVOKED,
    "CONTOH-SUDAH-DIPAKAI": DeskAnswer.ALREADY_USED,
    "CONTOH-RS-LAIN": DeskAnswer.OTHER_HOSPITAL,
    "CONTOH-BUKAN-UNTUK-RS": DeskAnswer.NOT_FOR_HOSPITAL,
    "CONTOH-SEDANG-DIBUAT": DeskAnswer.IN_PROGRESS,
    "CONTOH-SESUDAH-CADANGAN": DeskAnswer.AFTER_BACKUP,
    "CONTOH-TIDAK-DITEMUKAN": DeskAnswer.UNKNOWN,
    "CONTOH-PALSU": DeskAnswer.FORGED,
}
"""What stands for the code of a QR, or for the number of a letter beside a made-up NIK."""


@dataclass(frozen=True, slots=True)
class Offline:
    """An answer that only a desk without network gives: the server says it in the sandbox alone."""

    answer: str
    code: str
    title: str
    reason: str
    next_step: str


OFFLINE = {
    "CONTOH-PERLU-DICEK": Offline(
        "NEEDS_CHECK",
        "perlu-dicek",
        "PERLU DICEK",
        "Daftar kunci terakhir berumur 26 jam.",
        "Sambungkan internet. Pasien boleh diterima sementara; suratnya diperiksa ulang.",
    ),
    "CONTOH-JAM-SALAH": Offline(
        "CLOCK_WRONG",
        "jam-komputer-salah",
        "JAM KOMPUTER SALAH",
        "Jam komputer ini berbeda 3 jam.",
        "Betulkan jam, lalu pindai lagi. Pasien gawat darurat tetap dilayani.",
    ),
}

ALL = (*CODES, *OFFLINE)
UNKNOWN_CODE = f"Kotak pasir hanya mengenal kode contoh: {', '.join(ALL)}."


class _Fixed:
    """What a question in the sandbox may hold."""

    @validates_schema
    def _check_made_up(self, data: dict[str, Any], **_: object) -> None:
        if asked(data) not in ALL:
            raise ValidationError(UNKNOWN_CODE, "code" if "code" in data else "number")
        if not data.get("nik", MADE_UP).startswith(MADE_UP):
            raise ValidationError("Kotak pasir hanya menerima NIK contoh, yang diawali 99.", "nik")


class SandboxQuestion(_Fixed, DeskQuestion):
    """A fixed code, or the same as number together with a made-up NIK."""


class SandboxAcceptQuestion(_Fixed, AcceptQuestion):
    """The same for accepting."""


class SandboxChecksQuestion(ChecksQuestion):
    """Fixed codes, many at once."""

    @validates_schema
    def _check_made_up(self, data: dict[str, Any], **_: object) -> None:
        if wrong := {place: [UNKNOWN_CODE] for place, code in enumerate(data.get("codes", ())) if code not in ALL}:
            raise ValidationError({"codes": wrong})


def asked(question: dict[str, Any]) -> str:
    """The fixed code asked about."""
    return str(question.get("code") or question.get("number") or "")


def answer(code: str, registration_number: str | None = None, *, now: datetime) -> dict[str, Any]:
    """The answer to a fixed code, ready for ``HospitalAnswerSchema``."""
    if code in OFFLINE:
        return _offline(OFFLINE[code], now)
    verdict = _verdict(CODES[code], registration_number, now)
    letter_id = letter_id_of(code) if verdict.letter else None
    return _marked(coded(describe(verdict, now=now), verdict.answer, letter_id, sandbox=True))


def accepted_answer(code: str, registration_number: str | None, *, now: datetime) -> tuple[dict[str, Any], bool]:
    """What accepting says, and whether it was done: only a valid letter can be."""
    if CODES.get(code) != DeskAnswer.VALID:
        return answer(code, now=now), False
    verdict = _verdict(DeskAnswer.ALREADY_USED, registration_number, now, by=OURS)
    return _marked(coded(describe(verdict, now=now), verdict.answer, letter_id_of(code), sandbox=True)), True


def letter_id_of(code: str) -> str:
    """The made-up letter behind a fixed code."""
    return hashlib.sha256(code.encode()).hexdigest()[:32]


def code_of(letter_id: str) -> str:
    """And back; an unknown id is an unknown letter."""
    return next((code for code in CODES if letter_id_of(code) == letter_id), "CONTOH-TIDAK-DITEMUKAN")


def accepted_fact(registration_number: str | None, *, now: datetime) -> dict[str, Any]:
    """One acceptance as a list shows it, ready for ``AcceptedSchema``."""
    return {
        "letter_id": letter_id_of("CONTOH-BERLAKU"),
        "number": "CONTOH-BERLAKU",
        "name": "Siti C.",
        "birth_year": 1990,
        "accepted_at": now,
        "registration_number": registration_number,
    }


def _verdict(said: DeskAnswer, registration_number: str | None, now: datetime, *, by: Hospital = OTHERS) -> Verdict:
    if said in (DeskAnswer.UNKNOWN, DeskAnswer.FORGED):
        return Verdict(said)
    if said == DeskAnswer.AFTER_BACKUP:
        return Verdict(said, lost=_lost(now))
    begins = now - timedelta(days=5 if said == DeskAnswer.EXPIRED else 1)
    kind = LetterType.KET_REAKTIVASI_PBI_JK if said == DeskAnswer.NOT_FOR_HOSPITAL else LetterType.REKOM_PBPU_PEMDA
    letter = Letter(**{**LETTER, "type": kind, "valid_from": begins, "valid_until": begins + timedelta(days=3), "revoked_at": now})
    used = said == DeskAnswer.ALREADY_USED
    facts: dict[str, Any] = {"hospital_code": by.code, "accepted_at": now, "registration_number": registration_number}
    acceptance = Acceptance(**facts) if used else None
    hospital = by if used or said == DeskAnswer.OTHER_HOSPITAL else OURS
    return Verdict(said, letter, Case(**PERSON), hospital, acceptance, letter.revoked_reason if said == DeskAnswer.REVOKED else None)


def _lost(now: datetime) -> Lost:
    code = "CONTOH-SESUDAH-CADANGAN"
    kind, until = LetterType.REKOM_PBPU_PEMDA, now + timedelta(days=3)
    return Lost("", letter_id_of(code), "", code, kind, b"", None, now, until)


def _marked(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "title": MARK + said["title"], "reason": MARK + said["reason"]}


def _offline(said: Offline, now: datetime) -> dict[str, Any]:
    words = {"answer": said.answer, "code": said.code, "title": said.title, "reason": said.reason, "next_step": said.next_step}
    return _marked({**words, "checked_at": now, "letter": None, "used": None, "sandbox": True})
