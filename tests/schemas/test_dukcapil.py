"""Dukcapil's words and ours: every code and text of domain 2.3, and whatever else may come."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dukcapil import Access, matches, read_answer, request_body, score, seconds_until_tomorrow
from workflows.errors import Refused, RegistryError, Unavailable
from workflows.ports import IdentityEvidence, IdentityOutcome, IdentityQuestion

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NIK = "9901014101900001"
QUESTION = IdentityQuestion(NIK, "SITI CONTOH", date(1990, 1, 1))
MATCHING = {"NIK": "Sesuai", "NAMA_LGKP": "Sesuai (100)", "TGL_LHR": "Sesuai"}


def answer(row: object, **envelope: object) -> dict[str, object]:
    return {
        "content": [row],
        "lastPage": True,
        "numberOfElements": 1,
        "sort": None,
        "totalElements": 1,
        "firstPage": True,
        "number": 0,
        "size": 1,
        "quotaLimiter": 56616,
        **envelope,
    }


def read(row: object, *, threshold: int = 90, **envelope: object) -> IdentityEvidence:
    return read_answer(answer(row, **envelope), QUESTION, threshold=threshold, now=NOW)


def failure(row: object, **envelope: object) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        read(row, **envelope)
    assert NIK not in str(caught.value) + repr(caught.value.context)
    return caught.value


def test_the_request_has_the_real_field_names() -> None:
    question = IdentityQuestion(NIK, " Siti  contoh ", date(1980, 7, 12), "9901010101200001")
    assert request_body(question, Access("u", "p", "10.0.0.1", 90)) == {
        "USER_ID": "u",
        "PASSWORD": "p",
        "IP_USER": "10.0.0.1",
        "TRESHOLD": "90",
        "NIK": NIK,
        "NO_KK": "9901010101200001",
        "NAMA_LGKP": "SITI CONTOH",
        "TGL_LHR": "12-07-1980",
    }


def test_what_is_not_known_is_not_asked() -> None:
    assert "NO_KK" not in request_body(QUESTION, Access("u", "p", "10.0.0.1", 90))


def test_the_password_does_not_show_itself() -> None:
    assert "rahasia" not in repr(Access("u", "rahasia", "10.0.0.1", 90))


@pytest.mark.parametrize(
    ("nik", "name", "birth_date", "outcome"),
    [
        ("Sesuai", "Sesuai (100)", "Sesuai", IdentityOutcome.MATCH),
        ("Sesuai", "Sesuai (90)", "Sesuai", IdentityOutcome.MATCH),
        ("SESUAI", "sesuai  (95)", " Sesuai ", IdentityOutcome.MATCH),
        ("Sesuai", "Sesuai (89)", "Sesuai", IdentityOutcome.PARTIAL),
        ("Sesuai", "Sesuai", "Sesuai", IdentityOutcome.PARTIAL),
        ("Sesuai", "Tidak Sesuai (95)", "Sesuai", IdentityOutcome.PARTIAL),
        ("Sesuai", "Tidak Sesuai", "Sesuai", IdentityOutcome.PARTIAL),
        ("Sesuai", "Sesuai (100)", "Tidak Sesuai", IdentityOutcome.PARTIAL),
        ("Sesuai", "Tidak Sesuai (40)", "Tidak Sesuai", IdentityOutcome.MISMATCH),
        ("Tidak Sesuai", "Sesuai (100)", "Sesuai", IdentityOutcome.MISMATCH),
    ],
)
def test_pass_rule(nik: str, name: str, birth_date: str, outcome: IdentityOutcome) -> None:
    assert read({"NIK": nik, "NAMA_LGKP": name, "TGL_LHR": birth_date}).outcome is outcome


def test_the_threshold_is_the_offices_own() -> None:
    assert read({**MATCHING, "NAMA_LGKP": "Sesuai (80)"}, threshold=80).outcome is IdentityOutcome.MATCH


def test_a_wrong_address_never_decides() -> None:
    evidence = read({**MATCHING, "NO_KK": "Tidak Sesuai", "ALAMAT": "Tidak Sesuai (45)", "KEC_NAME": "Tidak Sesuai"})
    assert evidence.outcome is IdentityOutcome.MATCH
    assert evidence.elements["ALAMAT"] == "Tidak Sesuai (45)"


@pytest.mark.parametrize(
    "word", [None, 1, "", "Cocok", "Sesuai (101)", "Sesuai (1000)", "Sesuai (٩٠)", "Sesuai 100", "SITI CONTOH", "Sesuai (90) x"]
)
@pytest.mark.parametrize("element", list(MATCHING))
def test_an_element_outside_the_grammar_is_no_answer(word: object, element: str) -> None:
    error = failure({**MATCHING, element: word})
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == "shape"


def test_other_elements_outside_the_grammar_are_unknown_and_keep_no_data() -> None:
    evidence = read({**MATCHING, "TMPT_LHR": "SERANG", "NAMA_LGKP_IBU": "Sesuai"})
    assert evidence.elements["TMPT_LHR"] == "UNKNOWN"
    assert "NAMA_LGKP_IBU" not in evidence.elements


@pytest.mark.parametrize("element", list(MATCHING))
def test_a_missing_element_is_no_answer(element: str) -> None:
    assert failure({name: word for name, word in MATCHING.items() if name != element}).context["reason"] == "shape"


FINAL = [
    ("11", "Data Ditemukan, Meninggal Dunia", IdentityOutcome.DECEASED),
    ("12", "Data Ditemukan, Data Ganda", IdentityOutcome.DUPLICATE),
    ("13", "Data Tidak Ditemukan, NIK tidak terdapat di database Kependudukan", IdentityOutcome.NOT_FOUND),
    ("14", "Data Ditemukan, Status Non Aktif silahkan hubungi Dinas Dukcapil", IdentityOutcome.INACTIVE),
    ("15", "Data Tidak Ditemukan, NIK tidak sesuai format Dukcapil", IdentityOutcome.BAD_FORMAT),
]


@pytest.mark.parametrize(("code", "text", "outcome"), FINAL)
def test_each_code_and_text_alone_or_together(code: str, text: str, outcome: IdentityOutcome) -> None:
    rows: list[dict[str, Any]] = [
        {"RESPONSE_CODE": code, "RESPON": text},
        {"RESPONSE_CODE": int(code), "RESPONSE": text.upper().replace(" ", "  ")},
        {"RESPONSE_CODE": code},
        {"RESPON": text},
    ]
    assert [read(row).outcome for row in rows] == [outcome] * 4
    assert read(rows[0]).raw_code == code
    assert read(rows[0]).raw_text == text


@pytest.mark.parametrize("text", ["Data Tidak Ditemukan", "Data tidak ditemukan"])
def test_old_not_found(text: str) -> None:
    assert read({"RESPON": text}).outcome is IdentityOutcome.NOT_FOUND


@pytest.mark.parametrize("code", ["00", "0", 0])
def test_old_success_code(code: object) -> None:
    assert read({"RESPONSE_CODE": code, **MATCHING}).outcome is IdentityOutcome.MATCH
    assert read({"RESPONSE_CODE": code, "RESPON": "Data Ditemukan", **MATCHING}).outcome is IdentityOutcome.MATCH


def test_a_final_code_beside_matching_elements_wins() -> None:
    evidence = read({"RESPONSE_CODE": "11", "RESPON": "Data Ditemukan, Meninggal Dunia", **MATCHING})
    assert (evidence.outcome, evidence.elements) == (IdentityOutcome.DECEASED, {})


@pytest.mark.parametrize(
    "text",
    [
        "Login Gagal",
        "User ID Tidak Aktif",
        "IP Address Tidak Sesuai",
        "IP Client  Tidak terdaftar",
        "IP Client Tidak Terdaftar",
        "IP Tidak Sesuai",
    ],
)
def test_access_texts_are_a_matter_of_configuration(text: str) -> None:
    error = failure({"RESPONSE_CODE": "05", "RESPON": text})
    assert isinstance(error, Refused)
    assert error.context["reason"] == "configuration"


@pytest.mark.parametrize("key", ["RESPON", "RESPONSE"])
def test_the_quota_text_is_unavailable_until_tomorrow(key: str) -> None:
    error = failure({key: "Kuota Akses Hari ini telah  Habis"})
    assert isinstance(error, Unavailable)
    assert (error.context["reason"], error.context["retry_after"]) == ("quota", str(14 * 3600 + 1))


@pytest.mark.parametrize("row", [{"RESPONSE_CODE": "08"}, {"RESPONSE_CODE": "77", "RESPON": "Entah"}, {"RESPON": "Galat umum"}])
def test_unknown_final_words_go_to_a_person(row: dict[str, str]) -> None:
    error = failure(row)
    assert isinstance(error, Refused)
    assert error.context["reason"] == "unknown"


def test_a_code_and_a_text_that_contradict_each_other_go_to_a_person() -> None:
    error = failure({"RESPONSE_CODE": "13", "RESPON": "Data Ditemukan, Meninggal Dunia"})
    assert error.context["reason"] == "unknown"


@pytest.mark.parametrize("told", ["9901011202850001", 9901011202850001, "9901 0112 0285 0001"])
def test_an_answer_about_another_nik_is_refused(told: object) -> None:
    error = failure({**MATCHING, "NIK": told})
    assert isinstance(error, Refused)
    assert error.context["reason"] == "identity"


def test_data_instead_of_words_is_no_answer_even_for_the_right_nik() -> None:
    assert failure({"NIK": NIK, "NAMA_LGKP": "SITI CONTOH", "TGL_LHR": "1990-01-01"}).context["reason"] == "shape"


@pytest.mark.parametrize("payload", [None, [], "ya", 1, {}, {"content": []}, {"content": None}, {"content": ["a"]}, {"content": [{}, {}]}])
def test_an_unknown_shape_is_unavailable(payload: object) -> None:
    with pytest.raises(Unavailable) as caught:
        read_answer(payload, QUESTION, threshold=90, now=NOW)
    assert caught.value.context["reason"] == "shape"


@pytest.mark.parametrize(
    ("told", "quota"), [(56616, 56616), ("56616", 56616), (0, 0), (None, None), ("banyak", None), (True, None), (1.5, None)]
)
def test_the_quota_left_is_kept_where_it_is_a_number(told: object, quota: int | None) -> None:
    assert read(MATCHING, quotaLimiter=told).quota_left == quota


def test_numbers_in_texts_are_covered() -> None:
    assert read({"RESPONSE_CODE": "13", "RESPON": f"Data tidak ditemukan untuk {NIK}"}).raw_text == "Data tidak ditemukan untuk •"


def test_words_and_scores() -> None:
    assert (score("Sesuai (100)"), score("Tidak Sesuai (7)"), score("Sesuai"), score("x"), score(None)) == (100, 7, None, None, None)
    assert (matches("Sesuai (3)"), matches("Tidak Sesuai"), matches("x"), matches(None)) == (True, False, False, False)


def test_tomorrow_begins_at_midnight_in_jakarta() -> None:
    assert seconds_until_tomorrow(datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC)) == 2
    assert seconds_until_tomorrow(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == 86_401


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([*MATCHING.values(), NIK]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*MATCHING, "RESPON", "RESPONSE_CODE", "content"]), inner),
    max_leaves=8,
)


@given(JSON)
def test_any_row_gives_evidence_or_one_of_two_errors(row: object) -> None:
    try:
        evidence = read(row)
    except (Unavailable, Refused) as error:
        assert NIK not in str(error) + repr(error.context)
        return
    if evidence.outcome is IdentityOutcome.MATCH:
        assert isinstance(row, dict)
        assert {name: row[name] for name in MATCHING} == MATCHING
