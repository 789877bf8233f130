"""How many keys, clicks and taps the journeys take, held against ``docs/effort.md``; the seconds there are of the run that wrote it."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.site import DESKTOP, FAKE_CAMERA, PHONE, Person, Site, launched
from tests.journeys.test_browser import admit, approve, assess, counter, qr, validate, verdict
from tests.journeys.test_ktp import SITI, open_by_photograph
from tests.journeys.test_phone_approvals import LETTERS, Thumb
from tests.ktp_cards import as_read
from tests.office import person
from tests.seat_office import make_decidable
from verify.seeds import DEMO_PASSWORD
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
card. A person whom the office never saw costs more, and the rest is this: the name and the telephone, which nothing in the house knows,
and six digits of the birth date, which are typed although the NIK holds them, because that finds a slip of the finger in the NIK. A
reader of cards types the NIK itself (17 keys less, then it is within the 40). Where photographs
of KTPs are read (`docs/ktp.md`), only the telephone is typed; the reading itself, some seconds more, is not in that row. The registries are
asked once the case is open: one that is out never stops the counter.
"""
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
    loket.enter()
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


def many_letters(site: Site) -> Row:
    """J4: signing in counts too, because the head does it for this."""
    make_decidable(site.office, LETTERS, first=60)
    kadis = site.person(size=PHONE)
    begun = time.monotonic()
    kadis.go("/masuk")
    kadis.page.fill("#username", "kadis")
    kadis.page.fill("#password", DEMO_PASSWORD)
    thumb = Thumb(kadis)
    thumb.tap(kadis.page.locator("main button"))
    thumb.tap(kadis.page.get_by_role("link", name="Setujui", exact=True))
    thumb.tap(kadis.page.get_by_role("button", name=f"Setujui {LETTERS} surat"))
    thumb.tap(kadis.page.get_by_role("button", name=f"Ya, setujui {LETTERS} surat"))
    expect(kadis.page.locator("h1")).to_have_text(f"{LETTERS} dari {LETTERS} surat disetujui")
    return ("J4", f"head, 320 px: {LETTERS} letters", 0, thumb.taps, "6 taps, 60 s", timed(begun))


def counts(table: str) -> list[list[str]]:
    """The rows without their seconds."""
    return [re.split(r"\s*\|\s*", line.strip("| "))[:5] for line in table.splitlines() if line.startswith("| J")]


def test_the_journeys_take_as_many_keys_as_is_said(site: Site) -> None:
    first, *others = one_case(site)
    rows = [first, photographed(site), *others, many_letters(site)]
    table = HEAD + "".join(f"| {' | '.join(map(str, row[:5]))} | {row[5]:.1f} |\n" for row in rows) + FOOT
    if os.environ.get("REKOM_SCREENS") == "1":
        TABLE.write_text(table)
    assert counts(table) == counts(TABLE.read_text())
    assert rows[-1][3] <= 6 and rows[-2][2] == 1 and max(rows[1][2], rows[2][2]) <= 40
