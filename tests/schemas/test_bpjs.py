"""VClaim's answers: sealed or not, active or not, about the right person or not."""

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.bpjs import Access, Asked, read_answer, request_headers, seal, unseal
from schemas.lz_string import compress
from workflows.errors import Refused, RegistryError, Unavailable
from workflows.ports import MembershipEvidence, MembershipOutcome, MembershipQuestion, Segment

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)
NIK, CARD = "9901011202850001", "0009900000021"
ACCESS = Access("1000", "rahasia", "kunci")
STAMP = "1795356000"
ASKED = Asked(MembershipQuestion(NIK, "BUDI UJI", DAY), STAMP, 80)
PESERTA: dict[str, Any] = {
    "noKartu": CARD,
    "nik": NIK,
    "nama": "BUDI UJI",
    "tglTMT": "2022-03-01",
    "tglTAT": "2050-01-01",
    "statusPeserta": {"kode": "0", "keterangan": "AKTIF"},
    "jenisPeserta": {"kode": "22", "keterangan": "PBI (APBD)"},
}


def sealed(value: object, access: Access = ACCESS, stamp: str = STAMP) -> dict[str, object]:
    return {"metaData": {"code": "200", "message": "OK"}, "response": seal(json.dumps(value), access, stamp)}


def read(payload: object) -> MembershipEvidence:
    return read_answer(payload, ASKED, ACCESS, now=NOW)


def peserta(**changes: object) -> MembershipEvidence:
    return read(sealed({"peserta": {**PESERTA, **changes}}))


def failure(payload: object) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        read(payload)
    assert not {NIK, CARD, "rahasia"} & set((str(caught.value) + repr(caught.value.context)).split())
    return caught.value


def test_the_headers() -> None:
    headers = request_headers(ACCESS, STAMP)
    assert set(headers) == {"X-cons-id", "X-timestamp", "X-signature", "user_key"}
    assert (headers["X-cons-id"], headers["X-timestamp"], headers["user_key"]) == ("1000", STAMP, "kunci")
    assert len(base64.b64decode(headers["X-signature"])) == 32


def test_secrets_do_not_show_themselves() -> None:
    assert "rahasia" not in repr(ACCESS)
    assert "kunci" not in repr(ACCESS)


def test_a_member_in_full() -> None:
    assert peserta() == MembershipEvidence(
        outcome=MembershipOutcome.ACTIVE,
        segment=Segment.PEMDA,
        status_code="0",
        status_text="AKTIF",
        segment_code="22",
        segment_text="PBI (APBD)",
        card=CARD,
        cover_from=date(2022, 3, 1),
        cover_until=date(2050, 1, 1),
        asked_for=DAY,
        source="BPJS VClaim",
        as_of=NOW,
    )


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("0", MembershipOutcome.ACTIVE),
        (0, MembershipOutcome.ACTIVE),
        ("00", MembershipOutcome.INACTIVE),
        ("1", MembershipOutcome.INACTIVE),
        ("6", MembershipOutcome.INACTIVE),
        (6, MembershipOutcome.INACTIVE),
        ("", MembershipOutcome.INACTIVE),
        ("AKTIF", MembershipOutcome.INACTIVE),
    ],
)
def test_only_status_0_is_active(code: object, outcome: MembershipOutcome) -> None:
    evidence = peserta(statusPeserta={"kode": code, "keterangan": "AKTIF"})
    assert (evidence.outcome, evidence.status_code, evidence.status_text) == (outcome, str(code), "AKTIF")


@pytest.mark.parametrize("code", [None, False, True, 0.0, [], {}])
def test_a_status_that_is_no_code_is_no_answer(code: object) -> None:
    error = failure(sealed({"peserta": {**PESERTA, "statusPeserta": {"kode": code, "keterangan": "AKTIF"}}}))
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == "shape"


@pytest.mark.parametrize(
    ("code", "segment"),
    [
        ("13", Segment.PPU),
        ("14", Segment.PBPU_MANDIRI),
        ("21", Segment.PBI_JK),
        ("22", Segment.PEMDA),
        (22, Segment.PEMDA),
        ("1", Segment.OTHER),
        ("PBI (APBD)", Segment.OTHER),
    ],
)
def test_segments(code: object, segment: Segment) -> None:
    evidence = peserta(jenisPeserta={"kode": code, "keterangan": "APA PUN"})
    assert (evidence.segment, evidence.segment_code, evidence.segment_text) == (segment, str(code), "APA PUN")


@pytest.mark.parametrize("day", [None, "", "01-03-2022", 20220301])
def test_a_date_that_cannot_be_read_is_left_out(day: object) -> None:
    evidence = peserta(tglTMT=day, tglTAT=day)
    assert (evidence.cover_from, evidence.cover_until, evidence.outcome) == (None, None, MembershipOutcome.ACTIVE)


@pytest.mark.parametrize("code", ["200", 200])
def test_the_code_may_be_a_number(code: object) -> None:
    payload = sealed({"peserta": PESERTA})
    assert read({**payload, "metaData": {"code": code, "message": "OK"}}).outcome is MembershipOutcome.ACTIVE


@pytest.mark.parametrize("code", ["201", 201])
@pytest.mark.parametrize("message", ["Peserta tidak ditemukan", "PESERTA  TIDAK TERDAFTAR", "Data Tidak Ditemukan"])
def test_not_found(code: object, message: str) -> None:
    evidence = read({"metaData": {"code": code, "message": message}, "response": None})
    assert (evidence.outcome, evidence.segment, evidence.card) == (MembershipOutcome.NOT_FOUND, None, None)


