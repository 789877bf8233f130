"""An office on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office import Office, running_office


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The demo office over in-memory registries; each test runs on both kinds of database."""
    with running_office(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    """The same on SQLite only, where the database is not the subject."""
    with running_office(sqlite_url, tmp_path) as made:
        yield made
