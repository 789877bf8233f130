"""Acceptances made without network: what a desk sends later, and what it is told of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from schemas.desk_check import REGISTRATION_LONGEST, describe, local_time
from schemas.fields import REQUIRED, Moment, Shape, Text
from workflows.desk import Verdict
from workflows.records.late_acceptance import LateOutcome
from workflows.saying import joined, say

MOST = 100
"""Acceptances in one sending; a desk with more sends again."""
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NONCE_LONGEST = 36
UNREADABLE = "UNREADABLE"
"""Not kept, because the entry is not filled in as it should be: put right, it is sent again under its nonce."""


class LateAcceptanceSchema(Shape):
    """One acceptance, as it was kept at the desk."""

    nonce = fields.String(
        required=True,
        validate=validate.Regexp(UUID + r"\Z", error=say("Nonce berupa UUID huruf kecil.")),
        error_messages=REQUIRED,
        metadata={"description": "dibuat acak di loket, satu untuk tiap penerimaan"},
    )
    code = Text(2000, required=True, metadata={"description": "isi QR: token atau alamat yang berakhir dengan token"})
    accepted_at = Moment(required=True, metadata={"description": "menurut jam loket; dicatat saja, tidak menentukan"})
    registration_number = Text(REGISTRATION_LONGEST, allow_none=True, load_default=None)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One entry that is no acceptance: the nonce it came under, where that is a text, and what is wrong with it."""

    nonce: str | None
    problem: str


class JudgedAlone(fields.Nested):
    """One entry of a list, loaded by itself: what is wrong with it comes out as ``Unreadable`` and keeps no other entry out."""

    def deserialize(self, value: Any, *given: Any, **options: Any) -> Any:
        """What the schema makes of the entry, or what is wrong with it."""
        try:
            return super().deserialize(value, *given, **options)
        except ValidationError as error:
            nonce = value.get("nonce") if isinstance(value, Mapping) else None
            problem = joined(dict.fromkeys(_sentences(error.messages)))
            return Unreadable(nonce if isinstance(nonce, str) and len(nonce) <= NONCE_LONGEST else None, problem)


def _sentences(messages: Any) -> Iterator[str]:
    """The sentences in marshmallow's nested messages."""
    if isinstance(messages, str):
        yield messages
        return
    for one in messages.values() if isinstance(messages, Mapping) else messages:
        yield from _sentences(one)


class LateAcceptancesSchema(Shape):
    """A desk's acceptances, oldest first; each is judged alone."""

    acceptances = fields.List(
        JudgedAlone(LateAcceptanceSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST, error=say("Kirim 1 sampai {most} penerimaan.", most=MOST)),
        error_messages=REQUIRED,
    )


class LateAnswerSchema(Schema):
    """What became of one. Two were not kept: ``KEPT_OUT``, for its nonce was another letter's, and ``UNREADABLE``, for what was
    filled in is wrong; its ``sentence`` says what."""

    nonce = fields.String(allow_none=True)
    outcome = fields.String(metadata={"enum": [*(outcome.value for outcome in LateOutcome), "KEPT_OUT", UNREADABLE]})
    answer = fields.String(allow_none=True)
    sentence = fields.String()


class LateAnswersSchema(Schema):
    """What became of each, in the order they came."""

    acceptances = fields.List(fields.Nested(LateAnswerSchema))


SENTENCES = {
    LateOutcome.TAKEN: say("Penerimaan tercatat. Surat ini milik rumah sakit Anda."),
    LateOutcome.OURS: say("Surat ini sudah lebih dulu tercatat diterima rumah sakit Anda."),
}
TOLD = say("Dinas Sosial sudah diberi tahu. Tetap layani pasien.")


def late_sentence(
    outcome: LateOutcome, verdict: Verdict, claimed_at: datetime, first_at: datetime | None, *, now: datetime, admitted: bool = False
) -> str:
    """What the desk reads of one acceptance it sent late; ``first_at`` is when the other hospital accepted. ``admitted`` where the
    office made it an acceptance meanwhile."""
    if outcome in SENTENCES:
        return SENTENCES[outcome]
    if admitted:
        return SENTENCES[LateOutcome.TAKEN]
    if outcome == LateOutcome.REFUSED or verdict.case is None or first_at is None:
        return say(
            "Penerimaan ini tercatat, tetapi suratnya tidak dapat dipakai. {reason} {told}",
            reason=describe(verdict, now=now)["reason"],
            told=TOLD,
        )
    place = verdict.hospital.name if verdict.hospital else say("rumah sakit lain")
    distance = _distance(first_at, claimed_at)
    return say(
        "Surat ini sudah diterima {place}, {first_at}, {distance}. {told}",
        place=place,
        first_at=local_time(first_at, verdict.case.timezone),
        distance=distance,
        told=TOLD,
    )


def _distance(first: datetime, second: datetime) -> str:
    minutes = round(abs((second - first).total_seconds()) / 60)
    if minutes == 0:
        return say("pada menit yang sama dengan Anda")
    hours = say("{hours} jam {minutes} menit", hours=minutes // 60, minutes=minutes % 60)
    time = hours if minutes >= 60 else say("{minutes} menit", minutes=minutes)
    return say("{time} sebelum Anda", time=time) if first < second else say("{time} sesudah Anda", time=time)
