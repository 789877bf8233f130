"""BSrE's words in both versions, and the proof that what comes back is our paper, signed."""

import base64
import json
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.bsre import (
    Order,
    Reply,
    check_paper,
    failure,
    read_fetched,
    read_form_answer,
    read_json_answer,
    read_status,
    said_of_signing,
    signing_form,
    signing_json,
    status_json,
)
from schemas.foreign import Reason, refused, unavailable
from verify.simulator.pdf_signature import add_signature, blank_paper
from workflows.errors import Refused, RegistryError, SignerNotRegistered, Unavailable, WrongPassphrase
from workflows.passphrase import Passphrase
from workflows.ports import SignerOutcome, SignerStatus

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NIK, SECRET = "9901015001700001", 'Kata "sandi" & ünik +%='
PAPER = blank_paper()
ORDER = Order(PAPER, NIK, Passphrase(SECRET), "Surat rekomendasi", "Kota Serang")
SIGNED = add_signature(PAPER, name="Wati Contoh", reason="uji", location="Serang", now=NOW)


def told(payload: object, status: int = 200, header: str | None = None) -> Reply:
    return Reply(status, payload if isinstance(payload, bytes) else json.dumps(payload).encode(), header)


def caught_of(reader: Any, *arguments: Any) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        reader(*arguments)
    shown = str(caught.value) + repr(caught.value.context)
    assert NIK not in shown and SECRET not in shown
    assert caught.value.context["registry"] == "BSrE"
    return caught.value


# what we ask


def test_the_form_of_version_1() -> None:
    body = signing_form(ORDER)
    raw = b"".join(body)
    assert len(body) == len(raw)
    message = message_from_bytes(b"Content-Type: " + body.content_type.encode() + b"\r\n\r\n" + raw)
    parts = {part.get_param("name", header="content-disposition"): part for part in message.get_payload()}
    assert list(parts) == ["file", "nik", "passphrase", "tampilan", "reason", "location"]
    assert (parts["file"].get_filename(), parts["file"].get_content_type()) == ("surat.pdf", "application/pdf")
    assert PAPER in raw
    texts = {name: part.get_payload(decode=True).decode() for name, part in parts.items() if name != "file"}
    assert texts == {
        "nik": NIK,
        "passphrase": SECRET,
        "tampilan": "invisible",
        "reason": "Surat rekomendasi",
        "location": "Kota Serang",
    }


def test_each_form_has_a_boundary_of_its_own() -> None:
    assert signing_form(ORDER).content_type != signing_form(ORDER).content_type


def test_the_json_of_version_2() -> None:
    body = signing_json(ORDER)
    assert (body.content_type, len(body)) == ("application/json", len(b"".join(body)))
    assert json.loads(b"".join(body)) == {
        "nik": NIK,
        "passphrase": SECRET,
        "signatureProperties": [{"tampilan": "INVISIBLE", "location": "Kota Serang", "reason": "Surat rekomendasi"}],
        "file": [base64.b64encode(PAPER).decode()],
    }
    assert json.loads(b"".join(status_json(NIK))) == {"nik": NIK}


@pytest.mark.parametrize("thing", [ORDER, signing_form(ORDER), signing_json(ORDER), Reply(200, SECRET.encode())])
def test_nothing_shows_what_it_holds(thing: object) -> None:
    assert not any(word in repr(thing) + str(thing) for word in (NIK, SECRET, "sandi", "%PDF"))


# a signer's standing


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("ISSUE", SignerOutcome.ACTIVE),
        ("issue", SignerOutcome.ACTIVE),
        ("EXPIRED", SignerOutcome.EXPIRED),
        ("NOT_REGISTERED", SignerOutcome.NOT_REGISTERED),
        ("SUSPEND", SignerOutcome.INACTIVE),
        ("REVOKE", SignerOutcome.INACTIVE),
        ("ISSUED", SignerOutcome.INACTIVE),
        ("sesuatu yang baru", SignerOutcome.INACTIVE),
    ],
)
def test_only_issue_is_active(word: str, outcome: SignerOutcome) -> None:
    assert read_status(told({"status": word, "message": "Pesan"}), NOW) == SignerStatus(outcome, word, "Pesan", "BSrE", NOW)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("code", [2011, "2011", 1110])
def test_an_unknown_signer_is_an_answer(status: int, code: object) -> None:
    found = read_status(told({"error": "User tidak terdaftar", "status_code": code}, status), NOW)
    assert (found.outcome, found.raw_code, found.raw_text) == (SignerOutcome.NOT_REGISTERED, str(code), "User tidak terdaftar")


def test_a_nik_in_a_text_is_taken_out() -> None:
    assert read_status(told({"status": "ISSUE", "message": f"NIK {NIK} aktif"}), NOW).raw_text == "NIK • aktif"


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (told({}), Unavailable, "shape"),
        (told({"status": None}), Unavailable, "shape"),
        (told({"status": ""}), Unavailable, "shape"),
        (told({"status": 1}), Unavailable, "shape"),
        (told([]), Unavailable, "shape"),
        (told(b'{"status": "ISS'), Unavailable, "not_json"),
        (told(b""), Unavailable, "not_json"),
        (told(b"<html>"), Unavailable, "not_json"),
        (told({"status": "ISSUE"}, 400), Refused, "unknown"),
        (told(b"<html>", 400), Refused, "configuration"),
    ],
)
def test_a_standing_that_cannot_be_read(reply: Reply, kind: type[RegistryError], reason: str) -> None:
    error = caught_of(read_status, reply, NOW)
    assert isinstance(error, kind)
    assert error.context["reason"] == reason


