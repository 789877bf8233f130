"""Uploaded scans: judged by their content, decoded in a process with limits, and kept as nothing but their pixels."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from workflows.errors import InvalidInput
from workflows.signing import LARGEST_SCAN, NO_SCAN, SCAN_KINDS, SCAN_TOO_LARGE

CHILD = Path(__file__).with_name("scan_child.py")
MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
WALL_SECONDS = 30
PIXELS = 25_000_000
"""A sheet of A4 at 400 dots an inch has fifteen million."""

BROKEN = "Pindaian ini rusak atau terpotong. Pindai lagi, lalu unggah."
REFUSALS: Mapping[str, str] = {
    "broken": BROKEN,
    "large": "Gambar pindaian ini terlalu besar untuk dibuka. Pindai dengan resolusi lebih rendah.",
    "packed": "Isi PDF ini dikemas dengan cara yang tidak dapat diperiksa. Pindai suratnya sebagai gambar, lalu unggah.",
    "active": "PDF ini berisi program, lampiran, atau kunci sandi. Pindai suratnya sebagai gambar, lalu unggah.",
}


def clean(scan: bytes) -> bytes:
    """A scan without place, camera, thumbnails or anything behind its end; ``InvalidInput`` says what to do otherwise."""
    if not scan.startswith(SCAN_KINDS):
        raise InvalidInput(NO_SCAN)
    if len(scan) > LARGEST_SCAN:
        raise InvalidInput(SCAN_TOO_LARGE)
    return decoded(scan)


def decoded(scan: bytes, edge: int = 0) -> bytes:
    """The same for what was judged already; a picture is made smaller where it has more than ``edge`` pixels a side, unless that is 0."""
    command = [sys.executable, "-I", str(CHILD), str(MEMORY_BYTES), str(CPU_SECONDS), str(PIXELS), str(edge)]
    try:
        done = subprocess.run(command, input=scan, capture_output=True, env={}, timeout=WALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise InvalidInput(REFUSALS["large"]) from None
    if done.returncode != 0 or not done.stdout:
        raise InvalidInput(REFUSALS.get(done.stderr.decode("ascii", "replace"), REFUSALS["large"] if done.returncode < 0 else BROKEN))
    return done.stdout
