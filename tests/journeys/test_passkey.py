"""A passkey in a real browser: made, used at the second door, and asked for again before what is worth asking twice."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from tests.journeys.site import Person, Site, serving
from tests.office import Office, running_office
from workflows.letter_states import LetterState
from workflows.records import Passkey

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
"""A telephone's own key, as the browser's protocol for developers makes one; whoever holds it has shown a finger."""


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, chromium: Browser) -> Iterator[Site]:
    """An office at localhost, the one address for which browsers make passkeys without TLS."""
    chosen = {"second_factor_roles": "KADIS", "step_up_minutes": 10}
    with running_office(sqlite_url, tmp_path, **chosen) as office, serving(office.app) as address:
        local = address.replace("127.0.0.1", "localhost")
        vars(office.rekom)["settings"] = replace(office.rekom.settings, public_url=local)
        made = Site(office, local, chromium)
        yield made
        for context in made.contexts:
            context.close()


def with_authenticator(person: Person) -> None:
    """Give the browser a key of its own."""
    session = person.page.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def keys_of(office: Office) -> list[Passkey]:
    with office.read() as session:
        return list(session.exec(select(Passkey)))


def make_passkey(person: Person, name: str) -> None:
    """From the account's page to the recovery codes."""
    person.go("/akun")
    person.page.get_by_role("button", name="Tambah kunci sandi").click()
    person.page.get_by_label("Nama perangkat").fill(name)
    person.page.get_by_role("button", name="Buat kunci sandi").click()
    person.page.get_by_role("heading", name="Kode cadangan").first.wait_for()


def use_passkey(person: Person) -> None:
    """At the second door, and on to where one was going."""
    assert person.heading() == "Kode keamanan"
    person.page.get_by_role("button", name="Pakai kunci sandi").click()
    person.page.wait_for_url(lambda url: "/masuk/kode" not in url)


@pytest.mark.browser
@pytest.mark.slow
def test_a_passkey_is_made_opens_the_second_door_and_is_asked_for_again(site: Site) -> None:
    ticket = site.office.to_letter()
    person = site.person()
    with_authenticator(person)
    person.sign_in("kadis")
    assert person.heading() == "Kode keamanan"  # the password alone leads nowhere
    make_passkey(person, "Telepon kepala")
    (key,) = keys_of(site.office)
    assert (key.name, key.used_at) == ("Telepon kepala", None)
    person.page.context.clear_cookies()
    person.sign_in("kadis")
    use_passkey(person)
    (key,) = keys_of(site.office)
    assert key.used_at == site.office.clock() and key.sign_count > 0
    revoking = f"/berkas/{ticket}/cabut"
    person.go(revoking)
    assert person.page.url.endswith(revoking)  # shown a moment ago
    site.office.clock.pass_by(minutes=11)
    person.go(revoking)
    assert person.heading().strip() == "Kode keamanan diperlukan"
    person.page.get_by_role("link", name="Isi kode keamanan").click()
    use_passkey(person)
    assert person.heading().startswith("Cabut")
    assert person.page.url.endswith(revoking)
    person.page.fill("#reason", "Surat untuk orang lain.")
    site.office.clock.pass_by(minutes=11)
    person.page.locator("main button").click()
    person.page.get_by_role("button", name="Isi kode keamanan").click()
    person.page.get_by_role("button", name="Pakai kunci sandi").click()
    expect(person.page.locator("main")).to_contain_text("Surat untuk orang lain.")  # what was typed outlives the question
    expect(person.page.locator("main")).not_to_contain_text("Versi berkas")
    person.page.get_by_role("button", name="Kirim isian ini").click()
    person.page.wait_for_url(f"**/berkas/{ticket}")
    assert site.office.letter(ticket).state == LetterState.REVOKED


@pytest.mark.browser
@pytest.mark.slow
def test_another_telephones_finger_opens_nothing(site: Site) -> None:
    person = site.person()
    with_authenticator(person)
    person.sign_in("kadis")
    make_passkey(person, "Telepon kepala")
    thief = site.person()
    with_authenticator(thief)
    thief.sign_in("kadis")
    thief.page.get_by_role("button", name="Pakai kunci sandi").click()
    thief.page.wait_for_timeout(1_000)
    assert "/masuk/kode" in thief.page.url
    (key,) = keys_of(site.office)
    assert key.used_at is None
