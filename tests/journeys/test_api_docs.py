"""The try-out page in a real Chromium: nothing from elsewhere, nothing the policy of the pages forbids, and a request that works."""

import pytest

from tests.journeys.site import PHONE, Site
from tests.simrs import simrs

LOADING = 60_000
"""Milliseconds: two megabytes of script on a busy machine."""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_programmer_tries_the_sandbox_in_the_page(site: Site) -> None:
    program = simrs(site.office)
    program.sign_in()
    person = site.person()
    person.page.set_default_timeout(LOADING)
    person.go("/dokumen-api")
    page = person.page
    page.get_by_text("POST", exact=True).first.wait_for()
    page.get_by_role("button", name="Authorize").click()
    dialog = page.locator(".dialog-ux")
    dialog.locator(".auth-container", has_text="bearer").locator("input[type=text]").first.fill(program.token or "")
    dialog.locator(".auth-container", has_text="bearer").get_by_role("button", name="Apply credentials").first.click()
    dialog.get_by_role("button", name="Close").first.click()
    operation = page.locator("#operations-sandbox-post_api_v1_sandbox_check")
    operation.locator(".opblock-summary-control").click()
    operation.locator("textarea").first.fill('{"code": "CONTOH-DICABUT"}')
    operation.get_by_role("button", name="Execute").click()
    operation.locator(".live-responses-table .highlight-code", has_text="surat-dicabut").first.wait_for()
    assert {address.split("/")[2] for address in person.asked if not address.startswith("data:")} == {site.address.split("/")[2]}
    assert person.faults == []
    person.picture("api-docs", whole=False)


def test_the_page_fits_a_small_phone(site: Site) -> None:
    person = site.person(size=PHONE)
    person.page.set_default_timeout(LOADING)
    person.go("/dokumen-api")
    person.page.get_by_text("POST", exact=True).first.wait_for()
    assert person.too_wide() <= 0
    assert person.heading() == "Dokumen API Rekom"
