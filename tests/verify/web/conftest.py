"""People at the pages of a test office."""

from collections.abc import Callable

import pytest

from tests.office import Office
from tests.verify.web.visitor import Visitor
from verify.seeds import DEMO_PASSWORD


@pytest.fixture
def nobody(sqlite_office: Office) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(sqlite_office.app.test_client())


@pytest.fixture
def visit(sqlite_office: Office) -> Callable[[str], Visitor]:
    """Sign somebody in by the form."""

    def sign_in(username: str) -> Visitor:
        visitor = Visitor(sqlite_office.app.test_client())
        answer = visitor.fill("/masuk", username=username, password=DEMO_PASSWORD)
        assert answer.status == 303
        return visitor

    return sign_in
