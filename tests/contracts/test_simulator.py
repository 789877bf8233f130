"""The simulator itself: its people, its exact wire words, its switches by Python, HTTP, page and command line."""

import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import html5lib
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from schemas.bpjs import Access, request_headers, unseal
from tests.contracts.common import SETTINGS
from verify.config import Settings, SettingsError
from verify.simulator import Fault, Registry, RunningSimulator, create_simulator, start_simulator
from verify.simulator.__main__ import main
from verify.simulator.personas import FILE, generated, generated_nik, is_generated, load_population, name_score
from workflows.nik import parse_nik

PEOPLE = load_population()
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


# people


def test_it_refuses_to_exist_in_production() -> None:
    production = replace(SETTINGS, environment="production")
    for make in (create_simulator, start_simulator):
        with pytest.raises(SettingsError, match="production"):
            make(production)


@pytest.mark.parametrize("persona", PEOPLE.personas, ids=lambda persona: persona.key)
def test_every_named_person_is_sound_and_impossible(persona: Any) -> None:
    nik = parse_nik(persona.nik, practice=True)
    assert nik.province == "99"
    assert persona.kk.startswith("99") and len(persona.kk) == 16
    assert persona.story and persona.name == persona.name.upper()
    if persona.key != "tono-tanggal":
        assert persona.birth_date in nik.possible_birth_dates()
    if persona.member:
        assert len(persona.member.card) == 13


def test_numbers_and_cards_belong_to_one_person_each() -> None:
    niks = [persona.nik for persona in PEOPLE.personas]
    cards = [persona.member.card for persona in PEOPLE.personas if persona.member]
    assert len(set(niks)) == len(niks) >= 20
    assert len(set(cards)) == len(cards)


def test_the_file_holds_no_nik_outside_the_impossible_province() -> None:
    words = [word for word in FILE.read_text().replace('"', " ").split() if word.isdecimal() and len(word) == 16]
    assert words and all(word.startswith("99") for word in words)


@given(st.integers(0, 239_975_999))
def test_a_generated_person_follows_from_the_number(number: int) -> None:
    nik = generated_nik(number)
    persona = generated(nik)
    assert parse_nik(nik, practice=True).district == "990199"
    assert persona == generated(nik) == PEOPLE.find(nik)
    assert persona.birth_date in parse_nik(nik, practice=True).possible_birth_dates()
    assert persona.family and 1 <= persona.family.desil <= 4
    assert persona.member is None


def test_many_generated_people_are_all_different() -> None:
    assert len({generated_nik(number) for number in range(30_000)}) == 30_000


@pytest.mark.parametrize("nik", ["9901993113900001", "9901990101900000", "9901010101900001", "99019901019", "9901993202900001"])
def test_other_numbers_generate_nobody(nik: str) -> None:
    assert not is_generated(nik)
    assert PEOPLE.find(nik) is None
    with pytest.raises(ValueError, match="990199"):
        generated(nik)


@pytest.mark.parametrize("number", [-1, 239_976_000])
def test_there_is_an_end_to_the_generated(number: int) -> None:
    with pytest.raises(ValueError, match="range"):
        generated_nik(number)


def test_name_scores() -> None:
    assert name_score("siti  contoh", "SITI CONTOH") == 100
    assert name_score("SITI", "BUDI UJI") < 50


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
    expected = {"ditemukan": True, "nik": SITI, "desil": 2, "alasan_pengecualian": None, "per_tanggal": "2026-10-01"}
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


def test_a_command_to_nobody_says_so() -> None:
    result = CliRunner().invoke(main, ["clear", "--url", "http://127.0.0.1:1"])
    assert result.exit_code == 1
    assert "tidak menjawab" in result.output


# running it


def test_a_taken_port_is_named(simulator: RunningSimulator) -> None:
    port = int(simulator.url.rsplit(":", 1)[1])
    with pytest.raises(SettingsError, match=f"port {port}"):
        start_simulator(SETTINGS, port=port)


def test_stopping_ends_waiting_answers_and_frees_the_port() -> None:
    simulator = start_simulator(SETTINGS)
    simulator.faults.set(Registry.DTSEN, Fault.SLOW, seconds=60)
    host, port = simulator.url.removeprefix("http://").split(":")
    body = b"{}"
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"POST /dtsen/v1/keluarga HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        timer = threading.Timer(0.2, simulator.stop)
        timer.start()
        assert connection.recv(100).startswith(b"HTTP/1.1 401")
        timer.join()
    with pytest.raises(OSError), socket.create_connection((host, int(port)), timeout=1):
        pass


def raw_answer(simulator: RunningSimulator, path: str = "/dtsen/v1/keluarga") -> bytes:
    """Everything the simulator sends on one connection."""
    host, port = simulator.url.removeprefix("http://").split(":")
    body = json.dumps({"nik": SITI}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {SETTINGS.dtsen_key}\r\nContent-Length: {len(body)}\r\n\r\n"
    received = b""
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(head.encode() + body)
        while part := connection.recv(65_536):
            received += part
    return received


def test_a_reset_is_a_real_reset(simulator: RunningSimulator) -> None:
    simulator.faults.set(Registry.DTSEN, Fault.RESET)
    with pytest.raises(ConnectionResetError):
        raw_answer(simulator)


def test_a_drip_comes_whole_in_the_end(simulator: RunningSimulator) -> None:
    simulator.faults.set(Registry.DTSEN, Fault.DRIP, seconds=0.0)
    head, body = raw_answer(simulator).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert json.loads(body)["ditemukan"] is True


def test_the_size_of_a_huge_answer_can_be_set(simulator: RunningSimulator) -> None:
    simulator.faults.set(Registry.DTSEN, Fault.HUGE, megabytes=0.5)
    assert 500_000 < len(raw_answer(simulator)) < 700_000


def test_without_a_socket_of_its_own_a_drip_still_drips(browser: FlaskClient, app: Flask) -> None:
    app.extensions["simulator"].faults.set(Registry.DTSEN, Fault.DRIP, seconds=0.0)
    response = browser.post("/dtsen/v1/keluarga", json={"nik": SITI}, headers={"X-API-Key": SETTINGS.dtsen_key})
    assert response.json["desil"] == 2


def test_it_runs_as_a_process_of_its_own() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("REKOM_")}
    command = [sys.executable, "-m", "verify.simulator", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**environ, "REKOM_ENVIRONMENT": "test"}) as process:
        assert process.stdout
        url = process.stdout.readline().strip().rsplit(" ", 1)[1].removesuffix("/simulator")
        try:
            result = CliRunner().invoke(main, ["fault", "dtsen", "error", "--url", url])
            assert result.exit_code == 0, result.output
        finally:
            process.terminate()
            process.wait(timeout=10)


def test_as_a_process_it_refuses_production() -> None:
    environ = {"REKOM_ENVIRONMENT": "demo", "REKOM_PRACTICE": "bukan"}
    result = CliRunner().invoke(main, ["serve", "--port", "0"], env=environ)
    assert result.exit_code == 1
    assert "REKOM_PRACTICE" in result.output


def test_the_default_addresses_fit_the_simulator(simulator: RunningSimulator) -> None:
    def paths(one: Settings) -> list[str]:
        return [urlsplit(address).path for address in (one.dukcapil_url, one.bpjs_url, one.dtsen_url)]

    assert paths(Settings()) == paths(simulator.settings)
