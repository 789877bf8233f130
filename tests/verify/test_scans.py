"""Uploaded scans: judged by content, decoded elsewhere within limits, kept as pixels only; workbooks meant to do harm."""

import io
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tests.verify.made_files import bent_workbook, write_xlsx
from tests.verify.made_scans import GPS, a_flood, a_pdf, a_scan, a_stream, hidden
from verify import scans
from verify.imports.reading import sieved
from verify.imports.source import ImportRefused, inspect
from workflows.errors import InvalidInput
from workflows.records.extract import ExtractKind


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1")])
def test_a_picture_comes_out_as_its_pixels(kind: str, mode: str) -> None:
    clean = scans.clean(a_scan(kind, mode))
    with Image.open(io.BytesIO(clean)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (60, 80))
        assert not picture.getexif() and "exif" not in picture.info


def test_camera_place_and_what_hides_behind_the_end_are_gone() -> None:
    scan = a_scan() + b"PK\x03\x04 a hidden archive <script>alert(1)</script>"
    assert b"KAMERA-RAHASIA" in scan and GPS[6:20] in scan
    clean = scans.clean(scan)
    assert b"KAMERA-RAHASIA" not in clean and b"script" not in clean and b"PK\x03\x04" not in clean


def test_a_still_pdf_stays_as_it_came() -> None:
    paper = a_pdf(packed=b"q 612 0 0 792 0 0 cm /Im0 Do Q")
    assert scans.clean(paper) == paper


@pytest.mark.parametrize("kind", ["DCTDecode", "CCITTFaxDecode", "JBIG2Decode", "JPXDecode"])
def test_a_pdf_of_pictures_that_is_signed_stays_too(kind: str) -> None:
    signed = b"/Filter /" + kind.encode() + b" >> endobj 3 0 obj << /Type /Sig /Filter /Adobe.PPKLite >> endobj 4 0 obj << /Length 3"
    paper = a_stream(a_scan(), signed)
    assert scans.clean(paper) == paper


@pytest.mark.parametrize(
    ("named", "pixels"),
    [
        (b"/Filter /DCTDecode", b"\xff\xd8\x07/JS\x80/XFA\xff\xd9"),
        (b"/Subtype /Image /Width 2", b"\x07/JS\x80/XFA "),
        (b"/Subtype /Image /Filter /FlateDecode", zlib.compress(b"\x07/JS\x80/XFA ")),
    ],
    ids=["a photograph", "plain", "packed"],
)
def test_pixels_that_spell_a_name_by_chance_are_pixels(named: bytes, pixels: bytes) -> None:
    paper = a_stream(pixels, named)
    assert scans.clean(paper) == paper


@pytest.mark.parametrize(("name", "paper"), list(hidden()), ids=[name for name, _ in hidden()])
def test_what_does_not_open_as_it_says_is_no_picture(name: str, paper: bytes) -> None:
    with pytest.raises(InvalidInput):
        scans.clean(paper)


def test_a_pdf_that_pillow_made_is_a_scan() -> None:
    written = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(written, "PDF")
    assert scans.clean(written.getvalue()) == written.getvalue()


@pytest.mark.parametrize(
    ("scan", "sentence"),
    [
        (b"MZ program", "Pindaian harus berupa PDF, JPEG, atau PNG."),
        (b"<svg onload='alert(1)'/>", "Pindaian harus berupa PDF, JPEG, atau PNG."),
        (b"GIF89a", "Pindaian harus berupa PDF, JPEG, atau PNG."),
        (b"\xff\xd8\xff\xe0 no picture", "rusak atau terpotong"),
        (a_scan() + bytes(5 * 1024 * 1024), "paling besar 5 MB"),
        (a_flood(60_000, 60_000), "terlalu besar untuk dibuka"),
        (a_pdf(b"<< /OpenAction << /S /JavaScript >> >>"), "berisi program"),
        (a_pdf(packed=b"<< /S /Launch >>"), "berisi program"),
        (a_pdf(packed=bytes(25_000_000)), "terlalu besar untuk dibuka"),
        (a_pdf()[:-8], "rusak atau terpotong"),
    ],
    ids=["program", "svg", "gif", "no jpeg", "large", "flood", "script", "packed", "pdf bomb", "cut pdf"],
)
def test_what_is_no_scan_is_told_with_what_to_do(scan: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(sentence)):
        scans.clean(scan)


def test_memory_and_time_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scans.MEMORY_BYTES <= 512 * 1024 * 1024 and scans.CPU_SECONDS <= 10
    monkeypatch.setattr(scans, "PIXELS", 10**10)
    with pytest.raises(InvalidInput):
        scans.clean(a_flood(40_000, 40_000))


def test_the_decoder_gets_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "told.py"
    told.write_text("import os, sys\nsys.stdout.write(repr(sorted(os.environ)))\n")
    monkeypatch.setenv("REKOM_SECRET_KEY", "x")
    monkeypatch.setattr(scans, "CHILD", told)
    assert b"REKOM" not in scans.clean(a_scan())


def test_a_decoder_that_dies_or_hangs_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in ("import os\nos.kill(os.getpid(), 9)\n", "import time\ntime.sleep(60)\n", "raise SystemExit(3)\n"):
        child = tmp_path / "child.py"
        child.write_text(line)
        monkeypatch.setattr(scans, "CHILD", child)
        monkeypatch.setattr(scans, "WALL_SECONDS", 3)
        with pytest.raises(InvalidInput):
            scans.clean(a_scan())


def test_the_child_stands_alone() -> None:
    done = subprocess.run([sys.executable, "-I", str(scans.CHILD), "536870912", "10", "100"], input=b"", capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (3, b"broken")


# --- workbooks


@pytest.mark.slow
def test_sixty_broken_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    refused = 0
    for number in range(60):
        try:
            path = bent_workbook(tmp_path / f"{number}.xlsx", number)
            with sieved(inspect(path), ExtractKind.DTSEN, practice=True, step=lambda *_: None) as sieve:
                assert sieve.rows_good <= 2
        except ImportRefused:
            refused += 1
    assert refused >= 20


def test_a_nik_that_excel_made_a_number_is_refused_never_repaired(tmp_path: Path) -> None:
    rows = [("NIK", "DESIL"), *((float(f"9.9010141019{number:04d}E+15"), 3) for number in range(50)), ("9,90101E+15", 3)]
    path = write_xlsx(tmp_path / "angka.xlsx", rows)
    try:
        with sieved(inspect(path), ExtractKind.DTSEN, practice=True, step=lambda *_: None) as sieve:
            assert sieve.rows_good == 0
    except ImportRefused:
        pass
