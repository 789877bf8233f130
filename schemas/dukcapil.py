"""Dukcapil ``CALL_VERIFY_BY_ELEMEN``: our question in its words, its answer in ours (domain 2.2, 2.3).

The service never gives data back: it says per element ``Sesuai`` or ``Tidak Sesuai``, names with a score
of 0-100 in brackets. It answers HTTP 200 for errors too; those rows carry ``RESPONSE_CODE`` and ``RESPON``
(some versions ``RESPONSE``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from schemas.foreign import Reason, code_text, collapsed, folded, load_strictly, quotable, refused, same_number, unavailable
from workflows.ports import IdentityEvidence, IdentityOutcome, IdentityQuestion

REGISTRY = "Dukcapil"
WORD = re.compile(r"^(Sesuai|Tidak Sesuai)(?: \(([0-9]{1,3})\))?\Z", re.IGNORECASE)
UNKNOWN = "UNKNOWN"
ELEMENTS = (
    "NIK NO_KK NAMA_LGKP TMPT_LHR TGL_LHR JENIS_KLMIN STATUS_KAWIN JENIS_PKRJN ALAMAT NO_RT NO_RW "
    "NO_PROP PROP_NAME NO_KAB KAB_NAME NO_KEC KEC_NAME NO_KEL KEL_NAME"
).split()
CODES: Mapping[str, IdentityOutcome] = {
    "11": IdentityOutcome.DECEASED,
    "12": IdentityOutcome.DUPLICATE,
    "13": IdentityOutcome.NOT_FOUND,
    "14": IdentityOutcome.INACTIVE,
    "15": IdentityOutcome.BAD_FORMAT,
}
TEXTS: tuple[tuple[str, IdentityOutcome], ...] = (
    ("meninggal dunia", IdentityOutcome.DECEASED),
    ("data ganda", IdentityOutcome.DUPLICATE),
    ("status non aktif", IdentityOutcome.INACTIVE),
    ("tidak sesuai format", IdentityOutcome.BAD_FORMAT),
    ("data tidak ditemukan", IdentityOutcome.NOT_FOUND),
)
"""Looked for in this order: the text of code 15 begins like that of code 13."""
QUOTA_TEXT = "kuota akses hari ini telah habis"
ACCESS_TEXTS = (
    "login gagal",
    "user id tidak aktif",
    "ip address tidak sesuai",
    "ip client tidak terdaftar",
    "ip tidak sesuai",
)
FOUND_CODES = (None, "00")
FOUND_TEXTS = ("", "data ditemukan", "sukses", "success")
WIB = timezone(timedelta(hours=7))
"""Western Indonesia time: the service stands in Jakarta, so its day is taken to end there."""


@dataclass(frozen=True, slots=True)
class Access:
    """What Dukcapil gave the office. ``threshold`` is TRESHOLD, 0-100: the score from which names count as equal."""

    user: str
    password: str = field(repr=False)
    client_ip: str
    threshold: int


class _QuestionSchema(Schema):
    NIK = fields.String(attribute="nik")
    NO_KK = fields.String(attribute="kk")
    NAMA_LGKP = fields.Function(lambda question: collapsed(question.name).upper())
    TGL_LHR = fields.Date(attribute="birth_date", format="%d-%m-%Y")


class _AnswerSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    content = fields.List(fields.Dict(keys=fields.String()), required=True, validate=validate.Length(equal=1))
    quota_left = fields.Raw(load_default=None, allow_none=True, data_key="quotaLimiter")


_QUESTION = _QuestionSchema()
_ANSWER = _AnswerSchema()


def request_body(question: IdentityQuestion, access: Access) -> dict[str, str]:
    """The JSON body of the call; elements we do not know are left out. Holds the password: never log it."""
    asked = {name: value for name, value in _QUESTION.dump(question).items() if value is not None}
    return {
        "USER_ID": access.user,
        "PASSWORD": access.password,
        "IP_USER": access.client_ip,
        "TRESHOLD": str(access.threshold),
        **asked,
    }


def read_answer(payload: object, question: IdentityQuestion, *, threshold: int, now: datetime) -> IdentityEvidence:
    """The evidence in an answer, or ``Unavailable`` (quota, unreadable) or ``Refused`` (access, unknown code, someone else).

    MATCH needs NIK ``Sesuai``, a name score of at least ``threshold`` (0-100) and birth date ``Sesuai``; one of
    name and birth date is PARTIAL, neither is MISMATCH, and so is a NIK that is not ``Sesuai``.
    """
    answer = load_strictly(REGISTRY, _ANSWER, payload)
    row = answer["content"][0]
    _check_echo(row, question.nik)
    code, text = _code(row), quotable(row.get("RESPON") or row.get("RESPONSE"))
    if code not in FOUND_CODES or folded(text or "") not in FOUND_TEXTS:
        outcome, elements = _final_word(code, text, now), {}
    else:
        elements = _elements(row)
        outcome = _judge(elements, threshold)
    return IdentityEvidence(outcome, elements, code, text, _whole_number(answer["quota_left"]), REGISTRY, now)


def score(word: str | None) -> int | None:
    """The number in ``Sesuai (100)``; None without one, or where the word is not of the grammar."""
    match = WORD.match(word or "")
    return int(match[2]) if match and match[2] else None


def matches(word: str | None) -> bool:
    """Whether an element's word is ``Sesuai``, with or without a score."""
    match = WORD.match(word or "")
    return match is not None and folded(match[1]) == "sesuai"


