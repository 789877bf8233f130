"""Lists, sheets and cases printed by the browser on A4 and F4: nothing cut, no menu, no button, no colour."""

import re
from dataclasses import dataclass

import pypdfium2
import pytest

from tests.journeys.site import Person, Site
from tests.journeys.test_every_page import cases
from tests.office import LONG
from tests.seat_office import make_decidable

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAPERS = {"A4": (210, 297), "F4": (215, 330)}
"""Millimetres. F4 is what Indonesian offices have in their trays."""
PLACES = {
    "loket": (
        *("/", "/berkas/{letter}", "/berkas/{assessment}/tanda-terima", "/berkas/{refused}/penolakan/lembar"),
        *("/pengantar/1", "/pendaftaran", "/kewajiban", "/menunggu", "/kuota", "/janji", "/keluarga/{household}", "/sementara"),
    ),
    "peksos": ("/", "/tugas", "/berkas/{silent}"),
    "kadis": ("/setuju", "/berkas/{decision}/putusan"),
    "rs": ("/periksa/hari-ini", "/periksa/sementara"),
}
MENU = re.compile(r"\b(Lainnya|Keluar|Langsung ke isi|Tombol pintas|Ambil yang dicentang)\b")
LIST = "/"
"""Its heading is for screen readers."""
MARGIN = dict.fromkeys(("top", "bottom", "left", "right"), "12mm")
POINTS = 72 / 25.4
TOLERANCE = 2
"""Points, or steps of 255 between red, green and blue."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands on the pages, what lies beyond their edges, the furthest from grey, and the size of the first in points."""

    said: str
    cut: list[str]
    colour: int
    size: tuple[float, float]


def printed(someone: Person, paper: str) -> Printed:
    """The page as the printer gets it; a sheet with a paper of its own keeps it."""
    width, height = PAPERS[paper]
    pdf = someone.page.pdf(width=f"{width}mm", height=f"{height}mm", margin=MARGIN)
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = list(document)
        said = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)
        return Printed(said, [word for page in pages for word in cut(page)], max(map(colour, pages)), pages[0].get_size())
    finally:
        document.close()


def cut(page: pypdfium2.PdfPage) -> list[str]:
    """Words beyond the edge of the paper."""
    text, (width, height) = page.get_textpage(), page.get_size()
    boxes = [text.get_rect(one) for one in range(text.count_rects())]
    return [text.get_text_bounded(*box) for box in boxes if box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height]


def colour(page: pypdfium2.PdfPage) -> int:
    """How far red, green and blue lie apart anywhere on the page."""
    red, green, blue = page.render(scale=0.5).to_pil().convert("RGB").split()
    seen = set(zip(red.tobytes(), green.tobytes(), blue.tobytes(), strict=True))
    return max(max(one) - min(one) for one in seen)


def test_what_is_printed_is_whole_and_black_on_white(site: Site) -> None:
    made = cases(site.office)
    for username, paths in PLACES.items():
        someone = site.person(username)
        for path in paths:
            someone.go(path.format(**made))
            heading = someone.page.locator("h1").first.text_content() or ""
            for paper in PAPERS:
                sheet = printed(someone, paper)
                assert sheet.cut == [], (path, paper)
                assert MENU.findall(sheet.said) == [], (path, paper)
                assert sheet.colour <= TOLERANCE, (path, paper)
                assert " ".join(heading.split()) in sheet.said or path == LIST, (path, paper)


def test_a_list_to_take_from_is_on_the_paper_too(site: Site) -> None:
    ticket = site.office.open(5, name=LONG)
    site.office.drain()
    peksos = site.person("peksos")
    for paper, (width, height) in PAPERS.items():
        sheet = printed(peksos, paper)
        assert ticket in sheet.said and LONG.split()[-1] in sheet.said
        assert sheet.size == pytest.approx((width * POINTS, height * POINTS), abs=TOLERANCE)


def test_what_waits_for_approval_is_on_the_paper_too(site: Site) -> None:
    tickets = make_decidable(site.office, 2)
    kadis = site.person("kadis")
    kadis.go("/setuju")
    sheet = printed(kadis, "A4")
    assert "Tanpa catatan (2)" in sheet.said and sheet.cut == []
    for ticket in tickets:
        assert f"Data WARGA CONTOH, berkas {ticket}" in sheet.said


def test_folds_are_open_on_paper(site: Site) -> None:
    ticket = site.office.to_decision(1)
    kadis = site.person("kadis")
    kadis.go(f"/berkas/{ticket}/putusan")
    assert not kadis.page.get_by_text("Orang ini berdomisili di daerah ini.").is_visible()
    assert "Orang ini berdomisili di daerah ini." in printed(kadis, "A4").said