@pytest.mark.parametrize(
    ("code", "message", "error", "reason"),
    [
        ("201", "NIK tidak sesuai format", Refused, "bad_format"),
        ("201", "Sesuatu yang lain", Refused, "unknown"),
        ("201", "", Refused, "unknown"),
        ("201", None, Refused, "unknown"),
        ("404", "Peserta tidak ditemukan", Refused, "unknown"),
        ("401", "", Refused, "configuration"),
        ("201", "Signature tidak sesuai", Refused, "configuration"),
        ("201", "Unauthorized", Refused, "configuration"),
        ("429", "Too many requests", Unavailable, "busy"),
        ("500", "Internal", Unavailable, "server"),
        (503, "Service", Unavailable, "server"),
        (None, "Peserta tidak ditemukan", Unavailable, "shape"),
        (True, "OK", Unavailable, "shape"),
    ],
)
def test_other_refusals(code: object, message: object, error: type[RegistryError], reason: str) -> None:
    caught = failure({"metaData": {"code": code, "message": message}, "response": None})
    assert isinstance(caught, error)
    assert caught.context["reason"] == reason


def test_another_nik_is_refused() -> None:
    error = failure(sealed({"peserta": {**PESERTA, "nik": "9901014101900001"}}))
    assert isinstance(error, Refused)
    assert error.context["reason"] == "identity"


@pytest.mark.parametrize("name", ["SITI CONTOH", "UJI", "-", "123", "BUDI HARTONO UJI SANTOSO"])
def test_another_name_is_refused(name: str) -> None:
    error = failure(sealed({"peserta": {**PESERTA, "nama": name}}))
    assert isinstance(error, Refused)
    assert error.context == {"registry": "BPJS Kesehatan", "reason": "name"}


@pytest.mark.parametrize("name", ["budi  uji", "H. BUDI UJI", "UJI BUDI", "Budi Oedji, S.H."])
def test_another_spelling_is_believed(name: str) -> None:
    assert peserta(nama=name).outcome is MembershipOutcome.ACTIVE


def test_how_alike_a_name_must_be_can_be_set() -> None:
    payload = sealed({"peserta": {**PESERTA, "nama": "BUDI UJIAN"}})
    assert read_answer(payload, replace(ASKED, name_score=50), ACCESS, now=NOW).card == CARD
    with pytest.raises(Refused):
        read_answer(payload, replace(ASKED, name_score=100), ACCESS, now=NOW)


def test_by_card_the_card_must_be_the_same() -> None:
    payload = sealed({"peserta": PESERTA})
    assert read_answer(payload, replace(ASKED, card=CARD), ACCESS, now=NOW).card == CARD
    with pytest.raises(Refused):
        read_answer(payload, replace(ASKED, card="0009900000022"), ACCESS, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"nik": None},
        {"nik": 9901011202850001},
        {"nama": None},
        {"nama": ""},
        {"nama": 5},
        {"noKartu": None},
        {"noKartu": 9900000021},
        {"noKartu": "9900000021"},
        {"statusPeserta": None},
    ],
)
def test_a_member_without_what_matters_is_no_answer(changes: dict[str, object]) -> None:
    error = failure(sealed({"peserta": {**PESERTA, **changes}}))
    assert isinstance(error, Unavailable)


@pytest.mark.parametrize(
    "response",
    [
        None,
        "",
        1,
        [],
        {"peserta": PESERTA},
        "bukan base64!",
        base64.b64encode(b"pendek").decode(),
        base64.b64encode(bytes(64)).decode(),
        compress("{}"),
        seal("bukan JSON", ACCESS, STAMP),
        seal("[]", ACCESS, STAMP),
        seal('{"peserta": NaN}', ACCESS, STAMP),
        seal("{" * 5_000, ACCESS, STAMP),
        seal("0" * 400_000, ACCESS, STAMP),
    ],
)
def test_a_response_that_cannot_be_opened_is_unavailable(response: object) -> None:
    error = failure({"metaData": {"code": "200", "message": "OK"}, "response": response})
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == "shape"


@pytest.mark.parametrize(
    ("access", "stamp"), [(Access("1000", "lain", "kunci"), STAMP), (Access("1001", "rahasia", "kunci"), STAMP), (ACCESS, "1795356001")]
)
def test_an_answer_sealed_for_another_request_is_not_read(access: Access, stamp: str) -> None:
    assert isinstance(failure(sealed({"peserta": PESERTA}, access, stamp)), Unavailable)


@given(st.text(max_size=200), st.text(alphabet="0123456789", min_size=1, max_size=12))
def test_what_is_sealed_opens_again(text: str, stamp: str) -> None:
    assert unseal(seal(text, ACCESS, stamp), ACCESS, stamp) == text


@given(st.binary(max_size=200))
def test_any_bytes_are_opened_or_a_value_error(raw: bytes) -> None:
    try:
        unseal(base64.b64encode(raw).decode(), ACCESS, STAMP)
    except ValueError:
        return


@pytest.mark.parametrize("payload", [None, [], "ya", 1, {}, {"metaData": None}, {"metaData": {}}, {"metadata": {"code": "200"}}])
def test_an_unknown_shape_is_unavailable(payload: object) -> None:
    error = failure(payload)
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == "shape"
