"""People at the pages of a test office."""

from collections.abc import Callable

import pytest

from tests.office import Office
from tests.verify.web.visitor import Visitor


@pytest.fixture
def nobody(sqlite_office: Office) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(sqlite_office.app.test_client())


@pytest.fixture
def visit(sqlite_office: Office) -> Callable[[str], Visitor]:
    """Somebody who has signed in. The door itself is gone through by those whose subject it is: it costs a page and a form."""

    def sign_in(username: str) -> Visitor:
        visitor = Visitor(sqlite_office.app.test_client())
        with visitor.client.session_transaction() as cookie:
            cookie["token"] = sqlite_office.token(username)
        return visitor

    return sign_in
