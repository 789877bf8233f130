"""The desk's eyes in a real Chromium: a camera, a photograph and a PDF dropped on the page, with network and without."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys.at_desk import HERE, cut, says, scan, sit
from tests.journeys.axe import well_wide_and_small
from tests.journeys.site import FAKE_CAMERA, PHONE, Person, Site, launched, site_of
from tests.office import Office, running_office
from tests.printing import copied, printed, squeezed
from verify.documents.letter import TypstPress

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, HIGH = 1280, 720
FRAMES = 30
"""A second and a half of film, shown over and over; the letter comes into view after a third of it."""

DROP = """([text, name, type]) => {
  const carried = new DataTransfer(), bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  carried.items.add(new File([bytes], name, { type }));
  return carried;
}"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera will see; the browser reads it when somebody opens the camera."""
    return tmp_path_factory.mktemp("camera") / "film.mjpeg"


@pytest.fixture(scope="module")
def looking(chromium_path: Path, film: Path) -> Iterator[Browser]:
    """A browser whose camera shows the film."""
    with launched(chromium_path, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}") as browser:
        yield browser


@pytest.fixture
def site(looking: Browser, sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """The test office with the real press, at an address of its own."""
    with running_office(sqlite_url, tmp_path) as office, site_of(office, looking) as made:
        press = TypstPress(office.rekom.key_store.ring, "https://rekom.example")
        vars(office.rekom)["ports"] = replace(office.rekom.ports, press=press)
        yield made


def paper(office: Office) -> bytes:
    """A letter's PDF as the office hands it out."""
    return office.letter(office.to_letter(**HERE)).pdf or b""


def photograph(pdf: bytes) -> Image.Image:
    """Somebody's picture of a photocopy, askew."""
    turned = copied(printed(pdf)).rotate(3.5, Image.Resampling.BICUBIC, expand=True, fillcolor=210)
    return squeezed(turned).convert("RGB")


def drop(clerk: Person, path: Path, kind: str) -> None:
    """A file pulled from elsewhere and let go over the page."""
    text = base64.b64encode(path.read_bytes()).decode()
    carried = clerk.page.evaluate_handle(DROP, [text, path.name, kind])
    clerk.page.dispatch_event("main", "drop", {"dataTransfer": carried})


def held_up(pdf: bytes) -> Image.Image:
    """The letter's code before the camera, on a desk that is grey."""
    page = printed(pdf)
    spot = zxingcpp.read_barcodes(page)[0].position
    edges = (spot.top_left.x - 30, spot.top_left.y - 30, spot.bottom_right.x + 30, spot.bottom_right.y + 30)
    near = page.crop(edges).resize((560, 560), Image.Resampling.BICUBIC).rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    table = Image.new("L", (WIDE, HIGH), 120)
    table.paste(near, ((WIDE - near.width) // 2, (HIGH - near.height) // 2))
    return table


def take_film(film: Path, *views: Image.Image | None) -> None:
    """Some frames of an empty desk, then each view for a while."""
    empty, each = Image.new("L", (WIDE, HIGH), 120), FRAMES // (1 + len(views))
    with film.open("wb") as written:
        for view in (empty, *views):
            for _ in range(each):
                (view or empty).convert("RGB").save(written, "JPEG", quality=80)


FILES: dict[str, str] = {"foto.jpg": "image/jpeg", "surat.pdf": "application/pdf", "pindaian.pdf": "application/pdf"}


def write(path: Path, pdf: bytes) -> None:
    """A photograph, the letter's own PDF, or a scan of it inside a PDF."""
    if path.name == "surat.pdf":
        path.write_bytes(pdf)
    else:
        photograph(pdf).save(path, quality=70)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_dropped_gets_its_answer_with_network_and_without(site: Site, tmp_path: Path, name: str) -> None:
    write(tmp_path / name, paper(site.office))
    clerk = sit(site)
    drop(clerk, tmp_path / name, FILES[name])
    says(clerk, "VALID", "Untuk RSUD Contoh Serang.")
    clerk.go("/periksa")
    cut(clerk)
    drop(clerk, tmp_path / name, FILES[name])
    says(clerk, "VALID", "Untuk RSUD Contoh Serang.")
    assert float(clerk.page.locator("#jawaban").get_attribute("data-milliseconds") or "nan") > 0


def test_a_file_that_is_chosen_gets_its_answer(site: Site, tmp_path: Path) -> None:
    write(tmp_path / "foto.jpg", paper(site.office))
    clerk = sit(site, size=PHONE)
    with clerk.page.expect_file_chooser() as asked:
        clerk.page.locator("#pilih-berkas").click()
    asked.value.set_files(tmp_path / "foto.jpg")
    says(clerk, "VALID")


NOTHING: dict[str, bytes] = {"kosong.pdf": b"%PDF-1.7\n%%EOF\n", "bukan.jpg": b"bukan gambar", "hampa": b""}


def test_a_file_without_a_code_says_so(site: Site, tmp_path: Path) -> None:
    clerk = sit(site)
    for name, content in NOTHING.items():
        (tmp_path / name).write_bytes(content)
        drop(clerk, tmp_path / name, "application/octet-stream")
        says(clerk, "UNKNOWN", "Tidak ada kode QR surat di gambar ini.")
        clerk.go("/periksa")
    assert clerk.faults == []


def test_a_letter_before_the_camera_gets_its_answer_once_with_network_and_without(site: Site, film: Path) -> None:
    take_film(film, held_up(paper(site.office)))
    clerk = sit(site)
    eye, found = clerk.page.locator("#buka-kamera"), clerk.page.locator("#jawaban")
    eye.click()
    expect(eye).to_have_text("Tutup kamera")
    says(clerk, "VALID", "Untuk RSUD Contoh Serang.")
    expect(clerk.page.locator("#gambar")).to_be_visible()
    found.evaluate("place => { place.dataset.answer = 'SEEN' }")
    clerk.page.wait_for_timeout(1500)  # the film goes round: the same letter again is no new question
    assert found.get_attribute("data-answer") == "SEEN"
    eye.click()
    expect(clerk.page.locator("#gambar")).to_be_hidden()
    assert clerk.page.evaluate("() => document.querySelector('#gambar').srcObject") is None, "the camera is off"
    cut(clerk)
    eye.click()
    says(clerk, "VALID", "Untuk RSUD Contoh Serang.")
    assert float(found.get_attribute("data-milliseconds") or "nan") > 0


def test_an_open_camera_is_for_everybody(site: Site, film: Path) -> None:
    take_film(film, None)
    clerk = sit(site)
    clerk.page.locator("#buka-kamera").click()
    expect(clerk.page.locator("#gambar")).to_be_visible()
    well_wide_and_small(clerk)
    assert clerk.faults == []


def test_a_camera_that_cannot_be_opened_leaves_the_other_ways(site: Site) -> None:
    code = site.office.letter(site.office.to_letter(**HERE)).token or ""
    clerk = sit(site)
    clerk.page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no')) }")
    clerk.page.locator("#buka-kamera").click()
    expect(clerk.page.locator("main")).to_contain_text("Kamera tidak dapat dibuka. Pakai pemindai, foto, atau nomor surat.")
    scan(clerk, code)
    says(clerk, "VALID")
