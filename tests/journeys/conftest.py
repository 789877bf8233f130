"""A real Chromium in front of a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.site import Site, launched, site_of
from tests.office import running_office


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """One browser a file."""
    with launched(chromium_path) as browser:
        yield browser


@pytest.fixture
def site(chromium: Browser, sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """The test office at an address of its own."""
    with running_office(sqlite_url, tmp_path) as office, site_of(office, chromium) as made:
        yield made
