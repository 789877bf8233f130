"""BSrE's e-sign service: a paper in its words, its answer in ours, in both versions of its API (domain 6.5).

Version 1 takes a form with the file and answers with the PDF and a header ``id_dokumen``, or with JSON that names the
document to be fetched. Version 2 takes and gives JSON with base64. Refusals are HTTP 400 with ``{"error",
"status_code"}``. No text of an answer to a signing is ever quoted, because it might repeat what was sent; its code is.
"""

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from schemas.foreign import Reason, code_text, parse_json, quotable
from schemas.signed_pdf import continues, is_pdf, is_signed_over, is_whole
from workflows.errors import Refused, RegistryError, SignerNotRegistered, Unavailable, WrongPassphrase
from workflows.passphrase import Passphrase
from workflows.ports import SignedPaper, SignerOutcome, SignerStatus

REGISTRY = "BSrE"
DOCUMENT_HEADER = "id_dokumen"
DOCUMENT_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
CODE = re.compile(r"[0-9]{3,5}")
NOT_REGISTERED, WRONG_PASSPHRASE = "2011", "2031"
NOT_REGISTERED_STATUS = "1110"
STATUSES: Mapping[str, SignerOutcome] = {
    "ISSUE": SignerOutcome.ACTIVE,
    "EXPIRED": SignerOutcome.EXPIRED,
    "NOT_REGISTERED": SignerOutcome.NOT_REGISTERED,
}
"""Every other word of BSrE's means that the certificate cannot sign now."""


class SigningReason(StrEnum):
    """Why nothing was signed, besides ``schemas.foreign.Reason``; stands in ``error.context["reason"]``."""

    NOT_REGISTERED = "not_registered"
    PASSPHRASE = "passphrase"  # noqa: S105 -- the name of a reason
    NOT_OURS = "not_ours"


WHAT: Mapping[str, str] = {
    Reason.TIMEOUT: "BSrE belum menjawab dalam batas waktu.",
    Reason.CONNECTION: "BSrE tidak dapat dihubungi.",
    Reason.SERVER: "BSrE sedang bermasalah di sisinya.",
    Reason.BUSY: "BSrE meminta kita menunggu karena terlalu banyak permintaan.",
    Reason.REDIRECT: "BSrE mengalihkan ke alamat lain, mungkin halaman masuk jaringan.",
    Reason.TOO_LARGE: "Jawaban BSrE terlalu besar dan tidak dibaca.",
    Reason.NOT_JSON: "Jawaban BSrE bukan data yang utuh.",
    Reason.SHAPE: "Jawaban BSrE tidak lengkap atau tidak seperti seharusnya.",
    Reason.STALE: "Jawaban BSrE sudah lama, bukan keadaan sekarang.",
    Reason.CONFIGURATION: "BSrE menolak akses kantor ini. Admin perlu memeriksa setelan.",
    Reason.BAD_FORMAT: "Berkas yang akan ditandatangani bukan PDF yang utuh.",
    Reason.UNKNOWN: "BSrE menolak menandatangani, mungkin karena sertifikat penanda tangan tidak berlaku.",
    SigningReason.NOT_OURS: "Berkas yang kembali dari BSrE bukan surat kita yang ditandatangani, jadi tidak dipakai.",
}
TRY_AGAIN = "Surat belum ditandatangani. Coba lagi, atau pilih cara tanda tangan lain."
OTHER_WAY = "Surat belum ditandatangani. Pilih cara tanda tangan lain, atau hubungi admin."

Failure = TypeVar("Failure", bound=RegistryError)


def failure(kind: type[Failure], reason: Reason | SigningReason, **context: str) -> Failure:
    """An error that says what happened, that nothing is signed, and what to do."""
    then = TRY_AGAIN if issubclass(kind, Unavailable) else OTHER_WAY
    return kind(f"{WHAT.get(reason, WHAT[Reason.UNKNOWN])} {then}", registry=REGISTRY, **{**context, "reason": reason.value})


def said_of_signing(error: RegistryError) -> RegistryError:
    """The HTTP client's error in this module's words, free of what the client's own may hold."""
    kind: type[RegistryError] = Unavailable if isinstance(error, Unavailable) else Refused
    context = {name: value for name, value in error.context.items() if name not in ("reason", "registry")}
    return failure(kind, Reason(error.context["reason"]), **context)


@dataclass(frozen=True, slots=True)
class Order:
    """One paper to be signed by one official."""

    pdf: bytes = field(repr=False)
    nik: str = field(repr=False)
    passphrase: Passphrase
    reason: str
    location: str


class Body:
    """A request's body that shows nothing of itself, so that no traceback or log of ours can."""

    __slots__ = ("__parts", "content_type")

    def __init__(self, content_type: str, *parts: bytes) -> None:
        self.content_type = content_type
        self.__parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.__parts)

    def __len__(self) -> int:
        return sum(len(part) for part in self.__parts)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: HTTP status 200, or one that explains a refusal, the body, and the header ``id_dokumen``."""

    status: int
    body: bytes = field(repr=False)
    document_header: str | None = None


class _Answer(dict[str, Any]):
    """A JSON object of BSrE's; it might repeat what was sent, so it shows nothing of itself either."""

    def __repr__(self) -> str:
        return "_Answer(...)"


