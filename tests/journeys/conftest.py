"""A real Chromium in front of a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.site import FLAGS, Site, serving
from tests.office import running_office


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """One browser a file. Its event loop ends with it: while one runs in this thread, nothing else can start its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium_path), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(chromium: Browser, sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """The test office at an address of its own."""
    with running_office(sqlite_url, tmp_path) as office, serving(office.app) as address:
        made = Site(office, address, chromium)
        yield made
        for context in made.contexts:
            context.close()
