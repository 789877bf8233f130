"""From a file somebody sent to a read card: two processes with limits, no network, one at a time; with the extra also the reader itself."""

import json
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ktp_cards import GOOD, POOR, Card, Light, as_jpeg, as_read, card, drawn, fonts, photographed
from tests.verify.made_scans import a_pdf, a_scan
from verify import ktp_photos
from verify.ktp_photos import BUSY, NO_PICTURE, TOO_HARD, installed, read_photo, readings
from verify.paper_files import TOO_LARGE
from workflows.card_lines import Seen
from workflows.errors import InvalidInput, TooMany
from workflows.ktp import BLURRED, NO_TEXT, Sureness
from workflows.papers import LARGEST

HOW = ".venv/bin/python -m pip install --require-hashes -r requirements/ktp.lock"
with_reader = pytest.mark.skipif(not installed(), reason=f"the optional reader of KTPs is not installed: {HOW}")
CHILD = ktp_photos.CHILD


def as_told(seen: list[Seen]) -> str:
    return json.dumps([[one.text, one.score, one.corners] for one in seen])


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A reader of our own in the place of the real one."""
    script = tmp_path / "reader.py"
    monkeypatch.setattr(ktp_photos, "CHILD", script)
    yield script


def test_a_picture_becomes_a_card(child: Path) -> None:
    shown = card(random.Random(1))
    lines = as_told(as_read(shown))
    child.write_text(f"import sys\nassert sys.stdin.buffer.read(3) == b'\\xff\\xd8\\xff'\nprint('[{lines}, {lines}]')")
    found = read_photo(a_scan("PNG"), practice=True)
    assert (found.nik.value, found.nik.sureness, found.name.value) == (shown.nik, Sureness.CERTAIN, shown.name)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [(a_pdf(), NO_PICTURE), (b"MZ program", NO_PICTURE), (b"", NO_PICTURE), (a_scan() + bytes(LARGEST), TOO_LARGE)],
    ids=["pdf", "program", "nothing", "large"],
)
def test_what_is_no_picture_never_reaches_the_reader(child: Path, sent: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_photo(sent, practice=True)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("import sys; sys.exit(3)", BLURRED),
        ("import os; os.kill(os.getpid(), 9)", TOO_HARD),
        ("raise MemoryError", TOO_HARD),
        ("", TOO_HARD),
        ("print('[[], []]')", NO_TEXT),
    ],
    ids=["broken", "killed", "no memory", "silent", "no text"],
)
def test_a_reader_that_gives_up_is_told_in_words(child: Path, script: str, sentence: str) -> None:
    child.write_text(script)
    with pytest.raises(InvalidInput) as refused:
        read_photo(a_scan(), practice=True)
    assert str(refused.value) == sentence


def test_a_reader_that_never_ends_is_ended(child: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child.write_text("import time\ntime.sleep(600)")
    monkeypatch.setattr(ktp_photos, "WALL_SECONDS", 0.2)
    with pytest.raises(InvalidInput) as refused:
        readings(a_scan())
    assert str(refused.value) == TOO_HARD


@pytest.fixture
def fresh() -> Iterator[None]:
    """What was found out about the real reader is not asked again by other tests."""
    ktp_photos.trouble.cache_clear()
    yield
    ktp_photos.trouble.cache_clear()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("script", "cause"),
    [
        ("import sys; assert sys.argv[3] == '0'", None),
        (
            "import sys; sys.stderr.write('libGL.so.1: cannot open shared object file'); sys.exit(4)",
            "libGL.so.1: cannot open shared object file",
        ),
        ("import os; os.kill(os.getpid(), 9)", "ended with -9"),
    ],
    ids=["loads", "a library is missing", "killed"],
)
def test_a_reader_that_does_not_load_is_none_and_its_cause_is_known(
    child: Path, monkeypatch: pytest.MonkeyPatch, script: str, cause: str | None
) -> None:
    child.write_text(script)
    monkeypatch.setattr(ktp_photos, "find_spec", lambda _: object())
    assert (installed(), ktp_photos.trouble()) == (cause is None, cause)
    child.write_text("raise SystemExit('asked once')")
    assert installed() is (cause is None)


@pytest.mark.usefixtures("fresh")
@pytest.mark.skipif(ktp_photos.present(), reason="here the reader is installed")
def test_the_reading_process_names_what_it_misses() -> None:
    assert "No module named" in str(ktp_photos.trouble())


def test_who_waits_for_the_reader_holds_a_page_for_moments_only() -> None:
    assert ktp_photos.WAIT_SECONDS <= 3


def test_one_is_read_at_a_time(child: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child.write_text("print('[[], []]')")
    monkeypatch.setattr(ktp_photos, "WAIT_SECONDS", 0)
    with ktp_photos.ONE_AT_A_TIME, pytest.raises(TooMany) as refused:
        readings(a_scan())
    assert str(refused.value) == BUSY
    assert readings(a_scan()) == ([], [])


PROBES = {
    "a network": "import socket\nsocket.create_connection(('127.0.0.1', int(sys.argv[4])), 2)",
    "a name": "import socket\nsocket.getaddrinfo('example.test', 80)",
    "a file": "import tempfile\nwith tempfile.TemporaryFile() as file:\n    file.write(b'a')\n    file.flush()",
    "much memory": "bytearray(1 << 31)",
}


@pytest.mark.parametrize("about", PROBES)
def test_the_reading_process_is_held_within_its_limits(about: str, tmp_path: Path) -> None:
    limits, _, _ = CHILD.read_text().partition('MISSING = ""')
    script = tmp_path / "probe.py"
    script.write_text(f"{limits}\n{PROBES[about]}\nprint('came through')")
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = [str(512 * 1024 * 1024), "10", "1", str(server.getsockname()[1])]
        done = subprocess.run([sys.executable, "-I", str(script), *words], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "came through" not in done.stdout
    assert ("MemoryError" if about == "much memory" else "Error") in done.stderr


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no fault of the reader."""
    monkeypatch.setattr(ktp_photos, "WALL_SECONDS", 600)


def photos(count: int, light: Light, seed: int) -> Iterator[tuple[Card, bytes]]:
    chance, faces = random.Random(seed), list(fonts())
    for number in range(count):
        shown = card(chance)
        yield shown, photographed(drawn(shown, faces[number % len(faces)]), chance, light)


@with_reader
@pytest.mark.slow
@pytest.mark.parametrize("light", [GOOD, POOR], ids=["good", "poor"])
@pytest.mark.usefixtures("patient")
def test_no_number_is_wrong_and_certain(light: Light) -> None:
    certain = right = 0
    for shown, photo in photos(3, light, seed=7):
        found = read_photo(photo, practice=True).nik
        right += found.value == shown.nik
        certain += found.sureness is Sureness.CERTAIN
        assert found.sureness is not Sureness.CERTAIN or found.value == shown.nik
    assert right >= 2 and certain >= 1


@with_reader
@pytest.mark.slow
@pytest.mark.usefixtures("patient")
def test_an_empty_desk_has_no_text() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_photo(as_jpeg(drawn(card(random.Random(1))).crop((780, 140, 960, 400)).resize((900, 1300))), practice=True)
    assert str(refused.value).endswith(".")
