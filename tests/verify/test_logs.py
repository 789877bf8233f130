"""A log line is one JSON object that names its request or task and holds nothing personal."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.office import Office, running_office
from verify import auth, jobs
from verify.log_context import HEADER
from verify.logs import configure_logs

LONG = "321098765431000"
"""As long as a card number; sixteen digits would be a NIK, which not even a test may write to a log."""

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What a process with our logging has written so far."""
    root, written = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", written)
    configure_logs()
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def breaking(sqlite_office: Office) -> Office:
    """An office with two more routes that log: one of a case, one of a letter's token."""

    @auth.public
    def log_and_answer(**_: str) -> str:
        logging.getLogger("verify.test").info("looked for %s", LONG)
        return "ok"

    for address in ("/percobaan/<ticket>", "/percobaan/S/<token>"):
        sqlite_office.app.add_url_rule(address, address, log_and_answer)
    return sqlite_office


def test_a_line_names_its_request_route_and_case(breaking: Office, lines: Lines) -> None:
    client = breaking.app.test_client()
    first, second = client.get("/percobaan/8E2G-D3BK"), client.get("/percobaan/S/geheim")
    one, two = (line for line in lines() if line["logger"] == "verify.test")
    assert (one["request"], one["route"], one["case"]) == (first.headers[HEADER], "/percobaan/<ticket>", "8E2G-D3BK")
    assert two["request"] == second.headers[HEADER] != one["request"]
    assert "case" not in two and "geheim" not in json.dumps(two)
    assert (one["level"], one["event"]) == ("info", "looked for [nomor]") and one["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("proxies", "given", "taken"),
    [(1, "abc-12345678", True), (0, "abc-12345678", False), (1, "9901014101900001", False), (1, "kurz", False), (1, "x" * 65, False)],
)
def test_an_id_is_taken_from_the_offices_own_proxy_only(sqlite_url: str, tmp_path: Path, proxies: int, given: str, taken: bool) -> None:
    with running_office(sqlite_url, tmp_path, trusted_proxies=proxies) as office:
        said = office.app.test_client().get("/healthz", headers={HEADER: given}).headers[HEADER]
    assert (said == given) is taken and len(said) >= 8


def test_an_exceptions_words_are_left_out(lines: Lines) -> None:
    try:
        raise ValueError(LONG)
    except ValueError:
        logging.getLogger("library").exception("failed")
    assert lines()[-1]["error"] == "ValueError" and LONG not in json.dumps(lines())


def test_long_numbers_are_blotted_wherever_they_stand(lines: Lines) -> None:
    logging.getLogger("library").warning("asked %s", {"card": LONG, "list": [LONG, int(LONG)], "small": 42})
    assert LONG not in json.dumps(lines()) and "42" in lines()[-1]["event"]


def test_a_jobs_lines_name_its_task_and_case_also_from_the_threads_that_ask(
    sqlite_office: Office, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = sqlite_office.open()
    monkeypatch.setattr(jobs, "this_process", lambda: sqlite_office.rekom)
    monkeypatch.setattr(type(sqlite_office.fakes.civil), "verify", lambda *_: 1 / 0)
    task_id = sqlite_office.due()[0]
    jobs.run_task(task_id)
    failed = [line for line in lines() if "ZeroDivisionError" in line["event"]]
    assert failed and {(line["task"], line["case"]) for line in failed} == {(task_id, ticket)}
    logging.getLogger("after").warning("the run is over")
    assert not {"task", "case"} & set(lines()[-1])
