"""Where a bench runs: databases that keep what they say they keep, and an office on one of them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.goal import Missing
from tests import services
from tests.office import Office, running_office
from verify.db import migrate

DURABLE = {name: services.IN_A_HURRY[name] for name in ("listen_addresses", "shared_buffers")}
"""Unlike the tests' servers: a commit that is answered for is on the disk."""


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty, migrated database, ``sqlite`` or ``postgresql``; ``Missing`` where there is no server for it."""
    hurried, services.IN_A_HURRY = services.IN_A_HURRY, DURABLE
    try:
        with tempfile.TemporaryDirectory(prefix="rekom-bench-") as folder:
            databases = services.Databases(Path(folder), migrate)
            try:
                with databases.fresh(kind) as url:
                    yield url
            except services.ServiceMissing as error:
                raise Missing(str(error)) from error
            finally:
                databases.close()
    finally:
        services.IN_A_HURRY = hurried


@contextmanager
def office(kind: str, **given: Any) -> Iterator[Office]:
    """A running office with made-up people, on a database of that kind; ``given`` as for ``running_office``."""
    with (
        database(kind) as url,
        tempfile.TemporaryDirectory(prefix="rekom-bench-") as folder,
        running_office(url, Path(folder), **given) as made,
    ):
        yield made
