"""Each field for a file offers what the server takes there: no more, no less, and a camera where a photograph is meant."""

import re
from pathlib import Path

import pytest

from tests.office import Office
from tests.verify.made_scans import a_pdf, a_scan
from verify import paper_files, scans
from verify.app import UPLOADS
from verify.web.accepted import ACCEPTED, PHOTO, SCAN, TABLE
from workflows.errors import InvalidInput

TEMPLATES = Path(__file__).parents[3] / "verify" / "templates"
FIELD = re.compile(r"<input\b[^>]*type=\"file\"[^>]*>")
ROUTE = re.compile(r"accepts\('([^']+)'\)")
READ_BY_THE_BROWSER = ("desk_parts.html", "image/*,application/pdf")
"""The desk finds the code of a letter in any picture that the browser can open; no file leaves the computer."""
SENT_AGAIN = ("resend_form.html", "{{ accepts_at(goes_to) }}")
CAMERA = "phone.take"
"""The officer's telephone photographs; everywhere else a file that is there already is chosen too."""


def fields() -> list[tuple[str, str]]:
    """Templates and their fields for files."""
    return [(file.name, field) for file in sorted(TEMPLATES.rglob("*.html")) for field in FIELD.findall(file.read_text(encoding="utf-8"))]


def test_every_route_that_takes_files_has_one_field_that_says_what() -> None:
    offered = [ROUTE.findall(field) for name, field in fields() if name not in (READ_BY_THE_BROWSER[0], SENT_AGAIN[0])]
    assert sorted(route for routes in offered for route in routes) == sorted(ACCEPTED)
    assert all(len(routes) == 1 for routes in offered), "a field without accept"
    for name, accept in (READ_BY_THE_BROWSER, SENT_AGAIN):
        assert [field for where, field in fields() if where == name and f'accept="{accept}"' in field]


def test_the_camera_is_asked_for_where_a_photograph_is_meant() -> None:
    assert [ROUTE.findall(field) for _, field in fields() if "capture=" in field] == [[CAMERA]]


def test_every_page_that_takes_a_file_has_room_for_it(sqlite_office: Office) -> None:
    app = sqlite_office.app
    pages = {route for route in UPLOADS if not next(app.url_map.iter_rules(route)).rule.startswith("/api/")}
    assert pages == set(ACCEPTED)


@pytest.mark.parametrize(("offered", "given"), [(SCAN, a_pdf()), (SCAN, a_scan()), (SCAN, a_scan("PNG")), (PHOTO, a_scan("PNG"))])
def test_what_is_offered_is_taken(offered: str, given: bytes) -> None:
    kind = "application/pdf" if given.startswith(b"%PDF") else "image/png" if given.startswith(b"\x89PNG") else "image/jpeg"
    assert kind in offered.split(",")
    assert scans.clean(given) and paper_files.picture_in(given)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "BMP"])
def test_what_is_not_offered_is_refused(kind: str) -> None:
    assert f"image/{kind.lower()}" not in SCAN and "image/*" not in SCAN + PHOTO + TABLE
    with pytest.raises(InvalidInput):
        scans.clean(a_scan(kind))
    with pytest.raises(InvalidInput):
        paper_files.picture_in(a_scan(kind))