def seconds_until_tomorrow(now: datetime) -> int:
    """Seconds from ``now`` (aware) to midnight in Jakarta, when a used-up quota is renewed."""
    local = now.astimezone(WIB)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - local).total_seconds()) + 1


def _check_echo(row: Mapping[str, Any], nik: str) -> None:
    digits = re.sub(r"[^0-9]", "", str(row.get("NIK")))
    if len(digits) > 5 and not same_number(digits, nik):  # more than any score has
        raise refused(REGISTRY, Reason.IDENTITY)


def _code(row: Mapping[str, Any]) -> str | None:
    code = code_text(row.get("RESPONSE_CODE"))
    return code.zfill(2) if code else None


def _final_word(code: str | None, text: str | None, now: datetime) -> IdentityOutcome:
    said = folded(text or "")
    if QUOTA_TEXT in said:
        raise unavailable(REGISTRY, Reason.QUOTA, retry_after=str(seconds_until_tomorrow(now)))
    if any(access in said for access in ACCESS_TEXTS):
        raise refused(REGISTRY, Reason.CONFIGURATION, code=code or "", said=text or "")
    found = {outcome for outcome in (_by_text(said), CODES.get(code or "")) if outcome}
    if len(found) != 1:  # nothing we know, or a code and a text that contradict each other
        raise refused(REGISTRY, Reason.UNKNOWN, code=code or "", said=text or "")
    return found.pop()


def _by_text(said: str) -> IdentityOutcome | None:
    return next((outcome for words, outcome in TEXTS if words in said), None)


def _elements(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: _word(row[name]) for name in ELEMENTS if name in row}


def _word(value: object) -> str:
    word = collapsed(value) if isinstance(value, str) else ""
    match = WORD.match(word)
    return word if match and int(match[2] or 0) <= 100 else UNKNOWN


def _judge(elements: Mapping[str, str], threshold: int) -> IdentityOutcome:
    if any(elements.get(name, UNKNOWN) == UNKNOWN for name in ("NIK", "NAMA_LGKP", "TGL_LHR")):
        raise unavailable(REGISTRY, Reason.SHAPE)
    name = elements["NAMA_LGKP"]
    agreeing = (matches(name) and (score(name) or 0) >= threshold, matches(elements["TGL_LHR"]))
    if not matches(elements["NIK"]) or not any(agreeing):
        return IdentityOutcome.MISMATCH
    return IdentityOutcome.MATCH if all(agreeing) else IdentityOutcome.PARTIAL


def _whole_number(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value[:12])
    return value if isinstance(value, int) and not isinstance(value, bool) else None
