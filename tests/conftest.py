"""Fixtures for all tests: real databases, a real Valkey, a real browser."""

import gc
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings

from tests import compiled_once, services
from verify.db import migrate

gc.disable()  # what is imported and collected stays: nothing of it need be looked through again and again
pytest_plugins = ["tests.guards"]
compiled_once.install()

# How long an example takes says how busy the machine is, not whether the code is right. The same examples each time, so
# that a change is judged by what it changed; REKOM_TESTS_SEARCH=1 searches with new ones, and what it finds becomes an example.
settings.register_profile("same each time", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", parent=settings.get_profile("same each time"), derandomize=False)
settings.load_profile("search" if os.environ.get("REKOM_TESTS_SEARCH") == "1" else "same each time")


def pytest_collection_finish() -> None:
    """From here on tests leave what nobody needs any more."""
    gc.enable()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[services.Databases]:
    """Makes fresh databases, for fixtures that live longer than a test: ``with databases.fresh("sqlite") as url``."""
    with services.quick_folder() as quick:
        made = services.Databases(quick or tmp_path_factory.mktemp("databases"), migrate, partial(services.postgresql, data=quick))
        yield made
        made.close()


def _fresh(databases: services.Databases, kind: str) -> AbstractContextManager[str]:
    """Where there is no PostgreSQL, tests on it fail, unless they were given up by name."""
    if kind == "postgresql" and os.environ.get("REKOM_TESTS_WITHOUT_POSTGRESQL") == "1":
        pytest.skip("given up by REKOM_TESTS_WITHOUT_POSTGRESQL=1")
    return databases.fresh(kind)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: services.Databases) -> Iterator[str]:
    """A fresh, empty, migrated database; each test that asks runs on both kinds."""
    with _fresh(databases, request.param) as url:
        yield url


@pytest.fixture
def sqlite_url(databases: services.Databases) -> Iterator[str]:
    """The same on SQLite only, for tests whose subject is not the database."""
    with databases.fresh("sqlite") as url:
        yield url


@pytest.fixture
def postgresql_url(databases: services.Databases) -> Iterator[str]:
    """The same on PostgreSQL only."""
    with _fresh(databases, "postgresql") as url:
        yield url


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """A real Valkey for the whole run."""
    with services.valkey() as url:
        yield url


@pytest.fixture
def redis_url(valkey_server: str) -> Iterator[str]:
    """An empty Valkey database."""
    with redis.Redis.from_url(valkey_server) as client:
        client.flushdb()
        yield valkey_server
        client.flushdb()


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """A Chromium for browser tests, installed where that may be done."""
    found = services.chromium()
    if found is None:
        pytest.skip("no Chromium here: install the package chromium, or Google Chrome")
    return found
