"""An upload on its way in: looked at once, put away sealed, never under a name on this disk."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from schemas.foreign import quotable
from verify.imports.source import BLOCK, Source, inspect
from workflows.imports import PIECE, Arrival
from workflows.records.extract import ExtractKind

LARGEST_UPLOAD = 200 << 20
"""Bytes; larger files come by ``rekom import``."""


@contextmanager
def looked_at(stream: IO[bytes]) -> Iterator[Source]:
    """What was sent, in a file without a name; ``ImportRefused`` where it is nothing we read."""
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, BLOCK)
        copy.flush()
        yield inspect(Path(f"/dev/fd/{copy.fileno()}"))


def pieces(source: Source) -> Iterator[bytes]:
    """Its bytes as they are put away."""
    with source.path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def arrival(source: Source, file_name: str, zone: str, kind: ExtractKind | None, day: date | None) -> Arrival:
    """The upload as it is written down; a day begins at the office's midnight."""
    return Arrival(quotable(file_name) or "?", source.size, source.sha256, zone, kind, moment(day, zone))


def moment(day: date | None, zone: str) -> datetime | None:
    """The beginning of a day at the office."""
    return datetime.combine(day, time(), ZoneInfo(zone)) if day else None
