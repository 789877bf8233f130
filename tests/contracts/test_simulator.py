"""The simulator itself: its people, its exact wire words, its switches by Python, HTTP, page and command line."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from schemas.bpjs import Access, request_headers, unseal
from tests.contracts.common import SETTINGS
from verify.config import SettingsError
from verify.simulator import Fault, Registry, RunningSimulator, create_simulator, start_simulator
from verify.simulator.__main__ import main
from verify.simulator.personas import generated_nik

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SITI = "9901014101900001"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def app() -> Flask:
    return create_simulator(SETTINGS, lambda: NOON)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def asked(**changes: str) -> dict[str, str]:
    keys = {"USER_ID": "demo", "PASSWORD": SETTINGS.dukcapil_password, "IP_USER": "127.0.0.1", "TRESHOLD": "90"}
    return {**keys, "NIK": SITI, "NAMA_LGKP": "SITI CONTOH", "TGL_LHR": "01-01-1990", **changes}


def dukcapil(browser: FlaskClient, **changes: str) -> Any:
    return browser.post("/dukcapil/get_json/DEMO/CALL_VERIFY_BY_ELEMEN", json=asked(**changes))


def test_it_refuses_to_exist_in_production() -> None:
    production = replace(SETTINGS, environment="production")
    for make in (create_simulator, start_simulator):
        with pytest.raises(SettingsError, match="production"):
            make(production)


# words on the wire


def test_dukcapils_words_in_their_order(browser: FlaskClient) -> None:
    response = dukcapil(browser)
    assert response.status_code == 200
    assert response.get_data(as_text=True) == (
        '{"content": [{"NIK": "Sesuai", "TGL_LHR": "Sesuai", "NAMA_LGKP": "Sesuai (100)"}], "lastPage": true, '
        '"numberOfElements": 1, "sort": null, "totalElements": 1, "firstPage": true, "number": 0, "size": 1, "quotaLimiter": 56615}'
    )


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"NIK": "123"}, {"RESPONSE_CODE": "15", "RESPON": "Data Tidak Ditemukan, NIK tidak sesuai format Dukcapil"}),
        ({"PASSWORD": "salah"}, {"RESPONSE_CODE": "05", "RESPON": "Login Gagal"}),
        ({"IP_USER": "10.0.0.9"}, {"RESPONSE_CODE": "05", "RESPON": "IP Client  Tidak terdaftar"}),
    ],
)
def test_dukcapil_answers_200_for_errors(browser: FlaskClient, changes: dict[str, str], row: dict[str, str]) -> None:
    response = dukcapil(browser, **changes)
    assert (response.status_code, response.json["content"]) == (200, [row])


def test_dukcapil_checks_sex_and_counts_the_quota_down(browser: FlaskClient) -> None:
    dukcapil(browser)
    payload = dukcapil(browser, JENIS_KLMIN="Laki-laki").json
    assert payload["content"][0]["JENIS_KLMIN"] == "Tidak Sesuai"
    assert payload["quotaLimiter"] == 56_614


@pytest.mark.parametrize("body", ["[]", "bukan json"])
def test_what_is_no_json_object_is_a_bad_request(browser: FlaskClient, body: str) -> None:
    assert browser.post("/dtsen/v1/keluarga", data=body).status_code == 400


def vclaim(browser: FlaskClient, path: str, *, stamp: int = int(NOON.timestamp()), **headers: str) -> Any:
    access = Access(SETTINGS.bpjs_cons_id, SETTINGS.bpjs_secret, SETTINGS.bpjs_user_key)
    return browser.get(f"/vclaim-rest/Peserta/{path}", headers={**request_headers(access, str(stamp)), **headers}).json


def test_vclaims_words_in_their_order(browser: FlaskClient) -> None:
    payload = vclaim(browser, "nik/9901011202850001/tglSEP/2026-11-22")
    assert payload["metaData"] == {"code": "200", "message": "OK"}
    access = Access(SETTINGS.bpjs_cons_id, SETTINGS.bpjs_secret, SETTINGS.bpjs_user_key)
    peserta = json.loads(unseal(payload["response"], access, str(int(NOON.timestamp()))))["peserta"]
    assert list(peserta)[:6] == ["noKartu", "nik", "nama", "pisa", "sex", "tglLahir"]
    assert (peserta["sex"], peserta["statusPeserta"]) == ("L", {"kode": "0", "keterangan": "AKTIF"})
    assert peserta["umur"]["umurSekarang"].startswith("41 tahun ,9 bulan")


@pytest.mark.parametrize(
    ("path", "changes", "code"),
    [
        (f"nik/{SITI}/tglSEP/2026-11-22", {}, "201"),
        ("nik/123/tglSEP/2026-11-22", {}, "201"),
        ("nokartu/123/tglSEP/2026-11-22", {}, "201"),
        (f"nik/{SITI}/tglSEP/22-11-2026", {}, "201"),
        (f"nik/{SITI}/tglSEP/2026-11-22", {"stamp": 1}, "401"),
        (f"nik/{SITI}/tglSEP/2026-11-22", {"X-signature": "salah"}, "401"),
        (f"nik/{SITI}/tglSEP/2026-11-22", {"X-cons-id": "9"}, "401"),
        (f"nik/{SITI}/tglSEP/2026-11-22", {"user_key": "salah"}, "401"),
    ],
)
def test_vclaims_refusals(browser: FlaskClient, path: str, changes: dict[str, Any], code: str) -> None:
    payload = vclaim(browser, path, **changes)
    assert (payload["metaData"]["code"], payload["response"]) == (code, None)


def test_dtsens_words(browser: FlaskClient) -> None:
    response = browser.post("/dtsen/v1/keluarga", json={"nik": SITI}, headers={"X-API-Key": SETTINGS.dtsen_key})
    expected = {"ditemukan": True, "nik": SITI, "nama": "SITI CONTOH", "desil": 2, "alasan_pengecualian": None, "per_tanggal": "2026-10-01"}
    assert response.json == expected
    assert browser.post("/dtsen/v1/keluarga", json={"nik": SITI}).status_code == 401


# switches


def test_faults_over_http(browser: FlaskClient, app: Flask) -> None:
    given = {"registry": "dukcapil", "fault": "busy", "persona": "siti-contoh", "retry_after": 5}
    response = browser.post("/simulator/faults", json=given)
    assert (response.status_code, response.json["persona"]) == (201, "siti-contoh")
    assert dukcapil(browser).status_code == 429
    assert dukcapil(browser, NIK="9901011202850001").status_code == 200
    assert [row["fault"] for row in browser.get("/simulator/faults").json] == ["busy"]
    assert browser.delete("/simulator/faults", json={"registry": "dukcapil"}).status_code == 204
    assert browser.get("/simulator/faults").json == []


def test_faults_by_nik_and_clearing_everything(browser: FlaskClient, app: Flask) -> None:
    browser.post("/simulator/faults", json={"registry": "dukcapil", "fault": "error", "nik": generated_nik(1)})
    browser.post("/simulator/faults", json={"registry": "bpjs", "fault": "error"})
    assert dukcapil(browser, NIK=generated_nik(1)).status_code == 500
    browser.delete("/simulator/faults")
    assert browser.get("/simulator/faults").json == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"registry": "bank", "fault": "slow"}, 422),
        ({"registry": "bpjs", "fault": "entah"}, 422),
        ({"registry": "bpjs", "fault": "slow", "seconds": -1}, 422),
        ({"registry": "bpjs", "fault": "slow", "persona": "entah"}, 404),
        ({}, 422),
    ],
)
def test_a_wrong_switch_is_refused(browser: FlaskClient, body: dict[str, Any], status: int) -> None:
    assert browser.post("/simulator/faults", json=body).status_code == status
    assert browser.get("/simulator/faults").json == []


def test_another_site_cannot_switch(browser: FlaskClient) -> None:
    form = {"registry": "dukcapil", "fault": "reset"}
    assert browser.post("/simulator/faults", data=form, headers={"Origin": "http://jahat.invalid"}).status_code == 403
    assert browser.post("/simulator/faults", data=form, headers={"Origin": "http://localhost"}).status_code == 303


def page(browser: FlaskClient) -> str:
    response = browser.get("/simulator")
    assert response.status_code == 200
    assert "script" not in response.headers["Content-Security-Policy"]
    text = response.get_data(as_text=True)
    html5lib.HTMLParser(strict=True).parse(text)
    return text


def test_the_page_lists_people_and_switches(browser: FlaskClient) -> None:
    assert "SITI CONTOH" in page(browser)
    assert "Tidak ada. Semua registri" in page(browser)
    response = browser.post("/simulator/faults", data={"registry": "dukcapil", "fault": "html", "persona": "siti-contoh", "seconds": ""})
    assert (response.status_code, response.location) == (303, "/simulator")
    assert "Dukcapil: Halaman masuk HTML, bukan data, untuk SITI CONTOH" in page(browser)
    browser.post("/simulator/faults", data={"registry": "bpjs", "fault": "reset"})
    assert "BPJS Kesehatan: Sambungan diputus, untuk semua orang" in page(browser)
    browser.post("/simulator/faults", data={"registry": "dukcapil", "nik": SITI, "off": "1"})
    assert "untuk SITI CONTOH" not in page(browser)
    browser.post("/simulator/faults", data={"off": "1"})
    assert "Tidak ada. Semua registri" in page(browser)


def test_the_page_has_its_own_style_and_nothing_inline(browser: FlaskClient) -> None:
    text = page(browser)
    assert "<style" not in text and "<script" not in text and " style=" not in text and " onclick=" not in text
    style = browser.get("/simulator/static/simulator.css")
    assert style.status_code == 200
    style.close()


def test_every_fault_has_a_label(browser: FlaskClient) -> None:
    for fault in Fault:
        assert f'value="{fault.value}"' in page(browser)


def run_main(simulator: RunningSimulator, *words: str) -> str:
    result = CliRunner().invoke(main, [*words, "--url", simulator.url])
    assert result.exit_code == 0, result.output
    return result.output


def test_faults_from_the_command_line(simulator: RunningSimulator) -> None:
    run_main(simulator, "fault", "bpjs", "slow", "--persona", "budi-uji", "--seconds", "2")
    run_main(simulator, "fault", "dtsen", "reset")
    assert [(one.registry, one.fault, one.seconds) for one in simulator.faults.active()] == [
        (Registry.BPJS, Fault.SLOW, 2.0),
        (Registry.DTSEN, Fault.RESET, 0.0),
    ]
    run_main(simulator, "clear", "bpjs")
    assert [one.registry for one in simulator.faults.active()] == [Registry.DTSEN]
    run_main(simulator, "clear")
    assert simulator.faults.active() == []


def test_a_command_the_simulator_refuses_says_so(simulator: RunningSimulator) -> None:
    result = CliRunner().invoke(main, ["fault", "bpjs", "slow", "--persona", "entah", "--url", simulator.url])
    assert result.exit_code == 1
    assert "menolak" in result.output
    assert simulator.faults.active() == []


def test_a_command_to_nobody_says_so() -> None:
    result = CliRunner().invoke(main, ["clear", "--url", "http://127.0.0.1:1"])
    assert result.exit_code == 1
    assert "tidak menjawab" in result.output


def test_without_a_socket_of_its_own_a_drip_still_drips(browser: FlaskClient, app: Flask) -> None:
    app.extensions["simulator"].faults.set(Registry.DTSEN, Fault.DRIP, seconds=0.0)
    response = browser.post("/dtsen/v1/keluarga", json={"nik": SITI}, headers={"X-API-Key": SETTINGS.dtsen_key})
    assert response.json["desil"] == 2
