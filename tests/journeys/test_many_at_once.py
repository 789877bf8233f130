"""Pages about many people at once, and about ends: cover letters, parafs, members of old, objections taken back; small and dark too."""

from datetime import date

import pytest

from tests.approval_office import with_chain
from tests.collective_office import approve, press, propose
from tests.journeys.looks import walk
from tests.journeys.site import DESKTOP, PHONE, Site
from tests.office import LONG, Office
from tests.registration_office import make
from tests.workflows.test_late_nik import BABY, identify
from tests.workflows.test_refusals import object_to, to_refusal
from workflows.states import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLACES = {
    "loket": ("/pengantar", "/pengantar/1", "/pengantar/2", "/pendaftaran", "/berkas/{objected}/keberatan/cabut", "/berkas/{baby}"),
    "peksos": ("/pencabutan",),
    "kadis": ("/pengantar/1", "/setuju", "/berkas/{baby}/ganti-surat"),
    "kasi": ("/paraf", "/pengantar/2"),
}


def cases(office: Office) -> dict[str, str]:
    """An issued cover letter, one that waits for its paraf, and one case for each other page."""
    office.let_sign(office.hire("plt", Role.KADIS), date(2026, 1, 1), date(2027, 12, 31))
    office.to_letter(1, name=LONG)
    office.to_letter(2)
    make(office)
    press(office, approve(office, propose(office)))
    office.to_letter(3, name=LONG)
    make(office)
    made = {"objected": to_refusal(office, 4), "baby": office.to_letter(5, **BABY)}
    object_to(office, made["objected"])
    identify(office, made["baby"], 6)
    office.drain()
    with_chain(office, Role.KASI)
    propose(office, 2)
    made["paraf"] = office.to_decision(7, name=LONG)
    office.to_decision(8)
    return made


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["1280", "320"])
def test_every_page_fits_and_can_be_read(site: Site, size: dict[str, int], theme: str) -> None:
    made = cases(site.office)
    for username, paths in PLACES.items():
        walk(site.person(username, size, begins=None, color_scheme=theme), (path.format(**made) for path in paths))
