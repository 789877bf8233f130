"""The migrations and the tables are one and the same, on both kinds of database."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import verify.db
import workflows.records as records
from verify.db import Database, connect, head_revision, migrate


def test_the_migrations_make_exactly_the_tables(database_url: str) -> None:
    assert len(records.__all__) > 10
    engine = connect(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = list(compare_metadata(context, SQLModel.metadata))
    engine.dispose()
    assert differences == []


def test_the_migrations_make_exactly_the_checks(database_url: str) -> None:
    engine = connect(database_url)
    there = inspect(engine)
    for table in SQLModel.metadata.sorted_tables:
        made = {check["name"] for check in there.get_check_constraints(table.name)}
        assert made == {name_of(check) for check in table.constraints if isinstance(check, CheckConstraint)}, table.name
    engine.dispose()


def test_who_stands_still_in_a_transaction_loses_it_to_those_who_wait(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify.db, "IDLE_SECONDS", 1)
    frozen, waiting = Database(postgresql_url), Database(postgresql_url)
    lock = text("LOCK TABLE case_file IN EXCLUSIVE MODE")
    with pytest.raises(DBAPIError), frozen.write() as still:
        still.execute(lock)
        with waiting.write() as next_one:
            next_one.execute(lock)
        still.execute(text("SELECT 1"))
    frozen.close()
    waiting.close()


def name_of(check: Any) -> str:
    """With the prefix of its naming convention."""
    prefix = f"ck_{check.table.name}_"
    return str(check.name) if str(check.name).startswith(prefix) else f"{prefix}{check.name}"


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    database = Database(database_url)
    assert database.ready()
    assert head_revision() is not None
    database.close()
