"""Outages: without Redis a case is taken at once and runs later; without the database people are told to come back."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy.engine import make_url

from tests.office import Api, Office, ktp, running_office
from verify import jobs, relay
from verify.doorbell import QUEUES, Doorbell, TaskJob
from workflows.records import Case
from workflows.states import State

COME_BACK = "Layanan sedang tidak siap. Data Anda belum tersimpan. Coba lagi sebentar lagi."
QUICK = 20
"""Seconds within which an intake answers though Redis does not: a worker would wait for minutes."""


@contextmanager
def nobody_serves(folder: Path, kind: str) -> Iterator[str]:
    """The address of a Redis that is gone, that takes connections and never says a word, or that hangs up."""
    if kind == "gone":
        yield f"unix://{folder}/gone.sock"
        return
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(64)
        yield f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"


@pytest.mark.parametrize("kind", ["gone", "silent"])
def test_without_redis_a_case_is_taken_quickly_and_runs_when_redis_is_back(
    database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    with nobody_serves(tmp_path, kind) as dead, running_office(database_url, tmp_path, redis_url=dead, wakes=True) as office:
        loket = office.api("loket")
        began = time.monotonic()
        answer = loket.post("/applications", ktp())
        assert (answer.status_code, time.monotonic() - began < QUICK) == (201, True)
        ticket = answer.get_json()["ticket"]
        assert relay.once(office.rekom) == 0
        assert office.case(ticket).state == State.RECEIVED
        vars(office.rekom)["doorbell"] = Doorbell(redis_url)  # Redis is back
        monkeypatch.setattr(jobs, "this_process", lambda: office.rekom)
        assert relay.once(office.rekom) == 1
        connection = office.rekom.doorbell.impatient
        SimpleWorker(list(QUEUES), connection=connection, job_class=TaskJob, serializer=JSONSerializer).work(
            burst=True, logging_level="ERROR"
        )
        assert loket.get(f"/applications/{ticket}").get_json()["state"] == "ASSESSMENT"


def test_readiness_says_what_is_missing(office: Office) -> None:
    client = office.app.test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"ready": True, "database": True, "redis": False, "keys": True})
    assert client.get("/healthz").get_json()["status"] == "ok"


# --- the database


@contextmanager
def database_down(office: Office) -> Iterator[None]:
    """Nobody can reach the database any more; afterwards everybody can again."""
    url = make_url(office.rekom.settings.database_url)
    office.rekom.database.close()
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        moved = path.rename(path.with_suffix(".away"))
        path.mkdir()  # not a file: it cannot be opened, and no new one can be made in its place
        yield
        path.rmdir()
        moved.rename(path)
        return
    admin_url = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database])
        yield
        admin.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true')


def doors(office: Office, loket: Api) -> list[tuple[str, str, Api]]:
    return [("POST", "/applications", loket), ("GET", "/applications", loket), ("POST", "/session", office.api())]


def test_without_the_database_everybody_is_told_to_come_back(office: Office) -> None:
    loket = office.api("loket")
    with database_down(office):
        for method, path, caller in doors(office, loket):
            body = {"username": "loket", "password": "x"} if path == "/session" else ktp()
            answer = caller.call(method, path, json=body if method == "POST" else None, key="a1")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), path
            assert answer.mimetype == "application/problem+json"
            said = answer.get_json()
            assert (said["status"], said["code"], said["detail"]) == (503, "basis-data-tidak-menjawab", COME_BACK)
        client = office.app.test_client()
        assert client.get("/healthz").status_code == 200  # the process lives, it is only not ready
        ready = client.get("/readyz")
        assert (ready.status_code, ready.get_json()["database"], ready.get_json()["ready"]) == (503, False, False)
    answer = loket.post("/applications", ktp(), key="a1")  # the same key, once it is back
    assert (answer.status_code, office.count(Case)) == (201, 1)


def test_a_page_says_the_same_in_words(office: Office) -> None:
    client = office.app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = office.token("loket")
    with database_down(office):
        answer = client.get("/")
        assert (answer.status_code, answer.headers.get("Retry-After"), answer.mimetype) == (503, "5", "text/html")
        assert COME_BACK in answer.get_data(as_text=True)


def test_a_connection_that_broke_is_made_again_unseen(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        loket = office.api("loket")
        assert loket.get("/applications").status_code == 200
        url = make_url(postgresql_url).set(drivername="postgresql", database="postgres")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [make_url(postgresql_url).database])
        assert loket.get("/applications").status_code == 200
