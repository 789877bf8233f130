"""R14: files that mean harm, the made scans and as many bent workbooks as are asked for: each is read or refused, nothing swells."""

import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from tests.chaos.loads import again
from tests.chaos.results import Result
from tests.verify.made_files import bent_workbook
from tests.verify.made_scans import hostile
from verify import scans
from verify.imports.reading import sieved
from verify.imports.source import ImportRefused, inspect
from workflows.errors import InvalidInput
from workflows.records.extract import ExtractKind

LIMIT_MB = 512


def run(size: int, seed: int, most: int | None = None) -> Result:
    """All scans, or the first so many, and workbooks numbered from the seed on."""
    began = time.monotonic()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:  # whose children are those of this goal only
        tried, refused, wrong, swollen = alone.submit(_read_all, size, seed, most).result()
    missed = (f"a reading process took {swollen} MB",) if swollen > LIMIT_MB else ()
    figures = {"read": tried - refused - len(wrong), "refused": refused, "MB of the largest reading process": swollen}
    about = f"{tried:,} hostile scans and workbooks: read or refused, none crashed anything, no process above {LIMIT_MB} MB"
    return Result("R14", about, tried, tuple(wrong), seed, again("R14", size, seed), time.monotonic() - began, figures, missed)


def _read_all(size: int, seed: int, most: int | None) -> tuple[int, int, list[str], int]:
    """How many were tried and refused, what went wrong, and the megabytes of the largest process that read one."""
    wrong, tried, refused = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="rekom-chaos-") as place:
        files: list[tuple[str, Callable[[], bool]]] = [
            (name, lambda name=name, scan=scan: _scan(name, scan)) for name, scan in islice(hostile(), most)
        ]
        for number in range(seed, seed + size):
            files.append((f"workbook {number}", lambda number=number: _workbook(Path(place), number)))
        for name, read in files:
            tried += 1
            try:
                refused += not read()
            except Exception as error:
                wrong.append(f"{name}: {type(error).__name__} {error}")
    return tried, refused, wrong, largest_child_mb()


def _scan(name: str, scan: bytes) -> bool:
    """Whether it was taken, as a plain picture; refused otherwise, and a flood or a PDF with something in it always."""
    try:
        clean = scans.clean(scan)
    except InvalidInput:
        return False
    assert not name.startswith(("flood", "pdf")), "taken"
    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.format == "JPEG"
    return True


def _workbook(place: Path, number: int) -> bool:
    try:
        path = bent_workbook(place / f"{number}.xlsx", number)
        with sieved(inspect(path), ExtractKind.DTSEN, practice=True, step=lambda *_: None) as sieve:
            assert sieve.rows_good <= 2
    except ImportRefused:
        return False
    return True


def largest_child_mb() -> int:
    """The most memory that any process took which this one started and waited for."""
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)
