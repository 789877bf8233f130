"""A clerk at the desk's page in a real browser: scans, is told, and may lose the network."""

import re
from dataclasses import replace
from datetime import timedelta

from playwright.sync_api import expect

from schemas.letter_token import open_token, seal
from tests.journeys.site import DESKTOP, Person, Site
from tests.letter_office import to_letter_b
from tests.office import Office
from tests.workflows.test_bedside import admit
from verify.web.desk_words import ALONE, SCREENS
from workflows import audit
from workflows.desk import DeskAnswer
from workflows.lost_letters import RESTORES

HERE = {"hospital_code": "RS-CONTOH-1"}
LOOK = {screen.answer: screen for screen in SCREENS}


def qr(office: Office, ticket: str) -> str:
    return f"HTTPS://REKOM.EXAMPLE/S/{office.letter(ticket).token}"


def sit(site: Site, username: str | None = "rs", size: dict[str, int] = DESKTOP) -> Person:
    """Somebody at the desk's page, which has met the office once and kept its list and its parts."""
    clerk = site.person(username, size, begins=None)
    clerk.page.clock.install(time=site.office.clock())
    clerk.go("/periksa")
    settled(clerk)
    return clerk


def settled(clerk: Person) -> None:
    expect(clerk.page.locator("main[data-desk=kept]")).to_be_visible()


def scan(clerk: Person, code: str) -> None:
    """As a scanner does: characters and Enter, wherever the cursor is."""
    clerk.page.locator("#code").focus()
    clerk.page.keyboard.insert_text(code)
    clerk.press("Enter")


def cut(clerk: Person) -> None:
    clerk.page.context.set_offline(True)


def restore(clerk: Person) -> None:
    clerk.page.context.set_offline(False)


def says(clerk: Person, answer: str, sentence: str | re.Pattern[str] = "", *, alone: str = "", then: str = "") -> None:
    """The whole screen says it: word, colour, icon, next step; ``alone`` names the sentence of a desk without network, ``then``
    is a step of its own."""
    found = clerk.page.locator("#jawaban")
    expect(found).to_have_attribute("data-answer", answer)
    screen = LOOK[answer]
    expect(found.locator(".verdict")).to_have_text(screen.title)
    expect(found).to_have_class(f"answer full {screen.kind}")
    expect(found.locator("svg")).to_have_count(1)
    expect(found.locator(".todo")).to_have_text(then or ALONE.get(alone, screen.next_step))
    expect(found.locator(".reason")).to_contain_text(sentence)
    assert clerk.page.evaluate("() => document.querySelector('.verdict').getBoundingClientRect().height") >= 32
    assert clerk.too_wide() == 0


def prepare(office: Office, answer: DeskAnswer) -> str:
    """What a scanner reads for an answer."""
    if answer == DeskAnswer.UNKNOWN:
        return "https://warung.example/menu"
    if answer == DeskAnswer.IN_PROGRESS:
        return f"HTTPS://REKOM.EXAMPLE/T/{admit(office).provisional.token_id.upper()}"
    where = {DeskAnswer.OTHER_HOSPITAL: {"hospital_code": "RS-CONTOH-2"}, DeskAnswer.ALREADY_USED: {}}.get(answer, HERE)
    ticket = to_letter_b(office) if answer == DeskAnswer.NOT_FOR_HOSPITAL else office.to_letter(**where)
    code = qr(office, ticket)
    if answer == DeskAnswer.AFTER_BACKUP:
        return lost(office, ticket)
    if answer == DeskAnswer.FORGED:
        return code[:-6] + "AAAAAA"
    if answer == DeskAnswer.EXPIRED:
        office.clock.pass_by(hours=73)
    if answer == DeskAnswer.REVOKED:
        office.revoke(ticket)
    if answer == DeskAnswer.ALREADY_USED:
        assert office.api("rs2").post("/desk/accept", {"code": code}).status_code == 200
    return code


def lost(office: Office, ticket: str) -> str:
    """A letter like this one that was given between a backup and its restore: its seal is true, its row is gone."""
    keys, now = office.rekom.keys, office.clock()
    given = open_token(str(office.letter(ticket).token), keys.known)
    with office.write() as session:
        before = (now - timedelta(hours=1)).isoformat()
        audit.record(session, RESTORES, "RESTORE", actor=office.actor("peksos"), now=now, backup_of=before)
    return f"HTTPS://REKOM.EXAMPLE/S/{seal(replace(given, token_id='ab' * 16), keys.sealing)}"


def accepted(clerk: Person, number: str) -> None:
    expect(clerk.page.locator("#registration_number")).to_be_focused()
    clerk.type(number)
    clerk.press("Enter")
    expect(clerk.page.locator("#jawaban .verdict")).to_have_text("PASIEN DITERIMA")
