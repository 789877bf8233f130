"""A photograph of a KTP becomes proposals for a form: decoded in one process with limits, read in another, kept nowhere.

The reader is the optional extra ``ktp``; its models lie in its wheel, so nothing leaves the office. Pages ask ``installed()`` first.
"""

import json
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import BoundedSemaphore

from verify import scans
from verify.paper_files import LONGEST_EDGE, TOO_LARGE
from workflows.card_lines import Seen
from workflows.errors import InvalidInput, TooMany
from workflows.ktp import BLURRED, NoPicture, ReadCard, read_twice
from workflows.papers import LARGEST
from workflows.saying import say

CHILD = Path(__file__).with_name("ktp_child.py")
MEMORY_BYTES = 2 * 1024 * 1024 * 1024
"""Of the address space; about a third of it is really used."""
CPU_SECONDS, WALL_SECONDS, WAIT_SECONDS = 30, 45, 2
"""Who waits holds a thread that pages need too: a moment, then the officer is told and types."""
THREADS = 1
"""Two took half as much processor time again, and the second processor serves the pages."""
ONE_AT_A_TIME = BoundedSemaphore()
"""In each of the server's processes: a reading takes more memory than the process itself."""

NO_PICTURE = say("Foto KTP harus berupa JPEG atau PNG. Ambil lagi, lalu kirim.")
BUSY = say("Pembaca foto sedang dipakai loket lain. Coba lagi sebentar lagi, atau ketik NIK-nya.")
TOO_HARD = say("Foto ini tidak selesai dibaca. Foto KTP saja dari dekat, atau ketik NIK-nya.")


def installed() -> bool:
    """Whether the extra ``ktp`` is there and can be loaded."""
    return present() and trouble() is None


def present() -> bool:
    """Whether somebody installed the extra ``ktp``."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


@cache
def trouble() -> str | None:
    """Why the reader does not load on this machine, in the system's own words; tried once, in a process as that which reads."""
    try:
        done = subprocess.run(_command("0"), input=b"", capture_output=True, env={}, timeout=WALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None  # a busy machine is no missing library; a reading that takes as long says so itself
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return None if done.returncode == 0 else said[-1] if said else f"ended with {done.returncode}"


def read_photo(sent: bytes, *, practice: bool) -> ReadCard:
    """What stands on the card; ``InvalidInput`` or ``TooMany`` says what to do. The picture ends with this call."""
    if not sent.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise NoPicture(NO_PICTURE)
    if len(sent) > LARGEST:
        raise InvalidInput(TOO_LARGE)
    first, second = readings(scans.decoded(sent, LONGEST_EDGE))
    return read_twice(first, second, practice=practice)


def readings(picture: bytes) -> tuple[list[Seen], list[Seen]]:
    """The lines of two readings of a clean JPEG; ``TooMany`` where others are being read for too long."""
    if not ONE_AT_A_TIME.acquire(timeout=WAIT_SECONDS):
        raise TooMany(BUSY)
    try:
        first, second = json.loads(_told(picture))
    except ValueError:
        raise InvalidInput(TOO_HARD) from None
    finally:
        ONE_AT_A_TIME.release()
    return _seen(first), _seen(second)


def _told(picture: bytes) -> bytes:
    try:
        done = subprocess.run(_command(str(THREADS)), input=picture, capture_output=True, env={}, timeout=WALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise InvalidInput(TOO_HARD) from None
    if done.returncode != 0 or not done.stdout:
        raise InvalidInput(BLURRED if done.returncode == 3 else TOO_HARD)
    return done.stdout


def _command(threads: str) -> list[str]:
    return [sys.executable, "-I", str(CHILD), str(MEMORY_BYTES), str(CPU_SECONDS), threads]


def _seen(lines: list[list[object]]) -> list[Seen]:
    return [Seen(text, score, tuple((x, y) for x, y in corners)) for text, score, corners in lines]  # type: ignore[attr-defined,arg-type]
