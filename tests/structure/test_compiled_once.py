"""Offices in one process share what was compiled, and nothing else: each seals and opens with its own keys."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.compiled_once import Statements
from tests.office import Office, person, running_office
from tests.services import Databases


def lying(office: Office) -> str:
    """The keyed digest of the NIK as it lies in the table."""
    with office.rekom.database.engine.connect() as connection:
        return str(connection.execute(text("SELECT nik_digest FROM case_file")).scalar_one())


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_offices_keep_their_own_keys(kind: str, databases: Databases, tmp_path: Path) -> None:
    with ExitStack() as until_done:
        offices = []
        for name in ("one", "other"):
            url = until_done.enter_context(databases.fresh(kind))
            offices.append(until_done.enter_context(running_office(url, tmp_path / name)))
        tickets = [office.open() for office in offices]
        assert [office.case(ticket).nik for office, ticket in zip(offices, tickets, strict=True)] == [person()["nik"]] * 2
        one, other = map(lying, offices)
        assert one != other, "one person, two keys"
        caches = [office.rekom.database.engine._compiled_cache for office in offices]
        assert all(isinstance(cache, Statements) and len(cache) > 0 for cache in caches)