# what comes back


def test_the_three_ways_a_paper_comes_back() -> None:
    assert read_form_answer(told(SIGNED, header="8bd2-4f")) == (SIGNED, "8bd2-4f")
    assert read_form_answer(told(SIGNED, header="../../etc")) == (SIGNED, None)
    assert read_form_answer(told({"message": "ok", "id_dokumen": "8bd24f"})) == (None, "8bd24f")
    assert read_form_answer(told({"id_dokumen": 123, "error": None})) == (None, "123")
    assert read_fetched(told(SIGNED)) == SIGNED
    encoded = base64.b64encode(SIGNED).decode()
    assert read_json_answer(told({"time": 1734, "file": [encoded]})) == (SIGNED, None)
    assert read_json_answer(told({"file": [encoded], "message": "success"}, header="9")) == (SIGNED, "9")


@pytest.mark.parametrize("reader", [read_form_answer, read_fetched, read_json_answer])
@pytest.mark.parametrize("number", [int, str])
def test_the_known_refusals(reader: Any, number: type) -> None:
    unknown = caught_of(reader, told({"error": "User tidak terdaftar", "status_code": number(2011)}, 400))
    assert isinstance(unknown, SignerNotRegistered)
    wrong = caught_of(reader, told({"error": "Passphrase anda salah", "status_code": number(2031)}, 400))
    assert isinstance(wrong, WrongPassphrase)
    assert wrong.context == {"registry": "BSrE", "reason": "passphrase", "code": "2031"}


@pytest.mark.parametrize("reader", [read_form_answer, read_fetched, read_json_answer])
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("code", [9001, "2O31", SECRET, NIK, None, [], {}, True])
def test_other_refusals_keep_a_code_and_never_a_text(reader: Any, status: int, code: object) -> None:
    if status == 200 and reader is read_fetched:
        return
    error = caught_of(reader, told({"error": f"{SECRET} milik {NIK} ditolak", "status_code": code}, status))
    assert type(error) is Refused
    assert error.context["reason"] == "unknown"
    assert error.context.get("code") == ("9001" if code == 9001 else None)


@pytest.mark.parametrize("reader", [read_form_answer, read_fetched, read_json_answer])
@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (told(b""), Unavailable, "not_json"),
        (told(b" <!doctype html><html>"), Unavailable, "not_json"),
        (told(b'{"file": ["JVBER'), Unavailable, "not_json"),
        (told(b"["), Unavailable, "not_json"),
        (told([]), Unavailable, "shape"),
        (told("teks"), Unavailable, "shape"),
        (told(None), Unavailable, "shape"),
        (told(b"PK\x03\x04 dokumen lain"), Refused, "not_ours"),
        (told(b"<html>", 400), Refused, "configuration"),
        (told(SIGNED, 400), Refused, "configuration"),
    ],
)
def test_what_is_no_answer(reader: Any, reply: Reply, kind: type[RegistryError], reason: str) -> None:
    error = caught_of(reader, reply)
    assert isinstance(error, kind)
    assert error.context["reason"] == reason


@pytest.mark.parametrize(
    ("reader", "payload"),
    [
        (read_form_answer, {}),
        (read_form_answer, {"id_dokumen": None}),
        (read_form_answer, {"id_dokumen": "a/b"}),
        (read_form_answer, {"id_dokumen": True}),
        (read_json_answer, {}),
        (read_json_answer, {"file": None}),
        (read_json_answer, {"file": []}),
        (read_json_answer, {"file": [1]}),
        (read_json_answer, {"file": ["JVBE", "JVBE"]}),
        (read_json_answer, {"file": ["bukan base64!"]}),
        (read_json_answer, {"file": "JVBE"}),
    ],
)
def test_an_answer_without_what_matters(reader: Any, payload: object) -> None:
    error = caught_of(reader, told(payload))
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == "shape"


@given(st.binary(max_size=300), st.sampled_from([200, 400]))
def test_any_bytes_are_read_or_one_of_our_errors(body: bytes, status: int) -> None:
    for reader in (read_form_answer, read_fetched, read_json_answer, lambda reply: read_status(reply, NOW)):
        try:
            reader(Reply(status, body))
        except RegistryError:
            continue


@pytest.mark.parametrize("pdf", [b"", b"bukan PDF", PAPER[:-10], b"%PDF-1.7\n"])
def test_what_is_no_whole_pdf_is_not_sent(pdf: bytes) -> None:
    assert caught_of(check_paper, pdf).context["reason"] == "bad_format"


# errors


def test_errors_of_the_client_are_said_anew() -> None:
    late = said_of_signing(unavailable("BSrE", Reason.BUSY, retry_after="9", status="429"))
    assert isinstance(late, Unavailable)
    assert late.context == {"registry": "BSrE", "reason": "busy", "retry_after": "9", "status": "429"}
    assert str(late).endswith("Surat belum ditandatangani. Coba lagi, atau pilih cara tanda tangan lain.")
    assert isinstance(said_of_signing(refused("BSrE", Reason.CONFIGURATION)), Refused)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_sentences(reason: Reason) -> None:
    sentence = str(failure(Unavailable, reason))
    assert "BSrE" in sentence or "PDF" in sentence
    assert "Surat belum ditandatangani." in sentence
