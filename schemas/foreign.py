"""What every foreign answer is held against before a word of it is believed.

Registries are quoted in evidence and errors, so texts of theirs are cut to size and long numbers are
taken out first: a NIK or a card number must never travel in a sentence or a log line.
"""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError

from workflows.errors import Refused, Unavailable

LONG_NUMBER = re.compile(r"\d(?:[\s.\-]?\d){7,}")
LONGEST_TEXT = 200


class Reason(StrEnum):
    """Why a registry gave no usable answer; stands in ``error.context["reason"]``."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    SERVER = "server"
    BUSY = "busy"
    REDIRECT = "redirect"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    SHAPE = "shape"
    STALE = "stale"
    QUOTA = "quota"
    CONFIGURATION = "configuration"
    BAD_FORMAT = "bad_format"
    IDENTITY = "identity"
    NAME = "name"
    OUTDATED = "outdated"
    RESTING = "resting"
    UNKNOWN = "unknown"


SENTENCES: Mapping[Reason, str] = {
    Reason.TIMEOUT: "{registry} belum menjawab dalam batas waktu. Berkas tersimpan dan dicoba lagi.",
    Reason.CONNECTION: "{registry} tidak dapat dihubungi. Berkas tersimpan dan dicoba lagi.",
    Reason.SERVER: "{registry} sedang bermasalah di sisinya. Berkas tersimpan dan dicoba lagi.",
    Reason.BUSY: "{registry} meminta kita menunggu karena terlalu banyak permintaan. Berkas tersimpan dan dicoba lagi.",
    Reason.REDIRECT: "{registry} mengalihkan ke alamat lain, mungkin halaman masuk jaringan. Berkas tersimpan dan dicoba lagi.",
    Reason.TOO_LARGE: "Jawaban {registry} terlalu besar dan tidak dibaca. Berkas tersimpan dan dicoba lagi.",
    Reason.NOT_JSON: "Jawaban {registry} bukan data yang utuh. Berkas tersimpan dan dicoba lagi.",
    Reason.SHAPE: "Jawaban {registry} tidak lengkap atau tidak seperti seharusnya. Berkas tersimpan dan dicoba lagi.",
    Reason.STALE: "Jawaban {registry} sudah lama, bukan keadaan sekarang. Berkas tersimpan dan dicoba lagi.",
    Reason.QUOTA: "Kuota akses {registry} hari ini habis. Periksa sendiri dengan dokumen asli, atau tunggu besok.",
    Reason.CONFIGURATION: "{registry} menolak akses kantor ini. Admin perlu memeriksa setelan; pemeriksaan dilanjutkan oleh petugas.",
    Reason.BAD_FORMAT: "{registry} menolak format data yang dikirim. Periksa isian; pemeriksaan dilanjutkan oleh petugas.",
    Reason.IDENTITY: "{registry} menjawab tentang orang lain, jadi jawabannya tidak dipakai. Pemeriksaan dilanjutkan oleh petugas.",
    Reason.NAME: "{registry} mencatat nama lain untuk NIK ini, jadi jawabannya tidak dipakai. Pemeriksaan dilanjutkan oleh petugas.",
    Reason.OUTDATED: "Data {registry} yang tersedia sudah terlalu lama, jadi tidak dipakai. Pemeriksaan dilanjutkan oleh petugas.",
    Reason.RESTING: "{registry} berkali-kali tidak menjawab, jadi sementara tidak ditanya. Berkas tersimpan dan dicoba lagi.",
    Reason.UNKNOWN: "{registry} memberi jawaban yang belum dikenal. Pemeriksaan dilanjutkan oleh petugas.",
}


def unavailable(registry: str, reason: Reason, **context: str) -> Unavailable:
    """The error for "may answer later". ``context`` may hold ``retry_after`` (seconds), ``status`` and ``code``."""
    return Unavailable(SENTENCES[reason].format(registry=registry), registry=registry, reason=reason.value, **context)


def refused(registry: str, reason: Reason, **context: str) -> Refused:
    """The error for "will not answer this; a person takes over"."""
    return Refused(SENTENCES[reason].format(registry=registry), registry=registry, reason=reason.value, **context)


def collapsed(text: str) -> str:
    """``text`` with every run of white space as one space, none at the ends."""
    return " ".join(text.split())


def folded(text: str) -> str:
    """``text`` as registries' texts are compared: spaces collapsed, case folded (domain 2.3)."""
    return collapsed(text).casefold()


def quotable(value: object) -> str | None:
    """A foreign text fit to be stored and shown: long numbers taken out, at most 200 characters; None stays None."""
    if value is None or isinstance(value, (dict, list)):
        return None
    return LONG_NUMBER.sub("•", collapsed(str(value)))[:LONGEST_TEXT]


def code_text(value: object) -> str | None:
    """A foreign code as text, whether it came as ``"200"`` or ``200``; anything else is None."""
    if isinstance(value, str):
        return quotable(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return quotable(value)
    return None


def same_number(told: object, asked: str) -> bool:
    """Whether an answer's NIK or card number is exactly the one asked about."""
    return isinstance(told, str) and told.strip() == asked


def parse_json(text: str | bytes) -> object:
    """The value in a JSON text; ``ValueError`` for anything else, ``NaN`` and a nesting bomb included."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("JSON nests too deeply") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def load_strictly(registry: str, schema: Schema, payload: object) -> dict[str, Any]:
    """``payload`` through ``schema``; whatever does not fit is ``Unavailable`` with reason ``shape``, quoting no value."""
    try:
        loaded: dict[str, Any] = schema.load(payload)  # type: ignore[arg-type]
    except ValidationError:
        raise unavailable(registry, Reason.SHAPE) from None
    return loaded
