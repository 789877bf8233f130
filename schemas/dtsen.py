"""The regional DTSEN look-up: ``POST /v1/keluarga`` (our own small shape, because no public API exists; domain 3.1).

``{"nik"}`` is answered by ``{"ditemukan", "nik", "nama", "desil", "alasan_pengecualian", "per_tanggal"}``; the NIK stands in
the body, never in an address. A hub may leave ``nama`` out; a name it gives must be that of the person asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from schemas.foreign import Reason, load_strictly, quotable, refused, same_number, unavailable
from schemas.names import check_name
from workflows.ports import PovertyEvidence, PovertyOutcome, PovertyQuestion

REGISTRY = "DTSEN"
KEY_HEADER = "X-API-Key"


def _a_true_boolean(value: object) -> None:
    if not isinstance(value, bool):
        raise ValidationError("must be true or false")


class _AnswerSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    ditemukan = fields.Raw(required=True, validate=_a_true_boolean)
    nik = fields.String(required=True)
    nama = fields.String(load_default=None, allow_none=True)
    desil = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 10))
    alasan_pengecualian = fields.String(load_default=None, allow_none=True)
    per_tanggal = fields.Date(load_default=None, allow_none=True)


_ANSWER = _AnswerSchema()


def request_body(nik: str) -> dict[str, str]:
    """The JSON body of the look-up."""
    return {"nik": nik}


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer must keep to be believed: how alike a name it gives is (0-100), and how old its extract may be."""

    name_score: int
    oldest: timedelta


def read_answer(payload: object, question: PovertyQuestion, limits: Limits, *, now: datetime) -> PovertyEvidence:
    """The evidence in an answer; ``Unavailable`` where it is incomplete or dated in the future, ``Refused`` for another
    person or an extract older than allowed.

    ``as_of`` is the extract's date at midnight UTC, which is the same calendar day in all three Indonesian time zones.
    """
    answer = load_strictly(REGISTRY, _ANSWER, payload)
    if not same_number(answer["nik"], question.nik):
        raise refused(REGISTRY, Reason.IDENTITY)
    if answer["nama"]:
        check_name(REGISTRY, answer["nama"], question.name, least=limits.name_score)
    evidence = _evidence(answer, now)
    if evidence.as_of < now - limits.oldest:
        raise refused(REGISTRY, Reason.OUTDATED)
    return evidence


def _evidence(answer: Mapping[str, Any], now: datetime) -> PovertyEvidence:
    if not answer["ditemukan"]:
        return PovertyEvidence(PovertyOutcome.NOT_FOUND, None, None, REGISTRY, _as_of(answer["per_tanggal"], now) or now)
    as_of = _as_of(answer["per_tanggal"], now)
    if as_of is None or answer["desil"] is None:
        raise unavailable(REGISTRY, Reason.SHAPE)
    return PovertyEvidence(PovertyOutcome.FOUND, answer["desil"], quotable(answer["alasan_pengecualian"]), REGISTRY, as_of)


def _as_of(day: date | None, now: datetime) -> datetime | None:
    if day is None:
        return None
    as_of = datetime.combine(day, time(), UTC)
    if as_of > now + timedelta(days=1):
        raise unavailable(REGISTRY, Reason.SHAPE)
    return as_of
