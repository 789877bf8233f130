"""The DTSEN look-up's small shape."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.dtsen import Limits, read_answer, request_body
from workflows.errors import Refused, Unavailable
from workflows.ports import PovertyEvidence, PovertyOutcome, PovertyQuestion

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NIK = "9901014101900001"
FOUND = {"ditemukan": True, "nik": NIK, "desil": 2, "alasan_pengecualian": None, "per_tanggal": "2026-10-01"}
NOBODY = {"ditemukan": False, "nik": NIK, "desil": None, "alasan_pengecualian": None, "per_tanggal": "2026-10-01"}
AS_OF = datetime(2026, 10, 1, tzinfo=UTC)


def read(payload: object) -> PovertyEvidence:
    return read_answer(payload, PovertyQuestion(NIK, "SITI CONTOH"), Limits(80, timedelta(days=200)), now=NOW)


def test_the_request() -> None:
    assert request_body(NIK) == {"nik": NIK}


def test_found_and_not_found() -> None:
    assert read(FOUND) == PovertyEvidence(PovertyOutcome.FOUND, 2, None, "DTSEN", AS_OF)
    assert read(NOBODY) == PovertyEvidence(PovertyOutcome.NOT_FOUND, None, None, "DTSEN", AS_OF)
    assert read({**NOBODY, "per_tanggal": None}).as_of == NOW


def test_the_reason_for_an_exclusion_is_kept_without_numbers() -> None:
    reason = f"keluarga  ASN, lihat {NIK}"
    assert read({**FOUND, "alasan_pengecualian": reason}).exclusion_reason == "keluarga ASN, lihat •"


@pytest.mark.parametrize("desil", range(11))
def test_every_decile_is_read(desil: int) -> None:
    assert read({**FOUND, "desil": desil}).desil == desil


@pytest.mark.parametrize(
    "changes",
    [
        {"ditemukan": None},
        {"ditemukan": "ya"},
        {"ditemukan": 1},
        {"nik": None},
        {"nik": 9901014101900001},
        {"desil": None},
        {"desil": -1},
        {"desil": 11},
        {"desil": 2.5},
        {"desil": True},
        {"desil": "2"},
        {"per_tanggal": None},
        {"per_tanggal": "01-10-2026"},
        {"per_tanggal": "2026-11-25"},
        {"alasan_pengecualian": 5},
    ],
)
def test_what_is_incomplete_or_wrong_is_unavailable(changes: dict[str, object]) -> None:
    with pytest.raises(Unavailable) as caught:
        read({**FOUND, **changes})
    assert caught.value.context["reason"] == "shape"


@pytest.mark.parametrize("base", [FOUND, NOBODY])
def test_another_nik_is_refused_whatever_it_says(base: dict[str, object]) -> None:
    with pytest.raises(Refused) as caught:
        read({**base, "nik": "9901011202850001"})
    assert caught.value.context["reason"] == "identity"


@pytest.mark.parametrize("base", [FOUND, NOBODY])
def test_a_name_that_is_given_must_be_the_one_asked_about(base: dict[str, object]) -> None:
    assert read({**base, "nama": "Hj. Siti Contoh"}) == read({**base, "nama": None}) == read(base)
    with pytest.raises(Refused) as caught:
        read({**base, "nama": "BUDI UJI"})
    assert caught.value.context["reason"] == "name"


@pytest.mark.parametrize("base", [FOUND, NOBODY])
def test_an_extract_that_is_too_old_is_refused(base: dict[str, object]) -> None:
    assert read({**base, "per_tanggal": "2026-05-07"}).source == "DTSEN"
    with pytest.raises(Refused) as caught:
        read({**base, "per_tanggal": "2026-05-06"})
    assert caught.value.context["reason"] == "outdated"


@pytest.mark.parametrize("payload", [None, [], "ya", {}, {"nik": NIK}])
def test_an_unknown_shape_is_unavailable(payload: object) -> None:
    with pytest.raises(Unavailable):
        read(payload)
