"""BSrE's e-sign service as far as it is known (domain 6.5), both versions, under ``/bsre``.

Known from clients: addresses, fields, Basic authentication, the header ``id_dokumen``, that a paper is fetched once,
status words, and the codes 1110, 1111, 2011 and 2031. Codes from 9000 are made up, and no reader may depend on them.
Its signatures are not legal ones (``pdf_signature``).
"""

import base64
import binascii
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from verify.simulator.faults import Fault, Registry, Setting
from verify.simulator.pdf_signature import UnreadablePdf, add_signature, blank_paper
from verify.simulator.signers import ACTIVE, Signer
from verify.simulator.wire import disturbed
from verify.simulator.world import World, asked_object, stale_headers, world

blueprint = Blueprint("bsre", __name__, url_prefix="/bsre")

NOT_REGISTERED = ("User tidak terdaftar", 2011)
WRONG_PASSPHRASE = ("Passphrase anda salah", 2031)
INACTIVE = ("Sertifikat penanda tangan tidak berlaku", 9001)
UNREADABLE = ("Berkas PDF tidak dapat ditandatangani", 9002)
INCOMPLETE = ("Parameter tidak lengkap", 9003)
SHELF = 50
"""Papers kept until somebody fetches them."""


class Shelf:
    """Signed papers of version 1 that wait to be fetched, each once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._papers: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    def put(self, nik: str, pdf: bytes) -> str:
        """Keep a paper; returns its number."""
        number = secrets.token_hex(16)
        with self._lock:
            self._papers[number] = (nik, pdf)
            while len(self._papers) > SHELF:
                self._papers.popitem(last=False)
        return number

    def take(self, number: str) -> tuple[str, bytes] | None:
        """The signer's NIK and the paper, once."""
        with self._lock:
            return self._papers.pop(number, None)


@blueprint.record
def _set_up(state: BlueprintSetupState) -> None:
    state.app.extensions["simulator-shelf"] = Shelf()


@blueprint.post("/api/sign/pdf")
def sign_form() -> Response:
    """Version 1: a form with the file; the PDF comes back, or a number under which it is fetched."""
    file, asked = request.files.get("file"), request.form
    here, setting = _asked(asked)
    pdf = file.read() if file else b""
    refusal = _refusal(here, setting, asked, complete=bool(pdf) and asked.get("tampilan") in ("visible", "invisible"))
    if refusal:
        return refusal
    paper = _signed(here, setting, pdf, asked, asked)
    if isinstance(paper, Response):
        return paper
    if setting.fault in (Fault.NULLS, Fault.NUMBERS):
        return here.speak(setting, {"id_dokumen": None if setting.fault is Fault.NULLS else float("nan")})
    number = _shelf().put(str(asked.get("nik")), paper)
    if setting.fault is Fault.BY_NUMBER:
        return here.speak(setting, {"message": "Proses signing berhasil", "id_dokumen": number})
    return _as_pdf(here, setting, paper, number)


@blueprint.get("/api/sign/download/<number>")
def fetch(number: str) -> Response:
    """Version 1: a signed paper by its number, once."""
    here = world()
    everybody = here.faults.of(Registry.BSRE, "")
    if not _is_client(here, everybody.fault):
        return _unauthorized(here, everybody)
    found = _shelf().take(number)
    setting = here.faults.of(Registry.BSRE, found[0]) if found else everybody
    if found is None:
        return here.speak(setting, {"error": "Dokumen telah didownload sebelumnya", "status_code": 404}, status=404)
    return _as_pdf(here, setting, found[1], number)


@blueprint.get("/api/user/status/<nik>")
def status_by_address(nik: str) -> Response:
    """Version 1: a signer's standing."""
    return _standing(nik)


@blueprint.post("/api/v2/user/check/status")
def status_by_body() -> Response:
    """Version 2: a signer's standing."""
    return _standing(str(asked_object().get("nik", "")))


@blueprint.post("/api/v2/sign/pdf")
def sign_json() -> Response:
    """Version 2: JSON with files in base64, one here, and the same back."""
    asked = asked_object()
    here, setting = _asked(asked)
    files, properties = asked.get("file"), asked.get("signatureProperties")
    complete = isinstance(files, list) and len(files) == 1 and isinstance(properties, list) and len(properties) == 1
    refusal = _refusal(here, setting, asked, complete=complete)
    if refusal:
        return refusal
    paper = _signed(here, setting, _decoded(cast(list[Any], files)[0]), asked, cast(list[Any], properties)[0])
    if isinstance(paper, Response):
        return paper
    answer: dict[str, Any] = {"time": 1_734, "file": [base64.b64encode(paper).decode()]}
    spoilt: Mapping[Fault, dict[str, Any]] = {Fault.NULLS: dict.fromkeys(answer), Fault.NUMBERS: {"time": float("nan"), "file": [1]}}
    return here.speak(setting, spoilt.get(setting.fault, answer), headers=stale_headers(setting.fault))


