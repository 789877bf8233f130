"""How many keys, clicks and taps the journeys take, held against ``docs/effort.md``; the seconds there are of the run that wrote it."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.site import DESKTOP, FAKE_CAMERA, Person, Site, launched
from tests.journeys.test_browser import admit, approve, assess, counter, qr, validate, verdict
from tests.journeys.test_ktp import SITI, open_by_photograph
from tests.journeys.test_phone_approvals import LETTERS, MOST_TAPS, give_the_word, look_and_choose, show_code, strict_site
from tests.journeys.test_slow_network import SLOW
from tests.journeys.touch import telephone
from tests.ktp_cards import as_read
from tests.office import person
from tests.seat_office import make_decidable
from tests.services import Databases
from workflows.ktp import read_twice

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TABLE = Path(__file__).parents[2] / "docs" / "effort.md"
HEAD = """# Effort: keys, clicks and seconds

Counted by `tests/journeys/test_effort.py` in a real Chromium, after signing in; `REKOM_SCREENS=1` writes this table anew and the test
holds its counts against each run. A key is one letter typed or one key pressed, Tab among them; what a scanner types is no key. Seconds
are those of the program that played the person, on the machine that wrote the table: pages and their checks, no reading and no asking.

| journey | who | keys | clicks or taps | wanted | seconds |
|---|---|---|---|---|---|
"""
FOOT = """
Whoever came before is opened within the 40 keys: name, birth date and telephone are those of the last case, to be compared with the
card. A person whom the office never saw costs more, and the rest is this: the name and the telephone, which nothing in the house knows.
The birth date is read from the NIK where its digits leave one, and only confirmed: on the person's card, in the form and in the last look
before sending, which is the one key more in each journey. A reader of cards types the NIK itself (17 keys less, then it is within the 40).
Where photographs of KTPs are read (`docs/ktp.md`), only the telephone is typed; the reading itself, some seconds more, is not in that row.
The row ends where a case may be opened: it leaves out what may follow later. Hospital and time of arrival (six keys in the design) and two
papers before the webcam (two clicks) are not in it; by that count a new person costs 55 keys and 2 clicks with them, not walked.
The registries are asked once the case is open: one that is out never stops the counter.
"""
FAR = """
The last row on a poor 3G (two seconds there and back for each request, 400 kbit/s either way): {seconds:.1f} s from the sign-in page to the
last letter, five pages and the style sheet among them, in an empty browser. Nothing is asserted of these seconds;
`tests/journeys/test_slow_network.py` holds that it works.
"""
CODE = 6
"""Digits of the app; the name and the password are the telephone's own to fill in."""
Row = tuple[str, str, int, int, str, float]


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """A browser whose camera shows a made-up picture."""
    with launched(chromium_path, *FAKE_CAMERA) as browser:
        yield browser


def timed(begun: float) -> float:
    return time.monotonic() - begun


def one_case(site: Site) -> list[Row]:
    """J1 and J2, by keyboard alone."""
    begun = time.monotonic()
    loket, ticket = counter(site, DESKTOP)
    rows: list[Row] = [("J1", "counter: NIK to open case", loket.keys, 0, "40 keys, 3 clicks", timed(begun))]
    site.office.drain()
    steps = (
        ("assessor: list to saved answers", assess),
        ("validator: list to confirmed", validate),
        ("head: list to signed letter", approve),
    )
    for who, step in steps:
        begun = time.monotonic()
        person: Person = step(site, DESKTOP)
        rows.append(("J1", who, person.keys, 0, "", timed(begun)))
        site.office.drain()
    begun = time.monotonic()
    clerk = admit(site, DESKTOP, qr(site.office, ticket))
    verdict(clerk, "BERLAKU")
    scanned = clerk.keys
    clerk.press("Enter")
    verdict(clerk, "PASIEN DITERIMA")
    rows.append(("J2", "desk: scan to accepted patient", clerk.keys - scanned, 0, "1 key", timed(begun)))
    return [rows[0], came_before(site), *rows[1:]]


