"""The list of pages without scripts is complete both ways: each page there is stands in it, and each page in it is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.test_every_page import ELSEWHERE, pages
from tests.journeys.test_without_scripts import PROMISED, promised
from tests.office import Office, running_office


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path) as made:
        yield made


def test_every_page_is_listed_and_every_listed_page_is_there(office: Office) -> None:
    assert promised() == pages(office) - ELSEWHERE


def test_what_is_listed_stands_in_order_and_once() -> None:
    rows = [line.split("`")[1] for line in PROMISED.read_text(encoding="utf-8").splitlines() if line.startswith("| `/")]
    assert rows == sorted(set(rows))