def _asked(asked: Mapping[str, Any]) -> tuple[World, Setting]:
    here = world()
    here.count(Registry.BSRE)
    return here, here.faults.of(Registry.BSRE, str(asked.get("nik", "")))


def _shelf() -> Shelf:
    return cast(Shelf, current_app.extensions["simulator-shelf"])


def _is_client(here: World, fault: Fault) -> bool:
    given = request.authorization
    if fault is Fault.WRONG_SIGNATURE or given is None or given.type != "basic":
        return False
    account, known = (given.username, given.password), (here.settings.bsre_user, here.settings.bsre_password)
    return all(hmac.compare_digest((one or "").encode(), other.encode()) for one, other in zip(account, known, strict=True))


def _unauthorized(here: World, setting: Setting) -> Response:
    return here.speak(setting, {"status": 401, "error": "Unauthorized", "message": "", "path": request.path}, status=401)


def _refusal(here: World, setting: Setting, asked: Mapping[str, Any], *, complete: bool) -> Response | None:
    if not _is_client(here, setting.fault):
        return _unauthorized(here, setting)
    if setting.fault is Fault.QUOTA:
        return here.speak(setting, {"error": "Too Many Requests"}, status=429, headers={"Retry-After": str(setting.retry_after)})
    complaint = _complaint(here.signers.find(str(asked.get("nik", ""))), str(asked.get("passphrase", "")), setting.fault)
    return _refused(here, setting, *(complaint or INCOMPLETE)) if complaint or not complete else None


def _complaint(signer: Signer | None, passphrase: str, fault: Fault) -> tuple[str, int] | None:
    if signer is None or fault is Fault.NOT_REGISTERED:
        return NOT_REGISTERED
    if fault is Fault.WRONG_PASSPHRASE or not hmac.compare_digest(passphrase.encode(), signer.passphrase.encode()):
        return WRONG_PASSPHRASE
    return INACTIVE if fault is Fault.EXPIRED_CERTIFICATE or signer.status != ACTIVE else None


def _refused(here: World, setting: Setting, error: str, code: int) -> Response:
    return here.speak(setting, {"error": error, "status_code": code}, status=400)


def _signed(here: World, setting: Setting, pdf: bytes, asked: Mapping[str, Any], wishes: Mapping[str, Any]) -> bytes | Response:
    signer = here.signers.find(str(asked["nik"]))
    assert signer
    wanted = blank_paper() if setting.fault is Fault.OTHER_PAPER else pdf
    reason, location = str(wishes.get("reason") or ""), str(wishes.get("location") or "")
    try:
        paper = add_signature(wanted, name=signer.name, reason=reason, location=location, now=here.clock())
    except UnreadablePdf:
        return _refused(here, setting, *UNREADABLE)
    spoilt: Mapping[Fault, bytes] = {Fault.UNCHANGED: pdf, Fault.NO_PDF: b"PK\x03\x04 bukan PDF"}
    return spoilt.get(setting.fault, paper)


def _as_pdf(here: World, setting: Setting, paper: bytes, number: str) -> Response:
    headers = {"id_dokumen": number, **stale_headers(setting.fault)}
    return disturbed(Response(paper, mimetype="application/pdf", headers=headers), setting, here.stopping)


def _standing(nik: str) -> Response:
    here, setting = _asked({"nik": nik})
    if not _is_client(here, setting.fault):
        return _unauthorized(here, setting)
    signer = here.signers.find(nik)
    if signer is None or setting.fault is Fault.NOT_REGISTERED:
        answer: dict[str, Any] = {"status_code": 1110, "status": "NOT_REGISTERED", "message": "User belum terdaftar"}
    else:
        status = "EXPIRED" if setting.fault is Fault.EXPIRED_CERTIFICATE else signer.status
        text = f"User sudah terdaftar dan memiliki sertifikat dengan status {status}"
        answer = {"status_code": 1111, "status": status, "message": text}
    spoilt: Mapping[Fault, dict[str, Any]] = {Fault.NULLS: dict.fromkeys(answer), Fault.NUMBERS: {"status": float("nan")}}
    return here.speak(setting, spoilt.get(setting.fault, answer), headers=stale_headers(setting.fault))


def _decoded(encoded: object) -> bytes:
    try:
        return base64.b64decode(str(encoded), validate=True)
    except binascii.Error:
        return b""
