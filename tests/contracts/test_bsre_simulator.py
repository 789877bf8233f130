"""The simulated BSrE itself: its words on the wire in both versions, its signers, its page, its signatures."""

import base64
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from flask import Flask
from flask.testing import FlaskClient

from schemas.bsre import signed_paper
from tests.contracts.bsre_signing import PAPER, SIGNERS, signer
from tests.contracts.common import SETTINGS
from tests.verify.letter_facts import NORMAL
from verify.documents.letter import TypstPress
from verify.keys import load_keys, make_keys
from verify.simulator import create_simulator
from verify.simulator.bsre import SHELF, Shelf
from verify.simulator.pdf_signature import ISSUER, UnreadablePdf, add_signature, blank_paper
from verify.simulator.signers import FILE
from workflows.nik import parse_nik

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
ACCOUNT = (SETTINGS.bsre_user, SETTINGS.bsre_password)
KADIS = signer()


@pytest.fixture
def app() -> Flask:
    return create_simulator(SETTINGS, lambda: NOON)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def form(**changes: Any) -> dict[str, Any]:
    file = (io.BytesIO(PAPER), "surat.pdf", "application/pdf")
    whole = {"file": file, "nik": KADIS.nik, "passphrase": KADIS.passphrase, "tampilan": "invisible", **changes}
    return {name: value for name, value in whole.items() if value is not None}


def body(**changes: Any) -> dict[str, Any]:
    file = base64.b64encode(PAPER).decode()
    return {"nik": KADIS.nik, "passphrase": KADIS.passphrase, "signatureProperties": [{"tampilan": "INVISIBLE"}], "file": [file], **changes}


# version 1


def test_version_1_answers_with_the_pdf_and_its_number(browser: FlaskClient) -> None:
    response = browser.post("/bsre/api/sign/pdf", data=form(), auth=ACCOUNT)
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.data.startswith(PAPER) and len(response.data) > len(PAPER)
    assert len(response.headers["id_dokumen"]) == 32


def test_version_1_answers_with_a_number_when_told_to(browser: FlaskClient) -> None:
    browser.post("/simulator/faults", json={"registry": "bsre", "fault": "by_number", "persona": "kadis-contoh"})
    answer = browser.post("/bsre/api/sign/pdf", data=form(), auth=ACCOUNT).json
    assert list(answer) == ["message", "id_dokumen"]
    address = f"/bsre/api/sign/download/{answer['id_dokumen']}"
    assert browser.get(address).status_code == 401
    assert browser.get(address, auth=ACCOUNT).data.startswith(PAPER)
    assert browser.get(address, auth=ACCOUNT).json == {"error": "Dokumen telah didownload sebelumnya", "status_code": 404}


def test_version_1_tells_a_signers_standing(browser: FlaskClient) -> None:
    answer = browser.get(f"/bsre/api/user/status/{KADIS.nik}", auth=ACCOUNT).json
    text = "User sudah terdaftar dan memiliki sertifikat dengan status ISSUE"
    assert answer == {"status_code": 1111, "status": "ISSUE", "message": text}
    unknown = browser.get("/bsre/api/user/status/123", auth=ACCOUNT).json
    assert unknown == {"status_code": 1110, "status": "NOT_REGISTERED", "message": "User belum terdaftar"}


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"passphrase": "salah"}, {"error": "Passphrase anda salah", "status_code": 2031}),
        ({"passphrase": None}, {"error": "Passphrase anda salah", "status_code": 2031}),
        ({"nik": "9901014101900001"}, {"error": "User tidak terdaftar", "status_code": 2011}),
        ({"nik": None}, {"error": "User tidak terdaftar", "status_code": 2011}),
        ({"tampilan": None}, {"error": "Parameter tidak lengkap", "status_code": 9003}),
        ({"file": None}, {"error": "Parameter tidak lengkap", "status_code": 9003}),
    ],
)
def test_version_1_refuses_with_400(browser: FlaskClient, changes: dict[str, Any], answer: dict[str, Any]) -> None:
    response = browser.post("/bsre/api/sign/pdf", data=form(**changes), auth=ACCOUNT)
    assert (response.status_code, response.json) == (400, answer)


# version 2


def test_version_2_answers_with_base64(browser: FlaskClient) -> None:
    answer = browser.post("/bsre/api/v2/sign/pdf", json=body(), auth=ACCOUNT).json
    assert list(answer) == ["time", "file"]
    (encoded,) = answer["file"]
    assert base64.b64decode(encoded, validate=True).startswith(PAPER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"passphrase": "salah"}, 2031),
        ({"nik": "9901014101900001"}, 2011),
        ({"nik": signer("kabid-kedaluwarsa").nik, "passphrase": signer("kabid-kedaluwarsa").passphrase}, 9001),
        ({"file": ["bukan base64!"]}, 9002),
        ({"file": [base64.b64encode(b"bukan PDF").decode()]}, 9002),
        ({"file": [1]}, 9002),
        ({"file": []}, 9003),
        ({"file": "JVBE"}, 9003),
        ({"signatureProperties": None}, 9003),
    ],
)
def test_version_2_refuses_with_400(browser: FlaskClient, changes: dict[str, Any], code: int) -> None:
    response = browser.post("/bsre/api/v2/sign/pdf", json=body(**changes), auth=ACCOUNT)
    assert (response.status_code, response.json["status_code"]) == (400, code)


