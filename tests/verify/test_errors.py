"""Every refusal as an answer: the same members for programs, a page for people, nothing of how we are made."""

import re
from typing import Any

import pytest
from flask import Flask, abort
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tests.office import Office, person
from verify import auth
from verify.auth import NotSignedIn
from workflows import errors as ours

RAISED: list[tuple[Exception, int, str]] = [
    (ours.InvalidInput("Isi lagi."), 422, "isian-salah"),
    (ours.InvalidNik(), 422, "nik-salah"),
    (ours.NotFound(), 404, "tidak-ditemukan"),
    (ours.NotAllowed(), 403, "tidak-berwenang"),
    (ours.FourEyes(), 403, "empat-mata"),
    (NotSignedIn(), 401, "belum-masuk"),
    (ours.TransitionRefused("Muat ulang."), 409, "langkah-ditolak"),
    (ours.OpenCaseExists(ticket="ABCD-2345"), 409, "berkas-sudah-ada"),
    (ours.ChangedMeanwhile(), 409, "berubah"),
    (ours.IdempotencyReuse(), 422, "kunci-dipakai-ulang"),
    (ours.PolicyRefused(), 409, "aturan-menolak"),
    (ours.Unavailable(), 503, "registri-belum-menjawab"),
    (ours.Refused(), 502, "registri-menolak"),
    (ValidationError({"nik": ["Isian ini wajib."]}), 422, "isian-salah"),
    (OperationalError("SELECT", {}, Exception("gone")), 503, "basis-data-tidak-menjawab"),
    (PoolTimeout(), 503, "basis-data-tidak-menjawab"),
    (ZeroDivisionError("secret"), 500, "kesalahan-dalam"),
    (RecursionError("secret"), 500, "kesalahan-dalam"),
]


def raising(office: Office, error: Exception, path: str = "/api/v1/planted") -> Any:
    """The answer where a view raises the error."""
    app: Flask = office.app

    def view() -> None:
        raise error

    app.add_url_rule(path, "planted", auth.opened(view))
    return app.test_client().get(path)


@pytest.mark.parametrize(
    ("error", "status", "code"), RAISED, ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None
)
def test_each_error_becomes_its_problem(sqlite_office: Office, error: Exception, status: int, code: str) -> None:
    answer = raising(sqlite_office, error)
    said = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert (said["status"], said["code"], said["type"], said["instance"]) == (status, code, f"/masalah/{code}", "/api/v1/planted")
    assert said["detail"].endswith(".")
    assert said["title"]
    assert "secret" not in answer.get_data(as_text=True)
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


def test_context_goes_along(sqlite_office: Office) -> None:
    said = raising(sqlite_office, ours.OpenCaseExists(ticket="ABCD-2345")).get_json()
    assert (said["ticket"], said["existing"]) == ("ABCD-2345", "/api/v1/applications/ABCD-2345")


def test_a_registry_says_itself_when_to_come_back(sqlite_office: Office) -> None:
    assert raising(sqlite_office, ours.Unavailable(retry_after="120")).headers["Retry-After"] == "120"


def test_fields_are_pointed_at_however_deep(sqlite_office: Office) -> None:
    error = ValidationError(
        {"documents": {1: ["Pilih satu."]}, "answers": {"lantai": {"value": ["Salah.", "Dua kali."]}}, "_schema": ["Semua."]}
    )
    said = {one["pointer"]: one["detail"] for one in raising(sqlite_office, error).get_json()["errors"]}
    assert said == {"/documents/1": "Pilih satu.", "/answers/lantai/value": "Salah. Dua kali.", "/": "Semua."}


@pytest.mark.parametrize("status", [400, 403, 404, 405, 406, 408, 409, 413, 414, 415, 422, 429, 431, 503, 418, 500, 504])
def test_each_http_error_too(sqlite_office: Office, status: int) -> None:
    app: Flask = sqlite_office.app
    app.add_url_rule("/api/v1/planted", "planted", auth.opened(lambda: abort(status)))
    answer = app.test_client().get("/api/v1/planted")
    assert (answer.status_code, answer.mimetype, answer.get_json()["status"]) == (status, "application/problem+json", status)
    assert answer.get_json()["detail"].endswith(".")


def test_a_statement_and_its_parameters_are_told_to_nobody(sqlite_office: Office, caplog: pytest.LogCaptureFixture) -> None:
    nik = person()["nik"]
    answer = raising(sqlite_office, IntegrityError(f"INSERT {nik}", {"nik": nik}, Exception(f"Key (nik)=({nik})")))
    assert (answer.status_code, answer.get_json()["code"]) == (500, "kesalahan-dalam")
    assert nik not in answer.get_data(as_text=True) + caplog.text
    assert re.search(r"unforeseen IntegrityError at \S+test_errors\.py:\d+", caplog.text)
    assert answer.get_json()["help_code"] in caplog.text  # what a person reads out leads to the line


def test_people_get_a_page_with_the_same_sentence_and_code(sqlite_office: Office) -> None:
    answer = raising(sqlite_office, ours.NotFound("Berkas tidak ditemukan. Cari lagi."), "/planted")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Berkas tidak ditemukan. Cari lagi." in page
    assert re.search(r"E-[2-9A-HJKMNP-Z]{4}", page)


def test_a_page_escapes_what_it_repeats(sqlite_office: Office) -> None:
    page = raising(sqlite_office, ours.NotFound("<script>alert(1)</script>."), "/planted").get_data(as_text=True)
    assert "<script>alert" not in page


def test_every_answer_is_sealed(sqlite_office: Office) -> None:
    for path in ("/api/v1/applications", "/api/v1/nowhere", "/healthz", "/nowhere"):
        headers = sqlite_office.app.test_client().get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
