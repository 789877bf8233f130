"""A thousand generated requests; ten thousand are asked by ``python -m tests.load.api_requests``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.load.api_requests import explore
from tests.office import Office, running_office

pytestmark = pytest.mark.slow


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path) as made:
        yield made


def test_no_generated_request_is_answered_by_an_error_or_by_what_is_not_described(office: Office) -> None:
    office.to_letter(1, hospital_code="RS-CONTOH-1")
    answers = explore(office, 1_000)
    assert answers.faults == {}
    assert answers.requests >= 1_000
    assert len(answers.operations) >= 40
    assert {200, 401, 404, 422} & set(answers.statuses) >= {200, 422}


def test_an_answer_that_is_not_described_is_found(office: Office) -> None:
    view = office.app.view_functions["seats.show"]
    office.app.view_functions["seats.show"] = lambda **_: ({"cap": "banyak"}, 418)
    office.app.view_functions["seats.show"].__wrapped__ = view
    assert any(where.startswith("GET /api/v1/seats 418") for where in explore(office, 1, only="/seats").faults)