def test_version_2_tells_a_signers_standing(browser: FlaskClient) -> None:
    answer = browser.post("/bsre/api/v2/user/check/status", json={"nik": KADIS.nik}, auth=ACCOUNT).json
    assert answer["status"] == "ISSUE"


@pytest.mark.parametrize("auth", [None, ("demo", "salah"), ("salah", ACCOUNT[1]), ("", "")])
@pytest.mark.parametrize("path", ["/bsre/api/v2/sign/pdf", "/bsre/api/v2/user/check/status"])
def test_another_account_is_unauthorized(browser: FlaskClient, path: str, auth: tuple[str, str] | None) -> None:
    assert browser.post(path, json=body(), auth=auth).status_code == 401


def test_a_token_is_no_account(browser: FlaskClient) -> None:
    assert browser.post("/bsre/api/sign/pdf", data=form(), headers={"Authorization": "Bearer abc"}).status_code == 401


# signers and switches


@pytest.mark.parametrize("one", SIGNERS.everybody, ids=lambda one: one.key)
def test_every_signer_is_sound_and_impossible(one: Any) -> None:
    assert parse_nik(one.nik, practice=True).province == "99"
    assert one.name and one.story and one.passphrase not in repr(one)


def test_the_file_holds_no_nik_outside_the_impossible_province() -> None:
    niks = [one.nik for one in SIGNERS.everybody]
    assert len(set(niks)) == len(niks) == FILE.read_text(encoding="utf-8").count('nik = "99')


def test_the_page_lists_signers_and_switches_for_one(browser: FlaskClient) -> None:
    browser.post("/simulator/faults", data={"registry": "bsre", "fault": "unchanged", "persona": "kadis-contoh"})
    text = browser.get("/simulator").get_data(as_text=True)
    assert f"BSrE: Berkas kembali tanpa tanda tangan (BSrE), untuk {KADIS.name}" in text
    assert "Tanda tangan elektronik dari simulator tidak sah" in text
    assert browser.get("/simulator/faults").json[0]["persona"] == "kadis-contoh"


def test_the_shelf_keeps_only_so_many() -> None:
    shelf = Shelf()
    numbers = [shelf.put("1", b"%d" % number) for number in range(SHELF + 1)]
    assert shelf.take(numbers[0]) is None
    assert shelf.take(numbers[-1]) == ("1", b"%d" % SHELF)
    assert shelf.take(numbers[-1]) is None


# signatures


def test_a_signature_names_itself_a_simulators() -> None:
    signed = add_signature(PAPER, name="Wati Contoh", reason="ünik (\\)", location="Serang", now=NOON)
    signature = pypdf.PdfReader(io.BytesIO(signed)).get_fields()["TTE"]["/V"]
    assert (signature["/Reason"], signature["/M"]) == ("ünik (\\)", "D:20261122050000Z")
    cms = bytes(signature["/Contents"])
    (certificate,) = load_der_pkcs7_certificates(cms[: 4 + int.from_bytes(cms[2:4], "big")])
    assert ISSUER in certificate.issuer.rfc4514_string()
    assert "Wati Contoh" in certificate.subject.rfc4514_string()
    assert certificate.not_valid_before_utc <= NOON <= certificate.not_valid_after_utc


def test_its_range_covers_everything_but_the_signature() -> None:
    signed = add_signature(PAPER, name="Wati Contoh", reason="", location="", now=NOON)
    start, before, after, length = pypdf.PdfReader(io.BytesIO(signed)).get_fields()["TTE"]["/V"]["/ByteRange"]
    assert (start, after + length) == (0, len(signed))
    assert bytes.fromhex(signed[before + 1 : after - 1].decode()).startswith(b"\x30\x82")


def test_the_offices_own_letter_can_be_signed(tmp_path: Path) -> None:
    make_keys(tmp_path)
    letter = TypstPress(lambda: load_keys(tmp_path), "http://127.0.0.1:8000").press(NORMAL).pdf
    paper = signed_paper(letter, add_signature(letter, name="Wati Contoh", reason="", location="", now=NOON), None, NOON)
    reader = pypdf.PdfReader(io.BytesIO(paper.pdf))
    assert list(reader.get_fields()) == ["TTE"]
    assert "SITI CONTOH" in reader.pages[0].extract_text()


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        PAPER[:-30],
        PAPER.replace(b"/Root 1 0 R", b"/Root 9 0 R"),
        PAPER.replace(b"/Root 1 0 R", b""),
        PAPER.replace(b"<</Size 4", b"<</Encrypt 8 0 R/Size 4"),
        add_signature(blank_paper(), name="Wati", reason="", location="", now=NOON),
    ],
)
def test_what_bsre_would_not_take_is_not_signed(pdf: bytes) -> None:
    with pytest.raises(UnreadablePdf):
        add_signature(pdf, name="Wati", reason="", location="", now=NOON)