def signing_form(order: Order) -> Body:
    """The form of version 1, invisible: the letter has its own place for the QR."""
    boundary = f"rekom-{secrets.token_hex(16)}"
    texts = {
        "nik": order.nik,
        "passphrase": order.passphrase.reveal(),
        "tampilan": "invisible",
        "reason": order.reason,
        "location": order.location,
    }
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="surat.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    rest = [f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in texts.items()]
    tail = f"{''.join(rest)}\r\n--{boundary}--\r\n"
    return Body(f"multipart/form-data; boundary={boundary}", head.encode(), order.pdf, tail.encode())


def signing_json(order: Order) -> Body:
    """The JSON of version 2, invisible."""
    asked = {
        "nik": order.nik,
        "passphrase": order.passphrase.reveal(),
        "signatureProperties": [{"tampilan": "INVISIBLE", "location": order.location, "reason": order.reason}],
        "file": [base64.b64encode(order.pdf).decode()],
    }
    return Body("application/json", json.dumps(asked).encode())


def status_json(nik: str) -> Body:
    """The JSON with which version 2 is asked about a signer."""
    return Body("application/json", json.dumps({"nik": nik}).encode())


def read_status(reply: Reply, now: datetime) -> SignerStatus:
    """A signer's standing in the answer of either version; ``Unavailable`` or ``Refused`` where there is none."""
    answer = _json_object(reply)
    word, number = quotable(answer.get("status")), code_text(answer.get("status_code"))
    text = quotable(answer.get("message") or answer.get("error"))
    if number in (NOT_REGISTERED, NOT_REGISTERED_STATUS):
        return SignerStatus(SignerOutcome.NOT_REGISTERED, word or number, text, REGISTRY, now)
    if reply.status != 200:
        raise _refusal(answer, reply.status)
    if not isinstance(answer.get("status"), str) or not word:
        raise failure(Unavailable, Reason.SHAPE)
    return SignerStatus(STATUSES.get(word.upper(), SignerOutcome.INACTIVE), word, text, REGISTRY, now)


def read_form_answer(reply: Reply) -> tuple[bytes | None, str | None]:
    """Version 1: the paper that came back and its number, or None and the number under which it is to be fetched."""
    if reply.status == 200 and is_pdf(reply.body):
        return reply.body, _document_id(reply.document_header)
    answer = _json_object(reply)
    document_id = _document_id(answer.get(DOCUMENT_HEADER))
    if reply.status != 200 or answer.get("error"):
        raise _refusal(answer, reply.status)
    if document_id is None:
        raise failure(Unavailable, Reason.SHAPE)
    return None, document_id


def read_fetched(reply: Reply) -> bytes:
    """Version 1: the paper fetched by its number."""
    if reply.status == 200 and is_pdf(reply.body):
        return reply.body
    raise _refusal(_json_object(reply), reply.status)


def read_json_answer(reply: Reply) -> tuple[bytes, str | None]:
    """Version 2: the one paper that came back, and its number where there is one."""
    answer = _json_object(reply)
    if reply.status != 200 or answer.get("error"):
        raise _refusal(answer, reply.status)
    match answer.get("file"):
        case [str(encoded)]:
            return _decoded(encoded), _document_id(reply.document_header)
    raise failure(Unavailable, Reason.SHAPE)


def check_paper(pdf: bytes) -> None:
    """``Refused`` for what is no whole PDF, before it costs anybody a minute."""
    if not is_whole(pdf):
        raise failure(Refused, Reason.BAD_FORMAT)


def signed_paper(original: bytes, returned: bytes, document_id: str | None, now: datetime) -> SignedPaper:
    """The signed paper, once it is proven to be ours; ``Unavailable`` for one cut off, ``Refused`` for any other."""
    if not is_pdf(returned):
        raise failure(Refused, SigningReason.NOT_OURS)
    if not is_whole(returned):
        raise failure(Unavailable, Reason.SHAPE)
    if not continues(original, returned) or not is_signed_over(original, returned):
        raise failure(Refused, SigningReason.NOT_OURS)
    before, after = (hashlib.sha256(pdf).hexdigest() for pdf in (original, returned))
    return SignedPaper(returned, document_id, before, after, REGISTRY, now)


def _json_object(reply: Reply) -> _Answer:
    answer, is_json = _parsed(reply.body)
    if answer is not None:
        return answer
    if reply.status != 200:
        raise failure(Refused, Reason.CONFIGURATION, status=str(reply.status))
    if is_json:
        raise failure(Unavailable, Reason.SHAPE)
    if reply.body.lstrip()[:1] in (b"", b"{", b"[", b"<"):  # nothing, cut off, or a page in between
        raise failure(Unavailable, Reason.NOT_JSON)
    raise failure(Refused, SigningReason.NOT_OURS)


def _parsed(body: bytes) -> tuple[_Answer | None, bool]:
    try:
        value = parse_json(body)
    except ValueError:
        return None, False
    return (_Answer(value) if isinstance(value, dict) else None), True


def _refusal(answer: Mapping[str, Any], status: int) -> Refused:
    code = code_text(answer.get("status_code")) or ""
    if code == NOT_REGISTERED:
        return SignerNotRegistered(registry=REGISTRY, reason=SigningReason.NOT_REGISTERED.value, code=code)
    if code == WRONG_PASSPHRASE:
        return WrongPassphrase(registry=REGISTRY, reason=SigningReason.PASSPHRASE.value, code=code)
    context = {"code": code} if CODE.fullmatch(code) else {}
    return failure(Refused, Reason.UNKNOWN, status=str(status), **context)


def _document_id(value: object) -> str | None:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if DOCUMENT_ID.fullmatch(text) else None


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise failure(Unavailable, Reason.SHAPE) from None
