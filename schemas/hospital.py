"""What a hospital's system is told: the desk's answer with a code that never changes, and a letter's random id to come back with."""

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from schemas.desk_check import DeskAnswerSchema, DeskLetterSchema, describe
from schemas.fields import REQUIRED, NearDay, Shape, Text
from workflows.desk import DeskAnswer, Verdict
from workflows.desk_day import Accepted
from workflows.masking import initials
from workflows.saying import say
from workflows.sealed import SealBroken

CODES = {
    DeskAnswer.VALID: "surat-berlaku",
    DeskAnswer.EXPIRED: "surat-kedaluwarsa",
    DeskAnswer.REVOKED: "surat-dicabut",
    DeskAnswer.ALREADY_USED: "surat-sudah-dipakai",
    DeskAnswer.OTHER_HOSPITAL: "surat-untuk-rs-lain",
    DeskAnswer.NOT_FOR_HOSPITAL: "surat-bukan-untuk-rs",
    DeskAnswer.IN_PROGRESS: "surat-sedang-dibuat",
    DeskAnswer.AFTER_BACKUP: "surat-terbit-sesudah-cadangan",
    DeskAnswer.UNKNOWN: "surat-tidak-ditemukan",
    DeskAnswer.FORGED: "surat-palsu-atau-rusak",
}
"""A program branches on these; the sentences beside them may change."""

ASK_BY_TELEPHONE = say("Telepon Dinas Sosial, sebutkan nomor surat. Pasien gawat darurat tetap dilayani.")

assert set(CODES) == set(DeskAnswer)

MOST = 100
"""Codes in one request; who has more asks again."""

UNREADABLE = SealBroken.slug
ALL_CODES = [*CODES.values(), "perlu-dicek", "jam-komputer-salah", UNREADABLE]
"""``perlu-dicek`` and ``jam-komputer-salah`` are said by a desk without network, never by the server; the sandbox says them too. The last
is said among many answers; asked about alone it is an error.
"""


class HospitalLetterSchema(DeskLetterSchema):
    """The little a desk needs to compare with the KTP, and the letter's id for later questions."""

    letter_id = fields.String(metadata={"description": "nomor acak surat, tanpa data pasien"})


class HospitalAnswerSchema(DeskAnswerSchema):
    """The answer to a check."""

    code = fields.String(metadata={"enum": ALL_CODES})
    answer = fields.String()
    sandbox = fields.Boolean(metadata={"description": "true: jawaban contoh dari kotak pasir"})
    letter = fields.Nested(HospitalLetterSchema, allow_none=True)


class ChecksQuestion(Shape):
    """The codes of many QRs at once; each is answered as if it had been asked alone."""

    codes = fields.List(
        Text(2000),
        required=True,
        validate=validate.Length(min=1, max=MOST, error=say("Kirim 1 sampai {most} kode.", most=MOST)),
        error_messages=REQUIRED,
        metadata={"description": "isi QR, masing-masing token atau alamat yang berakhir dengan token"},
    )


class HospitalAnswersSchema(Schema):
    """One answer for each code, in the order they were asked."""

    answers = fields.List(fields.Nested(HospitalAnswerSchema))


class HospitalAcceptSchema(HospitalAnswerSchema):
    """The letter is this hospital's."""

    accepted = fields.Boolean()


class LetterRefusedSchema(HospitalAnswerSchema):
    """Problem details (RFC 9457) of a letter that cannot be accepted, with the whole answer as extension."""

    type = fields.String()
    status = fields.Integer()
    detail = fields.String()
    instance = fields.String()
    accepted = fields.Boolean()


class NumbersSchema(Shape):
    """The hospital's own number of the stay."""

    registration_number = Text(64, required=True, error_messages=REQUIRED)


class DayQuery(Shape):
    """Which day; today where it is left out."""

    day = NearDay(metadata={"description": "tanggal menurut jam rumah sakit, 2026-11-22"})


class AcceptedSchema(Schema):
    """One accepted letter."""

    letter_id = fields.String()
    number = fields.String()
    name = fields.String(metadata={"description": "inisial"})
    birth_year = fields.Integer()
    accepted_at = fields.DateTime(metadata={"description": "saat diterima, atau saat dipindahkan ke rumah sakit ini"})
    registration_number = fields.String(allow_none=True)


class AcceptedListSchema(Schema):
    """A day's acceptances of the asking hospital, in order."""

    day = fields.Date()
    sandbox = fields.Boolean()
    acceptances = fields.List(fields.Nested(AcceptedSchema))


def coded(described: dict[str, Any], answer: DeskAnswer, letter_id: str | None, *, sandbox: bool = False) -> dict[str, Any]:
    """A described verdict, ready for ``HospitalAnswerSchema``."""
    letter = described["letter"] and {**described["letter"], "letter_id": letter_id}
    return {**described, "code": CODES[answer], "letter": letter, "sandbox": sandbox}


def answered(verdict: Verdict, *, now: datetime) -> dict[str, Any]:
    """A verdict as a hospital's system gets it, ready for ``HospitalAnswerSchema``."""
    return coded(describe(verdict, now=now), verdict.answer, verdict.letter.token_id if verdict.letter else None)


def unreadable(error: SealBroken, *, now: datetime) -> dict[str, Any]:
    """What stands in the place of one answer of many where what is known of its letter cannot be opened; nothing is told of the letter."""
    words = {"title": say("DATA TIDAK TERBACA"), "reason": str(error), "next_step": ASK_BY_TELEPHONE}
    return {**words, "answer": "UNREADABLE", "code": UNREADABLE, "checked_at": now, "letter": None, "used": None, "sandbox": False}


def refusal(answer: dict[str, Any], instance: str) -> dict[str, Any]:
    """The same as problem details, ready for ``LetterRefusedSchema``."""
    problem = {"type": f"/masalah/{answer['code']}", "status": 409, "detail": answer["reason"], "instance": instance}
    return {**answer, **problem, "accepted": False}


def accepted_facts(one: Accepted) -> dict[str, Any]:
    """Ready for ``AcceptedSchema``."""
    return {
        "letter_id": one.letter.token_id,
        "number": one.letter.number,
        "name": initials(one.case.name),
        "birth_year": one.case.birth_date.year,
        "accepted_at": one.at,
        "registration_number": one.registration_number,
    }
