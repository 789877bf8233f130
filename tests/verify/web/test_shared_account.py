"""Signing in with the region's account: it says who somebody is, and nothing it says wrongly opens a door."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlmodel import select, update
from werkzeug.test import TestResponse

from tests.account_service import CLIENT, SECRET, AccountService, running_account_service
from tests.office import Office, running_office
from verify.config import SettingsError, load_settings
from workflows import audit
from workflows.records.sign_in import SignIn
from workflows.records.staff import Staff


@pytest.fixture
def service() -> Iterator[AccountService]:
    with running_account_service() as made:
        yield made


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path, service: AccountService) -> Iterator[Office]:
    settings = {"oidc_issuer": service.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    with running_office(sqlite_url, tmp_path, **settings) as made:
        yield made


def come_back(client: FlaskClient, start: str = "/masuk/bersama", **changed: str) -> TestResponse:
    """Go to the service and back, as a browser does; ``changed`` is what somebody writes into the way back."""
    away = client.get(start)
    assert away.status_code == 302, away.get_data(as_text=True)
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
    path, _, query = back.removeprefix("http://127.0.0.1:8000").partition("?")
    given = dict(part.split("=", 1) for part in query.split("&")) | changed
    answer: TestResponse = client.get(path, query_string=given)
    return answer


def signed_in(client: FlaskClient) -> bool:
    return bool(client.get("/").status_code == 200)


def test_who_is_known_there_and_here_is_signed_in(office: Office, service: AccountService) -> None:
    client = office.app.test_client()
    answer = come_back(client, "/masuk/bersama?lanjut=/kuota")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kuota") and signed_in(client)
    assert service.asked["code_challenge_method"] == "S256" and service.asked["scope"] == "openid profile"
    with office.read() as session:
        begun = session.exec(select(SignIn)).one()
    assert [event.detail for event in _trail(office, begun.staff_id)] == [{"by": "account service"}]


def _trail(office: Office, staff_id: int) -> list[Any]:
    with office.read() as session:
        return audit.events_of(session, f"staff:{staff_id}")


def test_going_there_signs_nobody_out(office: Office) -> None:
    """A link on somebody else's page may lead there."""
    client = office.app.test_client()
    come_back(client)
    assert client.get("/masuk/bersama").status_code == 302 and signed_in(client)


def test_the_way_on_stays_within_the_house(office: Office) -> None:
    answer = come_back(office.app.test_client(), "/masuk/bersama?lanjut=//jahat.example/")
    assert answer.headers["Location"] == "/"


def test_a_second_factor_is_still_asked_for(sqlite_url: str, tmp_path: Path, service: AccountService) -> None:
    settings = {"oidc_issuer": service.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    service.username = "kadis"
    with running_office(sqlite_url, tmp_path, second_factor_roles="KADIS,ADMIN", **settings) as made:
        client = made.app.test_client()
        assert come_back(client).headers["Location"].startswith("/masuk/")
        assert not signed_in(client)


@pytest.mark.parametrize("username", ["siapa", "rs", "", None, 7, ["loket"], "lo\0ket"])
def test_whom_the_office_does_not_know_stays_outside(office: Office, service: AccountService, username: Any) -> None:
    service.lie = {"preferred_username": username}
    client = office.app.test_client()
    answer = come_back(client)
    assert answer.status_code == 403 and not signed_in(client)


def test_a_disabled_account_stays_closed(office: Office) -> None:
    with office.write() as session:
        session.exec(update(Staff).where(Staff.username == "loket").values(disabled_at=office.clock()))
    client = office.app.test_client()
    assert "belum terdaftar" in come_back(client).get_data(as_text=True) and not signed_in(client)


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "lain"},
        {"nonce": None},
        {"aud": "aplikasi-lain"},
        {"iss": "https://jahat.example"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"sub": None},
    ],
    ids=["another nonce", "no nonce", "for another program", "from another service", "over", "without end", "nobody's"],
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(office: Office, service: AccountService, lie: dict[str, Any]) -> None:
    service.lie = lie
    client = office.app.test_client()
    answer = come_back(client)
    assert answer.status_code == 403 and not signed_in(client)
    assert "Mulai lagi dari halaman masuk" in answer.get_data(as_text=True)


def test_a_token_signed_by_somebody_else_opens_nothing(office: Office, service: AccountService) -> None:
    service.key = RSAKey.generate_key(2048, {"kid": "satu"})
    client = office.app.test_client()
    assert come_back(client).status_code == 403 and not signed_in(client)


def test_a_way_back_begun_by_somebody_else_opens_nothing(office: Office) -> None:
    mine, theirs = office.app.test_client(), office.app.test_client()
    assert come_back(mine, state="punya-orang-lain").status_code == 403 and not signed_in(mine)
    away = theirs.get("/masuk/bersama")
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
    assert mine.get(back.removeprefix("http://127.0.0.1:8000")).status_code == 403 and not signed_in(mine)


def test_a_way_back_serves_once(office: Office) -> None:
    client = office.app.test_client()
    away = client.get("/masuk/bersama")
    back = (
        requests.get(away.headers["Location"], allow_redirects=False, timeout=10).headers["Location"].removeprefix("http://127.0.0.1:8000")
    )
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 403


def test_a_refusal_over_there_is_told_in_words(office: Office) -> None:
    answer = office.app.test_client().get("/masuk/bersama/kembali?error=access_denied&error_description=%3Cb%3E")
    assert answer.status_code == 403 and "&lt;b&gt;" not in answer.get_data(as_text=True)


def test_a_service_that_is_down_leaves_the_password(office: Office, service: AccountService) -> None:
    service.down = True
    answer = office.app.test_client().get("/masuk/bersama")
    assert answer.status_code == 503 and "kata sandi" in answer.get_data(as_text=True)
    service.down = False
    client = office.app.test_client()
    away = client.get("/masuk/bersama")
    back = (
        requests.get(away.headers["Location"], allow_redirects=False, timeout=10).headers["Location"].removeprefix("http://127.0.0.1:8000")
    )
    service.down = True
    assert client.get(back).status_code in (403, 503) and not signed_in(client)


def test_the_door_shows_the_way(office: Office) -> None:
    assert 'href="/masuk/bersama"' in office.app.test_client().get("/masuk").get_data(as_text=True)


def test_without_a_service_there_is_none(sqlite_office: Office) -> None:
    client = sqlite_office.app.test_client()
    assert "/masuk/bersama" not in client.get("/masuk").get_data(as_text=True)
    assert client.get("/masuk/bersama").status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"REKOM_OIDC_ISSUER": "https://akun.example"},
        {"REKOM_OIDC_ISSUER": "https://akun.example", "REKOM_OIDC_CLIENT_ID": "rekom"},
    ],
)
def test_half_a_setting_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="REKOM_OIDC_CLIENT"):
        load_settings(given)
