"""Photographs of papers: any size a telephone makes, decoded within limits, smaller, without place and camera."""

import io
import re

import pytest
from PIL import Image

from tests.verify.made_scans import GPS, a_flood, a_pdf, a_scan, hostile
from verify.paper_files import LONGEST_EDGE, THUMBNAIL_EDGE, picture_in
from workflows.errors import InvalidInput
from workflows.papers import LARGEST
from workflows.records import PaperKind


def a_photo(width: int, height: int, kind: str = "JPEG") -> bytes:
    written = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(written, kind, **({"exif": GPS} if kind == "JPEG" else {}))
    return written.getvalue()


def size(picture: bytes | None) -> tuple[int, int]:
    assert picture is not None
    with Image.open(io.BytesIO(picture), formats=("JPEG",)) as opened:
        assert not opened.getexif() and "exif" not in opened.info
        return opened.size


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_is_kept_smaller_with_a_thumbnail(kind: str) -> None:
    sent = a_photo(4000, 3000, kind)
    picture = picture_in(sent)
    assert picture.kind is PaperKind.JPEG and size(picture.content) == (LONGEST_EDGE, LONGEST_EDGE * 3 // 4)
    assert max(size(picture.thumbnail)) == THUMBNAIL_EDGE
    assert b"KAMERA-RAHASIA" not in picture.content and len(picture.content) < LARGEST // 10


def test_a_small_one_keeps_its_size() -> None:
    assert size(picture_in(a_scan()).content) == (60, 80)


def test_a_thumbnail_is_too_small_to_read_a_nik() -> None:
    """Sixteen digits across two thirds of a card: below six pixels a digit nobody tells one from another."""
    assert THUMBNAIL_EDGE * 2 / 3 / 16 < 6


def test_a_pdf_stays_as_it_came_without_thumbnail() -> None:
    picture = picture_in(a_pdf())
    assert (picture.kind, picture.content, picture.thumbnail) == (PaperKind.PDF, a_pdf(), None)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (b"MZ program", "Foto harus berupa JPEG atau PNG"),
        (b"<svg onload='alert(1)'/>", "Foto harus berupa JPEG atau PNG"),
        (b"", "Foto harus berupa JPEG atau PNG"),
        (b"\xff\xd8\xff\xe0 no picture", "rusak atau terpotong"),
        (a_scan() + bytes(LARGEST), "paling besar 10 MB"),
        (a_flood(60_000, 60_000), "terlalu besar untuk dibuka"),
        (a_pdf(b"<< /OpenAction << /S /JavaScript >> >>"), "berisi program"),
    ],
    ids=["program", "svg", "nothing", "no jpeg", "large", "flood", "script"],
)
def test_what_is_no_photo_is_told_with_what_to_do(sent: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(sentence)):
        picture_in(sent)


@pytest.mark.slow
def test_hostile_photos_crash_nothing() -> None:
    sent_in = [sent for _, sent in hostile()][::3]
    assert len(sent_in) > 20
    for sent in sent_in:
        try:
            picture = picture_in(sent)
        except InvalidInput:
            continue
        assert max(size(picture.thumbnail)) <= THUMBNAIL_EDGE
