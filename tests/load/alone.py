"""A test office by itself, outside of pytest: for figures that are asked for by hand."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import services
from tests.office import Office, running_office
from verify.db import migrate


@contextmanager
def an_office(database: str = "sqlite", **settings: Any) -> Iterator[Office]:
    """An office on a database of its own, ``sqlite`` or ``postgresql``; nothing of it is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="rekom-load-") as place:
        databases = services.Databases(Path(place), migrate)
        try:
            with databases.fresh(database) as url, running_office(url, Path(place) / "office", **settings) as office:
                yield office
        finally:
            databases.close()