def came_before(site: Site) -> Row:
    """Somebody whose last case was withdrawn: the NIK, a look at the card, and how urgent it is."""
    site.office.withdraw(site.office.open(150))
    loket = site.person("loket", DESKTOP)
    begun = time.monotonic()
    loket.wait_for_cursor("q")
    loket.type(person(150)["nik"])
    loket.enter()
    loket.wait_for_cursor("urgency")
    loket.press("1")
    loket.confirm()
    assert "Berkas dibuka." in loket.page.inner_text("main")
    return ("J1", "counter: the same, for somebody who came before", loket.keys, 0, "40 keys, 3 clicks", timed(begun))


def photographed(site: Site) -> Row:
    """Somebody the office never saw, by a photograph of the KTP; a stand-in reads it, because the reader is an extra."""
    seen = as_read(SITI)
    vars(site.office.rekom)["card_reader"] = lambda _: read_twice(seen, seen, practice=True)
    loket = site.person("loket", DESKTOP)
    begun = time.monotonic()
    open_by_photograph(loket)
    return ("J1", "counter: the same, by a photograph of the KTP (extra)", loket.keys, 0, "40 keys, 3 clicks", timed(begun))


def by_number(site: Site) -> Row:
    """J2 without a scanner: Tab to the NIK, sixteen digits, Enter, and Enter to accept."""
    site.office.to_letter(2, hospital_code="RS-CONTOH-1")
    begun = time.monotonic()
    clerk = site.person("rs", DESKTOP)
    clerk.wait_for_cursor("code")
    expect(clerk.page.locator("main[data-desk=kept]")).to_be_visible()
    clerk.tab_to("nik")
    clerk.type(person(2)["nik"])
    clerk.press("Enter")
    verdict(clerk, "BERLAKU")
    clerk.wait_for_cursor("registration_number")
    clerk.press("Enter")
    verdict(clerk, "PASIEN DITERIMA")
    return ("J2", "desk: the same by NIK, no scanner", clerk.keys, 0, "", timed(begun))


def many_letters(site: Site) -> Row:
    """J4: signing in counts too, because the head does it for this."""
    make_decidable(site.office, LETTERS, first=60)
    thumb = telephone(site)
    begun = time.monotonic()
    thumb.sign_in("kadis")
    look_and_choose(thumb)
    give_the_word(thumb)
    return ("J4", f"head, 320 px: {LETTERS} letters", 0, thumb.taps, "6 taps, 60 s", timed(begun))


def with_a_factor(chromium: Browser, databases: Databases, folder: Path, slow: bool = False) -> Row:
    """J4 in an office whose head shows a code too; ``slow`` is a poor 3G from the first page."""
    with databases.fresh("sqlite") as url, strict_site(chromium, url, folder) as (site, secret):
        thumb = telephone(site)
        if slow:
            thumb.page.set_default_timeout(SLOW)
            thumb.person.slow_down()
        begun = time.monotonic()
        thumb.sign_in("kadis")
        show_code(thumb, site, secret)
        look_and_choose(thumb)
        give_the_word(thumb)
        return ("J4", f"head, 320 px: {LETTERS} letters, code of an app too", CODE, thumb.taps, "6 taps, 60 s", timed(begun))


def counts(table: str) -> list[list[str]]:
    """The rows without their seconds."""
    return [re.split(r"\s*\|\s*", line.strip("| "))[:5] for line in table.splitlines() if line.startswith("| J")]


def test_the_journeys_take_as_many_keys_as_is_said(site: Site, chromium: Browser, databases: Databases, tmp_path: Path) -> None:
    first, *others = one_case(site)
    rows = [first, photographed(site), *others, by_number(site), many_letters(site)]
    rows.append(with_a_factor(chromium, databases, tmp_path / "strict"))
    table = HEAD + "".join(f"| {' | '.join(map(str, row[:5]))} | {row[5]:.1f} |\n" for row in rows) + FOOT
    if os.environ.get("REKOM_SCREENS") == "1":
        slow = with_a_factor(chromium, databases, tmp_path / "slow", slow=True)
        TABLE.write_text(table + FAR.format(seconds=slow[5]))
    assert counts(table) == counts(TABLE.read_text())
    assert max(row[3] for row in rows) <= MOST_TAPS and max(rows[1][2], rows[2][2]) <= 40
    assert [row[2] for row in rows if row[1].startswith("desk: scan")] == [1]
